"""A question of the page Generate by its name in ("pair", "beam", "cache", …), the answer as plain values out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.loaders import beams, caching, contrasting, probing, together
from app.loaders.probing import Question

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
    ask = probing.named(QUESTIONS, name)
    with probing.one_at_a_time:
        return ask(run_id, question)
