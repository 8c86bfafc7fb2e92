"""A text in, what a head of each pure kind would look at in it out: one drawing of rows and columns a kind.

A real head is compared with each drawing: the share of its attention that lies on the marked keys is its score. For
"a b c a":

    previous   · · · ·     itself   # · · ·     first   # · · ·     same   · · · ·     repeat   · · · ·
               # · · ·              · # · ·             # · · ·            · · · ·              · · · ·
               · # · ·              · · # ·             # · · ·            · · · ·              · · · ·
               · · # ·              · · · #             # · · ·            # · · ·              · # · ·

"repeat" is what came after an earlier copy of this token: the induction head (Olsson et al. 2022, "In-context Learning
and Induction Heads"); "same" is the duplicate token head (Wang et al. 2023, section 3.1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# T tokens

FIRST_QUERY = 6  # with fewer keys to choose from, every pattern looks strong
NEAR = 4
OPENING, CLOSING = "([{⟨«「『（【《", ")]}⟩»」』）】》"

Marks = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ideal:
    """What a head of one kind would do on one text.

    keys     (T, T) bool, row by row the tokens that it would look at
    queries  (T,) how much each row counts as evidence; 0 where it could not show the pattern
    """

    keys: Marks
    queries: Floats


def ideals(tokens: Sequence[Hashable], *, causal: bool = True) -> dict[str, Ideal]:
    """The drawings that need no letters: previous, next (only where later tokens are seen), itself, first, repeat,
    same, near.
    """
    n = len(tokens)
    row, column = np.arange(n)[:, None], np.arange(n)[None]
    equal = _equal(tokens)
    earlier = column < row
    after_copy = np.zeros((n, n), dtype=bool)
    after_copy[:, 1:] = equal[:, :-1]  # key s stands where token s - 1 is a copy of the query's
    drawings = {
        "previous": column == row - 1,
        "next": column == row + 1,
        "itself": column == row,
        "first": np.broadcast_to(column == 0, (n, n)),
        "repeat": after_copy & earlier,
        "same": equal & earlier,
        "near": earlier & (column >= row - NEAR),
    }
    if causal:
        del drawings["next"]
    return {name: Ideal(keys, _late(n) * keys.any(axis=1)) for name, keys in drawings.items()}


def text_ideals(tokens: Sequence[str]) -> dict[str, Ideal]:
    """The drawings that need letters: class (earlier tokens of the same class of characters) and brackets (the bracket
    that is open where the query stands, or that it closes).

    In "class" each class of queries counts alike, else letters would outvote all others.
    """
    n = len(tokens)
    classes = [character_class(token) for token in tokens]
    alike = _equal(classes) & np.tri(n, k=-1, dtype=bool)
    late = _late(n) * alike.any(axis=1)
    counts = {name: sum(late[t] for t in range(n) if classes[t] == name) for name in set(classes)}
    shares = np.array([late[t] / counts[classes[t]] if late[t] else 0.0 for t in range(n)])
    several = sum(count >= 2 for count in counts.values()) >= 2
    brackets = _open_brackets(tokens)
    return {
        "class": Ideal(alike, shares if several else np.zeros(n)),
        "brackets": Ideal(brackets, _late(n) * brackets.any(axis=1)),
    }


def character_class(token: str) -> str:
    """'a', ' the' -> 'lower'; 'B' -> 'upper'; '7' -> 'digit'; '\\n' -> 'blank'; '!' -> 'mark'; '中' -> 'letter'"""
    if token.startswith("<0x"):
        return "byte"
    stripped = token.strip()
    if not stripped:
        return "blank"
    category = unicodedata.category(stripped[0])
    named = {"Ll": "lower", "Lu": "upper", "Nd": "digit"}
    return named.get(category, "letter" if category[0] == "L" else "mark")


def chance(ideal: Ideal, *, causal: bool = True) -> Floats:
    """(T,) What a head that looks everywhere alike would give the marked keys."""
    n = len(ideal.queries)
    seen = np.arange(1, n + 1) if causal else np.full(n, n)
    return np.asarray(ideal.keys.sum(axis=1) / seen, dtype=np.float64)


def _late(n: int) -> Floats:
    return (np.arange(n) >= FIRST_QUERY).astype(np.float64)


def _equal(tokens: Sequence[Hashable]) -> Marks:
    """(T, T), True where two tokens are the same."""
    number: dict[Hashable, int] = {}
    codes = np.array([number.setdefault(token, len(number)) for token in tokens])
    return np.asarray(codes[:, None] == codes[None])


def _open_brackets(tokens: Sequence[str]) -> Marks:
    """(T, T): row t marks the innermost bracket that is open at t; at a closing one, the one that it closes."""
    marks = np.zeros((len(tokens), len(tokens)), dtype=bool)
    pending: list[int] = []
    for place, token in enumerate(tokens):
        sign = token.strip()
        is_opening = len(sign) == 1 and sign in OPENING
        if pending and not is_opening:
            marks[place, pending[-1]] = True
        if is_opening:
            pending.append(place)
        elif len(sign) == 1 and sign in CLOSING and pending:
            pending.pop()
    return marks
