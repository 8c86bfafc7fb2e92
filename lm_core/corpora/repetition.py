"""Lines that say nothing new: documents in, the same documents without boilerplate or without repeated lines out.

A document keeps its place, so that it can be compared with what it was; one of which nothing is left becomes "".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

SHORTEST_REPEATED = 20  # characters; shorter lines (names of speakers, "}", "Exit.") recur for good reasons
FEWEST_DOCUMENTS = 5  # below, what stands in many of them is no sign of boilerplate
BOILERPLATE_SHARE = 0.3  # of the documents

# Project Gutenberg and others say where the book begins and ends.
_BOOK_BEGINS: Final = re.compile(r"^.*\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG.*(?:\n|\Z)", re.M | re.I)
_BOOK_ENDS: Final = re.compile(r"^.*\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG.*$", re.M | re.I)
_RIGHTS: Final = re.compile(
    r"all rights reserved|^\W*(?:copyright\b|\(c\) |©)|SPDX-License-Identifier|licen[sc]ed under the|"
    r"terms of (?:use|service)|privacy policy|cookie(?:s)? (?:policy|settings)|accept (?:all )?cookies|"
    r"版权所有|著作权所有|保留所有权利",
    re.I,
)


def without_boilerplate(documents: Sequence[str]) -> list[str]:
    """Take out what belongs to the page, not to the text.

    That is what stands before and after a book of Project Gutenberg, lines on rights and cookies, and lines of at
    least `SHORTEST_REPEATED` characters that stand in a `BOILERPLATE_SHARE` of the documents or more.
    """
    books = [_book(document) for document in documents]
    common = _common_lines(books)
    return [_kept(book, lambda line: not (line in common or _RIGHTS.search(line))) for book in books]


def _book(document: str) -> str:
    """What stands between the two lines of Project Gutenberg, where there are such lines."""
    begins = _BOOK_BEGINS.search(document) if "***" in document else None
    start = begins.end() if begins else 0
    ends = _BOOK_ENDS.search(document, start) if "***" in document else None
    return document[start : ends.start() if ends else len(document)]


def _common_lines(documents: Sequence[str]) -> set[str]:
    filled = sum(1 for document in documents if document.strip())
    if filled < FEWEST_DOCUMENTS:
        return set()
    seen = Counter(line for document in documents for line in {_bare(line) for line in document.splitlines()})
    return {
        line for line, times in seen.items() if len(line) >= SHORTEST_REPEATED and times >= BOILERPLATE_SHARE * filled
    }


def without_repeated_lines(documents: Sequence[str]) -> list[str]:
    """Take out each line of `SHORTEST_REPEATED` characters or more that has stood before, here or in another document.

    A document of a single line is compared whatever its length.
    """
    seen: set[str] = set()

    def is_new(line: str) -> bool:
        known = line in seen
        seen.add(line)
        return not known

    def is_new_or_short(line: str) -> bool:
        return len(line) < SHORTEST_REPEATED or is_new(line)

    return [_kept(document, is_new_or_short if "\n" in document.strip() else is_new) for document in documents]


def _kept(document: str, keep: Callable[[str], bool]) -> str:
    """The lines of a document whose bare form `keep` likes."""
    lines = document.splitlines(keepends=True)
    kept = [line for line in lines if keep(_bare(line))]
    return document if len(kept) == len(lines) else "".join(kept)


def _bare(line: str) -> str:
    return line.strip()
