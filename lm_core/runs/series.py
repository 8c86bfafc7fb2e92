"""The curves of an exported run: metrics.json in, steps and columns out, at most so many points. It knows no torch."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from lm_core.errors import RunError
from lm_core.runs.run import Run

MOST_POINTS = 600

Series = dict[str, Any]  # {"steps": [int], "columns": {name: [float | None]}}, as `Store.series` gives it


def read_series(run: Run, after: int = -1, limit: int = 5000) -> Series:
    """The curves of an exported run, in the shape of `Store.series`.

    Raises:
        RunError: the run was not exported, or its metrics.json is damaged.
    """
    try:
        values = json.loads(run.metrics_path.read_text(encoding="utf-8"))
        steps, columns = values["steps"], values["columns"]
        places = [place for place, step in enumerate(steps) if step > after][:limit]
        return _picked({"steps": steps, "columns": columns}, places)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise RunError(f'Run "{run.id}" has no readable curves (metrics.json). Choose another run.') from None


def thinned(series: Series, most: int = MOST_POINTS) -> Series:
    """At most `most` steps, evenly spread; first, last, and every step with a validation loss stay.

    Where validation losses alone are more than `most`, all of them stay all the same.
    """
    steps = series["steps"]
    if len(steps) <= most:
        return series
    validation = series["columns"].get("val_loss", [None] * len(steps))
    kept = {place for place, loss in enumerate(validation) if loss is not None} | {0, len(steps) - 1}
    others = [place for place in range(len(steps)) if place not in kept]
    room = max(0, most - len(kept))
    stride = math.ceil(len(others) / room) if room else len(steps)
    spread = others[stride // 2 :: stride] if room else []
    return _picked(series, sorted(kept.union(spread)))


def _picked(series: Series, places: Sequence[int]) -> Series:
    return {
        "steps": [series["steps"][place] for place in places],
        "columns": {name: [values[place] for place in places] for name, values in series["columns"].items()},
    }


def rounded(series: Series) -> Series:
    """Six digits are more than a chart can show, and a third of the size."""
    columns = {
        name: [None if value is None or not math.isfinite(value) else float(f"{value:.6g}") for value in values]
        for name, values in series["columns"].items()
    }
    return {"steps": series["steps"], "columns": columns}
