"""Trains a SentencePiece model in memory: texts and a vocabulary size in, the bytes of the model out.

The settings keep every character: identity normalisation, spaces as they are, rare characters as bytes (Kudo and
Richardson 2018, "SentencePiece", section 3; byte fallback as in the library's documentation). One thread, so that
equal texts give equal models.
"""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import sentencepiece

from lm_core.errors import TokenizerError, VocabularyError
from lm_core.tokenizers.base import without_surrogates

PieceKind = Literal["sentencepiece-bpe", "unigram"]

SPACE: Final = "\u2581"  # "▁" stands for a space inside SentencePiece
RESERVED_TOKENS: Final = 258  # <unk>, the newline, and the 256 bytes
SMALLEST_VOCABULARY: Final = 300  # leaves 42 places for characters and pieces
TRAINING_CHARACTERS: Final = 2_000_000  # more text changes the pieces little, and unigram takes seconds per million
UNIGRAM_CHARACTERS: Final = 300_000  # in distinct words, which cost it time; text without spaces is all distinct
LONGEST_LINE: Final = 4_000  # characters; SentencePiece would drop longer lines

# A token never holds a newline. "▁" is the library's space and "▅" its unknown mark: lines that hold one are cut there.
_LINE_END = re.compile("[\n\u2581\u2585]+")


def train_model(texts: Sequence[str], *, kind: PieceKind, vocab_size: int) -> bytes:
    """Learn `vocab_size` tokens from the texts (at most about two million characters of them, evenly spread).

    Raises:
        TokenizerError: the vocabulary is too small to hold the bytes, or larger than this text can fill.
    """
    if vocab_size < SMALLEST_VOCABULARY:
        raise TokenizerError(
            f"A {kind} vocabulary of {vocab_size} is too small: {RESERVED_TOKENS} places go to the single bytes, the "
            f"newline and <unk>. Choose {SMALLEST_VOCABULARY} or more, or the char tokenizer."
        )
    lines = _sample(list(training_lines(texts)), kind)
    if not lines:
        raise TokenizerError("The text holds nothing but line ends, so there is nothing to learn pieces from.")
    model, size = _train(lines, kind, vocab_size)
    if size < vocab_size:
        raise _too_large(kind, vocab_size, _largest_vocabulary(lines, kind, size))
    return model


def training_lines(texts: Sequence[str]) -> Iterator[str]:
    """The lines of all texts, without empty ones; very long lines in parts."""
    for text in texts:
        for line in _LINE_END.split(without_surrogates(text)):
            for start in range(0, len(line), LONGEST_LINE):
                yield line[start : start + LONGEST_LINE]


def _sample(lines: list[str], kind: str) -> list[str]:
    """All lines, or every second, third, … if they hold more than is worth the time."""
    too_much = sum(map(len, lines)) / TRAINING_CHARACTERS
    if kind == "unigram":
        distinct_words = {word for line in lines for word in line.split(" ")}
        too_much = max(too_much, sum(map(len, distinct_words)) / UNIGRAM_CHARACTERS)
    return lines[:: max(1, math.ceil(too_much))]


def _train(lines: Sequence[str], kind: str, vocab_size: int) -> tuple[bytes, int]:
    """The model and how many tokens it has: fewer than asked for if the text gives no more."""
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(_cut_at_rare_characters(lines, (vocab_size - RESERVED_TOKENS) // 2)),
            model_writer=model,
            model_type=kind.removeprefix("sentencepiece-"),
            vocab_size=vocab_size,
            hard_vocab_limit=False,
            character_coverage=1.0,
            byte_fallback=True,
            normalization_rule_name="identity",
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True,
            user_defined_symbols=["\n"],
            unk_id=0,
            bos_id=-1,
            eos_id=-1,
            pad_id=-1,
            max_sentence_length=4 * LONGEST_LINE,  # in bytes; a character of UTF-8 has at most four
            num_threads=1,
            minloglevel=3,
        )
    except RuntimeError:  # no pieces at all, e.g. a text of one character
        return b"", 0
    return model.getvalue(), sentencepiece.SentencePieceProcessor(model_proto=model.getvalue()).get_piece_size()


def _cut_at_rare_characters(lines: Sequence[str], most: int) -> list[str]:
    """Keep the `most` commonest characters as tokens of their own; cut lines at the others, which bytes will spell.

    ["abba", "acb"], most=2 -> ["abba", "a", "b"]
    """
    counts = Counter("".join(lines))
    if len(counts) <= most:
        return list(lines)
    common = "".join(sorted(counts, key=lambda character: (-counts[character], character))[:most])
    rare = re.compile(f"[^{re.escape(common)}]+")
    return [part for line in lines for part in rare.split(line) if part]


def _largest_vocabulary(lines: Sequence[str], kind: str, size: int) -> int | None:
    """The largest vocabulary that these lines fill, at most `size`. Fewer places also mean fewer characters in them."""
    while size >= SMALLEST_VOCABULARY:
        _, reached = _train(lines, kind, size)
        if reached >= size:
            return size
        size = reached
    return None


def _too_large(kind: str, asked: int, largest: int | None) -> VocabularyError:
    if largest is None:
        return VocabularyError(
            f"This text is too short for a {kind} vocabulary of {asked}. Choose the char tokenizer, or a longer text."
        )
    return VocabularyError(
        f"This text is too short for a {kind} vocabulary of {asked}: the largest possible is {largest}. "
        f"Choose {largest} or less, or a longer text.",
        largest,
    )
