"""One frame of the film of a training: a model and a probe sentence in, a `HistoryPoint` out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lm_core.config import RunConfig, SamplingConfig
from lm_core.data.dataset import TokenDataset
from lm_core.generation.decode import generate
from lm_core.interpret.attention import attention_of, queries_keys
from lm_core.interpret.snapshot import take_snapshot
from lm_core.interpret.surprise import token_losses, top_candidates
from lm_core.models.gpt import GPT
from lm_core.runs.history import MAX_POINT_BYTES, HistoryPoint
from lm_core.tokenizers.base import Tokenizer
from lm_core.training.loop import log_spaced_steps

FRAMES = 14
PROBE_TOKENS = 56  # a sentence that fits on the screen with all its arcs
TOP = 8
SAMPLE_TOKENS = 160
SLOW_MODEL = 5_000_000  # weights; above, a sample of that length would hold up training
SEARCHED_TOKENS = 2_000  # of the validation text, for a line to begin with


def film_steps(config: RunConfig) -> frozenset[int]:
    """When to take a frame: dense at first, where models change fast; 0 and the last step included."""
    return frozenset(log_spaced_steps(config.train.steps, FRAMES))


def probe_ids(config: RunConfig, tokenizer: Tokenizer, dataset: TokenDataset) -> list[int]:
    """The sentence to follow: the chosen one, cut to what the model sees at once, or one from the validation text."""
    chosen = tokenizer.encode(config.probe)[: _longest_probe(config)]
    if chosen:
        return chosen
    beginning = [int(token) for token in dataset.validation[:SEARCHED_TOKENS]]
    start = _line_start(tokenizer.token_texts(beginning))
    return beginning[start : start + min(config.model.context_length, PROBE_TOKENS)]


def take_point(
    model: GPT, tokenizer: Tokenizer, probe: Sequence[int], *, step: int, val_loss: float | None, seed: int
) -> HistoryPoint:
    """What the model makes of the probe now, and a sample of what it writes by itself."""
    tokens = tuple(tokenizer.token_texts(probe))
    snapshot = take_snapshot(model, probe, tokens, step=step, keep=_is_drawn)
    q, k = queries_keys(snapshot)
    top_ids, top_probabilities = top_candidates(snapshot, min(TOP, tokenizer.vocab_size))
    return HistoryPoint(
        step=step,
        val_loss=val_loss,
        tokens=tokens,
        attention=np.round(255 * attention_of(snapshot)).astype(np.uint8),
        q=q.astype(np.float16),
        k=k.astype(np.float16),
        losses=token_losses(snapshot).astype(np.float32),
        top_ids=top_ids.astype(np.int32),
        top_probabilities=top_probabilities.astype(np.float32),
        top_texts=tuple(tuple(tokenizer.token_texts([int(token) for token in row])) for row in top_ids),
        sample=_sample(model, tokenizer, probe, seed),
    )


def _is_drawn(site: str) -> bool:
    return site.endswith(("attn.pattern", "attn.q", "attn.k"))


def _sample(model: GPT, tokenizer: Tokenizer, probe: Sequence[int], seed: int) -> str:
    """The same draws at every step, so that only the model differs between two frames."""
    small = sum(weight.numel() for weight in model.parameters()) <= SLOW_MODEL
    new_line = [] if tokenizer.uncovered("\n") else tokenizer.encode("\n")
    prompt = new_line or list(probe[:1])
    n_tokens = SAMPLE_TOKENS if small else SAMPLE_TOKENS // 4
    steps = generate(model, prompt, SamplingConfig(seed=seed), n_tokens=n_tokens)
    return tokenizer.decode([step.token_id for step in steps])


def _longest_probe(config: RunConfig) -> int:
    """T tokens need L x H x T x T bytes of attention, and a frame stays small."""
    n_heads = config.model.n_layers * config.model.n_heads
    return min(config.model.context_length, int((0.9 * MAX_POINT_BYTES / n_heads) ** 0.5))


def _line_start(texts: Sequence[str]) -> int:
    """Where the first line begins that does not open with a space; 0 if none does.

    [" ", "m", "e", "\\n", "\\n", "N", "o", "w", …] -> 5
    """
    for place in range(len(texts) // 2):
        opens_line = place == 0 or texts[place - 1].endswith("\n")
        if opens_line and texts[place][:1].strip():
            return place
    return 0
