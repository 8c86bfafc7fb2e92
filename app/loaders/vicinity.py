"""A token of a model's vocabulary in, the tokens near it out; and the map of many tokens that these are marked on."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.loaders import train
from app.loaders.probing import Question, Reading, rounded, whole_number
from lm_core.interpret.embedding import pack_rows, unpack_rows
from lm_core.interpret.neighbours import neighbours

NEAREST = 10
FIRST_TOKENS = 400  # of the vocabulary on the map of a run that kept none


def vocabulary_map(reading: Reading, question: Question) -> dict[str, Any]:
    """The map that the run kept as it trained, each token with its id; else that of one model's first tokens."""
    found = train.token_map(reading.run_id)
    if found["steps"]:
        texts = _texts(reading)
        ids = {text: token for token, text in reversed(list(enumerate(texts)))}
        return {"map": {**found, "ids": [ids.get(text) for text in found["tokens"]], "first": False}}
    table = _table(reading)[:FIRST_TOKENS]
    tokens = tuple(_texts(reading)[: len(table)])
    laid = train.laid_out((reading.step,), tokens, unpack_rows(*pack_rows(table))[None])
    return {"map": {"run": reading.run_id, **laid, "ids": list(range(len(table))), "first": True}}


def near(reading: Reading, question: Question) -> dict[str, Any]:
    """The tokens nearest to `entry`, an id, or to the token that reads `find`, by cosine over all of the vocabulary."""
    texts, table = _texts(reading), _table(reading)
    entry = whole_number(question, "entry", -1)
    wanted = question.get("find", "")
    sought = _search(texts, wanted) if wanted else None
    if sought is not None:
        entry = sought
    elif not 0 <= entry < len(texts):
        entry = next((token for token in reading.ids if texts[token].strip()), reading.ids[-1])
    ids, cosines = neighbours(table, entry, NEAREST)
    nearest = [
        {"id": int(token), "text": texts[token], "cosine": rounded(float(cosine))}
        for token, cosine in zip(ids, cosines, strict=True)
    ]
    return {
        "entry": {"id": entry, "text": texts[entry]},
        "near": nearest,
        "missing": bool(wanted) and sought is None,
        "width": int(table.shape[1]),
        "vocabulary": len(texts),
    }


def _search(texts: list[str], wanted: str) -> int | None:
    """The token that reads so; else but for blanks, for capitals, or the first that begins so. None: there is none."""
    bare = wanted.strip().casefold()
    ways = (
        lambda text: text == wanted,
        lambda text: bool(bare) and text.strip() == wanted.strip(),
        lambda text: bool(bare) and text.strip().casefold() == bare,
        lambda text: bool(bare) and text.strip().casefold().startswith(bare),
    )
    return next((token for way in ways for token, text in enumerate(texts) if way(text)), None)


def _texts(reading: Reading) -> list[str]:
    return reading.token_names(range(reading.tokenizer.vocab_size))


def _table(reading: Reading) -> np.ndarray:
    """(V, C) float32; rows past the vocabulary, which some published models have, are left out."""
    table: np.ndarray = reading.model.embed.weight.detach().float().cpu().numpy()
    return table[: reading.tokenizer.vocab_size]
