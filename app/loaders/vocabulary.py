"""A tokenizer's vocabulary to browse: all tokens as columns, where one of them occurs, what it was made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.loaders import tokenizers
from app.loaders.tokenizers import Reader, Source
from lm_core.errors import LMError, TokenizerError
from lm_core.tokenizers.base import REPLACEMENT, bytes_text
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.bpe_training import BYTES
from lm_core.tokenizers.export import to_huggingface
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer

MOST_PLACES = 12
AROUND = 24  # tokens left and right of an occurrence, cut to CHARACTERS
CHARACTERS = 40
LONGEST_TAKEN_APART = 64  # characters


def columns_of(source: Source, language: str = "en") -> dict[str, Any]:
    """Text and kind of every token by its id, how often it occurs in the training text (None: nobody knows)."""
    reader = tokenizers.reader_of(source)
    answer = {
        "kind": reader.tokenizer.kind,
        "title": tokenizers.title_of(source, language),
        "texts": list(reader.texts),
        "kinds": [kind[0] for kind in reader.kinds],  # t, b, s
        "ranks": ranks_of(reader),
    }
    try:
        counted = tokenizers.counted(source)
    except LMError:  # the text is not there any more
        return {**answer, "times": None, "total": 0, "left_out": 0}
    return {
        **answer,
        "times": [int(count) for count in counted.times],
        "total": int(counted.ids.size),
        "left_out": counted.left_out,
    }


def ranks_of(reader: Reader) -> list[int | None] | None:
    """Which merge made each token, counted from 1; None for those that no merge made, and where nothing is merged."""
    if isinstance(reader.tokenizer, BytePairTokenizer):
        merges = len(reader.tokenizer.pairs)
        return [token - BYTES + 1 if BYTES <= token < BYTES + merges else None for token in range(len(reader.texts))]
    if isinstance(reader.tokenizer, HuggingFaceTokenizer):
        found = reader.tokenizer.learned_at()
        return found if any(found) else None
    if reader.tokenizer.kind != "sentencepiece-bpe":
        return None
    ranks, count = [], 0  # its pieces stand in the order in which they were made, single characters at the end
    for text, kind in zip(reader.texts, reader.kinds, strict=True):
        merged = kind == "text" and len(text) > 1
        count += merged
        ranks.append(count if merged else None)
    return ranks


def token_of(source: Source, token: int) -> dict[str, Any]:
    """One token: its bytes, the last pieces that it was put together from, and where it occurs in the training text.

    Raises:
        TokenizerError: there is no such token.
    """
    reader = tokenizers.reader_of(source)
    if not 0 <= token < len(reader.texts):
        raise TokenizerError(f"There is no token {token}: this vocabulary has {len(reader.texts)} tokens.")
    try:
        places = places_of(source, reader, token)
    except LMError:
        places = []
    return {
        "id": token,
        "text": reader.texts[token],
        "bytes": reader.bytes_of(token).hex(" ").upper(),
        "parts": parts_of(reader, token),
        "places": places,
    }


def parts_of(reader: Reader, token: int) -> list[str]:
    """The pieces before the last merge that made a token: [" th", "e"]; none where it was not merged."""
    text = reader.texts[token]
    if isinstance(reader.tokenizer, BytePairTokenizer):
        made = BYTES <= token < BYTES + len(reader.tokenizer.pairs)
        return [reader.texts[part] for part in reader.tokenizer.pairs[token - BYTES]] if made else []
    if reader.kinds[token] != "text" or not 1 < len(text) <= LONGEST_TAKEN_APART:
        return []
    steps = reader.tokenizer.explain(text)
    if steps[-1].ids != (token,) or not any(step.name.startswith("merge") for step in steps):
        return []
    before = [step for step in steps if len(step.pieces) > 1]
    in_bytes = before and before[-1].name == "UTF-8 bytes"
    return [bytes_text(bytes.fromhex(piece)) if in_bytes else piece for piece in before[-1].pieces] if before else []


def places_of(source: Source, reader: Reader, token: int) -> list[list[str]]:
    """[left, token, right] of up to MOST_PLACES occurrences, spread over the training text."""
    ids = tokenizers.counted(source).ids
    found = np.flatnonzero(np.asarray(ids) == token)
    chosen = found[np.unique(np.linspace(0, found.size - 1, MOST_PLACES).astype(np.int64))] if found.size else found
    return [_place(reader, ids, int(at)) for at in chosen]


def _place(reader: Reader, ids: np.ndarray[Any, Any], at: int) -> list[str]:
    """Text around an occurrence; halves of characters at the edges are left out, lost words named."""

    def decoded(part: np.ndarray[Any, Any]) -> str:
        return reader.tokenizer.decode([int(token) for token in part]).strip(REPLACEMENT).replace(REPLACEMENT, "<unk>")

    left, right = decoded(ids[max(0, at - AROUND) : at]), decoded(ids[at + 1 : at + 1 + AROUND])
    return [left[-CHARACTERS:], reader.texts[int(ids[at])], right[:CHARACTERS]]


def file_of(source: Source) -> bytes:
    """The tokenizer as Hugging Face's tokenizer.json. Raises TokenizerError where that form has no room for it."""
    return to_huggingface(tokenizers.reader_of(source).tokenizer)
