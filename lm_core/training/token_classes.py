"""Which kind of token each one is: a vocabulary and ids in, a class for each place out.

"The cat, 7 猫\\n" in characters:  T h e · c a t , · 7 · 猫 ↵
                                 start inside inside space start inside inside punctuation space digit space cjk newline
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from lm_core.corpora.scripts import script_of
from lm_core.tokenizers.base import VocabularyEntry

Ints = npt.NDArray[np.int64]

CLASSES: Final = ("start", "inside", "cjk", "digit", "punctuation", "space", "newline", "fragment", "special")
_START, _INSIDE = CLASSES.index("start"), CLASSES.index("inside")
_CJK: Final = frozenset(("han", "hiragana", "katakana", "hangul", "bopomofo"))
_NOT_LETTERS: Final = frozenset(("digits", "punctuation", "symbols", "blanks", "marks"))


class TokenClasses:
    """The classes of one vocabulary; a letter begins a word or goes on with one, as the token before it says."""

    def __init__(self, vocabulary: Sequence[VocabularyEntry]) -> None:
        self._class = np.array([CLASSES.index(_class_of(entry)) for entry in vocabulary])
        # Only tokens that begin with a letter can go on with a word, and only after one that ends with a letter.
        self._begins = np.array([_is_letter(entry.text[:1]) for entry in vocabulary])
        self._ends = np.array([_is_letter(entry.text[-1:]) for entry in vocabulary])

    def of(self, tokens: Ints, before: Ints) -> Ints:
        """The class of each token, an index into CLASSES; `before` are the tokens that they follow."""
        classes = self._class[tokens]
        inside = (classes == _START) & self._begins[tokens] & self._ends[before]
        return np.where(inside, _INSIDE, classes)


def _class_of(entry: VocabularyEntry) -> str:
    """Of a token alone; every word is taken for its beginning."""
    if entry.kind != "text":
        return "fragment" if entry.kind == "byte" else "special"
    if "\n" in entry.text:
        return "newline"
    scripts = {script_of(character) for character in entry.text.strip()}
    if not scripts:
        return "space"
    if scripts & _CJK:
        return "cjk"
    if scripts - _NOT_LETTERS:
        return "start"
    return "digit" if "digits" in scripts else "punctuation"


def _is_letter(character: str) -> bool:
    return bool(character) and script_of(character) not in _NOT_LETTERS
