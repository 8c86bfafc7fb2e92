"""What Home shows: the film of a finished run, and one's own newest runs. It needs no torch."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.i18n import _
from app.loaders import runs
from lm_core.errors import RunError
from lm_core.presets import preset_config
from lm_core.runs.history import HistoryPoint
from lm_core.runs.run import gallery_runs

LONGEST_SAMPLE = 400  # characters of each moment's sample
LARGEST_MAP = 64  # tokens of the probe whose attention is drawn
MOST_CONTINUED = 4
NAMED = 0.35  # a head that gives less than this to one place has no name


@st.cache_data(max_entries=4, show_spinner=False)
def film_of(run_id: str) -> dict[str, Any]:
    """A finished run as plain JSON values: curve, moments with sample and one head's map, ladder, size.

    Raises:
        RunError: the run is damaged, or holds too little to be a film.
    """
    points, facts, config = runs.points_of(run_id), runs.facts_of(run_id), runs.config_of(run_id)
    series = runs.series_of(run_id, -1)
    if facts is None or len(points) < 2 or not any(point.val_loss is not None for point in points):
        raise RunError(f'Run "{run_id}" has too few kept moments to be shown as a film.')
    head = clearest_head(points[-1].attention)
    return {
        "key": run_id,
        "steps": config.train.steps,
        "curve": pairs(series, "loss"),
        "validation": pairs(series, "val_loss"),
        "moments": [moment(point, head) for point in points],
        "head": {"layer": head.layer, "head": head.head, "back": head.back, "share": head.share},
        "ladder": facts.baselines,
        "parameters": facts.parameters,
        "vocabularySize": facts.vocab_size,
        "unit": "character" if facts.tokenizer_kind == "char" else "token",
        "title": facts.corpus_title,
    }


def pairs(series: dict[str, Any], name: str) -> list[list[float]]:
    """{"steps": [0, 1], "columns": {"loss": [4.2, None]}} -> [[0, 4.2]]: what was measured, with its step."""
    values = series["columns"].get(name, [])
    return [[step, round(value, 4)] for step, value in zip(series["steps"], values, strict=False) if value is not None]


@dataclass(frozen=True)
class Head:
    """A head and what it mostly does: give `share` of its attention to the token `back` places back (None: mixed)."""

    layer: int
    head: int
    back: int | None
    share: float


def clearest_head(attention: npt.NDArray[np.uint8]) -> Head:
    """The head (L, H, T, T) that keeps most firmly to one of the last three places, leaving out the token itself."""
    shares = {back: mean_share(attention, back) for back in (1, 2, 3)}  # each (L, H)
    back = max(shares, key=lambda place: float(shares[place].max()))
    layer, head = (int(index) for index in np.unravel_index(shares[back].argmax(), shares[back].shape))
    share = float(shares[back][layer, head])
    return Head(layer, head, back if share >= NAMED else None, round(share, 3))


def mean_share(attention: npt.NDArray[np.uint8], back: int) -> npt.NDArray[np.float64]:
    """(L, H): how much of its attention each head gives to the token `back` places back, mean over the sentence."""
    diagonal = np.diagonal(attention, offset=-back, axis1=2, axis2=3)  # (L, H, T - back)
    return np.asarray(diagonal.mean(axis=-1) / 255)


def moment(point: HistoryPoint, head: Head) -> dict[str, Any]:
    """A kept moment: what it wrote, how well it guessed, and one head's map as bytes, row by row."""
    size = min(len(point.tokens), LARGEST_MAP)
    pattern = np.ascontiguousarray(point.attention[head.layer, head.head, :size, :size])
    share = float(mean_share(point.attention, head.back or 1)[head.layer, head.head])
    return {
        "step": point.step,
        "val_loss": point.val_loss,
        "sample": point.sample[:LONGEST_SAMPLE],
        "size": size,
        "pattern": base64.b64encode(pattern.tobytes()).decode("ascii"),
        "share": round(share, 3),
    }


def film() -> dict[str, Any] | None:
    """The film of the first gallery run that is whole, or None where nothing ships with this install."""
    for run in gallery_runs():
        try:
            return film_of(run.id)
        except RunError:
            continue
    return None


def continued() -> list[dict[str, Any]]:
    """One's own newest runs, for the list under the film."""
    return [
        {"id": run.run_id, "name": run.name or run.run_id, "state": run.state, "step": run.step, "steps": run.steps}
        for run in trained_here()[:MOST_CONTINUED]
    ]


def trained_here() -> list[runs.RunChoice]:
    """One's own runs without those that were brought in, newest first."""
    return [choice for choice in runs.list_choices() if choice.is_own and choice.steps]


def train_first() -> str:
    """Start the smallest preset on the comedies and return the run's id.

    Raises:
        LMError: a sentence on why it cannot start.
    """
    own = len(trained_here())
    name = _("My first model") if own == 0 else _("My model {number}").format(number=own + 1)
    return runs.train_new(preset_config("tiny", name=name, corpus={"name": "comedies"}))
