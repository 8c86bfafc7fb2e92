"""The list of tokenizers, one line each: a `TokenizerSpec` and texts, or a folder in, a `Tokenizer` out.

Pages and the command line draw themselves from `list_tokenizers`: names, words, what can be chosen, what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lm_core.config import TokenizerSpec
from lm_core.errors import TokenizerError
from lm_core.tokenizers import huggingface, published
from lm_core.tokenizers.base import Kind, Tokenizer
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer
from lm_core.tokenizers.published import published_tokenizer
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record
from lm_core.tokenizers.sentencepiece import SentencePieceTokenizer
from lm_core.tokenizers.word import WordTokenizer

Train = Callable[[TokenizerSpec, Sequence[str]], Tokenizer]
Load = Callable[[Path], Tokenizer]

CHEAP_CHARACTERS = 300_000  # of text, on which every kind learns its vocabulary in less than a second


@dataclass(frozen=True)
class TokenizerInfo:
    """One kind of tokenizer, in words for people."""

    kind: Kind
    title: str
    description: str
    learns: bool  # from the text, as many tokens as `vocab_size` says
    small: bool  # makes sense for a model trained here: the vocabulary need not have tens of thousands of rows
    unavailable: str | None = None  # what is missing, and how to get it


@dataclass(frozen=True)
class _Entry:
    info: TokenizerInfo
    train: Train
    load: Load
    missing: Callable[[], str | None] = lambda: None


def _info(kind: Kind, title: str, description: str, *, learns: bool = False, small: bool = True) -> TokenizerInfo:
    return TokenizerInfo(kind, title, description, learns, small)


TOKENIZERS: dict[str, _Entry] = {
    "char": _Entry(
        _info("char", "Characters", "One number per character. The best to begin with."),
        lambda spec, texts: CharTokenizer.train(texts),
        CharTokenizer.load,
    ),
    "byte": _Entry(
        _info("byte", "Bytes", "One number per byte: 256 of them write every language."),
        lambda spec, texts: ByteTokenizer(),
        ByteTokenizer.load,
    ),
    "bpe": _Entry(
        _info("bpe", "BPE", "Bytes that often stand together grow into pieces of words.", learns=True),
        lambda spec, texts: BytePairTokenizer.train(texts, spec.vocab_size, spec.split),
        BytePairTokenizer.load,
    ),
    "unigram": _Entry(
        _info("unigram", "Unigram", "The pieces that explain the text best survive.", learns=True),
        lambda spec, texts: SentencePieceTokenizer.train(texts, "unigram", spec.vocab_size),
        SentencePieceTokenizer.load,
    ),
    "word": _Entry(
        _info("word", "Words", "One number per frequent word; all others become <unk> and are lost.", learns=True),
        lambda spec, texts: WordTokenizer.train(texts, spec.vocab_size),
        WordTokenizer.load,
    ),
    "sentencepiece-bpe": _Entry(
        _info("sentencepiece-bpe", "SentencePiece BPE", "BPE as Llama's library learns it, beginning with characters.",
              learns=True),
        lambda spec, texts: SentencePieceTokenizer.train(texts, "sentencepiece-bpe", spec.vocab_size),
        SentencePieceTokenizer.load,
    ),
    "gpt2": _Entry(
        _info("gpt2", "GPT-2", "The vocabulary of GPT-2 and GPT-3: 50,257 tokens, learned from web pages in 2019.",
              small=False),
        lambda spec, texts: published_tokenizer("gpt2"),
        BytePairTokenizer.load,
        lambda: published.unavailable("gpt2"),
    ),
    "cl100k": _Entry(
        _info("cl100k", "GPT-4", "The vocabulary of GPT-4: 100,277 tokens, more of them for code.", small=False),
        lambda spec, texts: published_tokenizer("cl100k"),
        BytePairTokenizer.load,
        lambda: published.unavailable("cl100k"),
    ),
    "o200k": _Entry(
        _info("o200k", "GPT-4o", "The vocabulary of GPT-4o: 200,019 tokens, more of them for other languages.",
              small=False),
        lambda spec, texts: published_tokenizer("o200k"),
        BytePairTokenizer.load,
        lambda: published.unavailable("o200k"),
    ),
    "huggingface": _Entry(
        _info("huggingface", "tokenizer.json", "The tokenizer of any Hugging Face model, from its file.", small=False),
        lambda spec, texts: _uploaded(spec, None),
        HuggingFaceTokenizer.load,
        huggingface.unavailable,
    ),
}  # fmt: skip


def list_tokenizers() -> list[TokenizerInfo]:
    """Every kind, the simplest first, with the reason where one cannot be used here. Never raises, imports nothing."""
    return [
        TokenizerInfo(entry.info.kind, entry.info.title, entry.info.description, entry.info.learns, entry.info.small,
                      entry.missing())
        for entry in TOKENIZERS.values()
    ]  # fmt: skip


def tokenizer_info(kind: str) -> TokenizerInfo:
    """The words for one kind."""
    return next(info for info in list_tokenizers() if info.kind == kind)


def train_tokenizer(spec: TokenizerSpec, texts: Sequence[str], *, files: Path | None = None) -> Tokenizer:
    """A tokenizer of the given kind, learned from the texts where it learns; equal texts give equal tokenizers.

    `files` is the folder of uploaded tokenizers (`Settings.tokenizers_folder`); only the kind "huggingface" reads it.

    Raises:
        TokenizerError: the text is empty, or too short for the vocabulary (the message says what is possible); or a
            file or package is missing.
    """
    if spec.kind == "huggingface":
        return _uploaded(spec, files)
    return TOKENIZERS[spec.kind].train(spec, texts)


def planned_vocabulary(spec: TokenizerSpec, texts: Sequence[str], *, files: Path | None = None) -> int:
    """How many tokens a run on these texts will have, known before it begins, or its worker's refusal.

    A long text fills any vocabulary that one may ask for, so there nothing is learned in advance.

    Raises:
        TokenizerError: as `train_tokenizer`.
    """
    if TOKENIZERS[spec.kind].info.learns and sum(map(len, texts)) > CHEAP_CHARACTERS:
        return spec.vocab_size
    return train_tokenizer(spec, texts, files=files).vocab_size


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer that was saved into `folder`.

    Raises:
        TokenizerError: the folder holds no tokenizer, or a damaged one.
    """
    record = read_record(folder)
    kind = record["kind"]
    if kind not in TOKENIZERS:
        raise damaged(folder / RECORD_NAME, f'there is no kind of tokenizer called "{kind}"')
    if kind == "bpe" and "model_sha256" in record:  # "bpe" was SentencePiece's, before there was one of our own
        return SentencePieceTokenizer.load(folder)
    return TOKENIZERS[kind].load(folder)


def same_kind(tokenizer: Tokenizer, said: str) -> bool:
    """Whether a run's settings and its tokenizer agree; in older runs "bpe" is SentencePiece's."""
    return tokenizer.kind == said or (said == "bpe" and tokenizer.kind == "sentencepiece-bpe")


def _uploaded(spec: TokenizerSpec, files: Path | None) -> Tokenizer:
    if files is None:
        raise TokenizerError("Uploaded tokenizers are read from a folder, and none was named.")
    return huggingface.stored_tokenizer(spec, files)
