"""What the token page shows of a text: a run's tokenizer and any string in, plain values of bounded size out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from app.loaders import runs
from lm_core.tokenizers.base import Tokenizer, without_surrogates
from lm_core.tokenizers.registry import load_tokenizer

MOST_CHARACTERS = 2_000_000  # read at once; more is cut, and said so
MOST_TOKENS = 600  # drawn one by one
MOST_ROWS = 200  # distinct tokens in the table
LONGEST_PART = 24  # characters explained step by step
DRAWN = {" ": "·", "\n": "↵", "\t": "→", "\r": "␍"}


@dataclass(frozen=True)
class Reader:
    """A loaded tokenizer with its vocabulary spelled out once."""

    tokenizer: Tokenizer
    texts: tuple[str, ...]
    kinds: tuple[str, ...]

    def bytes_of(self, token: int) -> bytes:
        """The UTF-8 bytes that a token stands for; none for a special token."""
        return self.tokenizer.token_bytes([token])[0]


def is_ready(run_id: str) -> bool:
    """True once the run's tokenizer is written: early in the run's life, before its first step."""
    return (runs.open_run(run_id).tokenizer_folder / "tokenizer.json").exists()


@st.cache_resource(max_entries=16, show_spinner=False)
def reader_of(run_id: str) -> Reader:
    """The run's tokenizer. Raises TokenizerError where it is missing or damaged."""
    tokenizer = load_tokenizer(runs.open_run(run_id).tokenizer_folder)
    entries = tokenizer.vocabulary()
    return Reader(tokenizer, tuple(entry.text for entry in entries), tuple(entry.kind for entry in entries))


def first_text(run_id: str) -> str:
    """The run's probe sentence, or one to begin with."""
    return runs.config_of(run_id).probe or "Shall I compare thee to a summer's day?\nThou art more lovely."


def tokens_of(run_id: str, text: str, focus: int | None) -> dict[str, Any]:
    """Tokens, counts, rows and steps of a text. `focus` is the token whose word is explained, None for the start.

    Whatever the length of the text, at most MOST_TOKENS tokens and MOST_ROWS rows come back.
    """
    reader = reader_of(run_id)
    whole, text = text, without_surrogates(text[:MOST_CHARACTERS])
    ids = np.asarray(reader.tokenizer.encode(text), dtype=np.int64)
    shown = [int(token) for token in ids[:MOST_TOKENS]]
    part = text[slice(*part_around(reader, shown, text, focus))]
    return {
        "kind": reader.tokenizer.kind,
        "vocab_size": reader.tokenizer.vocab_size,
        "context": runs.config_of(run_id).model.context_length,
        "text": text,
        "cut": len(whole) - len(text),
        "tokens": [[token, reader.texts[token], reader.kinds[token]] for token in shown],
        "rows": rows_of(reader, ids),
        "counts": {
            "tokens": len(ids),
            "characters": len(text),
            "words": len(text.split()),
            "bytes": len(text.encode("utf-8")),
            "distinct": int(np.unique(ids).size),
        },
        "uncovered": reader.tokenizer.uncovered(text)[:20],
        "part": part,
        "steps": [
            {"name": step.name, "pieces": list(step.pieces), "ids": None if step.ids is None else list(step.ids)}
            for step in reader.tokenizer.explain(part)
        ],
    }


def rows_of(reader: Reader, ids: np.ndarray[Any, np.dtype[np.int64]]) -> list[dict[str, Any]]:
    """The distinct tokens of a text, most frequent first: id, text, kind, bytes in hexadecimal, how often."""
    tokens, first, times = np.unique(ids, return_index=True, return_counts=True)
    order = np.lexsort((first, -times))[:MOST_ROWS]  # equally frequent ones as they come
    return [
        {
            "id": int(token),
            "text": reader.texts[token],
            "kind": reader.kinds[token],
            "bytes": reader.bytes_of(token).hex(" ").upper(),
            "times": int(count),
        }
        for token, count in zip(tokens[order], times[order], strict=True)
    ]


def part_around(reader: Reader, shown: list[int], text: str, focus: int | None) -> tuple[int, int]:
    """Where the word of a token begins and ends in the text, with the space before it; without a token, the start."""
    if focus is None or not 0 <= focus < len(shown):
        start, end = 0, min(len(text), LONGEST_PART)
        last_space = text.rfind(" ", 1, end + 1)
        return start, last_space if end < len(text) and last_space > 0 else end
    place = _character_of(reader, shown, text, focus)
    if text[place] == " " and place + 1 < len(text):
        place += 1  # a piece may begin with its space: its word comes after
    if text[place].isspace():
        return place, place + 1
    start, end = place, place + 1
    while start > 0 and not text[start - 1].isspace() and place - start < LONGEST_PART // 2:
        start -= 1
    while end < len(text) and not text[end].isspace() and end - start < LONGEST_PART - 1:
        end += 1
    return (start - 1 if start > 0 and text[start - 1] == " " else start), end


def _character_of(reader: Reader, shown: list[int], text: str, focus: int) -> int:
    """The index of the character where a token begins."""
    if reader.tokenizer.kind == "char":
        return min(focus, len(text) - 1)
    offset = sum(len(reader.bytes_of(token)) for token in shown[:focus])
    before = text.encode("utf-8")[:offset].decode("utf-8", errors="ignore")
    return min(len(before), len(text) - 1)


@st.cache_data(max_entries=8, show_spinner=False)
def vocabulary_of(run_id: str) -> dict[str, list[Any]]:
    """All tokens of a run: id, visible text, kind."""
    reader = reader_of(run_id)
    visible = ["".join(DRAWN.get(character, character) for character in text) for text in reader.texts]
    return {"id": list(range(len(visible))), "token": visible, "kind": list(reader.kinds)}
