"""How quickly a model writes: with the cache against without, against Hugging Face's `generate`, with attention rows.

One GPT-2 of 6 layers, 384 wide, with its weights as a page opens them, reads half of its context and writes the other
half, by drawing; seconds are those of one thread's processor time, in turns. Goals: the cache is worth 3.5 times at
context 64 and 8 times at 256; Hugging Face's `generate`, with its cache and the same weights, is not quicker; attention
rows cost less than 5 %.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from benchmarks.pairs import compare, load, speed
from lm_core.allocator import keep_freed_memory
from lm_core.config import ModelConfig, SamplingConfig
from lm_core.generation.decode import generate
from lm_core.interop.huggingface import write_folder
from lm_core.models.gpt import GPT
from lm_core.models.inference import laid_out_for_single_tokens
from lm_core.models.registry import assemble_model, build_model

VOCAB_SIZE = 80
SECONDS = 0.5
SHAPE = ModelConfig(
    n_layers=6, n_heads=6, d_model=384, norm="layernorm", activation="gelu_tanh", positions="learned", bias=True,
    tie_embeddings=True,
)  # fmt: skip
WORTH = {64: 3.5, 256: 8.0}  # how many times quicker the cache makes it, by context length


def opened(context_length: int) -> GPT:
    """Fresh weights, in the memory layout of those that `load_model` reads."""
    torch.manual_seed(0)
    config = SHAPE.model_copy(update={"context_length": context_length})
    drawn = dict(build_model(config, VOCAB_SIZE).named_parameters())
    weights = {name: laid_out_for_single_tokens(config, name, weight.detach()) for name, weight in drawn.items()}
    return assemble_model(config, VOCAB_SIZE, weights)


def write(model: GPT, *, use_cache: bool = True, keep_attention: bool = False) -> int:
    """Write the second half of the context; returns how many tokens that were."""
    half = model.config.context_length // 2
    steps = generate(
        model, [1] * half, SamplingConfig(), n_tokens=half, use_cache=use_cache, keep_attention=keep_attention
    )
    return sum(1 for _step in steps)


def same_for_transformers(model: GPT) -> Callable[[], int]:
    """The same weights in transformers, writing as much in the same way."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    with tempfile.TemporaryDirectory() as folder:
        write_folder(model, Path(folder))
        theirs: Any = transformers.AutoModelForCausalLM.from_pretrained(folder)
    half = model.config.context_length // 2
    prompt = torch.ones(1, half, dtype=torch.int64)
    settings = {"do_sample": True, "temperature": 0.8, "top_k": 0, "eos_token_id": None, "pad_token_id": 0}

    def write_theirs() -> int:
        text = theirs.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=half, **settings)
        return int(text.size(1)) - half

    with torch.inference_mode():
        assert torch.allclose(theirs(prompt).logits, model(prompt), atol=1e-4), "not the same model"
    return write_theirs


def report(what: str, a: Callable[[], int], b: Callable[[], int], goal: str, pairs: int) -> None:
    ratio = compare(partial(speed, a, SECONDS), partial(speed, b, SECONDS), pairs=pairs)
    print(f"{what}: {ratio.a:,.0f} and {ratio.b:,.0f} tokens/s, ratio {ratio}, goal {goal}; {load()}", flush=True)


def main() -> None:
    keep_freed_memory()
    torch.set_num_threads(1)  # two threads on a busy machine measure the waiting
    for context_length, worth in WORTH.items():
        model = opened(context_length)
        ours, where = partial(write, model), f"context {context_length}"
        report(f"{where}, with and without cache", ours, partial(write, model, use_cache=False), f">= {worth}", pairs=3)
        if find_spec("transformers"):
            report(f"{where}, ours and transformers'", ours, same_for_transformers(model), ">= 1", pairs=7)
        else:
            print("transformers is not installed: pip install -e '.[huggingface]'")
        rows = partial(write, model, keep_attention=True)
        report(f"{where}, without and with attention rows", ours, rows, "<= 1.05", pairs=9)


if __name__ == "__main__":
    main()
