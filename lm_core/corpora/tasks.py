"""Small tasks with one right answer each: a number of examples and a seed in, one line per example out.

    copy: kqz -> kqz        reverse: kqz -> zqk        sort: 7203 -> 0237
    Tuesday, March 5, 2024 -> 2024-03-05

A model that has learned the task continues a line after the arrow without a mistake; where it looks to do so can be
seen in its attention. No two examples of a corpus are equal.
"""

from __future__ import annotations

import datetime
import random
import string
from collections.abc import Callable
from typing import Final

SHORTEST: Final = 3
LONGEST: Final = 8

DATE_LANGUAGES: Final = ("en", "de", "fr", "es", "zh")
DATE_FORMATS: Final = ("full", "long")  # with and without the day of the week
FIRST_DAY: Final = datetime.date(1900, 1, 1)
DAYS: Final = (datetime.date(2100, 1, 1) - FIRST_DAY).days


def copy_task(examples: int, seed: int) -> tuple[str, ...]:
    """Say the letters again: "copy: kqz -> kqz"."""
    return _task("copy", string.ascii_lowercase, lambda word: word, examples, seed)


def reverse_task(examples: int, seed: int) -> tuple[str, ...]:
    """Say the letters backwards: "reverse: kqz -> zqk"."""
    return _task("reverse", string.ascii_lowercase, lambda word: word[::-1], examples, seed)


def sort_task(examples: int, seed: int) -> tuple[str, ...]:
    """Put the digits in order: "sort: 7203 -> 0237"."""
    return _task("sort", string.digits, lambda word: "".join(sorted(word)), examples, seed)


def dates_task(examples: int, seed: int) -> tuple[str, ...]:
    """Write a date of the years 1900 to 2099 as ISO 8601 does: "5 mars 2024 -> 2024-03-05", in five languages."""
    from babel.dates import format_date  # optional package, so it is imported only where it is used

    ways = [(language, form) for language in DATE_LANGUAGES for form in DATE_FORMATS]
    chosen = random.Random(seed).sample(range(len(ways) * DAYS), examples)  # each a day and a way to write it

    def line(number: int) -> str:
        day, way = divmod(number, len(ways))
        language, form = ways[way]
        date = FIRST_DAY + datetime.timedelta(days=day)
        return f"{format_date(date, form, locale=language)} -> {date.isoformat()}\n"

    return tuple(map(line, chosen))


def _task(name: str, alphabet: str, answer: Callable[[str], str], examples: int, seed: int) -> tuple[str, ...]:
    """Distinct random words of `SHORTEST` to `LONGEST` signs, each with its answer."""
    chance = random.Random(seed)
    words: dict[str, None] = {}  # a set that keeps its order, so that equal seeds give equal lines
    while len(words) < examples:
        length = chance.randint(SHORTEST, LONGEST)
        words["".join(chance.choices(alphabet, k=length))] = None
    return tuple(f"{name}: {word} -> {answer(word)}\n" for word in words)
