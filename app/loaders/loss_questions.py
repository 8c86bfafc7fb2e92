"""A question of the page Loss by its name in ("gradient", "choice", …), the answer as plain values out."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

from app.loaders import counting, guess
from app.loaders.choice import choice_of_run
from app.loaders.probing import Question, named, one_at_a_time, whole_number
from app.loaders.sequence import sequence_of
from app.loaders.text_loss import place_in_text, text_loss
from app.loaders.wrong import wrong
from lm_core.errors import ConfigError

Answer: TypeAlias = Callable[[str, Question], dict[str, Any]]

MOST_OUTCOMES = 12
LARGEST = 1e6  # of a logit


def gradient(_run_id: str, question: Question) -> dict[str, Any]:
    """The loss of some `logits` where `truth` is true, and its gradient: what autograd finds, for the page to compare.

    Raises:
        ConfigError: these are no such numbers.
    """
    import torch

    from lm_core.training.objective import cross_entropy_slope

    logits, truth = _decimals(question, "logits"), _decimals(question, "truth")
    smoothing, temperature = _decimals(question, "smoothing")[0], _decimals(question, "temperature")[0]
    fits = len(logits) == len(truth) and min(truth) >= 0 and abs(sum(truth) - 1) < 1e-6
    if not fits or not 0 <= smoothing < 1 or not 0.01 <= temperature <= 100:
        raise ConfigError("Send as many logits as shares of a truth that adds up to 1, a smoothing and a temperature.")
    loss, slope = cross_entropy_slope(logits, truth, smoothing=smoothing, temperature=temperature)
    return {"loss": loss, "gradient": slope, "by": f"torch {torch.__version__.partition('+')[0]}"}


def choice(run_id: str, question: Question) -> dict[str, Any]:
    """A choice of the run, number `place`."""
    place = whole_number(question, "place", 0)
    with one_at_a_time:
        return choice_of_run(run_id, max(0, place), question.get("lang", ""))


def text(run_id: str, question: Question) -> dict[str, Any]:
    """What each token of `text` costs the model of `step`."""
    return text_loss(run_id, question.get("text", ""), whole_number(question, "step", -1))


def place(run_id: str, question: Question) -> dict[str, Any]:
    """Some lines of the run's own text: `part`, and which `turn`."""
    return place_in_text(run_id, question.get("part", "validation"), max(0, whole_number(question, "turn", 0)))


def sequence(run_id: str, question: Question) -> dict[str, Any]:
    """The probability of a sentence (`text`), token by token, at the kept model nearest to `step`."""
    with one_at_a_time:
        step = whole_number(question, "step", -1)
        return sequence_of(run_id, question.get("text", ""), step, turned=question.get("turned") == "1")


def _alone(ask: Answer) -> Answer:
    """The same, one at a time: a class that looks at once must not stop the runs that train."""

    def asked(run_id: str, question: Question) -> dict[str, Any]:
        with one_at_a_time:
            return ask(run_id, question)

    return asked


QUESTIONS: dict[str, Answer] = {
    "gradient": gradient,
    "choice": choice,
    "text": text,
    "place": place,
    "sequence": sequence,
    "wrong": wrong,
    "table": _alone(counting.table),
    "orders": _alone(counting.orders),
    "samples": _alone(counting.samples),
    "guess": guess.guess,
    "first": guess.first,
    "reveal": _alone(guess.reveal),
}


def answer(run_id: str, name: str, question: Question) -> dict[str, Any]:
    """One question about a loss, of a run or of numbers that were sent.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: no such question, or it cannot be answered.
    """
    return named(QUESTIONS, name)(run_id, question)


def _decimals(question: Question, name: str) -> list[float]:
    """'0.5,-1.25' -> [0.5, -1.25].

    Raises:
        ConfigError: they are too many, too large, or no numbers.
    """
    parts = question.get(name, "").split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = [math.nan]
    if len(numbers) > MOST_OUTCOMES or not all(abs(number) <= LARGEST for number in numbers):
        raise ConfigError(f"{name} must be up to {MOST_OUTCOMES} decimal numbers.")
    return numbers
