"""What looking inside costs: a forward pass that keeps every attention map against one that keeps nothing.

One line a model: speed without a trace over speed with one (1.10: looking takes a tenth longer), batch 1, in turns, in
seconds of one thread's processor time. Goal: at most 1.10 for up to 256 tokens.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from benchmarks.pairs import compare, load, speed
from lm_core.allocator import keep_freed_memory
from lm_core.config import ModelConfig
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.models.trace import UNTRACED, Trace
from lm_core.presets import preset_config

VOCAB_SIZE = 80
SECONDS, PAIRS = 0.25, 7
GOAL = 1.10
LLAMA = ModelConfig(n_layers=12, n_heads=12, d_model=768, activation="swiglu", n_kv_heads=4, rotary_base=10_000.0)
MODELS = (
    ("tiny", preset_config("tiny").model, 64),
    ("small", preset_config("small").model, 64),
    ("small", preset_config("small").model, 256),
    ("12 layers of 12 heads, d_model 768", LLAMA, 64),
    ("12 layers of 12 heads, d_model 768", LLAMA, 256),
)


def is_map(site: str) -> bool:
    return site.endswith("attn.pattern")


@torch.inference_mode()
def read(model: GPT, ids: Tensor, *, traced: bool) -> int:
    """Read a text once; how many tokens it had."""
    model(ids, trace=Trace(keep=is_map) if traced else UNTRACED)
    return ids.numel()


def main() -> None:
    keep_freed_memory()  # as the app does
    torch.set_num_threads(1)  # two threads on a busy machine measure the waiting
    for name, config, length in MODELS:
        torch.manual_seed(0)
        model = build_model(config.model_copy(update={"context_length": length}), VOCAB_SIZE).eval()
        ids = torch.randint(VOCAB_SIZE, (1, length))
        plain, traced = partial(read, model, ids, traced=False), partial(read, model, ids, traced=True)
        ratio = compare(partial(speed, plain, SECONDS), partial(speed, traced, SECONDS), pairs=PAIRS)
        print(
            f"trace, {name}, {length} tokens: without {ratio.a:,.0f} tokens/s, with all attention maps "
            f"{ratio.b:,.0f}; ratio {ratio} (goal: at most {GOAL:.2f}); 1 thread, {load()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
