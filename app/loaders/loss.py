"""What the loss page needs to know of a run, and what a text of one's own costs its models: plain values out."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.loaders import models, pretrained, runs
from app.loaders.counting import standings
from app.loaders.reading import ids_that_fit, readable_text
from lm_core.errors import ConfigError, RunError

TOP = 8
SECONDS = 2.0  # for a text at all kept models; the newest is always there
FACTS = ("vocab_size", "train_tokens", "train_bytes", "validation_tokens", "validation_bytes", "baselines")


def loss_facts(run_id: str) -> dict[str, Any]:
    """{"run", "steps", "facts"}: `facts` is None until the worker has prepared the text."""
    facts = runs.facts_of(run_id)
    chosen = None if facts is None else {name: asdict(facts)[name] for name in FACTS}
    if chosen:
        chosen["baselines"] |= longer_counts(run_id)
    steps = 0 if pretrained.is_pretrained(run_id) else runs.config_of(run_id).train.steps
    return {"run": run_id, "steps": steps, "facts": chosen}


def longer_counts(run_id: str) -> dict[str, float]:
    """What runs that count more than three tokens in a row came to on the same text: {"4-gram": the least loss, …}."""
    best: dict[str, float] = {}
    for row in standings(run_id):
        if row["counts"] and row["counts"]["order"] > 3 and row["run"] != run_id:
            name = f"{row['counts']['order']}-gram"
            best[name] = min(row["loss"], best.get(name, row["loss"]))
    return best


def loss_of_text(run_id: str, text: str) -> dict[str, Any]:
    """{"points", "notes"}: a text of one's own at each kept model, as /api/history has the probe sentence.

    Raises:
        RunError: no such run, or it has saved no weights yet.
        ConfigError: the text is too short.
    """
    newest, *others = models.every(run_id, models.nearest(run_id))
    readable, said = readable_text(text)
    started = time.monotonic()
    first, notes = _measured(run_id, newest.as_posix(), readable)
    points = [first]
    for checkpoint in others:
        if time.monotonic() - started > SECONDS:
            break
        with suppress(RunError):  # a checkpoint that was replaced meanwhile, or is damaged: one point fewer
            points.append(_measured(run_id, checkpoint.as_posix(), readable)[0])
    return {"points": sorted(points, key=lambda point: point["step"]), "notes": [*said, *notes]}


class Measured(NamedTuple):
    """A text as a model took it: `losses` (T,), NaN for the first token; the likeliest [text, share] at each token."""

    opened: models.Opened
    ids: list[int]
    tokens: list[str]
    losses: npt.NDArray[np.floating[Any]]
    top: list[list[list[Any]]]
    notes: list[dict[str, Any]]


def measure(run_id: str, checkpoint: str, text: str, top: int) -> Measured:
    """What each token of a text costs a kept model; of a text that is too long, as much as it reads.

    Raises:
        ConfigError: the text is too short.
    """
    from lm_core.interpret.snapshot import take_snapshot
    from lm_core.interpret.surprise import token_losses, top_candidates

    opened = models.open_model(run_id, Path(checkpoint))
    ids, notes = ids_that_fit(opened.tokenizer, text, opened.model.config.context_length)
    if len(ids) < 2:
        raise ConfigError("Type a text of at least two tokens: the first one is never predicted.")
    tokens = opened.tokenizer.token_texts(ids)
    snapshot = take_snapshot(opened.model, ids, tokens, step=opened.step, keep=lambda site: False)
    top_ids, shares = top_candidates(snapshot, min(top, opened.model.vocab_size))
    likeliest = [
        [[name, round(float(share), 4)] for name, share in zip(opened.tokenizer.token_texts(row), each, strict=True)]
        for row, each in zip(top_ids.tolist(), shares, strict=True)
    ]
    return Measured(opened, ids, tokens, token_losses(snapshot), likeliest, notes)


@lru_cache(maxsize=64)
def _measured(run_id: str, checkpoint: str, text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    found = measure(run_id, checkpoint, text, TOP)
    losses = [None if loss != loss else round(float(loss), 4) for loss in found.losses]
    point = {"step": found.opened.step, "val_loss": None, "sample": "", "tokens": found.tokens}
    return {**point, "losses": losses, "top": found.top}, found.notes
