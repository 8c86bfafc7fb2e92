"""The words of a text: any text in, its words in their order out.

A word is a run of letters, marks and digits, in small letters; an apostrophe or a hyphen within belongs to it. Where no
blanks stand between words (Chinese characters, kana, Thai, Lao, Khmer, Burmese) each character counts as one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Runs of letters and marks; whether one holds unspaced characters; how it is then cut.

    Marks upon letters are no letters to Python, but the vowels of Hindi and Tamil are such marks.
    """
    marks = re.escape("".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.category(chr(code))[0] == "M"))
    run = re.compile(f"\\w[\\w{marks}]*(?:['’-]\\w[\\w{marks}]*)*")
    return run, re.compile(f"[{_UNSPACED}]"), re.compile(f"[{_UNSPACED}][{marks}]*|[^{_UNSPACED}'’-]+")


def words_of(text: str) -> list[str]:
    """ "Don't say 你好!" -> ["don't", 'say', '你', '好']"""
    run, unspaced, pieces = _patterns()
    words: list[str] = run.findall(text.lower().replace("_", " "))
    if text.isascii():
        return words
    return [part for word in words for part in (pieces.findall(word) if unspaced.search(word) else (word,))]
