"""A run, a sentence and the words of an address in, the opened model and what it reads out: how each probe begins."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.loaders import attention, models
from app.loaders.reading import ids_that_fit, readable_text
from lm_core.errors import ConfigError

MOST_TOKENS = 96  # of a sentence; more would not fit a screen
OPENING = 40  # of the run's own sentence
FALLBACK = "The cat sat on the mat."  # where a run follows no sentence
TOP = 8
MOST_GROUPS = 2_000

SECONDS = 2.0  # that one answer may work; the picture asks again for what is left
REMEMBERED = 16

one_at_a_time = threading.Lock()  # a class that looks at once must not stop the runs that train

Question = Mapping[str, str]
Answer = TypeVar("Answer")  # a function of what a question needs


@dataclass(frozen=True, eq=False)
class Reading:
    """One sentence in front of one model. `notes` say what could not be read, for the picture to word."""

    run_id: str
    model: Any
    tokenizer: Any
    step: int
    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    notes: list[dict[str, Any]]

    def about(self) -> dict[str, Any]:
        """What every answer tells."""
        config = self.model.config
        shape = {"layers": config.n_layers, "heads": config.n_heads, "causal": config.causal}
        return {
            "step": self.step,
            "text": self.text,
            "tokens": list(self.tokens),
            "ids": list(self.ids),
            "notes": self.notes,
            **shape,
        }

    def token_names(self, ids: Sequence[int]) -> list[str]:
        return list(self.tokenizer.token_texts(list(ids)))

    def copies_within(self, products: float) -> int:
        """How many times the sentence may be run for so many products: two for each weight and token."""
        weights = sum(weight.numel() for weight in self.model.parameters())
        return int(products / (2 * weights * len(self.ids)))

    def position(self, question: Question, name: str = "position") -> int:
        """A place in the sentence, the last one where none is asked for.

        Raises:
            ConfigError: the sentence has no such place.
        """
        at = whole_number(question, name, len(self.ids) - 1)
        if not 0 <= at < len(self.ids):
            raise ConfigError(f"The sentence has {len(self.ids)} tokens. Choose one of them.")
        return at


@dataclass
class Work:
    """Rows that take long to make: what is known before them, those made so far, where to go on, the seconds spent."""

    about: Any
    rows: Iterator[Any]
    done: list[Any] = field(default_factory=list)
    spent: float = 0.0

    def progress(self, layers: int, each: int) -> dict[str, Any]:
        """Of `each` rows a layer: how many there are and are left, and about how many seconds that takes. Rows of low
        layers take longer, as all layers above are worked out again.
        """
        costs = [layers - at // each for at in range(layers * each)]
        left = sum(costs[len(self.done) :])
        seconds = self.spent * left / max(1, sum(costs[: len(self.done)]))
        return {"all": len(costs), "left": len(costs) - len(self.done), "seconds": round(seconds, 1)}


works: OrderedDict[Hashable, Work] = OrderedDict()


def go_on(key: Hashable, begin: Callable[[], tuple[Any, Iterator[Any]]], seconds: float = SECONDS) -> Work:
    """The work of this name, begun or continued for some seconds; the newest few are remembered."""
    work = works.pop(key, None) or Work(*begin())
    started = time.monotonic()
    for row in work.rows:
        work.done.append(row)
        if time.monotonic() - started > seconds:
            break
    work.spent += time.monotonic() - started
    works[key] = work  # not where it was refused on the way
    while len(works) > REMEMBERED:
        works.popitem(last=False)
    return work


def read(run_id: str, question: Question, step: int | None = None) -> Reading:
    """The model of a run nearest to `step` (the newest for None) and the sentence `text`; the run's own where empty.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the sentence has fewer than two tokens.
    """
    text, opened = question.get("text", ""), models.open_transformer(run_id, models.nearest(run_id, step))
    readable, notes = readable_text(text or own_sentence(run_id))
    fitting = min(opened.model.config.context_length, MOST_TOKENS if text else OPENING)
    ids, left_out = ids_that_fit(opened.tokenizer, readable, fitting)
    if len(ids) < 2:
        raise ConfigError("Type a sentence of at least two tokens: a lone token has nobody to look at.")
    tokens = tuple(opened.tokenizer.token_texts(ids))
    said = [*notes, *left_out] if text else []
    return Reading(run_id, opened.model, opened.tokenizer, opened.step, text, ids, tokens, said)


def own_sentence(run_id: str) -> str:
    """The words of the sentence that the run follows, without signs that stand for others."""
    film = attention.film_of(run_id)
    tokens = film[-1].tokens if film else ()
    return "".join(token for token in tokens if not (token.startswith("<") and token.endswith(">"))) or FALLBACK


def named(questions: Mapping[str, Answer], name: str) -> Answer:
    """What answers the question of that name.

    Raises:
        ConfigError: there is none.
    """
    if name not in questions:
        raise ConfigError(f'There is no question "{name}". Ask one of: {", ".join(questions)}.')
    return questions[name]


def whole_number(question: Question, name: str, default: int) -> int:
    """A number of the question.

    Raises:
        ConfigError: it is none.
    """
    text = question.get(name, "")
    if not text:
        return default
    if not text.removeprefix("-").isdecimal() or not text.isascii() or len(text) > 9:
        raise ConfigError(f"{name} must be a whole number.")
    return int(text)


def numbers(question: Question, name: str, each: int) -> list[tuple[int, ...]]:
    """'0.1,2.3' -> [(0, 1), (2, 3)]: groups of `each` numbers.

    Raises:
        ConfigError: these are no such groups.
    """
    groups = [group.split(".") for group in question.get(name, "").split(",") if group]
    if any(
        len(group) != each or not all(n.isascii() and n.isdecimal() and len(n) < 7 for n in group) for group in groups
    ):
        raise ConfigError(f"{name} must be groups of {each} whole numbers.")
    return [tuple(int(n[:6]) for n in group) for group in groups[:MOST_GROUPS]]


def rounded(values: Any) -> Any:
    """Arrays as lists with five digits, NaN as None."""
    if isinstance(values, list | tuple):
        return [rounded(value) for value in values]
    if hasattr(values, "tolist"):
        return rounded(values.tolist())
    if isinstance(values, float):
        return None if values != values else float(f"{values:.5g}")
    return values
