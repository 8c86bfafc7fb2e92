"""Our BPE against SentencePiece's and the `tokenizers` library's: learning 1,000 merges from a megabyte, encoding it.

All learn from the same megabyte of Shakespeare, 1,256 tokens each, in one thread. The library's splits the text by the
same pattern and begins with bytes, as ours; SentencePiece begins with characters. Encoding gets the lines one by one,
which is the quickest way of both libraries. Ours begins with an empty cache each time, theirs keep what they have.
Seconds are those of processor time; theirs are written in Rust and C++, ours in Python.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import sentencepiece
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from benchmarks.pairs import compare, load, speed
from lm_core.config import CorpusSpec
from lm_core.corpora.library import load_corpus
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.sentencepiece_training import train_model

MERGES, CHARACTERS = 1000, 1_000_000
SECONDS, PAIRS = 0.5, 4


def train_ours(text: str) -> int:
    BytePairTokenizer.train([text], 256 + MERGES)
    return len(text)


def learned_by_library(text: str) -> Tokenizer:
    library = Tokenizer(models.BPE())
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + MERGES, min_frequency=2, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[],
    )  # fmt: skip
    library.train_from_iterator(text.splitlines(keepends=True), trainer)
    return library


def train_library(text: str) -> int:
    learned_by_library(text)
    return len(text)


def train_sentencepiece(text: str) -> int:
    """The library as `lm_core` calls it: on the lines of the text, in memory."""
    train_model([text], kind="sentencepiece-bpe", vocab_size=256 + MERGES)
    return len(text)


def encode_ours(pairs: list[tuple[int, int]], text: str) -> int:
    return len(BytePairTokenizer(pairs).encode(text)) and len(text)


def encode_library(library: Tokenizer, lines: list[str]) -> int:
    return sum(len(encoding.ids) for encoding in library.encode_batch_fast(lines)) and sum(map(len, lines))


def encode_sentencepiece(library: sentencepiece.SentencePieceProcessor, lines: list[str]) -> int:
    return sum(map(len, library.encode(lines, num_threads=1))) and sum(map(len, lines))


def report(what: str, ours: Callable[[], int], theirs: Callable[[], int], name: str) -> None:
    ratio = compare(partial(speed, ours, SECONDS), partial(speed, theirs, SECONDS), pairs=PAIRS)
    print(
        f"tokenizers, {what}: ours {ratio.a / 1e6:.2f} MB/s, {name} {ratio.b / 1e6:.2f}; ratio {ratio}; {load()}",
        flush=True,
    )


def main() -> None:
    text = load_corpus(CorpusSpec(name="shakespeare"), texts_folder=Path(), seed=1).text[:CHARACTERS]
    lines = text.splitlines(keepends=True)
    report("training", partial(train_ours, text), partial(train_library, text), "tokenizers")
    report("training", partial(train_ours, text), partial(train_sentencepiece, text), "SentencePiece")
    pairs, library = BytePairTokenizer.train([text], 256 + MERGES).pairs, learned_by_library(text)
    model = train_model([text], kind="sentencepiece-bpe", vocab_size=256 + MERGES)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    encode = partial(encode_ours, pairs, text)
    report("encoding", encode, partial(encode_library, library, lines), "tokenizers")
    report("encoding", encode, partial(encode_sentencepiece, processor, lines), "SentencePiece")


if __name__ == "__main__":
    main()
