"""A kept model of a run, a prompt and settings in; every choice of the writing as plain JSON values out."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.loaders import models
from lm_core.config import SamplingConfig
from lm_core.generation.sampling import entropy_bits

ALL_LOGITS = 300  # vocabularies up to here are sent whole
SENT_LOGITS = 200  # of larger ones: so many, and the weight of all others at every temperature of the slider
TEMPERATURES = tuple(round(0.05 * place, 2) for place in range(41))
DRAWN_PROMPT = 240  # tokens of the prompt that the page draws
DRAWN_ATTENTION = 96  # tokens of the past whose attention the page draws
SECONDS = 20.0  # a writing that takes longer stops and says so


def is_warm() -> bool:
    """Whether torch is here already: importing it takes seconds, once in a server's life."""
    return "torch" in sys.modules


@st.cache_data(max_entries=24, show_spinner=False)
def write(run_id: str, checkpoint_step: int, prompt: str, count: int, sampling: SamplingConfig) -> dict[str, Any]:
    """Write `count` tokens with the kept model nearest to a step and keep every choice, as plain JSON values.

    steps            per token: id, u, probability, logits (with `ids` and `tail` where not all are sent), attention
                     (L, S) of the last token, mean over the heads, the newest `DRAWN_ATTENTION` of the S
    temperatures     those for which a tail's weight, the sum of e^((logit - top) / T) over the others, was measured
    """
    from lm_core.generation.decode import generate

    opened = models.open_model(run_id, models.nearest(run_id, checkpoint_step))
    model, step, tokenizer = opened.model, opened.step, opened.tokenizer
    ids = tokenizer.encode(prompt)
    started, steps = time.monotonic(), []
    for decoded in generate(model, ids, sampling, n_tokens=count, keep_attention=True):
        steps.append(_choice(decoded))
        if time.monotonic() - started > SECONDS:
            break
    texts = _texts(tokenizer, steps, model.vocab_size)
    return {
        "key": hashlib.sha256(repr((run_id, step, prompt, count, sampling)).encode()).hexdigest()[:16],
        "unit": "character" if tokenizer.kind == "char" else "token",
        "step": step,
        "prompt": tokenizer.token_texts(ids[-DRAWN_PROMPT:]),
        "hidden": max(0, len(ids) - DRAWN_PROMPT),
        "prompt_tokens": len(ids),
        "uncovered": tokenizer.uncovered(prompt),
        "layers": model.config.n_layers,
        "context": model.config.context_length,
        "vocabularySize": model.vocab_size,
        "sampling": sampling.model_dump(),
        "temperatures": TEMPERATURES,
        "texts": texts,
        "steps": steps,
        "start": interesting_choice([decoded["entropy"] for decoded in steps]),
    }


def _choice(decoded: Any) -> dict[str, Any]:
    """A `DecodeStep` as JSON: float32 numbers keep all their digits, so that the browser computes with the same."""
    chosen = next(candidate for candidate in decoded.candidates if candidate.id == decoded.token_id)
    attention = decoded.attention.mean(axis=1)[:, -DRAWN_ATTENTION:]  # (L, S)
    return {
        "id": decoded.token_id,
        "u": decoded.u,
        "probability": chosen.final,
        "entropy": round(decoded.entropy_bits, 4),
        "attention": [[round(float(weight), 4) for weight in row] for row in attention],
        **sent_logits(decoded.logits),
    }


def sent_logits(logits: npt.NDArray[np.float32]) -> dict[str, Any]:
    """(V,) logits -> {"logits"} of all, or of the likeliest with their {"ids"} and the others' sum as {"tail"}.

    Raising the others to a sum loses nothing that the page shows: e^((l - top) / T) is summed for each temperature
    that the slider can take, and so is how open a choice among the others alone would be, in bits.
    """
    if len(logits) <= ALL_LOGITS:
        return {"ids": None, "logits": exact(logits), "tail": None}
    order = np.argsort(-logits.astype(np.float64), kind="stable")
    shown, others = order[:SENT_LOGITS], logits[order[SENT_LOGITS:]].astype(np.float64)
    below = others - float(logits[order[0]])
    shares = [np.exp(below / temperature) if temperature else np.zeros_like(below) for temperature in TEMPERATURES]
    weights = [float(each.sum()) for each in shares]
    bits = [entropy_bits(each / max(weight, 1e-300)) for each, weight in zip(shares, weights, strict=True)]
    tail = {"count": len(others), "weights": weights, "bits": bits}
    return {"ids": shown.tolist(), "logits": exact(logits[shown]), "tail": tail}


def exact(values: npt.NDArray[np.float32]) -> list[float]:
    """Nine significant digits tell any two float32 apart, and are half as long as the float64 of the same number."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def _texts(tokenizer: Any, steps: Sequence[dict[str, Any]], vocab_size: int) -> dict[int, str]:
    """The texts of all tokens that the page may name, by id."""
    if vocab_size <= ALL_LOGITS:
        ids: Sequence[int] = range(vocab_size)
    else:
        ids = sorted({token_id for step in steps for token_id in (*step["ids"], step["id"])})
    return dict(zip(ids, tokenizer.token_texts(ids), strict=True))


def interesting_choice(entropies: Sequence[float]) -> int:
    """Where the page opens: the most open choice of the middle third, with some text before it."""
    first, last = len(entropies) // 3, max(len(entropies) // 3 + 1, 2 * len(entropies) // 3)
    return max(range(first, min(last, len(entropies))), key=lambda place: entropies[place])
