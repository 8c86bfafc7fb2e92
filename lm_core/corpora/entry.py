"""One line of the corpus library: what a text is, how hard, which packages it needs, how to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lm_core.corpora.corpus import CorpusInfo, Kind, Level
from lm_core.corpora.packages import missing_package

OURS: Final = "None needed: generated"
OUR_SOURCE: Final = "Tokenarium"


@dataclass(frozen=True)
class Entry:
    """One built-in corpus.

    Sizes are rounded, measured with the packages' versions in constraints.txt; those of a generated corpus are of
    what a `CorpusSpec` asks for if nothing else is said. `sample` stands in the corpus letter by letter.
    """

    title: str
    description: str
    kind: Kind
    language: str
    level: Level
    reason: str  # why this level
    characters: int
    documents: int
    distinct: int  # different characters
    bits: float  # per character, once bzip2 has packed the text: what no repetition explains
    sample: str
    read: Callable[[int, int], tuple[str, ...]]  # examples, seed -> documents
    licence: str = OURS
    source: str = OUR_SOURCE
    packages: tuple[str, ...] = ()
    discover: str = ""  # of a task: what a model must find out to solve it
    recommended: bool = False  # to whoever trains for the first time

    def info(self, name: str) -> CorpusInfo:
        missing = (missing_package(package) for package in self.packages)
        return CorpusInfo(
            name=name,
            title=self.title,
            description=self.description,
            licence=self.licence,
            source=self.source,
            language=self.language,
            characters=self.characters,
            documents=self.documents,
            unavailable=next(filter(None, missing), None),
            kind=self.kind,
            level=self.level,
            reason=self.reason,
            distinct=self.distinct,
            bits=self.bits,
            sample=self.sample,
            discover=self.discover,
            recommended=self.recommended,
        )
