"""What looking inside costs: a traced forward pass against a plain one, and the walk's answers in milliseconds and kB.

Seconds are those of one thread's processor time.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import torch

from app.loaders import inside
from benchmarks.pairs import compare, load, speed
from lm_core.models.gpt import GPT
from lm_core.models.registry import build_model
from lm_core.models.trace import UNTRACED, Trace, everything
from lm_core.presets import preset_config

VOCAB_SIZE = 80
SECONDS, PAIRS = 0.2, 5
KEPT: dict[str, Callable[[str], bool]] = {
    "the residual stream": lambda site: site.endswith("resid_post"),
    "attention maps": lambda site: site.endswith("pattern"),  # written out, where the plain pass has a fused kernel
    "all sites": everything,
}
GALLERY_RUN = "gallery-comedies"
MILLISECONDS = 1000


def read(model: GPT, ids: torch.Tensor, keep: Callable[[str], bool] | None) -> int:
    """One pass, some sites kept, or untraced."""
    with torch.inference_mode():
        model(ids, trace=Trace(keep) if keep else UNTRACED)
    return 1


def trace_overhead() -> None:
    """How much longer a pass takes that keeps all that happens in it."""
    for n_tokens in (64, 256):
        torch.manual_seed(0)
        config = preset_config("tiny").model.model_copy(update={"context_length": n_tokens})
        model = build_model(config, VOCAB_SIZE).eval()
        ids = torch.randint(VOCAB_SIZE, (1, n_tokens))
        plain = partial(speed, partial(read, model, ids, None), SECONDS)
        for name, keep in KEPT.items():
            ratio = compare(plain, partial(speed, partial(read, model, ids, keep), SECONDS), pairs=PAIRS)
            print(f"a pass that keeps {name} takes {ratio} times a plain one ({n_tokens} tokens); {load()}", flush=True)


def walk_answers() -> None:
    """The answers that the page Inside waits for, on the run that ships, its longest sentence."""
    text = "Now, fair Hippolyta, our nuptial hour draws on apace. " * 3
    found = inside.overview(GALLERY_RUN, text, -1)
    keys = [
        [
            *dict.fromkeys(
                key for made in found["block"] if made["stop"] == stop for key in (*made["reads"], made["key"])
            )
        ]
        for stop in dict.fromkeys(made["stop"] for made in found["block"])
    ]
    times, sizes = [], []
    for asked in keys:
        began = time.perf_counter()
        sizes.append(len(inside.pack_tensors(GALLERY_RUN, text, -1, asked, 0, 0)))
        times.append((time.perf_counter() - began) * MILLISECONDS)
    began = time.perf_counter()
    source = inside.number(GALLERY_RUN, text, -1, "blocks.0.mlp_out", "0,0")
    number = (time.perf_counter() - began) * MILLISECONDS
    print(
        f"the walk, {len(found['tokens'])} tokens: {len(json.dumps(found)) / 1000:.0f} kB for the map, "
        f"{median(sizes) / 1000:.0f} kB a stop (at most {max(sizes) / 1000:.0f}) in {median(times):.1f} ms (at most "
        f"{max(times):.0f}); the source of a number {len(json.dumps(source)) / 1000:.0f} kB in {number:.1f} ms; "
        f"{load()}"
    )


def main() -> None:
    torch.set_num_threads(1)  # two threads on a busy machine measure the waiting
    trace_overhead()
    walk_answers()


if __name__ == "__main__":
    main()
