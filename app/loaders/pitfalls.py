"""What goes wrong with tokenizers: one in, for each known trouble an example out, found in that tokenizer itself.

Each example is {"name", "verdict", "text", "values"}. The verdict is "here" where the trouble shows, "partly" where it
shows weakened, "not here" where this tokenizer cannot have it; `values` fill the sentence that the picture makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.loaders import tokenizers
from app.loaders.tokenizers import Counted, Reader, Source
from lm_core.errors import LMError

STRANGE = "naïve 你好 😀 ☂"
DIGITS = 4  # of the numbers that are tried
MOST_NUMBERS = 6
MOST_GLITCHES = 8
# User names that were frequent on the pages that GPT-2's tokenizer learned from, and rare where GPT-2 itself learned.
KNOWN_GLITCHES = (
    " SolidGoldMagikarp",
    " TheNitromeFan",
    " RandomRedditorWithNo",
    " petertodd",
    " davidjl",
    " externalToEVA",
)
SHORTEST_WORD = 4  # letters of a word whose spelling a single token hides

Example = dict[str, Any]


def examples_of(source: Source) -> list[Example]:
    """All examples, the most visible first. Raises LMError where the tokenizer cannot be had."""
    reader = tokenizers.reader_of(source)
    try:
        counted: Counted | None = tokenizers.counted(source)
    except LMError:  # the text that it was trained on has gone
        counted = None
    return [
        unknown(reader),
        numbers(reader),
        trailing_space(reader, counted),
        *([glitches(reader, counted)] if counted is not None else []),
        spelling(reader, counted),
    ]


def _example(name: str, verdict: str, text: str, **values: Any) -> Example:
    return {"name": name, "verdict": verdict, "text": text, "values": values}


def unknown(reader: Reader, text: str = STRANGE) -> Example:
    """Characters that the training text never held: lost, or spelled in bytes."""
    lost = reader.tokenizer.uncovered(text)
    ids = reader.tokenizer.encode(text)
    fragments = sum(reader.kinds[token] == "byte" for token in ids)
    verdict = "here" if lost else "partly" if fragments else "not here"
    values = {"lost": len(lost), "bytes": fragments, "tokens": len(ids), "characters": len(text)}
    return _example("unknown", verdict, text, **values)


def cuts_of(reader: Reader, number: int) -> tuple[int, ...]:
    """Into pieces of how many digits a number is cut: 1024 -> (2, 2) for "10" "24"."""
    ids = reader.tokenizer.encode(str(number))
    return tuple(len(reader.bytes_of(token)) for token in ids)


def numbers(reader: Reader) -> Example:
    """Neighbouring numbers of equal length that are cut in unequal places."""
    found: dict[tuple[int, ...], int] = {}
    for number in range(10 ** (DIGITS - 1), 10**DIGITS, 7):
        found.setdefault(cuts_of(reader, number), number)
    chosen = sorted(found.values())[:MOST_NUMBERS]
    values = {"ways": len(found), "digits": DIGITS, "pieces": max(map(len, found))}
    if len(found) == 1:
        lost = 0 in next(iter(found))
        return _example("numbers", "here" if lost else "not here", "1024 2048 4096 9999", **{**values, "lost": lost})
    return _example("numbers", "here", " ".join(map(str, chosen)), **{**values, "lost": False})


def trailing_space(reader: Reader, counted: Counted | None) -> Example:
    """A space at the end of a prompt is another token than the one that begins a word."""
    word = _frequent(reader, counted, lambda text: text[:1] == " " and text[1:].isalpha() and len(text) > 3)
    if word is None:
        return _example("space", "not here", "Once upon a ")
    prompt = "Once upon a"
    whole, alone = reader.tokenizer.encode(prompt + word), reader.tokenizer.encode(prompt + " ")
    verdict = "here" if whole[: len(alone)] != alone else "not here"
    return _example("space", verdict, f"{prompt}{word}\n{prompt} ", word=word, id=reader.texts.index(word))


def glitches(reader: Reader, counted: Counted) -> Example:
    """Tokens of the vocabulary that never occur in the training text: no model could learn what they mean."""
    known = [text for text in KNOWN_GLITCHES if text in reader.texts and len(reader.tokenizer.encode(text)) == 1]
    if known:
        return _example("glitch", "here", "\n".join(known), known=len(known), size=len(reader.texts))
    never = [int(token) for token in np.flatnonzero(counted.times == 0) if reader.kinds[int(token)] == "text"]
    bytes_only = int(sum(reader.kinds[int(token)] == "byte" for token in np.flatnonzero(counted.times == 0)))
    visible = [token for token in never if reader.texts[token].strip() and reader.texts[token].isprintable()]
    longest = sorted(visible, key=lambda token: (-len(reader.texts[token].strip()), token))
    alone = [token for token in longest[:400] if reader.tokenizer.encode(reader.texts[token]) == [token]]
    drawn = [reader.texts[token] for token in alone[:MOST_GLITCHES]]
    text = "\n".join(drawn)
    verdict = "here" if drawn else "partly" if never or bytes_only else "not here"
    merged = reader.tokenizer.kind in ("bpe", "sentencepiece-bpe")
    return _example("glitch", verdict, text, never=len(never), bytes=bytes_only, size=len(reader.texts), merged=merged)


def spelling(reader: Reader, counted: Counted | None) -> Example:
    """A word that is one token: its letters are nowhere in what the model gets."""
    word = _frequent(reader, counted, lambda text: text.strip().isalpha() and len(text.strip()) >= SHORTEST_WORD)
    if word is None:
        return _example("spelling", "not here", "strawberry s-t-r-a-w-b-e-r-r-y")
    bare = word.strip()
    return _example("spelling", "here", f"the{word if word[:1] == ' ' else ' ' + word} {'-'.join(bare)}", word=bare)


def _frequent(reader: Reader, counted: Counted | None, fits: Any) -> str | None:
    """Of the longest fitting tokens of text that are met in training, the most frequent; None where none fits."""
    fitting = [t for t, text in enumerate(reader.texts) if reader.kinds[t] == "text" and text.isascii() and fits(text)]
    if counted is not None:
        fitting = [token for token in fitting if counted.times[token] > 0]
    return reader.texts[_best(reader, counted, fitting)] if fitting else None


def _best(reader: Reader, counted: Counted | None, tokens: Sequence[int]) -> int:
    longest = sorted(tokens, key=lambda token: (-len(reader.texts[token]), token))[:40]
    return max(longest, key=lambda token: (int(counted.times[token]) if counted is not None else 0, -token))
