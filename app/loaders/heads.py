"""A run in, what its heads do on repeated random tokens out, on which their names rest: plain values."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from app.loaders import models


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
