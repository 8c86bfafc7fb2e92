"""The film of a training: one `HistoryPoint` in, one file a frame out, and all frames back in order of steps."""

from __future__ import annotations

import io
import json
import math
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lm_core.config import FORMAT_VERSION
from lm_core.files import write_atomically
from lm_core.runs.run import Run

MAX_POINT_BYTES = 4_000_000
_NAME = re.compile(r"s(\d{8})\.npz")
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)


@dataclass(frozen=True, eq=False)
class HistoryPoint:
    """What the model made of the probe sentence after `step` updates.

    L layers, H heads, T tokens of the probe, D numbers per head. `q` and `k` (after rotary, repeated to H heads, so
    that q @ k / sqrt(D) are the scores) are None when a large model would make the file too big. What has a default is
    missing in films of older versions, and `sample` is empty where none was drawn.

    P parts of the model, as `lm_core.interpret.parts` names them: the length of each part's weights, and of what the
    last step changed in them (NaN where no step was made, or not seen). N tokens of the map, R numbers of each: codes
    times scale are rows of the embedding, as `lm_core.interpret.embedding` packs them.
    """

    step: int
    val_loss: float | None  # nats per token, where the step was measured
    tokens: tuple[str, ...]  # (T,) the probe
    attention: npt.NDArray[np.uint8]  # (L, H, T, T) round(255 p): from the row's token to the column's
    q: npt.NDArray[np.float16] | None  # (L, H, T, D)
    k: npt.NDArray[np.float16] | None  # (L, H, T, D)
    losses: npt.NDArray[np.float32]  # (T,) nats; the first token has no past, so NaN
    top_ids: npt.NDArray[np.int32]  # (T, 8) the likeliest next tokens, most likely first
    top_probabilities: npt.NDArray[np.float32]  # (T, 8)
    top_texts: tuple[tuple[str, ...], ...]  # (T, 8)
    sample: str  # what the model wrote at this step
    parts: tuple[str, ...] = ()  # (P,)
    weight_norms: npt.NDArray[np.float32] | None = None  # (P,)
    update_norms: npt.NDArray[np.float32] | None = None  # (P,)
    map_tokens: tuple[str, ...] = ()  # (N,)
    map_codes: npt.NDArray[np.int8] | None = None  # (N, R)
    map_scale: float = 1.0


def save_point(run: Run, point: HistoryPoint) -> Path:
    """Write one frame; an existing frame of the same step is replaced. Queries and keys go first if it is too big."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "attention": point.attention,
        "losses": point.losses,
        "top_ids": point.top_ids,
        "top_probabilities": point.top_probabilities,
        "texts": np.frombuffer(_texts_of(point), dtype=np.uint8),
    }
    later = {"weight_norms": point.weight_norms, "update_norms": point.update_norms, "map_codes": point.map_codes}
    arrays |= {name: array for name, array in later.items() if array is not None}
    if point.q is not None and point.k is not None:
        both = point.q.nbytes + point.k.nbytes
        if both + sum(array.nbytes for array in arrays.values()) <= MAX_POINT_BYTES:
            arrays |= {"q": point.q, "k": point.k}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    path = point_path(run, point.step)
    write_atomically(path, buffer.getvalue())
    return path


def steps(run: Run) -> list[int]:
    """The steps that have a frame, ascending, by the files' names."""
    if not run.history_folder.is_dir():
        return []
    names = (_NAME.fullmatch(path.name) for path in run.history_folder.iterdir())
    return sorted(int(name[1]) for name in names if name)


def load_points(run: Run, after: int = -1) -> list[HistoryPoint]:
    """All frames with step > `after`, ascending. A half-written or foreign file is skipped."""
    points = (load_point(point_path(run, step)) for step in steps(run) if step > after)
    return [point for point in points if point is not None]


def delete_points(run: Run, after: int) -> None:
    """Forget the frames with step > `after`: training goes back to that step and will draw them again."""
    for step in steps(run):
        if step > after:
            point_path(run, step).unlink(missing_ok=True)


def point_path(run: Run, step: int) -> Path:
    """Where the frame of a step is kept."""
    return run.history_folder / f"s{step:08d}.npz"


def _texts_of(point: HistoryPoint) -> bytes:
    """Everything that is no array, as JSON: an array of strings would lose closing NUL characters."""
    return json.dumps(
        {
            "format_version": FORMAT_VERSION,
            "step": point.step,
            "val_loss": point.val_loss,
            "tokens": point.tokens,
            "top_texts": point.top_texts,
            "sample": point.sample,
            "parts": point.parts,
            "map_tokens": point.map_tokens,
            "map_scale": point.map_scale,
        }
    ).encode()


def load_point(path: Path) -> HistoryPoint | None:
    """One frame; None where the file is half written, foreign or gone."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        texts = json.loads(arrays["texts"].tobytes())
        if texts["format_version"] != FORMAT_VERSION:
            return None
        point = HistoryPoint(
            step=int(texts["step"]),
            val_loss=texts["val_loss"],
            tokens=tuple(texts["tokens"]),
            attention=arrays["attention"],
            q=arrays.get("q"),
            k=arrays.get("k"),
            losses=arrays["losses"],
            top_ids=arrays["top_ids"],
            top_probabilities=arrays["top_probabilities"],
            top_texts=tuple(tuple(row) for row in texts["top_texts"]),
            sample=str(texts["sample"]),
            parts=tuple(texts.get("parts", ())),
            weight_norms=arrays.get("weight_norms"),
            update_norms=arrays.get("update_norms"),
            map_tokens=tuple(texts.get("map_tokens", ())),
            map_codes=arrays.get("map_codes"),
            map_scale=float(texts.get("map_scale", 1.0)),
        )
    except _BROKEN:
        return None
    return point if _shapes_agree(point) else None


def _shapes_agree(point: HistoryPoint) -> bool:
    n_tokens = len(point.tokens)
    norms = [array for array in (point.weight_norms, point.update_norms) if array is not None]
    return (
        point.attention.ndim == 4
        and point.attention.shape[2:] == (n_tokens, n_tokens)
        and point.losses.shape == (n_tokens,)
        and point.top_ids.shape == point.top_probabilities.shape
        and len(point.top_ids) == len(point.top_texts) == n_tokens
        and all(array.shape == (len(point.parts),) for array in norms)
        and math.isfinite(point.map_scale)
        and (point.map_codes is None or (point.map_codes.ndim == 2 and len(point.map_codes) == len(point.map_tokens)))
    )
