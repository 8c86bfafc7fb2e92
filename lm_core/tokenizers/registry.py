"""The list of tokenizers, one line each: a `TokenizerSpec` and texts, or a folder in, a `Tokenizer` out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from lm_core.config import TokenizerSpec
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record
from lm_core.tokenizers.sentencepiece import SentencePieceTokenizer

Train = Callable[[Sequence[str], int], Tokenizer]  # texts, vocabulary size
Load = Callable[[Path], Tokenizer]

TOKENIZERS: dict[str, tuple[Train, Load]] = {
    "char": (lambda texts, _: CharTokenizer.train(texts), CharTokenizer.load),
    "byte": (lambda texts, _: ByteTokenizer(), ByteTokenizer.load),
    "bpe": (lambda texts, size: SentencePieceTokenizer.train(texts, "bpe", size), SentencePieceTokenizer.load),
    "unigram": (lambda texts, size: SentencePieceTokenizer.train(texts, "unigram", size), SentencePieceTokenizer.load),
}


def train_tokenizer(spec: TokenizerSpec, texts: Sequence[str]) -> Tokenizer:
    """Learn a tokenizer of the given kind from the texts; equal texts give equal tokenizers.

    Raises:
        TokenizerError: the text is empty, or too short for the vocabulary (the message says what is possible).
    """
    train, _ = TOKENIZERS[spec.kind]
    return train(texts, spec.vocab_size)


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer that was saved into `folder`.

    Raises:
        TokenizerError: the folder holds no tokenizer, or a damaged one.
    """
    kind = read_record(folder)["kind"]
    if kind not in TOKENIZERS:
        raise damaged(folder / RECORD_NAME, f'there is no kind of tokenizer called "{kind}"')
    _, load = TOKENIZERS[kind]
    return load(folder)
