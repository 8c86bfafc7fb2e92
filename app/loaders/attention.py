"""Attention maps of a run out, as bytes that a browser draws from: kept moments, a sentence of one's own, one head.

Every answer has the same shape (all numbers little endian):

    0        4              4 + n                                   n is such that 4 + n is a multiple of 8
    ├────────┼──────────────┼──────────────┬──────────────┬──
    │ n: u32 │ header, JSON │ moment 0     │ moment 1     │ …
    └────────┴──────────────┴──────────────┴──────────────┴──

    maps     a moment is layers x heads triangles of u8, in that order; a token never looks ahead, so a triangle holds
             its lower half only, row by row: (0,0) (1,0) (1,1) (2,0) …; 255 stands for the weight 1. Where a run has
             no causal mask, a moment says as `ahead` how much lies in the upper half, which is not sent
    vectors  the one part is q, then k, of one head: size x d_head f32 each; q @ k / sqrt(d_head) are its scores
"""

from __future__ import annotations

import json
import struct
import threading
import time
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import models, runs
from app.sentences import translate_sentence
from lm_core.errors import ConfigError, RunError
from lm_core.jobs.status import OVER
from lm_core.runs import history
from lm_core.runs.history import HistoryPoint
from lm_core.runs.run import Run

ANSWER_BYTES = 4_000_000  # of maps in one answer; the browser asks again for the rest
FILM_SECONDS = 2.0  # for an own sentence at all kept models; the one that was asked for is always there
LONGEST_TEXT = 2_000  # characters of an own sentence that are read

_one_at_a_time = threading.Lock()  # a class that types at once must not stop the runs that train


def pack_history(run_id: str, after: int, language: str = "en") -> bytes:
    """The kept moments with step > `after`, as many as fit one answer; `more` says that others follow.

    Raises:
        RunError: there is no such run.
    """
    status = runs.status_of(run_id)  # before the moments: a run that ends in between is asked once more
    film = film_of(run_id)
    moments = [point for point in film if point.step > after]
    sent = _those_that_fit(moments)
    header = {
        "run": run_id,
        "state": status["state"],
        "message": translate_sentence(status["message"], language),
        "lastStep": status["steps"],
        "over": status["state"] in OVER,
        "more": len(sent) < len(moments),
        **(_shape_of(film[0]) if film else {}),
        **_switches(run_id),
        "moments": [{**_about(point), **_ahead(run_id, point.attention)} for point in sent],
    }
    return pack(header, [lower_triangles(point.attention) for point in sent])


def pack_vectors(run_id: str, step: int, layer: int, head: int, text: str = "") -> bytes:
    """q and k of one head (counted from 0), of a kept moment or, with `text`, of an own sentence at the nearest model.

    Raises:
        RunError: no such run or moment, or it kept no q and k.
        ConfigError: the model has no such head.
    """
    if text:
        seen = look_at(run_id, text, step)
        q, k = seen.q, seen.k
    else:
        point = next((point for point in film_of(run_id) if point.step == step), None)
        if point is None or point.q is None or point.k is None:
            raise RunError(f"Run {run_id} kept no q and k at step {step}. Choose another moment.")
        q, k = point.q, point.k
    n_layers, n_heads, size, d_head = q.shape
    if not (0 <= layer < n_layers and 0 <= head < n_heads):
        raise ConfigError(f"This model has {n_layers} layers of {n_heads} heads. Choose one of them.")
    header = {"step": step, "layer": layer, "head": head, "size": size, "dHead": d_head, **_switches(run_id)}
    return pack(header, [np.stack([q[layer, head], k[layer, head]]).astype("<f4")])


def pack_sentence(run_id: str, text: str, step: int | None = None) -> bytes:
    """An own sentence seen through the kept models of a run, as a film with a moment of each, and notes on its reading.

    The model nearest to `step` (the newest for None) comes first, then the others, newest first, while time and
    room last; `at` names it.

    Raises:
        RunError: no such run, or it has saved no weights yet.
        ConfigError: the sentence is too short.
    """
    first = look_at(run_id, text, step)
    film = {first.step: first}
    n_layers, n_heads, size = first.attention.shape[:3]
    room = ANSWER_BYTES // max(1, n_layers * n_heads * size * (size + 1) // 2)
    started = time.monotonic()
    for checkpoint in models.every(run_id, models.nearest(run_id, step))[1:room]:
        if time.monotonic() - started > FILM_SECONDS:
            break
        with suppress(RunError):  # a checkpoint that was replaced meanwhile, or is damaged: one moment fewer
            seen = _seen(run_id, text, checkpoint)
            film[seen.step] = seen
    moments = [film[at] for at in sorted(film)]
    header = {
        "run": run_id,
        "state": "done",
        "message": "",
        "lastStep": runs.config_of(run_id).train.steps,
        "over": True,
        "more": False,
        "tokens": first.tokens,
        "layers": n_layers,
        "heads": n_heads,
        **_switches(run_id),
        "moments": [
            {"step": seen.step, "val_loss": None, "vectors": True, **_ahead(run_id, seen.attention)} for seen in moments
        ],
        "at": first.step,
        "notes": first.notes,
    }
    return pack(header, [lower_triangles(seen.attention) for seen in moments])


# ------------------------------------------------------------------ packing


def pack(header: dict[str, Any], parts: Sequence[npt.NDArray[Any]]) -> bytes:
    """The header and the parts as the drawing above has them."""
    text = json.dumps(header, allow_nan=False).encode("ascii")
    text += b" " * (-(4 + len(text)) % 8)
    return struct.pack("<I", len(text)) + text + b"".join(part.tobytes() for part in parts)


def lower_triangles(attention: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(L, H, T, T) -> (L, H, T (T + 1) / 2): what is not masked, row by row."""
    rows, columns = np.tril_indices(attention.shape[-1])
    return attention[..., rows, columns]


def share_ahead(attention: npt.NDArray[np.uint8]) -> float:
    """The share of all attention (L, H, T, T) that goes to later tokens; 0 behind a causal mask."""
    return float(np.triu(attention, 1).sum(dtype=np.int64) / max(1, attention.sum(dtype=np.int64)))


def as_bytes(attention: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Weights 0..1 as round(255 p), off by 1/510 at most: as the history keeps them."""
    return np.rint(attention * 255).astype(np.uint8)


def _those_that_fit(points: list[HistoryPoint]) -> list[HistoryPoint]:
    """At least one, so that a huge model is shown too."""
    total, fitting = 0, 0
    for point in points:
        total += point.attention.size // 2
        if fitting and total > ANSWER_BYTES:
            break
        fitting += 1
    return points[:fitting]


def _shape_of(point: HistoryPoint) -> dict[str, Any]:
    return {"tokens": point.tokens, "layers": point.attention.shape[0], "heads": point.attention.shape[1]}


def _switches(run_id: str) -> dict[str, bool]:
    """What the arithmetic of a score depends on."""
    model = runs.config_of(run_id).model
    return {"causal": model.causal, "scaled": model.scale_scores}


def _ahead(run_id: str, attention: npt.NDArray[np.uint8]) -> dict[str, float]:
    return {} if runs.config_of(run_id).model.causal else {"ahead": round(share_ahead(attention), 4)}


def _about(point: HistoryPoint) -> dict[str, Any]:
    finite = runs.finite({"val_loss": point.val_loss})
    return {"step": point.step, **finite, "vectors": point.q is not None and point.k is not None}


# ------------------------------------------------------------ kept moments


def film_of(run_id: str) -> tuple[HistoryPoint, ...]:
    """All kept moments of a run, oldest first. Raises RunError where there is no such run."""
    run = runs.open_run(run_id)
    kept = history.steps(run)
    if not kept:
        return ()
    return _load_film(run.folder.as_posix(), kept[-1], len(kept), run.history_folder.stat().st_mtime_ns)


@lru_cache(maxsize=6)
def _load_film(folder: str, _newest: int, _count: int, _changed: int) -> tuple[HistoryPoint, ...]:
    """All kept moments of one model and one sentence; asked again whenever the folder has changed."""
    points = history.load_points(Run(Path(folder)))
    same = (point for point in points if point.tokens == points[0].tokens)
    return tuple(point for point in same if point.attention.shape == points[0].attention.shape)


# ------------------------------------------------------------- own sentence


@dataclass(frozen=True, eq=False)
class Seen:
    """One sentence through one model. `notes` say what of the sentence could not be read, for the picture to word."""

    step: int
    tokens: tuple[str, ...]
    attention: npt.NDArray[np.uint8]  # (L, H, T, T)
    q: npt.NDArray[np.float32]  # (L, H, T, D)
    k: npt.NDArray[np.float32]  # (L, H, T, D)
    notes: list[dict[str, Any]] = field(default_factory=list)


def look_at(run_id: str, text: str, step: int | None = None) -> Seen:
    """Run the model nearest to `step`, or the newest, over a sentence; the same sentence is worked out once.

    Raises:
        RunError: no such run, or it has saved no weights yet.
        ConfigError: the sentence is too short.
    """
    return _seen(run_id, text, models.nearest(run_id, step))


def _seen(run_id: str, text: str, checkpoint: Path) -> Seen:
    with _one_at_a_time:
        return _look(run_id, checkpoint.as_posix(), text[: LONGEST_TEXT + 1])


@lru_cache(maxsize=32)
def _look(run_id: str, checkpoint: str, text: str) -> Seen:
    from lm_core.interpret.attention import attention_of, queries_keys
    from lm_core.interpret.snapshot import take_snapshot

    opened = models.open_model(run_id, Path(checkpoint))
    model, tokenizer, step = opened.model, opened.tokenizer, opened.step
    readable, notes = readable_text(text)
    ids = tokenizer.encode(readable)
    if len(ids) < 2:
        raise ConfigError("Type a sentence of at least two tokens: a lone token has nobody to look at.")
    fitting = min(model.config.context_length, _tokens_that_fit(model.config.n_layers * model.config.n_heads))
    if len(ids) > fitting:
        notes = [*notes, {"kind": "cut", "kept": fitting, "of": len(ids)}]
        ids = ids[:fitting]
    # Unknown characters are one token each; unknown words are named wherever they stand.
    unknown = tokenizer.uncovered(readable if tokenizer.kind == "word" else readable[: len(ids)])
    if unknown:
        notes = [*notes, {"kind": "uncovered", "characters": unknown[:12], "more": max(0, len(unknown) - 12)}]
    tokens = tuple(tokenizer.token_texts(ids))
    kept = ("attn.q", "attn.k", "attn.pattern")
    snapshot = take_snapshot(model, ids, tokens, step=step, keep=lambda site: site.endswith(kept))
    q, k = queries_keys(snapshot)
    return Seen(step=step, tokens=tokens, attention=as_bytes(attention_of(snapshot)), q=q, k=k, notes=notes)


def readable_text(text: str) -> tuple[str, list[dict[str, Any]]]:
    """A sentence as it came, and the same without what no one can see or no text can hold, with notes on that.

    >>> readable_text("a\\x00b")
    ('ab', [{'kind': 'control', 'count': 1}])
    """
    notes: list[dict[str, Any]] = []
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        notes.append({"kind": "long", "kept": LONGEST_TEXT})
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    if len(kept) < len(text):
        notes.append({"kind": "control", "count": len(text) - len(kept)})
    return kept, notes


def _tokens_that_fit(n_maps: int) -> int:
    """The longest sentence whose maps stay within one answer: n (n + 1) / 2 bytes for each head."""
    return max(2, int((2 * ANSWER_BYTES / n_maps) ** 0.5))
