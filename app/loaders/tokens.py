"""What the token page shows of a text: a tokenizer and any string in, plain values of bounded size out."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.loaders import runs, tokenizers
from app.loaders.tokenizers import Reader, Source
from lm_core.corpora.words import words_of
from lm_core.errors import LMError
from lm_core.presets import PRESETS, preset_config
from lm_core.tokenizers.base import without_surrogates
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer

Times = np.ndarray[Any, np.dtype[np.int64]]

MOST_CHARACTERS = 2_000_000  # read at once; more is cut, and said so
MOST_TOKENS = 600  # drawn one by one
MOST_ROWS = 200  # distinct tokens in the table
LONGEST_PART = 24  # characters explained step by step
LONGEST_TOKEN = 64  # characters, on average over a text
PUBLISHED_CONTEXTS = {  # tokens: Radford et al. 2019, section 2.3; OpenAI 2023, "GPT-4"; OpenAI 2024, "Hello GPT-4o"
    "gpt2": 1024,
    "cl100k": 8192,
    "o200k": 128_000,
}


def is_ready(run_id: str) -> bool:
    """True once the run's tokenizer is written: early in the run's life, before its first step."""
    return (runs.open_run(run_id).tokenizer_folder / "tokenizer.json").exists()


def first_text(source: Source) -> str:
    """The run's probe sentence, or one to begin with."""
    probe = runs.config_of(source.run).probe if source.run else ""
    return probe or "Shall I compare thee to a summer's day?\nThou art more lovely."


def context_of(source: Source) -> tuple[int, str]:
    """How many tokens a model sees at once, and whose: the run's ("run", "counts" if it only counts), that which a
    published vocabulary was made for (its kind), or the smallest preset's ("preset").
    """
    if source.run:
        model = runs.config_of(source.run).model
        return (model.order - 1, "counts") if model.architecture == "counts" else (model.context_length, "run")
    kind = source.tokenizer.kind if source.tokenizer else ""
    if kind in PUBLISHED_CONTEXTS:
        return PUBLISHED_CONTEXTS[kind], kind
    return preset_config(next(iter(PRESETS))).model.context_length, "preset"


def tokens_of(source: Source, text: str, focus: int | None) -> dict[str, Any]:
    """Tokens, counts, rows and steps of a text. `focus` is the token whose word is explained, None for the start.

    Whatever the length of the text, at most MOST_TOKENS tokens and MOST_ROWS rows come back.
    """
    reader = tokenizers.reader_of(source)
    whole, text = text, without_surrogates(text[:MOST_CHARACTERS])
    ids = np.asarray(reader.tokenizer.encode(text), dtype=np.int64)
    shown = [int(token) for token in ids[:MOST_TOKENS]]
    part = text[slice(*part_around(reader, shown, text, focus))]
    context, seer = context_of(source)
    return {
        "kind": reader.tokenizer.kind,
        "vocab_size": reader.tokenizer.vocab_size,
        "context": context,
        "seer": seer,
        "cut": len(whole) - len(text),
        "tokens": [[token, reader.texts[token], reader.kinds[token]] for token in shown],
        "starts": starts_of(reader, shown, text),
        "rows": rows_of(reader, ids, times_in_training(source)),
        "counts": {
            "tokens": len(ids),
            "characters": len(text),
            "words": len(words_of(text)),
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


def ids_of(source: Source, text: str) -> dict[str, list[int]]:
    """All ids of a text, to be copied."""
    return {"ids": tokenizers.reader_of(source).tokenizer.encode(without_surrogates(text[:MOST_CHARACTERS]))}


def starts_of(reader: Reader, shown: list[int], text: str) -> list[int]:
    """Where each token begins and the last one ends, in UTF-16 units as JavaScript counts; -1 inside a character.

    Tokenizers that change the text first say themselves where a token comes from; nothing where none can.
    """
    offsets = byte_offsets(reader, shown, text)
    if not offsets and isinstance(reader.tokenizer, HuggingFaceTokenizer):
        return _units(text, character_places(reader.tokenizer, shown, text))
    units, place, taken = {0: 0}, 0, 0
    for character in text:
        if not offsets or place >= offsets[-1]:
            break
        place += len(character.encode("utf-8"))
        taken += 2 if ord(character) > 0xFFFF else 1
        units[place] = taken
    return [units.get(offset, -1) for offset in offsets]


def character_places(tokenizer: HuggingFaceTokenizer, shown: list[int], text: str) -> list[int]:
    """Where each token begins and the last one ends, in characters; -1 for all but the first of one character's."""
    places = tokenizer.places(text[: LONGEST_TOKEN * len(shown)])[: len(shown)]
    starts = [-1 if at and start < places[at - 1][1] else start for at, (start, _) in enumerate(places)]
    return [*starts, places[-1][1]] if places else []


def _units(text: str, places: list[int]) -> list[int]:
    """Characters counted as JavaScript does."""
    wide = np.array([ord(character) > 0xFFFF for character in text[: max(places, default=0)]], dtype=np.int64)
    taken = np.concatenate(([0], np.cumsum(wide)))
    return [place if place < 0 else place + int(taken[place]) for place in places]


def byte_offsets(reader: Reader, shown: list[int], text: str) -> list[int]:
    """Where each token begins and the last one ends, in bytes; a special token stands for what lies between others, and
    of several in a row only the first has a place, the others -1.

    Nothing where the tokens do not spell the text.
    """
    data = text[: LONGEST_TOKEN * len(shown)].encode("utf-8")
    offsets, place = [0], 0
    for index, token in enumerate(shown):
        piece = reader.bytes_of(token)
        if reader.kinds[token] != "special":
            if data[place : place + len(piece)] != piece:
                return []
            place += len(piece)
        elif reader.tokenizer.kind == "char":
            place += _length_of_character(data[place : place + 1])
        elif index + 1 < len(shown):
            following = shown[index + 1]
            if reader.kinds[following] == "special":
                offsets.append(-1)  # nobody knows where one of them ends and the next begins
                continue
            place = data.find(reader.bytes_of(following), place + 1)
            if place < 0:
                return []
        else:
            place = len(data)
        offsets.append(place)
    return offsets


def _length_of_character(lead: bytes) -> int:
    """How many bytes a character of UTF-8 has, by its first one (RFC 3629)."""
    first = lead[0] if lead else 0
    return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def times_in_training(source: Source) -> Times | None:
    """How often each token occurs in the text that the tokenizer was made for; None where that text has gone."""
    try:
        return tokenizers.counted(source).times
    except LMError:
        return None


def rows_of(reader: Reader, ids: Times, in_training: Times | None = None) -> list[dict[str, Any]]:
    """The distinct tokens of a text, most frequent first: id, text, kind, bytes in hexadecimal, how often here and in
    the training text.
    """
    tokens, first, times = np.unique(ids, return_index=True, return_counts=True)
    order = np.lexsort((first, -times))[:MOST_ROWS]  # equally frequent ones as they come
    return [
        {
            "id": int(token),
            "text": reader.texts[token],
            "kind": reader.kinds[token],
            "bytes": reader.bytes_of(token).hex(" ").upper(),
            "times": int(count),
            "trained": None if in_training is None else int(in_training[token]),
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
    offsets = byte_offsets(reader, shown, text)
    if not offsets and isinstance(reader.tokenizer, HuggingFaceTokenizer):
        return min(max(character_places(reader.tokenizer, shown, text)[: focus + 1], default=0), len(text) - 1)
    place = max(offsets[: focus + 1], default=0)
    before = text.encode("utf-8")[:place].decode("utf-8", errors="ignore")
    return min(len(before), len(text) - 1)
