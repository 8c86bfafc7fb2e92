"""Tasks that ask for arithmetic, for memory, or for finding a repetition: how many and a seed in, lines out.

    add: 58+347 -> 405          45+87 mod 97 -> 35          close: ([]{ -> })
    count a: bacaab -> 3        kqzwmkqzwmkqzwm

As in `tasks`, each line has one right answer, no two are equal, and equal seeds give equal lines.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from typing import Final

MOST_DIGITS: Final = 3
MODULUS: Final = 97  # a prime, as in Power et al. 2022, "Grokking"
PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
DEEPEST: Final = 6
COUNTED: Final = "abcde"
FEWEST_LETTERS, MOST_LETTERS = 3, 12
REPEATS: Final = 3


def addition_task(examples: int, seed: int) -> tuple[str, ...]:
    """Add two numbers of one to three digits: "add: 58+347 -> 405". All lengths come equally often while they last."""

    def line(chance: random.Random) -> str:
        one, two = (_number(chance) for _ in range(2))
        return f"add: {one}+{two} -> {one + two}\n"

    return _distinct(line, examples, seed)


def modular_task(examples: int, seed: int) -> tuple[str, ...]:
    """Add on a clock of 97 hours: "45+87 mod 97 -> 35". There are 97 x 97 lines and no more."""
    every = [(one, two) for one in range(MODULUS) for two in range(MODULUS)]
    chosen = random.Random(seed).sample(every, min(examples, len(every)))
    return tuple(f"{one}+{two} mod {MODULUS} -> {(one + two) % MODULUS}\n" for one, two in chosen)


def brackets_task(examples: int, seed: int) -> tuple[str, ...]:
    """Close what is open, the last first: "close: ([]{ -> })"."""

    def line(chance: random.Random) -> str:
        written, open_now = "", ""
        for _sign in range(chance.randint(2, 14)):
            closes = open_now and (len(open_now) == DEEPEST or chance.random() < 0.45)
            if closes:
                written, open_now = written + PAIRS[open_now[-1]], open_now[:-1]
            else:
                bracket = chance.choice([*PAIRS])
                written, open_now = written + bracket, open_now + bracket
        if not open_now:
            bracket = chance.choice([*PAIRS])
            written, open_now = written + bracket, bracket
        return f"close: {written} -> {''.join(PAIRS[bracket] for bracket in reversed(open_now))}\n"

    return _distinct(line, examples, seed)


def counting_task(examples: int, seed: int) -> tuple[str, ...]:
    """Say how often a letter comes: "count a: bacaab -> 3"."""

    def line(chance: random.Random) -> str:
        asked = chance.choice(COUNTED)
        word = "".join(chance.choices(COUNTED, k=chance.randint(FEWEST_LETTERS, MOST_LETTERS)))
        return f"count {asked}: {word} -> {word.count(asked)}\n"

    return _distinct(line, examples, seed)


def induction_task(examples: int, seed: int) -> tuple[str, ...]:
    """Different letters in a random order, three times: "kqzwmkqzwmkqzwm". Only the first time is chance."""

    def line(chance: random.Random) -> str:
        return "".join(chance.sample(string.ascii_lowercase, chance.randint(5, 12))) * REPEATS + "\n"

    return _distinct(line, examples, seed)


def _number(chance: random.Random) -> int:
    digits = chance.randint(1, MOST_DIGITS)
    return chance.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)


def _distinct(line: Callable[[random.Random], str], examples: int, seed: int) -> tuple[str, ...]:
    chance = random.Random(seed)
    lines: dict[str, None] = {}  # a set that keeps its order
    while len(lines) < examples:
        lines[line(chance)] = None
    return tuple(lines)
