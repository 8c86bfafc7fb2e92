"""A place in the text that a run was not trained on in, the true next token and what the model expected there out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from app.loaders import models
from app.loaders.held_out import held_out
from app.sentences import translate_sentence
from lm_core.errors import ConfigError

LIKELIEST = 4  # candidates beside the true one; all others are one bar
LONGEST = 128  # tokens that the model reads before the place
SHOWN = 48  # of these
TRIED = 4  # places for each choice; where the model is least sure there is most to see
GOLDEN = (5**0.5 - 1) / 2  # its multiples lie evenly between 0 and 1, in no order


def choice_of_run(run_id: str, place: int, language: str) -> dict[str, Any]:
    """The choice number `place` (0, 1, 2, …), at the newest model: of TRIED places where it is least sure.

    Each candidate, the likeliest first: [text, ln q, whether it is the true one]; `rest` is ln of all others' share, or
    None where there are none.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the text is too short.
    """
    found = _measured(run_id, models.nearest(run_id).as_posix(), place)
    return {**found, "title": translate_sentence(found["title"], language)}


@lru_cache(maxsize=256)
def _measured(run_id: str, checkpoint: str, place: int) -> dict[str, Any]:
    from pathlib import Path

    import torch

    from lm_core.interpret.surprise import log_probabilities
    from lm_core.models.inference import reading

    opened = models.open_model(run_id, Path(checkpoint))
    ids, title = held_out(run_id)
    length = min(opened.model.config.context_length, LONGEST, len(ids) - 1)
    if length < 1:
        raise ConfigError("Type a text of at least two tokens: the first one is never predicted.")
    parts = [(TRIED * place + one) * GOLDEN % 1 for one in range(1, TRIED + 1)]
    places = [length + int(part * (len(ids) - length)) for part in parts]
    before = np.asarray([ids[at - length : at] for at in places], np.int64)
    with reading(opened.model):
        scores = opened.model(torch.from_numpy(before))
    chances_there = log_probabilities(scores[:, -1].numpy(force=True))
    least_sure = int(np.argmax(-(np.exp(chances_there) * chances_there).sum(axis=-1)))
    chances, true = chances_there[least_sure], int(ids[places[least_sure]])
    likeliest = np.argsort(-chances, kind="stable")[:LIKELIEST].tolist()
    chosen = likeliest if true in likeliest else [*likeliest, true]
    others = np.delete(chances, chosen)
    return {
        "step": opened.step,
        "place": place,
        "title": title,
        "vocabulary": len(chances),
        "ids": before[least_sure].tolist(),
        "tokens": chosen,
        "counts": models.is_counting(run_id),
        "before": opened.tokenizer.token_texts(before[least_sure, -SHOWN:].tolist()),
        "rows": [
            [text, float(chances[token]), token == true]
            for text, token in zip(opened.tokenizer.token_texts(chosen), chosen, strict=True)
        ],
        "rest": float(np.logaddexp.reduce(others)) if len(others) else None,
    }
