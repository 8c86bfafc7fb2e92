"""A run, a step and a text of any length in, what each of its tokens cost the model of that step out; places to read.

An answer is kept as JSON, so the bound on what is remembered is one of bytes.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from app.loaders import models, runs, tokenizers
from app.loaders.bounded import Bounded
from app.loaders.dataset import dataset_of
from app.loaders.probing import one_at_a_time, rounded
from app.loaders.reading import ids_that_fit, readable_text
from app.loaders.tokenizers import Source
from app.loaders.tokens import byte_offsets
from lm_core.errors import ConfigError

TOP = 6
PRODUCTS = 4e11  # for one text at one step: two for each weight and token, and each token is read about twice
MOST_BYTES = 48_000_000  # of answers that are remembered

PARTS = ("validation", "train")
PLACE_TOKENS, PLACE_CHARACTERS = 600, 600  # of a text, for a place in it: the fewer of the two
GOLDEN = 0.6180339887498949  # turn after turn this share of the text further: no two places close to each other


def text_loss(run_id: str, text: str, step: int) -> dict[str, Any]:
    """A text at the kept model nearest to `step` (below 0: the newest): see `_measured`.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the text is too short.
    """
    checkpoint = models.nearest(run_id, step)
    with one_at_a_time:
        kept = _answers.get(
            (runs.open_run(run_id).folder, checkpoint, text),
            lambda: json.dumps(
                _measured(run_id, models.open_model(run_id, checkpoint), text), allow_nan=False
            ).encode(),
        )
    found: dict[str, Any] = json.loads(kept)
    return found


def _measured(run_id: str, opened: models.Opened, text: str) -> dict[str, Any]:
    """Lists by token: its id, where it begins in bytes (nothing where the tokens do not spell the text), loss in nats
    (-1: infinite), rank, expected surprise, tokens before it, likeliest tokens [[id, …], [probability, …]]; `names` of
    all these ids.
    """
    from lm_core.interpret.text_loss import read_text, windows_of

    readable, notes = readable_text(text)
    context = opened.model.config.context_length
    weights = sum(weight.numel() for weight in opened.model.parameters())
    ids, left_out = ids_that_fit(opened.tokenizer, readable, max(context, int(PRODUCTS / (4 * max(1, weights)))))
    if len(ids) < 2:
        raise ConfigError("Type a text of at least two tokens: the first one is never predicted.")
    stride = max(1, context // 2)
    found = read_text(opened.model, ids, k=TOP, stride=stride)
    named = sorted({*ids, *found.top_ids[1:].ravel().tolist()})
    starts = byte_offsets(tokenizers.reader_of(Source(run=run_id)), list(ids), readable)
    spelled = bool(starts) and min(starts) >= 0  # else unknown tokens count for nothing
    return {
        "run": run_id,
        "step": opened.step,
        "text": readable,
        "notes": [*notes, *left_out],
        "counts": models.is_counting(run_id),
        "context": context,
        "stride": stride,
        "windows": len(windows_of(len(ids), context, stride)),
        "ids": list(ids),
        "starts": starts,
        "bytes": np.diff(starts).tolist() if spelled else [len(piece) for piece in opened.tokenizer.token_bytes(ids)],
        "losses": rounded(np.where(np.isinf(found.losses), -1, found.losses)),
        "ranks": found.ranks.tolist(),
        "expected": rounded(found.entropies),
        "before": found.before.tolist(),
        "top": [
            [pair[0], rounded(pair[1])]
            for pair in zip(found.top_ids.tolist(), found.top_probabilities.tolist(), strict=True)
        ],
        "names": dict(zip(named, opened.tokenizer.token_texts(named), strict=True)),
        "vocabulary": opened.model.vocab_size,
    }


_answers = Bounded(MOST_BYTES, len)


def place_in_text(run_id: str, part: str, turn: int) -> dict[str, Any]:
    """Some lines of the run's "validation" or "train" text, others at each `turn`: {"part", "text", "at", "of"}.

    `at` is the token that they begin with.

    Raises:
        RunError: no such run, or its text is not here.
        ConfigError: no such part.
    """
    if part not in PARTS:
        raise ConfigError(f'A text has the parts {", ".join(PARTS)}, not "{part}".')
    dataset = dataset_of(run_id)
    ids = dataset.validation if part == "validation" else dataset.train
    at = int(turn * GOLDEN % 1 * max(1, len(ids) - PLACE_TOKENS))
    tokenizer = tokenizers.reader_of(Source(run=run_id)).tokenizer
    text = tokenizer.decode([int(one) for one in ids[at : at + PLACE_TOKENS]])
    first_line = text.find("\n", 0, len(text) // 3) + 1 if at else 0
    at += len(tokenizer.encode(text[:first_line]))
    text = text[first_line : first_line + PLACE_CHARACTERS]
    end = text.rfind(" ", len(text) // 2)
    return {"part": part, "text": text[:end] if end > 0 else text, "at": at, "of": len(ids)}
