"""A question of the page Generate by its name in ("pair", "beam", "cache", …), the answer as plain values out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.loaders import beams, caching, contrasting, probing, together
from app.loaders.probing import Question
from lm_core.errors import ConfigError

QUESTIONS: dict[str, Callable[[str, Question], dict[str, Any]]] = {
    "pair": together.pair,
    "contrast": contrasting.contrast,
    "beam": beams.tree,
    "cache": caching.fill,
    "column": caching.column,
    "speed": caching.speed,
}


def answer(run_id: str, name: str, question: Question) -> dict[str, Any]:
    """One question about what a run writes; long ones are answered in pieces, so that others get their turn.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: no such question, or it cannot be asked of this model and prompt.
    """
    if name not in QUESTIONS:
        raise ConfigError(f'There is no question "{name}". Ask one of: {", ".join(QUESTIONS)}.')
    with probing.one_at_a_time:
        return QUESTIONS[name](run_id, question)
