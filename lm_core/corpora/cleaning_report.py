"""What cleaning did: documents before and after in, counts and a few passages with what went and what came out.

Only a few changed documents are compared letter by letter, each in a window, so that this costs little for any text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest
from typing import Final, Literal

from lm_core.config import CleaningStepName
from lm_core.corpora.clean import Stage

WINDOW = 3_000  # characters of a document that are compared at once
MOST_LINES = 80  # of them
MOST_WORDS = 400  # of lines that were changed
CONTEXT = 60  # characters shown around a change
LONGEST = 240  # characters shown of one change

_NO_LETTERS: Final = re.compile(r"[\W_]+")
_TAG: Final = re.compile("<[^<>]*>")
_WORDS: Final = re.compile(r"\w+|[^\S\n]+|.|\n")

Kind = Literal["same", "out", "in"]


@dataclass(frozen=True)
class Piece:
    """Letters that stayed, went, or came."""

    kind: Kind
    text: str


Passage = tuple[Piece, ...]
Code = tuple[str, int, int, int, int]  # of `difflib`: what happened, from where to where in the old and in the new


@dataclass(frozen=True)
class StepReport:
    """What one step did, or all together. Characters and lines are those of the whole text before and after."""

    name: CleaningStepName | None  # None: all steps together
    characters: tuple[int, int]
    lines: tuple[int, int]
    documents: tuple[int, int]
    changed: int  # documents that are still there, but not as they were
    examples: tuple[Passage, ...]


def report_of(stage: Stage, *, most_examples: int = 3) -> StepReport:
    """Counts and at most so many passages in which the step changed something."""
    return _report(stage.name, stage.before, stage.after, most_examples)


def report_of_all(stages: Sequence[Stage], *, most_examples: int = 6) -> StepReport:
    """The same of all steps together: the first step's documents beside what the last one left of each."""
    before = stages[0].before
    after, alive = list(before), list(range(len(before)))
    for stage in stages:
        for place, document in zip(alive, stage.after, strict=True):
            after[place] = document
        alive = [place for place in alive if after[place]]
    return _report(None, before, after, most_examples)


def _report(name: CleaningStepName | None, before: Sequence[str], after: Sequence[str], most: int) -> StepReport:
    pairs = zip(before, after, strict=True)
    return StepReport(
        name=name,
        characters=(sum(map(len, before)), sum(map(len, after))),
        lines=(lines_of(before), lines_of(after)),
        documents=(len(before), sum(1 for document in after if document)),
        changed=sum(1 for old, new in pairs if new and old != new),
        examples=tuple(changed_passages(before, after, most=most)),
    )


def lines_of(documents: Sequence[str]) -> int:
    """How many lines there are, an unfinished one at the end of a document included."""
    return sum(document.count("\n") + (not document.endswith("\n")) for document in documents if document)


def changed_passages(before: Sequence[str], after: Sequence[str], *, most: int) -> list[Passage]:
    """At most `most` passages with a change, from different documents where there are so many."""
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    stride = max(1, len(changed) // most) if most else 1
    chosen = changed[::stride][:most]
    found = [_passages(old, new, most) for old, new in chosen]
    in_turns = [passage for turn in zip_longest(*found) for passage in turn if passage]
    return in_turns[:most]


def _passages(old: str, new: str, most: int) -> list[Passage]:
    """The first passages in which two texts differ; a document that went is one passage."""
    if not new:
        return [(Piece("out", _shortened(old)),)]
    found: list[Passage] = []
    place_old = place_new = 0
    while len(found) < most:
        same = _common_start(old, new, place_old, place_new)
        start_old, start_new = place_old + same, place_new + same
        if start_old >= len(old) and start_new >= len(new):
            break
        pieces, read_old, read_new = _differences(old, new, start_old, start_new)
        found += _cut_at_long_rests(pieces)
        if not read_old and not read_new:
            break
        place_old, place_new = read_old, read_new
    return found[:most]


def _common_start(old: str, new: str, place_old: int, place_new: int) -> int:
    """How many letters are equal from these places on, found in growing steps."""
    same, step = 0, 1024
    while True:
        one, other = old[place_old + same :][:step], new[place_new + same :][:step]
        unequal = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
        shared = len(one) if one == other else next(unequal, min(len(one), len(other)))
        same += shared
        if shared < step:
            return same
        step = min(step * 4, 65_536)


def _differences(old: str, new: str, start_old: int, start_new: int) -> tuple[list[Piece], int, int]:
    """Compare windows from the first difference on, line by line, then word by word within lines that were changed.

    Lines belong together that have the same letters: those that lost blanks or capitals are still themselves.
    Returns the pieces, and where in both texts the last line ends that belongs together; (0, 0) if there is none.
    """
    start_old, start_new = _line_start(old, start_old), _line_start(new, start_new)
    lines_old = old[start_old : start_old + WINDOW].splitlines(keepends=True)[:MOST_LINES]
    lines_new = new[start_new : start_new + WINDOW].splitlines(keepends=True)[:MOST_LINES]
    letters_old, letters_new = list(map(_letters, lines_old)), list(map(_letters, lines_new))
    codes = _side_by_side(letters_old, letters_new)
    whole = start_old + WINDOW >= len(old) and start_new + WINDOW >= len(new) and len(lines_old) < MOST_LINES
    meets = [code for code in codes if code[0] == "equal"]
    if not whole and meets:  # what comes after the last equal line may only be cut off in one window
        codes = codes[: codes.index(meets[-1]) + 1]
    pieces = [piece for code in codes for piece in _pieces(code, lines_old, lines_new)]
    if whole or not meets:
        return pieces, 0, 0
    read_old = start_old + sum(map(len, lines_old[: meets[-1][2]]))
    read_new = start_new + sum(map(len, lines_new[: meets[-1][4]]))
    return pieces, read_old, read_new


def _line_start(text: str, place: int) -> int:
    """The beginning of the line, or of the word where the line is long."""
    start = text.rfind("\n", max(0, place - CONTEXT), place) + 1
    return start or max(0, place - CONTEXT)


def _letters(line: str) -> str:
    """' <b>The</b>  End.' -> 'theend': what most steps leave of a line; a line without letters is itself."""
    return _NO_LETTERS.sub("", _TAG.sub("", unicodedata.normalize("NFKC", line))).casefold() or line.strip()


def _side_by_side(old: list[str], new: list[str]) -> list[Code]:
    """What `SequenceMatcher.get_opcodes` gives, for the pairs of equal lines that have most letters together.

    `SequenceMatcher` begins with the longest run of equal lines: among many empty ones, with a few of those.
    """
    ahead = [[0] * (len(new) + 1) for _line in range(len(old) + 1)]  # letters of the best pairs from here on
    for i in reversed(range(len(old))):
        row, below, letters = ahead[i], ahead[i + 1], len(old[i]) + 1
        for j in reversed(range(len(new))):
            row[j] = below[j + 1] + letters if old[i] == new[j] else max(below[j], row[j + 1])
    codes: list[Code] = []
    i = j = done_old = done_new = 0
    while i < len(old) and j < len(new):
        if old[i] != new[j]:
            i, j = (i + 1, j) if ahead[i + 1][j] >= ahead[i][j + 1] else (i, j + 1)
            continue
        start = i, j
        while i < len(old) and j < len(new) and old[i] == new[j]:
            i, j = i + 1, j + 1
        codes += [*_other(done_old, start[0], done_new, start[1]), ("equal", start[0], i, start[1], j)]
        done_old, done_new = i, j
    return [*codes, *_other(done_old, len(old), done_new, len(new))]


def _other(old_from: int, old_to: int, new_from: int, new_to: int) -> list[Code]:
    if old_from == old_to and new_from == new_to:
        return []
    kind = "insert" if old_from == old_to else "delete" if new_from == new_to else "replace"
    return [(kind, old_from, old_to, new_from, new_to)]


def _pieces(code: Code, old: list[str], new: list[str]) -> list[Piece]:
    kind, old_from, old_to, new_from, new_to = code
    out, come = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
    if out == come:
        return [Piece("same", out)]
    if old_to - old_from == new_to - new_from:  # line for line is quicker, and reads better
        pairs = zip(old[old_from:old_to], new[new_from:new_to], strict=True)
        runs = groupby(pairs, key=lambda pair: pair[0] == pair[1])
        return [piece for same, run in runs for piece in (_same(run) if same else _changed(run))]
    if kind == "replace":
        return _within_lines(out, come)
    return [Piece("out", out)] if out else [Piece("in", come)]


def _same(pairs: Iterable[tuple[str, str]]) -> list[Piece]:
    return [Piece("same", "".join(line for line, _same_line in pairs))]


def _changed(pairs: Iterable[tuple[str, str]]) -> list[Piece]:
    return [piece for pair in pairs for piece in _within_lines(*pair)]


def _within_lines(out: str, come: str) -> list[Piece]:
    """'so  what\\n', 'so what\\n' -> same 'so', out '  ', in ' ', same 'what\\n'."""
    words_out, words_in = _WORDS.findall(out)[:MOST_WORDS], _WORDS.findall(come)[:MOST_WORDS]
    pieces: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, words_out, words_in, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(words_out[a:b])))
        else:
            parts = (Piece("out", "".join(words_out[a:b])), Piece("in", "".join(words_in[c:d])))
            pieces += [piece for piece in parts if piece.text]
    return pieces


def _cut_at_long_rests(pieces: list[Piece]) -> list[Passage]:
    """One passage per group of changes that stand near each other, with a little of what is around them."""
    passages: list[Passage] = []
    current: list[Piece] = []
    for piece in pieces:
        if piece.kind != "same":
            current.append(Piece(piece.kind, _shortened(piece.text)))
        elif len(piece.text) <= 2 * CONTEXT:
            current.append(piece)
        else:
            current.append(Piece("same", piece.text[:CONTEXT] + "…"))
            passages.append(tuple(current))
            current = [Piece("same", "…" + piece.text[-CONTEXT:])]
    passages.append(tuple(current))
    return [passage for passage in map(_bounded, passages) if any(piece.kind != "same" for piece in passage)]


def _bounded(passage: Passage) -> Passage:
    """Its first pieces, until they hold two times `LONGEST` letters."""
    kept: list[Piece] = []
    length = 0
    for piece in passage:
        kept.append(piece)
        length += len(piece.text)
        if length > 2 * LONGEST and any(each.kind != "same" for each in kept):
            break
    return tuple(kept)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
