"""Turns what lm_core says into the reader's language: an English sentence with its values in, the same in Chinese out.

lm_core raises `There is no run "abc" on this machine. …`; the catalogue knows `There is no run "{0}" on this machine.
…`. A sentence is found by its fixed parts, one after the other, without regular expressions: whatever stands between
them, however long or odd, is a value, and is put back as it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from app.i18n import catalogue, current_language, engine_messages

PLACEHOLDER = re.compile(r"\{(\d+)\}")
LONGEST = 4_000  # characters; a longer text is looked at once, as a whole, and its values stay as they are
MOST_SENTENCES = 12  # of one message; more are taken as one
FEW_LETTERS = 6  # a template with fewer of its own, such as "{0}: {1}.", must have known values
DEEPEST = 4  # values within values


def translate_sentence(text: str, language: str | None = None) -> str:
    """A message of lm_core in `language`, or in the session's; what nobody has translated stays as it is."""
    language = language or current_language()
    whole = catalogue(language).get(text)
    if whole is not None:
        return whole
    if len(text) > LONGEST:
        found = _one(text, language, DEEPEST, {})
        return found.text if found else text
    return _translated(text, language)


@lru_cache(maxsize=512)
def _translated(text: str, language: str) -> str:
    found = _several(text, language, 0, {})
    return found.text if found else text


@dataclass(frozen=True)
class Template:
    """A message cut at its placeholders: 'Run "{0}" {1}.' -> fixed 'Run "', '" ', '.' around the values 0 and 1."""

    fixed: tuple[str, ...]
    numbers: tuple[str, ...]
    translation: str
    letters: int  # in the fixed parts

    def values(self, text: str) -> list[str] | None:
        """What stands at the placeholders, or None where the text is another sentence. Linear in the text's length."""
        first, *middle, last = self.fixed
        place, end, values = len(first), len(text) - len(last), []
        if place > end or not text.startswith(first) or not text.endswith(last):
            return None
        for part in middle:
            found = text.find(part, place, end)
            if found < 0:
                return None
            values.append(text[place:found])
            place = found + len(part)
        return [*values, text[place:end]]

    def is_quoted(self, index: int) -> bool:
        """A value between quotation marks is somebody's name for something."""
        return self.fixed[index].endswith('"') and self.fixed[index + 1].startswith('"')


@dataclass(frozen=True)
class Found:
    """A translation, and how many letters of the original it accounts for."""

    text: str
    letters: int


Memory = dict[tuple[str, int, bool], Found | None]


@cache
def _templates(language: str) -> tuple[Template, ...]:
    """All templates of a language, the most literal first."""
    made = []
    for message, translation in engine_messages(language).items():
        numbers = tuple(PLACEHOLDER.findall(message))
        if numbers:
            fixed = tuple(PLACEHOLDER.split(message)[::2])
            made.append(Template(fixed, numbers, translation, _letters("".join(fixed))))
    return tuple(sorted(made, key=lambda template: -template.letters))


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _several(text: str, language: str, depth: int, memory: Memory) -> Found | None:
    """One or several sentences joined by spaces, cut so that as many letters as possible are known; None: none are."""
    key = (text, depth, True)
    if key in memory:
        return memory[key]
    memory[key] = None
    ends = [match.start() + 1 for match in re.finditer(r"[.?!] ", text)][: MOST_SENTENCES - 1]
    starts = [0, *(end + 1 for end in ends)]
    ends.append(len(text))
    best = [Found("", 0)]  # best[n]: of the first n sentences
    for last, end in enumerate(ends):
        readings = []
        for first in reversed(range(last + 1)):  # of two equal readings, that with the shorter sentences
            part = text[starts[first] : end]
            found = _one(part, language, depth, memory)
            if found or first == last:
                found = found or Found(part, 0)
                before = best[first]
                readings.append(Found(_joined(before.text, found.text), before.letters + found.letters))
        best.append(max(readings, key=lambda reading: reading.letters))
    memory[key] = best[-1] if best[-1].letters else None
    return memory[key]


def _joined(before: str, after: str) -> str:
    """Chinese sentences follow each other without a space."""
    return before + after if not before or before[-1] in "。！？" else f"{before} {after}"


def _one(text: str, language: str, depth: int, memory: Memory) -> Found | None:
    """The text as one message; of several that it may be, the one that accounts for most of its letters."""
    key = (text, depth, False)
    exact = engine_messages(language).get(text)
    if exact is not None:
        return Found(exact, _letters(text))
    if key not in memory:
        readings = (_filled(template, text, language, depth, memory) for template in _templates(language))
        memory[key] = max((found for found in readings if found), key=lambda found: found.letters, default=None)
    return memory[key]


def _filled(template: Template, text: str, language: str, depth: int, memory: Memory) -> Found | None:
    values = template.values(text)
    if values is None:
        return None
    known = [
        _value(value, language, depth + 1, memory, quoted=template.is_quoted(index))
        for index, value in enumerate(values)
    ]
    if template.letters < FEW_LETTERS and not any(known) and any(map(_letters, values)):
        return None
    shown = [found.text if found else value for found, value in zip(known, values, strict=True)]
    by_number = dict(zip(template.numbers, shown, strict=True))
    translation = PLACEHOLDER.sub(lambda match: by_number.get(match[1], match[0]), template.translation)
    return Found(translation, template.letters + sum(found.letters for found in known if found))


def _value(value: str, language: str, depth: int, memory: Memory, *, quoted: bool) -> Found | None:
    """A value that is itself a message; a name in quotation marks only where it is one letter by letter."""
    if depth > DEEPEST or not _letters(value):
        return None
    if quoted:
        exact = engine_messages(language).get(value)
        return None if exact is None else Found(exact, _letters(value))
    return _several(value, language, depth, memory)
