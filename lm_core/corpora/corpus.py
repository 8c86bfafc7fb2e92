"""What a corpus is: documents with a name, a source and a licence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["stories", "literature", "names", "code", "parallel", "dialogue", "tasks"]
Level = Literal["gentle", "middle", "hard"]


@dataclass(frozen=True)
class CorpusInfo:
    """A corpus as the library lists it. Sizes are rounded and may be None where they are unknown."""

    name: str
    title: str
    description: str
    licence: str
    source: str
    language: str
    characters: int | None
    documents: int | None
    unavailable: str | None  # why it cannot be loaded here, and what to do; None if it can
    kind: Kind = "literature"
    level: Level = "middle"
    reason: str = ""  # why it is as easy or hard as that
    distinct: int | None = None  # different characters
    bits: float | None = None  # per character, once bzip2 has packed the text
    sample: str = ""  # a few lines of it
    discover: str = ""  # of a task: what a model must find out to solve it
    recommended: bool = False  # to whoever trains for the first time


@dataclass(frozen=True)
class Corpus:
    """A text to learn from, in documents: plays, files, names, or examples of a task.

    Documents are kept as they are, line ends included, so `text` is nothing but all of them in a row.
    """

    name: str
    title: str
    documents: tuple[str, ...]
    licence: str
    source: str

    @cached_property
    def text(self) -> str:
        return "".join(self.documents)

    @property
    def characters(self) -> int:
        return sum(map(len, self.documents))
