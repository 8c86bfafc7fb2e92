"""The film of BPE learning: texts to learn from and a text to look at in, what happened at every merge out.

Merges only ever take a border between two tokens away, so how the text that one looks at is cut is told by one number a
border: after how many merges it goes (0: never). Whoever draws the film needs no tokenizer.

    low low          l|o|w|␣|l|o|w      merges: lo, low, ␣low
    borders          1 2 0 3 1 2        after 1 merge: lo|w|␣|lo|w     after 3: low|␣low
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lm_core.tokenizers.base import bytes_text, without_surrogates
from lm_core.tokenizers.bpe import BytePairTokenizer, count_words
from lm_core.tokenizers.bpe_training import BYTES, Learning, Pair
from lm_core.tokenizers.merging import merges
from lm_core.tokenizers.splitting import Split, split_words

RIVALS = 8  # pairs shown for each merge, the joined one among them
MOST_LOOKED_AT = 2_000  # bytes of the text that is cut before the reader's eyes


@dataclass(frozen=True)
class Scene:
    """One merge: the pairs that were the most frequent, the joined one first, and what is left to say of it."""

    pair: Pair
    token: int
    count: int  # how often the pair stood together in the text that is learned from
    rivals: tuple[tuple[Pair, int], ...]  # the most frequent pairs at that moment, by count
    tokens_left: int  # of the text that is learned from, once the pair is joined


@dataclass(frozen=True)
class Film:
    """All merges, in order, and the text that one looks at, byte by byte."""

    scenes: tuple[Scene, ...]
    texts: tuple[str, ...]  # of every token, as `token_texts` shows it
    tokens_at_first: int  # bytes of the text that is learned from
    looked_at: bytes
    borders: tuple[int, ...]  # one less than `looked_at` has bytes: after so many merges the border goes, 0 for never
    word_borders: frozenset[int]  # those that no merge can take: index of the byte after
    learned_words: int  # distinct words that were learned from


def film_of_learning(texts: Sequence[str], look_at: str, *, merges_wanted: int, split: Split = "words") -> Film:
    """Learn at most `merges_wanted` merges from the texts, and watch `look_at` being cut by them."""
    words = count_words(texts, split)
    return _film(words, look_at, split, _learned(Learning(words), merges_wanted))


def film_of_merges(tokenizer: BytePairTokenizer, texts: Sequence[str], look_at: str, *, merges_wanted: int) -> Film:
    """The same for merges that are known already, with their counts in these texts."""
    words = count_words(texts, tokenizer.split)
    pairs = tokenizer.pairs[:merges_wanted]
    order = tuple(tokenizer.first_ids(bytes(range(BYTES))))
    if order != tuple(range(BYTES)):  # GPT-2 numbers the bytes its own way
        pairs = [(_byte_or_merge(first, order), _byte_or_merge(second, order)) for first, second in pairs]
    return _film(words, look_at, tokenizer.split, _replayed(Learning(words), pairs))


def _byte_or_merge(token: int, order: Sequence[int]) -> int:
    return order.index(token) if token < BYTES else token


def _learned(learning: Learning, most: int) -> Iterator[Scene]:
    left = sum(len(word) * times for word, times in zip(learning.words, learning.times, strict=True))
    for token in range(BYTES, BYTES + most):
        rivals = learning.most_frequent(RIVALS)
        if not rivals:
            return
        pair, count = rivals[0]
        left -= _join(learning, pair, token)
        yield Scene(pair, token, count, tuple(rivals), left)


def _replayed(learning: Learning, pairs: Sequence[Pair]) -> Iterator[Scene]:
    left = sum(len(word) * times for word, times in zip(learning.words, learning.times, strict=True))
    for token, pair in enumerate(pairs, start=BYTES):
        rivals, count = learning.most_frequent(RIVALS), learning.counts.get(pair, 0)
        if pair not in [rival for rival, _ in rivals]:
            rivals = [*rivals[: RIVALS - 1], (pair, count)]
        left -= _join(learning, pair, token)
        yield Scene(pair, token, count, tuple(rivals), left)


def _join(learning: Learning, pair: Pair, token: int) -> int:
    """Join the pair; how many tokens fewer the text has then: "aaa" counts two pairs and loses one token."""
    before = learning.joined_tokens
    learning.join(pair, token)
    return learning.joined_tokens - before


def _film(words: Counter[bytes], look_at: str, split: Split, scenes: Iterator[Scene]) -> Film:
    shown = tuple(scenes)
    tokens = [bytes([byte]) for byte in range(BYTES)]
    for scene in shown:
        tokens.append(tokens[scene.pair[0]] + tokens[scene.pair[1]])
    ranks = {scene.pair: scene.token for scene in shown}
    parts = _bounded(split_words(without_surrogates(look_at), split))
    data = "".join(parts).encode("utf-8")
    ends = _ends(parts)
    return Film(
        scenes=shown,
        texts=tuple(map(bytes_text, tokens)),
        tokens_at_first=sum(len(word) * times for word, times in words.items()),
        looked_at=data,
        borders=tuple(_borders(parts, ranks, len(data))),
        word_borders=frozenset(ends[:-1]),
        learned_words=len(words),
    )


def _bounded(words: Sequence[str]) -> list[str]:
    """As many whole words as are looked at; of a first word that is longer, its beginning."""
    kept: list[str] = []
    size = 0
    for word in words:
        size += len(word.encode("utf-8"))
        if size > MOST_LOOKED_AT:
            return kept or [word[: MOST_LOOKED_AT // 4]]
        kept.append(word)
    return kept


def _ends(words: Sequence[str]) -> list[int]:
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word.encode("utf-8")))
    return ends[1:]


def _borders(words: Sequence[str], ranks: Mapping[Pair, int], size: int) -> list[int]:
    """borders[i - 1] lies before byte i: the number of the merge that takes it away."""
    gone = [0] * max(0, size - 1)
    start = 0
    for word in words:
        data = word.encode("utf-8")
        middles: dict[int, int] = {}  # where the piece that begins here ends
        for merge in merges(data, lambda a, b: (ranks[a, b], ranks[a, b]) if (a, b) in ranks else None):
            middle = middles.get(merge.position, merge.position + 1)
            gone[start + middle - 1] = merge.piece - BYTES + 1
            middles[merge.position] = merge.end
        start += len(data)
    return gone


def cut_after(film: Film, merges_done: int) -> list[bytes]:
    """The text that one looks at, cut as it is after so many merges; the browser does the same."""
    places = [i for i, gone in enumerate(film.borders, start=1) if gone == 0 or gone > merges_done]
    return [film.looked_at[a:b] for a, b in pairwise([0, *places, len(film.looked_at)])] if film.looked_at else []
