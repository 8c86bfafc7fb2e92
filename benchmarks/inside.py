"""What the page Inside waits for, in milliseconds and kB: the map of a pass, a stop, the source of a number."""

from __future__ import annotations

import json
import time
from statistics import median

import torch

from app.loaders import inside
from benchmarks.pairs import load

GALLERY_RUN = "gallery-comedies"
MILLISECONDS = 1000


def main() -> None:
    """The answers that the page Inside waits for, on the run that ships, its longest sentence."""
    torch.set_num_threads(1)  # two threads on a busy machine measure the waiting
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


if __name__ == "__main__":
    main()
