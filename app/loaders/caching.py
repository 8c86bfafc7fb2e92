"""A run and a prompt in, its KV cache as it fills out; and the seconds a token takes with the cache and without."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import models, prompts
from app.loaders.probing import Question, Work, go_on, rounded, whole_number
from app.loaders.prompts import Start
from lm_core.config import ModelConfig
from lm_core.errors import ConfigError

MOST_TOKENS = 120
BEYOND = 12  # tokens past the end of a small context that are written by themselves, so that one sees it slide
SECONDS = 0.4  # that one answer works: who measures must not starve who writes
LONGEST_MEASURED = 1024  # tokens
FEW_LAYERS, NUMBERS, NUMBERS_OF_MANY = 6, 16, 6  # numbers of each vector that a picture has room for
LARGER = ModelConfig(n_layers=6, n_heads=6, d_model=384, context_length=256)  # to measure beside a small run
VOCABULARY = 512
SLOWEST = 2.0  # seconds for one token; longer texts are not measured then


def fill(run_id: str, question: Question) -> dict[str, Any]:
    """The cache step by step: the rows after `have`, and whether more are `left`.

    Each row is {tokens, start, token, keys, values}: of the vectors that came some numbers, by layer and column.
    """
    models.refuse_counting(run_id)
    one = prompts.start(run_id, question)
    count, work = _filled(one, question)
    have = max(0, whole_number(question, "have", 0))
    found = work.done[have:]
    names = one.token_names([row.token_id for row in found])
    sent = [
        {
            "tokens": row.tokens,
            "start": row.start,
            "token": name,
            "id": row.token_id,
            "keys": _some(row.keys),
            "values": _some(row.values),
        }
        for row, name in zip(found, names, strict=True)
    ]
    return {**_about(one), "have": have, "rows": sent, "left": len(work.done) < count}


def column(run_id: str, question: Question) -> dict[str, Any]:
    """The numbers of one column that came in row `at`: its `column` counted from the first that came, at `layer`.

    Raises:
        ConfigError: there is no such column.
    """
    models.refuse_counting(run_id)
    one = prompts.start(run_id, question)
    _count, work = _filled(one, question)
    at, layer, place = (whole_number(question, name, 0) for name in ("at", "layer", "column"))
    if not 0 <= at < len(work.done):
        raise ConfigError("The cache has not come so far yet.")
    keys, values = work.done[at].keys, work.done[at].values
    if not (0 <= layer < keys.shape[0] and 0 <= place < keys.shape[1]):
        raise ConfigError("The cache has no such place.")
    return {"key": rounded(keys[layer, place]), "value": rounded(values[layer, place])}


def _filled(one: Start, question: Question) -> tuple[int, Work]:
    from lm_core.generation import filling

    context, sampling = one.model.config.context_length, prompts.sampling_of(question)
    default = min(MOST_TOKENS, max(BEYOND, context - len(one.ids) + BEYOND))
    count = prompts.count_of(question, default, MOST_TOKENS)
    key = ("cache", one.run_id, one.step, one.text, count, sampling)
    begin = lambda: ({}, filling.fill(one.model, one.ids, sampling, n_tokens=count))  # noqa: E731
    return count, go_on(key, begin, SECONDS)


def _some(vectors: npt.NDArray[np.float32]) -> list[Any]:
    """(L, T, K, D) -> (L, T, at most N): numbers of the first head, evenly chosen, with three digits."""
    layers, _columns, _heads, width = vectors.shape
    most = NUMBERS if layers <= FEW_LAYERS else NUMBERS_OF_MANY
    chosen = np.unique(np.linspace(0, width - 1, min(most, width)).astype(int))
    numbers: list[Any] = np.round(vectors[:, :, 0, chosen].astype(np.float64), 3).tolist()
    return numbers


def _about(one: Start) -> dict[str, Any]:
    config = one.model.config
    return {
        **one.about(),
        "ids": len(one.ids),
        "layers": config.n_layers,
        "keyHeads": config.kv_heads,
        "heads": config.n_heads,
        "headWidth": config.d_head,
        "shown": min(NUMBERS if config.n_layers <= FEW_LAYERS else NUMBERS_OF_MANY, config.d_head),
        "bytesEach": 2
        * config.n_layers
        * config.kv_heads
        * config.d_head
        * 4,  # of one token: keys and values, float32
    }


def speed(run_id: str, question: Question) -> dict[str, Any]:
    """Seconds per token at growing lengths, as far as measured: the rows after `have`; `turn` names a measurement.

    `larger`: not the run's own model but one of LARGER's shape, as on a very small one there is little to save.

    Raises:
        ConfigError: without a causal mask there is no cache.
    """
    from lm_core.generation import timing

    models.refuse_counting(run_id)
    model, ids, name = _measured(run_id, question)
    longest = min(model.config.context_length, LONGEST_MEASURED)
    lengths = timing.lengths_up_to(longest)
    text = (ids * (longest // len(ids) + 1))[:longest]
    key = ("speed", *name, question.get("turn", "")[:40])
    work = go_on(key, lambda: ({}, timing.time_tokens(model, text, lengths)), SECONDS)
    have = max(0, whole_number(question, "have", 0))
    slow = bool(work.done) and work.done[-1].recomputed > SLOWEST
    rows = [
        {
            "tokens": row.tokens,
            "cached": row.cached,
            "recomputed": row.recomputed,
            "fewer": timing.multiplications(model, row.tokens, cached=True),
            "all": timing.multiplications(model, row.tokens, cached=False),
        }
        for row in work.done[have:]
    ]
    shape = {"layers": model.config.n_layers, "width": model.config.d_model, "weights": timing.matrix_weights(model)}
    left = not slow and len(work.done) < len(lengths)
    return {"have": have, "rows": rows, "left": left, "slow": slow, "longest": longest, **shape}


def _measured(run_id: str, question: Question) -> tuple[Any, list[int], tuple[object, ...]]:
    """The model to measure, ids to read, and its name."""
    if question.get("larger"):
        return models.open_example(LARGER, VOCABULARY), list(range(VOCABULARY)), ("larger",)
    one = prompts.start(run_id, question)
    if not one.model.config.causal:
        raise ConfigError(
            "This model has no causal mask: each new token changes what the earlier ones came to, so there is no cache."
        )
    return one.model, list(one.ids), (one.run_id, one.step, one.text)
