"""Training again from what a run is: with another probe sentence, or on from one of its steps; the new run's id out."""

from __future__ import annotations

from typing import Any

from app.loaders import doctor, runs
from app.loaders.reading import readable_text
from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError

LONGEST_PROBE = 2_000
LONGEST_NAME = 120


def as_advised(wish: dict[str, Any]) -> str:
    """The same run with the one change that the curve doctor names: {"run", "kind"}.

    Raises:
        LMError: the curves no longer say so, or the new run cannot start.
    """
    return doctor.rerun(wish["run"], wish["kind"])


def with_sentence(wish: dict[str, Any]) -> str:
    """Start the run once more, with this sentence to follow: {"run", "probe"}; "" means one from its text.

    Raises:
        LMError: the new run cannot start.
    """
    run_id = wish["run"]
    config = runs.config_of(run_id)
    sentence = readable_text(str(wish["probe"]))[0][:LONGEST_PROBE]
    words = " · " + (" ".join(sentence.split())[:24] or "probe from the text")
    name = (config.name or config.corpus.title or run_id)[: LONGEST_NAME - len(words)] + words
    return runs.train_new(parse_config(RunConfig, {**config.model_dump(), "probe": sentence, "name": name}))


def onward(wish: dict[str, Any]) -> str:
    """Start a run that goes on from a kept step: {"run", "step", "rate", "steps"}.

    Raises:
        LMError: a number is out of bounds, or the run keeps no model of that step.
    """
    from lm_core.runs.continuing import child_config  # torch: no page that only looks waits for it

    numbers = [wish.get(name) for name in ("step", "rate", "steps")]
    if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
        raise RunError("A step, a learning rate and a number of steps are needed to go on.")
    step, rate, steps = numbers
    settings = {"train.learning_rate": repr(float(rate)), "train.steps": str(int(steps))}
    return runs.train_new(child_config(runs.config_of(wish["run"]), wish["run"], int(step), settings))


WAYS = {"rerun": as_advised, "again": with_sentence, "onward": onward}  # by the name of the wish that the picture sends
