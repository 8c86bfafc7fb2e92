"""A corpus in numbers: documents in, counts of characters, words, lines, runs and copies out, of bounded size.

At most `LARGEST_SAMPLE` characters are counted, taken evenly from the whole corpus; `sampled` says so.
"""

from __future__ import annotations

import gzip
import lzma
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lm_core.corpora.ngrams import NgramTable, ngram_tables
from lm_core.corpora.scripts import character_counts, script_shares
from lm_core.corpora.words import words_of
from lm_core.corpora.zipf import ZipfFit, fit_zipf, rank_points

LARGEST_SAMPLE: Final = 2_000_000  # characters
PACKED: Final = 400_000  # characters given to gzip and xz: xz packs about a megabyte in a second
LONGEST_NGRAM: Final = 5
MOST: Final = 15  # rows of a table
BINS: Final = 32


@dataclass(frozen=True)
class Ngram:
    """A run of characters or words, how often it occurs, and its share of all runs of its length."""

    text: str
    count: int
    share: float


@dataclass(frozen=True)
class Ngrams:
    """The most frequent runs of n characters or n words."""

    n: int
    total: int
    distinct: int
    once: int
    top: tuple[Ngram, ...]


@dataclass(frozen=True)
class LineLengths:
    """A histogram: bin k counts lines of k·width … (k+1)·width - 1 characters; longer than the last bin: `beyond`."""

    width: int
    counts: tuple[int, ...]
    beyond: int
    lines: int
    blank: int
    median: int
    longest: int


@dataclass(frozen=True)
class TextStatistics:
    """What counting alone says about a text."""

    characters: int
    counted: int  # of them
    sampled: bool
    scripts: dict[str, int]
    distinct: int  # characters
    words: int
    vocabulary: int  # distinct words
    once: int  # words that occur once
    top_words: tuple[Ngram, ...]
    zipf_points: tuple[tuple[int, int], ...]
    zipf_fit: ZipfFit | None
    character_ngrams: tuple[Ngrams, ...]
    word_ngrams: tuple[Ngrams, ...]
    line_lengths: LineLengths
    repeated_lines: float  # share of the lines that are not blank
    documents: int
    repeated_documents: float
    bits: dict[str, float]  # per character: uniform, entropy, pairs, gzip, xz


def text_statistics(documents: Sequence[str]) -> TextStatistics:
    """Everything that the page Statistics shows, in about a second a megabyte."""
    characters = sum(map(len, documents))
    sample = even_sample(documents, LARGEST_SAMPLE)
    text = "".join(sample)
    words = words_of(text)
    counts = Counter(words)
    frequencies = sorted(counts.values(), reverse=True)
    codes, times = character_counts(text)
    lines = text.splitlines()
    filled = [line for line in lines if line.strip()]
    runs = _character_ngrams(text)
    return TextStatistics(
        characters=characters,
        counted=len(text),
        sampled=len(text) < characters,
        scripts=script_shares(text),
        distinct=len(codes),
        words=len(words),
        vocabulary=len(counts),
        once=sum(1 for count in frequencies if count == 1),
        top_words=tuple(Ngram(word, count, count / len(words)) for word, count in counts.most_common(2 * MOST)),
        zipf_points=tuple(rank_points(frequencies)),
        zipf_fit=fit_zipf(frequencies),
        character_ngrams=runs,
        word_ngrams=_word_ngrams(words),
        line_lengths=line_lengths(lines),
        repeated_lines=repeated_share(filled),
        documents=len(documents),
        repeated_documents=repeated_share([document.strip() for document in documents if document.strip()]),
        bits={"uniform": math.log2(max(1, len(codes))), **_entropies(text, times), **packed_bits(text)},
    )


def even_sample(documents: Sequence[str], most: int) -> list[str]:
    """At most about `most` characters: every k-th document, or of few long ones an equal share of the beginning."""
    characters = sum(map(len, documents))
    if characters <= most:
        return list(documents)
    if len(documents) >= 200:
        stride = math.ceil(characters / most)
        return list(documents[::stride])
    return [document[: max(1, int(len(document) * most / characters))] for document in documents]


def _character_ngrams(text: str) -> tuple[Ngrams, ...]:
    numbers = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32).astype(np.int64)
    return tuple(
        _named(table, [text[start : start + table.n] for start in table.starts])
        for table in ngram_tables(numbers, LONGEST_NGRAM, MOST)
    )


def _word_ngrams(words: Sequence[str]) -> tuple[Ngrams, ...]:
    known: dict[str, int] = {}
    numbers = [known.setdefault(word, len(known)) for word in words]
    return tuple(
        _named(table, [" ".join(words[start : start + table.n])[:120] for start in table.starts])
        for table in ngram_tables(numbers, LONGEST_NGRAM, MOST)
    )


def _named(table: NgramTable, texts: Sequence[str]) -> Ngrams:
    top = (Ngram(text, count, count / table.total) for text, count in zip(texts, table.counts, strict=True))
    return Ngrams(table.n, table.total, table.distinct, table.once, tuple(top))


def line_lengths(lines: Sequence[str]) -> LineLengths:
    """How long the lines are; the bins reach to the length that 99 of 100 lines do not exceed."""
    lengths = np.asarray([len(line) for line in lines] or [0], dtype=np.int64)
    reach = max(1, int(np.quantile(lengths, 0.99)) + 1)
    width = max(1, math.ceil(reach / BINS))
    bins = np.bincount(lengths // width, minlength=1)
    shown = bins[: math.ceil(reach / width)]
    return LineLengths(
        width=width,
        counts=tuple(shown.tolist()),
        beyond=int(bins.sum() - shown.sum()),
        lines=len(lines),
        blank=sum(1 for line in lines if not line.strip()),
        median=int(np.median(lengths)),
        longest=int(lengths.max()),
    )


def repeated_share(texts: Sequence[str]) -> float:
    """['a', 'b', 'a', 'a'] -> 0.5: the share of texts that stood before."""
    return 1 - len(set(texts)) / len(texts) if texts else 0.0


def _entropies(text: str, times: np.ndarray[tuple[int], np.dtype[np.int64]]) -> dict[str, float]:
    """Bits per character of a model that counts characters, and of one that knows the character before it too."""
    if not text:
        return {"entropy": 0.0, "pairs": 0.0}
    single = _entropy(times)
    numbers = np.frombuffer(text.encode("utf-32-le", errors="surrogatepass"), dtype=np.uint32).astype(np.int64)
    _kinds, pairs = np.unique(numbers[:-1] * 0x110000 + numbers[1:], return_counts=True)
    return {"entropy": single, "pairs": max(0.0, _entropy(pairs) - single) if len(pairs) else 0.0}


def _entropy(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    shares = counts / counts.sum()
    return max(0.0, float(-(shares * np.log2(shares)).sum()))


def packed_bits(text: str) -> dict[str, float]:
    """Bits per character that gzip and xz need for the first `PACKED` characters; nothing for an empty text."""
    part = text[:PACKED]
    data = part.encode(errors="surrogatepass")
    if not data:
        return {}
    return {
        "gzip": 8 * len(gzip.compress(data, 9, mtime=0)) / len(part),
        "xz": 8 * len(lzma.compress(data)) / len(part),
    }
