"""Makes short stories for small children from a grammar: how many and a seed in, distinct stories out.

    "[Once|Long ago] there was a {kind} called {hero}."  ->  "Long ago there was a mouse called Tilly."

Somebody wants something, meets a problem, finds help, and it ends well. A *plot* is a text with two kinds of gaps:
`[this|that]` is drawn each time, `{name}` is drawn once per story and stays, so that who and what remain themselves
from the first line to the last. A *case* of a plot sets several names at once, because they belong together: whoever
learns to swim learns it in a pond, from a duck. `stories_en` and `stories_zh` hold the words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_STORIES: Final = 3_000

_CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")
_NAME: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Being:
    """Somebody in a story: a kind and a name, and the words that stand for both."""

    kind: str
    name: str
    words: Mapping[str, str]  # "he" -> "she", "him" -> "her", "his" -> "her"; with a capital first where one is needed


@dataclass(frozen=True)
class Plot:
    """What happens: a text with gaps, and the cases that fill some of them together.

    A case may say under "not" which kinds, parted by blanks, it does not suit: no fish learns to swim.
    """

    text: str
    cases: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Grammar:
    """All words of one language: who there is, what happens, and what is put right at the end."""

    heroes: Sequence[Being]
    friends: Sequence[Being]
    common: Mapping[str, str]  # names that every plot may use
    plots: Sequence[Plot]
    corrections: tuple[tuple[str, str], ...] = ()  # patterns and what takes their place: "a owl" -> "an owl"


def make_stories(grammar: Grammar, stories: int, seed: int) -> tuple[str, ...]:
    """Distinct stories, at most `MOST_STORIES`, each ending with an empty line; plots take turns evenly."""
    chance = random.Random(seed)
    told: dict[str, None] = {}  # a set that keeps its order, so that equal seeds give equal stories
    while len(told) < min(stories, MOST_STORIES):
        told[tell(grammar, grammar.plots[len(told) % len(grammar.plots)], chance)] = None
    shuffled = list(told)
    chance.shuffle(shuffled)
    return tuple(shuffled)


def tell(grammar: Grammar, plot: Plot, chance: random.Random) -> str:
    """One story of this plot."""
    hero = chance.choice(grammar.heroes)
    fitting = [case for case in plot.cases if hero.kind not in [*case.get("not", "").split(), case.get("helper")]]
    case = chance.choice(fitting)
    known = {**grammar.common, **case, "hero": hero.name, "kind": hero.kind, **hero.words}
    helpers = [
        friend
        for friend in grammar.friends
        if hero.kind != friend.kind == case.get("helper", friend.kind) and hero.name != friend.name
    ]
    friend = chance.choice(helpers)
    known |= {"friend": friend.name, "fkind": friend.kind, **{f"f_{word}": own for word, own in friend.words.items()}}
    text = fill(plot.text, known, chance)
    for pattern, correct in grammar.corrections:
        text = re.sub(pattern, correct, text)
    return text.strip() + "\n\n"


def fill(text: str, known: Mapping[str, str], chance: random.Random) -> str:
    """All gaps filled: fill("[One|One] {x}", {"x": "[cat|cat]"}) -> "One cat". Equal names get equal words."""
    settled: dict[str, str] = {}

    def settle(name: str) -> str:
        if name not in settled:
            settled[name] = fill(known[name], known, chance)
        return settled[name]

    while (drawn := _CHOICE.sub(lambda choice: chance.choice(choice[1].split("|")), text, count=1)) != text:
        text = drawn
    return _NAME.sub(lambda name: settle(name[1]), text)
