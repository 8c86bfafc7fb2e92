"""Attention maps of a run out, as bytes that a browser draws from: kept moments, a sentence of one's own, one head.

Every answer has the same shape (all numbers little endian):

    0        4              4 + n                                   n is such that 4 + n is a multiple of 8
    ├────────┼──────────────┼──────────────┬──────────────┬──
    │ n: u32 │ header, JSON │ moment 0     │ moment 1     │ …
    └────────┴──────────────┴──────────────┴──────────────┴──

    maps     a moment is layers x heads triangles of u8, in that order; a token never looks ahead, so a triangle holds
             its lower half only, row by row: (0,0) (1,0) (1,1) (2,0) …; 255 stands for the weight 1. Where a run has
             no causal mask, whole squares are sent, and a moment says as `ahead` how much lies in the upper half
    vectors  one head's `parts`, size x d_head f32 each, as app/loaders/vectors.py makes them

A model with very many heads sends as many layers of a long sentence as fit one answer: `first` up to, without, `end`.
"""

from __future__ import annotations

import json
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import models, runs
from app.loaders.bounded import Bounded
from app.loaders.reading import LONGEST_TEXT, ids_that_fit, readable_text
from app.sentences import translate_sentence
from lm_core.errors import ConfigError, RunError
from lm_core.jobs.status import OVER
from lm_core.runs import history
from lm_core.runs.history import HistoryPoint
from lm_core.runs.run import Run

ANSWER_BYTES = 4_000_000  # of maps in one answer; the browser asks again for the rest
FILM_SECONDS = 2.0  # for an own sentence at all kept models; the one that was asked for is always there
SEEN_BYTES = 128_000_000  # of sentences that were read already: hundreds through our models, a few through a large one
LONGEST_SENTENCE = 512  # tokens of it
SQUARE_BYTES = 16_000_000  # of all its maps together: 12 x 12 heads of 333 tokens
MOST_WRITTEN = 64  # tokens that a model writes on

_one_at_a_time = threading.Lock()  # a class that types at once must not stop the runs that train


def pack_history(run_id: str, after: int, language: str = "en") -> bytes:
    """The kept moments with step > `after`, as many as fit one answer; `more` says that others follow.

    Raises:
        RunError: there is no such run.
    """
    models.refuse_counting(run_id)
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
        **switches(run_id),
        "moments": [{**_about(point), **_ahead(run_id, point.attention)} for point in sent],
    }
    return pack(header, [_map(run_id, point.attention) for point in sent])


def pack_sentence(run_id: str, text: str, step: int | None = None, *, write: int = 0, first_layer: int = 0) -> bytes:
    """An own sentence seen through the kept models of a run, as a film with a moment of each, and notes on its reading.

    The model nearest to `step` (the newest for None) comes first, then the others, newest first, while time and
    room last; `at` names it. It also writes `write` more tokens, which all of them see; `written` is the place of the
    first. Of a model with very many heads only some layers fit, those from `first_layer` on.

    Raises:
        RunError: no such run, or it has saved no weights yet.
        ConfigError: the sentence is too short.
    """
    first = look_at(run_id, text, step, write=write)
    film = {first.step: first}
    n_layers, n_heads, size = first.attention.shape[:3]
    layer_bytes = n_heads * size * ((size + 1) // 2 if runs.config_of(run_id).model.causal else size)
    begin = min(max(first_layer, 0), n_layers - 1)
    end = min(n_layers, begin + max(1, ANSWER_BYTES // layer_bytes))
    room = max(1, ANSWER_BYTES // ((end - begin) * layer_bytes))
    started = time.monotonic()
    for checkpoint in models.every(run_id, models.nearest(run_id, step))[1:room]:
        if time.monotonic() - started > FILM_SECONDS:
            break
        with suppress(RunError):  # a checkpoint that was replaced meanwhile, or is damaged: one moment fewer
            seen = _seen(run_id, text, checkpoint, first.ids)
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
        "first": begin,
        "end": end,
        "written": first.written,
        **switches(run_id),
        "moments": [
            {"step": seen.step, "val_loss": None, "vectors": True, **_ahead(run_id, seen.attention)} for seen in moments
        ],
        "at": first.step,
        "notes": first.notes,
    }
    return pack(header, [_map(run_id, seen.attention[begin:end]) for seen in moments])


# ------------------------------------------------------------------ packing


def pack(header: dict[str, Any], parts: Sequence[npt.NDArray[Any]]) -> bytes:
    """The header and the parts as the drawing above has them."""
    text = json.dumps(header, allow_nan=False).encode("ascii")
    text += b" " * (-(4 + len(text)) % 8)
    return struct.pack("<I", len(text)) + text + b"".join(part.tobytes() for part in parts)


def _map(run_id: str, attention: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """(L, H, T, T) as it is sent."""
    return lower_triangles(attention) if runs.config_of(run_id).model.causal else np.ascontiguousarray(attention)


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


def switches(run_id: str) -> dict[str, bool | int]:
    """What the arithmetic of a score depends on."""
    model = runs.config_of(run_id).model
    turned = model.positions == "rotary"
    own = {"causal": model.causal, "scaled": model.scale_scores, "residual": model.residual}
    return {**own, "qkNorm": model.qk_norm, "rotary": turned, "keyHeads": model.kv_heads}


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
    """One sentence through one model. `notes` say what of the sentence could not be read, for the picture to word;
    `written` is the place of the first token that a model wrote, None where all were given.
    """

    step: int
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    attention: npt.NDArray[np.uint8]  # (L, H, T, T)
    written: int | None = None
    notes: list[dict[str, Any]] = field(default_factory=list)


def look_at(run_id: str, text: str, step: int | None = None, *, write: int = 0, at: int | None = None) -> Seen:
    """Run the model nearest to `step`, or the newest, over a sentence; the same sentence is worked out once.

    `write`: it, or the model nearest to `at` where that is given, first writes so many tokens more.

    Raises:
        RunError: no such run, or it has saved no weights yet.
        ConfigError: the sentence is too short.
    """
    checkpoint = models.nearest(run_id, step)
    if not write:
        return _seen(run_id, text, checkpoint)
    writer = checkpoint if at is None or at < 0 else models.nearest(run_id, at)
    with _one_at_a_time:
        ids = _write_on(run_id, writer.as_posix(), text[: LONGEST_TEXT + 1], min(write, MOST_WRITTEN))
    return _seen(run_id, text, checkpoint, ids)


def _seen(run_id: str, text: str, checkpoint: Path, ids: tuple[int, ...] | None = None) -> Seen:
    with _one_at_a_time:
        key = (run_id, checkpoint.as_posix(), text[: LONGEST_TEXT + 1], ids)
        return _seen_before.get(key, lambda: _look(*key))


def _look(run_id: str, checkpoint: str, text: str, ids: tuple[int, ...] | None) -> Seen:
    from lm_core.interpret.attention import attention_of
    from lm_core.interpret.snapshot import take_snapshot

    opened = models.open_transformer(run_id, Path(checkpoint))
    given, notes = _read(opened, text)
    ids = ids or given
    tokens = tuple(opened.tokenizer.token_texts(ids))
    snapshot = take_snapshot(opened.model, ids, tokens, step=opened.step, keep=lambda site: site.endswith("pattern"))
    written = len(given) if len(ids) > len(given) else None
    return Seen(opened.step, ids, tokens, as_bytes(attention_of(snapshot)), written, notes)


_seen_before: Bounded[Seen] = Bounded(SEEN_BYTES, lambda seen: seen.attention.nbytes)


def _read(opened: models.Opened, text: str) -> tuple[tuple[int, ...], list[dict[str, Any]]]:
    """The ids of a sentence, cut to what the model and the picture take, and notes on what was left out."""
    model, tokenizer = opened.model, opened.tokenizer
    readable, notes = readable_text(text)
    fitting = min(model.config.context_length, _tokens_that_fit(model.config.n_layers * model.config.n_heads))
    ids, left_out = ids_that_fit(tokenizer, readable, fitting)
    if len(ids) < 2:
        raise ConfigError("Type a sentence of at least two tokens: a lone token has nobody to look at.")
    return ids, [*notes, *left_out]


@lru_cache(maxsize=32)
def _write_on(run_id: str, checkpoint: str, text: str, write: int) -> tuple[int, ...]:
    """The ids of a sentence and of what a model writes after it, as much as its context holds; always the same."""
    from lm_core.config import SamplingConfig
    from lm_core.generation.decode import generate

    opened = models.open_transformer(run_id, Path(checkpoint))
    given, _notes = _read(opened, text)
    config = opened.model.config
    room = min(config.context_length, _tokens_that_fit(config.n_layers * config.n_heads)) - len(given)
    steps = generate(opened.model, given, SamplingConfig(seed=0), n_tokens=min(write, room)) if room > 0 else ()
    return (*given, *(step.token_id for step in steps))


def _tokens_that_fit(n_maps: int) -> int:
    """The longest sentence whose maps, squares of bytes, stay within what is kept of one: n x n for each head."""
    return max(2, min(LONGEST_SENTENCE, int((SQUARE_BYTES / n_maps) ** 0.5)))
