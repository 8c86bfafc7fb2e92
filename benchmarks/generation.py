"""Generation with the key-value cache against without it: one line with both speeds and their ratio."""

from __future__ import annotations

import time

import torch

from benchmarks.pairs import compare, load
from lm_core.config import SamplingConfig, preset_config
from lm_core.generation.decode import generate
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.settings import read_settings

VOCAB_SIZE = 80
SECONDS, PAIRS = 1.0, 6


def speed(model: GPT, *, use_cache: bool) -> float:
    """Tokens per second in the second half of the context, over about a second."""
    half = model.config.context_length // 2
    n_tokens = min(half, 32)
    started, written = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        steps = generate(model, [1] * half, SamplingConfig(), n_tokens=n_tokens, use_cache=use_cache)
        written += sum(1 for _step in steps)
    return written / (time.perf_counter() - started)


def main() -> None:
    torch.set_num_threads(read_settings().threads_per_run)
    for preset, context_length in (("tiny", 64), ("medium", 512)):
        torch.manual_seed(0)
        config = preset_config(preset).model.model_copy(update={"context_length": context_length})
        model = build_model(config, VOCAB_SIZE).eval()
        ratio = compare(lambda: speed(model, use_cache=True), lambda: speed(model, use_cache=False), pairs=PAIRS)  # noqa: B023
        print(
            f"generation, {preset}, context {context_length}: with the cache {ratio.a:,.0f} tokens/s, without "
            f"{ratio.b:,.0f}; ratio {ratio}; {torch.get_num_threads()} thread(s), {load()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
