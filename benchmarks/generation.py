"""Generation with the key-value cache against without it: one line a preset with both speeds and their ratio.

Seconds are those of one thread's processor time.
"""

from __future__ import annotations

from functools import partial

import torch

from benchmarks.pairs import compare, load, speed
from lm_core.config import SamplingConfig
from lm_core.generation.decode import generate
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.presets import preset_config

VOCAB_SIZE = 80
SECONDS, PAIRS = 1.0, 6


def write(model: GPT, *, use_cache: bool) -> int:
    """Write some tokens in the second half of the context; returns how many."""
    half = model.config.context_length // 2
    steps = generate(model, [1] * half, SamplingConfig(), n_tokens=min(half, 32), use_cache=use_cache)
    return sum(1 for _step in steps)


def main() -> None:
    torch.set_num_threads(1)  # two threads on a busy machine measure the waiting
    for preset, context_length in (("tiny", 64), ("medium", 512)):
        torch.manual_seed(0)
        config = preset_config(preset).model.model_copy(update={"context_length": context_length})
        model = build_model(config, VOCAB_SIZE).eval()
        with_cache, without = partial(write, model, use_cache=True), partial(write, model, use_cache=False)
        ratio = compare(partial(speed, with_cache, SECONDS), partial(speed, without, SECONDS), pairs=PAIRS)
        print(
            f"generation, {preset}, context {context_length}: with the cache {ratio.a:,.0f} tokens/s, without "
            f"{ratio.b:,.0f}; ratio {ratio}; 1 thread, {load()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
