"""Cuts a text into the words that merges stay inside: a string and the name of a rule in, pieces that join to it out.

"Don't stop 42!" -> "Don" "'t" " stop" " 42" "!"

The rule "gpt2" is the one that GPT-2 was published with (Radford et al. 2019, section 2.2): a word takes the space
before it along, digits and signs stay apart. "words" is the same with each line end alone: no token crosses one.
"cl100k" and "o200k" are those of GPT-4 and GPT-4o. They are published as patterns with \\p{L} (letters) and \\p{N}
(numbers), which Python's `re` lacks; here these are spelled out from Python's own tables, so characters younger than
its Unicode version count as signs.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import Final, Literal

Split = Literal["words", "lines", "gpt2", "cl100k", "o200k"]

SPLITS: Final = ("words", "lines", "gpt2", "cl100k", "o200k")
CROSS_LINES: Final = frozenset(("gpt2", "cl100k", "o200k"))

_BLANKS = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's White_Space
_BLANKS_IN_LINE = _BLANKS.replace(r"\t-\r", r"\t\x0b-\r")
_SIGN = (
    r"(?:[^\w\s]|[_\x1c-\x1f])"  # no letter, number or blank; Unicode does not call \x1c to \x1f blanks, Python does
)


def split_words(text: str, split: Split) -> list[str]:
    """The words of a text, in order; joined they are the text."""
    return _pattern(split).findall(text)


@cache
def _pattern(split: Split) -> re.Pattern[str]:
    if split == "lines":
        return re.compile("\n|[^\n]+")
    letter, number = rf"[^\W\d_{_other_numbers()}]", rf"[\d{_other_numbers()}]"
    letters = rf"(?:[A-Za-z]++(?!{letter})|{letter}+)"  # the same as the second half alone, in half the time
    blank = rf"[{_BLANKS}]"
    if split == "gpt2":
        return re.compile(_gpt2(letters, number, blank))
    if split == "words":
        return re.compile("\n|" + _gpt2(letters, number, rf"[{_BLANKS_IN_LINE}]"))
    before = r"(?:[^\r\n\w]|[_\x1c-\x1f])?"  # one sign or blank, which a word takes along
    end = rf"|{number}{{1,3}}| ?{_SIGN}+[\r\n{'/' if split == 'o200k' else ''}]*"
    end += rf"|{blank}*[\r\n]+|{blank}+(?![^{_BLANKS}])|{blank}+"
    if split == "cl100k":
        return re.compile(rf"(?i:'(?:[sdmt]|ll|ve|re))|{before}{letters}{end}")
    return re.compile(_o200k_word(before) + end)


def _gpt2(letters: str, number: str, blank: str) -> str:
    words = rf"'(?:[sdmt]|ll|ve|re)| ?{letters}| ?{number}+| ?{_SIGN}+"
    return rf"{words}|{blank}+(?![^{_BLANKS}])|{blank}+"  # the last blank before a word is left to that word


def _o200k_word(before: str) -> str:
    """Words that go on in small letters, "HTMLParser" -> "HTML" "Parser", with accents and contractions."""
    large, small = _characters("Lu", "Lt", "Lm", "Lo", "M"), _characters("Ll", "Lm", "Lo", "M")
    ending = r"(?i:'(?:[sdmt]|ll|ve|re))?"
    return rf"{before}[{large}]*[{small}]+{ending}|{before}[{large}]+[{small}]*{ending}"


@cache
def _other_numbers() -> str:
    """Numbers that are no decimal digits (², Ⅷ, ½), as a range of a pattern: `re` takes them for letters."""
    return _characters("No", "Nl", end=0x20000)  # beyond lie ideographs, and ten decimal digits


def _characters(*categories: str, end: int = 0x110000) -> str:
    """All characters of some general categories, as the inside of a character class: a-z\\xb5…"""
    wanted = (code for code in range(end) if unicodedata.category(chr(code)).startswith(categories))
    runs = [[code for _, code in run] for _, run in groupby(enumerate(wanted), key=lambda pair: pair[1] - pair[0])]
    return "".join(rf"\U{run[0]:08x}-\U{run[-1]:08x}" for run in runs)
