"""A run and a sentence in, the names of its heads out, with the figures that they rest on: plain values."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import attention, models
from lm_core.errors import RunError


def named_heads(run_id: str, text: str = "", step: int | None = None) -> dict[str, Any]:
    """{"step", "tokens", "heads"}: each head of the model nearest to `step` (the newest for None), first layer first.

    A head is what `lm_core.interpret.heads.HeadReport` holds; its `measures` have a score on the sentence and one on
    repeated random tokens. Without a sentence, the run's own one as it was kept at that moment. Imports torch.

    Raises:
        RunError: no such run, or it has kept no moment and no model yet.
        ConfigError: the sentence is too short.
    """
    checkpoint = models.nearest(run_id, step)
    if text:
        seen = attention.look_at(run_id, text, step)
        return _named(run_id, checkpoint.as_posix(), seen.tokens, _Pattern(seen.attention))
    film = attention.film_of(run_id)
    if not film:
        raise RunError("This run has kept no moment yet. Wait for its first one, then try again.")
    wanted = film[-1].step if step is None or step < 0 else step
    point = min(film, key=lambda point: abs(point.step - wanted))
    return _named(run_id, checkpoint.as_posix(), point.tokens, _Pattern(point.attention))


def scores_on_random(run_id: str, step: int) -> dict[str, Any]:
    """{"step", "scores"}: of each layer and head how much of each kind it shows on repeated random tokens.

    `scores` is None where the model of just that step is not kept, or is too small for such texts. Imports torch.

    Raises:
        RunError: there is no such run.
    """
    if step not in models.kept(run_id):
        return {"step": step, "scores": None}
    return {"step": step, "scores": _on_random(run_id, models.nearest(run_id, step).as_posix())}


@lru_cache(maxsize=64)
def _on_random(run_id: str, checkpoint: str) -> list[list[dict[str, float]]] | None:
    from lm_core.interpret.heads import random_scores

    opened = models.open_transformer(run_id, Path(checkpoint))
    readable = [entry.id for entry in opened.tokenizer.vocabulary() if entry.kind == "text"]
    scores = random_scores(opened.model, readable or None)
    return scores and [[{name: round(one, 4) for name, one in head.items()} for head in layer] for layer in scores]


class _Pattern:
    """Maps as bytes (L, H, T, T) that a cache can tell apart; equal ones are one key."""

    def __init__(self, attention: npt.NDArray[np.uint8]) -> None:
        self.attention = attention
        self._bytes = attention.tobytes()

    def __hash__(self) -> int:
        return hash(self._bytes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pattern) and self._bytes == other._bytes


@lru_cache(maxsize=16)
def _named(run_id: str, checkpoint: str, tokens: tuple[str, ...], pattern: _Pattern) -> dict[str, Any]:
    from lm_core.interpret.heads import describe_heads

    opened = models.open_transformer(run_id, Path(checkpoint))
    readable = [entry.id for entry in opened.tokenizer.vocabulary() if entry.kind == "text"]
    weights = pattern.attention.astype(np.float64) / 255
    weights /= np.maximum(weights.sum(-1, keepdims=True), 1e-9)  # bytes are rounded; rows are shares again
    heads = describe_heads(opened.model, weights, tokens, readable or None)
    return {"step": opened.step, "tokens": list(tokens), "heads": heads}
