"""Finds the data files of installed packages without importing them: a package name in, its folder out."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def package_folder(package: str) -> Path | None:
    """Where an installed package keeps its files, or None if it is not installed."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):  # half-installed packages
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def missing_package(package: str) -> str | None:
    """The sentence to show if a package is not installed, else None."""
    if package_folder(package) is None:
        return f"The package {package} is not installed. Run: pip install {package}"
    return None
