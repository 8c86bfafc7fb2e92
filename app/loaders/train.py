"""What the Train page's picture must know before it asks for rows: a run id in, plain JSON values out."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import attention, runs
from app.loaders.bounded import Bounded
from app.sentences import translate_sentence
from lm_core.config import OWN_TEXT, RunConfig
from lm_core.interpret.embedding import token_map as lay_out
from lm_core.interpret.embedding import unpack_rows
from lm_core.runs import history
from lm_core.runs.history import HistoryPoint

FIRST_RUN = "tiny"
_MOMENTS: Bounded[str] = Bounded(32_000_000, len)


def about(run_id: str) -> dict[str, Any]:
    """What never changes about a run. Raises RunError for an unknown or damaged one."""
    config, gallery = runs.config_of(run_id), runs.is_gallery(run_id)
    found = {**describe(config), "gallery": gallery}
    if config.model.architecture == "counts" and (facts := runs.facts_of(run_id)):
        found["tokensPerStep"] = facts.train_tokens / config.train.steps
    return found


def describe(config: RunConfig) -> dict[str, Any]:
    """The sizes that the status line names, and how many tokens a step reads (for the time left)."""
    counts = config.model.architecture == "counts"
    return {
        "steps": config.train.steps,
        "tokensPerStep": 0 if counts else config.train.batch_size * config.model.context_length,
        "counts": {"order": config.model.order, "smoothing": config.model.smoothing} if counts else None,
        "layers": config.model.n_layers,
        "heads": config.model.n_heads,
        "tokenizer": config.tokenizer.kind,
        "corpus": config.corpus.title,
        "probe": config.probe,
        "causal": config.model.causal,
        "learningRate": config.train.learning_rate,
        "start": config.start.model_dump() if config.start else None,
    }


def facts(run_id: str, language: str = "en") -> dict[str, Any] | None:
    """The facts that the curves need (baselines, bytes, vocabulary), or None until the worker has prepared them."""
    found = runs.facts_of(run_id)
    if found is None:
        return None
    own = runs.config_of(run_id).corpus.name == OWN_TEXT  # whose title is the reader's own
    return {
        "parameters": found.parameters,
        "vocab_size": found.vocab_size,
        "validation_tokens": found.validation_tokens,
        "validation_bytes": found.validation_bytes,
        "baselines": runs.finite(found.baselines),
        "corpus_title": found.corpus_title if own else translate_sentence(found.corpus_title, language),
    }


def moments(run_id: str, after: int) -> list[str]:
    """The kept moments above a step, each as JSON: losses, likeliest tokens, sample, parts. Read once for all who ask.

    Raises:
        RunError: there is no such run.
    """
    run = runs.open_run(run_id)
    found = (_moment(history.point_path(run, step)) for step in history.steps(run) if step > after)
    return [moment for moment in found if moment]


def _moment(path: Path) -> str:
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:  # the run was taken back to its first step
        return ""
    return _MOMENTS.get((path, changed), lambda: _as_json(history.load_point(path)))


def _as_json(point: HistoryPoint | None) -> str:
    """A moment as the picture reads it; empty for a file that is no frame."""
    if point is None:
        return ""
    top = [
        [[text, round(float(share), 4)] for text, share in zip(texts, shares, strict=True)]
        for texts, shares in zip(point.top_texts, point.top_probabilities, strict=True)
    ]
    plain = {
        **runs.finite({"step": point.step, "val_loss": point.val_loss, "sample": point.sample}),
        "tokens": list(point.tokens),
        "losses": [None if loss != loss else round(float(loss), 4) for loss in point.losses],
        "top": top,
        "parts": parts_of(point),
    }
    return json.dumps(plain, ensure_ascii=False, allow_nan=False)


def parts_of(point: HistoryPoint) -> list[dict[str, Any]]:
    """Each part's length and what the last step changed in it, {"part", "weights", "update"}; [] in older films."""
    if point.weight_norms is None or point.update_norms is None:
        return []
    pairs = zip(point.parts, point.weight_norms.tolist(), point.update_norms.tolist(), strict=True)
    return [runs.finite({"part": part, "weights": weights, "update": update}) for part, weights, update in pairs]


def token_map(run_id: str) -> dict[str, Any]:
    """Where each token lies at each moment: {"steps", "tokens", "x", "y", "share"}, x and y a list a moment.

    Raises:
        RunError: there is no such run.
    """
    film = [point for point in attention.film_of(run_id) if point.map_codes is not None]
    film = [point for point in film if point.map_tokens == film[0].map_tokens]
    if not film:
        return {"run": run_id, "steps": [], "tokens": [], "x": [], "y": [], "share": None}
    return {"run": run_id, **_laid_out(tuple(film))}


@lru_cache(maxsize=8)
def _laid_out(film: tuple[HistoryPoint, ...]) -> dict[str, Any]:
    """Films that were read once are the same objects, so a map is laid out once, too."""
    tables = [unpack_rows(point.map_codes, point.map_scale) for point in film if point.map_codes is not None]
    return laid_out(tuple(point.step for point in film), film[0].map_tokens, np.stack(tables))


def laid_out(steps: tuple[int, ...], tokens: tuple[str, ...], tables: npt.NDArray[np.float32]) -> dict[str, Any]:
    """Tables (F, N, R) of these tokens at these steps as a map."""
    found = lay_out(tables)
    rounded = np.round(found.positions.astype(np.float64), 3)
    return {
        "steps": list(steps),
        "tokens": list(tokens),
        "x": rounded[:, :, 0].tolist(),
        "y": rounded[:, :, 1].tolist(),
        "share": round(found.share, 3),
    }
