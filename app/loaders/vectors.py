"""A head of a run and a moment or sentence in, the vectors that its weights come from out, as bytes for the browser.

q and k, so that q @ k / sqrt(d_head) are its scores. Where the model is at hand also v, and what q and k were on their
way (lm_core/interpret/projection.py says which stages there are); else what the moment kept, rounded to 11 bits.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.loaders import attention, models, runs
from lm_core.errors import ConfigError, RunError


def pack_vectors(run_id: str, step: int, layer: int, head: int, text: str = "", write: int = 0, at: int = -1) -> bytes:
    """The vectors of one head (counted from 0), of a kept moment or, with `text`, of an own sentence.

    `write` and `at`: the tokens that the model of step `at` wrote on, as in `pack_sentence`.

    Raises:
        RunError: no such run or moment, or it kept no q and k.
        ConfigError: the model has no such head.
    """
    parts = _parts_of_text(run_id, step, layer, text, write, at) if text else _parts_of_moment(run_id, step, layer)
    config = runs.config_of(run_id).model
    if not (0 <= layer < config.n_layers and 0 <= head < config.n_heads):
        raise ConfigError(f"This model has {config.n_layers} layers of {config.n_heads} heads. Choose one of them.")
    size, d_head = parts["q"].shape[1:]
    header = {
        "step": step, "layer": layer, "head": head, "size": size, "dHead": d_head, "parts": list(parts),
        **attention.switches(run_id),
    }  # fmt: skip
    return attention.pack(header, [np.stack([part[head] for part in parts.values()]).astype("<f4")])


def _parts_of_text(run_id: str, step: int, layer: int, text: str, write: int, at: int) -> dict[str, Any]:
    seen = attention.look_at(run_id, text, step, write=write, at=at)
    return _path(run_id, models.nearest(run_id, step).as_posix(), seen.ids, _within(run_id, layer))


def _parts_of_moment(run_id: str, step: int, layer: int) -> dict[str, Any]:
    """From the model of that very step where it is kept, in full; else what the moment kept, rounded to 11 bits."""
    point = next((point for point in attention.film_of(run_id) if point.step == step), None)
    if point is not None and step in models.kept(run_id):
        checkpoint = models.nearest(run_id, step)
        tokenizer = models.open_transformer(run_id, checkpoint).tokenizer
        ids = tuple(tokenizer.encode("".join(point.tokens)))
        if tuple(tokenizer.token_texts(ids)) == point.tokens:
            return _path(run_id, checkpoint.as_posix(), ids, _within(run_id, layer))
    if point is None or point.q is None or point.k is None:
        raise RunError(f"Run {run_id} kept no q and k at step {step}. Choose another moment.")
    layer = min(max(layer, 0), len(point.q) - 1)  # a layer that there is not is refused by its head
    return {"q": point.q[layer], "k": point.k[layer]}


def _within(run_id: str, layer: int) -> int:
    return min(max(layer, 0), runs.config_of(run_id).model.n_layers - 1)


@lru_cache(maxsize=24)
def _path(run_id: str, checkpoint: str, ids: tuple[int, ...], layer: int) -> dict[str, Any]:
    from lm_core.interpret.projection import projection_path

    return projection_path(models.open_transformer(run_id, Path(checkpoint)).model, ids, layer)
