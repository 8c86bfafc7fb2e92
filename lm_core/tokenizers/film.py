"""The film of BPE learning: texts to learn from in, what happened at every merge out; and how it cuts a text.

Merges only ever take a border between two tokens away, so how the text that one looks at is cut is told by one number a
border: after how many merges it goes (0: never). Whoever draws the film needs no tokenizer.

    low low          l|o|w|␣|l|o|w      merges: lo, low, ␣low
    borders          1 2 0 3 1 2        after 1 merge: lo|w|␣|lo|w     after 3: low|␣low
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

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
    """All merges, in order."""

    scenes: tuple[Scene, ...]
    texts: tuple[str, ...]  # of every token, as `token_texts` shows it; tokens 0 to 255 are the bytes
    split: Split
    tokens_at_first: int  # bytes of the text that is learned from
    distinct_words: int  # of that text


@dataclass(frozen=True)
class Watched:
    """A text that one looks at while the film runs."""

    data: bytes
    borders: tuple[int, ...]  # before byte i + 1: after so many merges it goes, 0 for never
    word_starts: tuple[int, ...]  # bytes before which no merge takes the border away
    is_cut: bool  # the text was longer than can be looked at


def film_of_learning(texts: Sequence[str], *, merges_wanted: int, split: Split = "words") -> Film:
    """Learn at most `merges_wanted` merges from the texts."""
    words = count_words(texts, split)
    return _film(words, split, _learned(Learning(words), merges_wanted))


def film_of_merges(tokenizer: BytePairTokenizer, texts: Sequence[str], *, merges_wanted: int) -> Film:
    """The same for merges that are known already, with their counts in these texts."""
    words = count_words(texts, tokenizer.split)
    pairs = tokenizer.pairs[:merges_wanted]
    order = tuple(tokenizer.first_ids(bytes(range(BYTES))))
    if order != tuple(range(BYTES)):  # GPT-2 numbers the bytes its own way
        pairs = [(_byte_or_merge(first, order), _byte_or_merge(second, order)) for first, second in pairs]
    return _film(words, tokenizer.split, _replayed(Learning(words), pairs))


def watch(film: Film, text: str) -> Watched:
    """How the film cuts a text, of at most MOST_LOOKED_AT bytes; a longer one ends with its last whole word before."""
    ranks = {scene.pair: scene.token for scene in film.scenes}
    words = split_words(without_surrogates(text), film.split)
    parts = _bounded(words)
    data = "".join(parts).encode("utf-8")
    starts = tuple(accumulate((len(word.encode("utf-8")) for word in parts), initial=0))
    return Watched(data, tuple(_borders(parts, ranks, len(data))), starts[:-1], is_cut=len(data) < _size(words))


def cut_after(watched: Watched, merges_done: int) -> list[bytes]:
    """The text as it is cut after so many merges; the browser does the same."""
    places = [i for i, gone in enumerate(watched.borders, start=1) if gone == 0 or gone > merges_done]
    return [watched.data[a:b] for a, b in pairwise([0, *places, len(watched.data)])] if watched.data else []


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


def _film(words: Counter[bytes], split: Split, scenes: Iterator[Scene]) -> Film:
    shown = tuple(scenes)
    tokens = [bytes([byte]) for byte in range(BYTES)]
    for scene in shown:
        tokens.append(tokens[scene.pair[0]] + tokens[scene.pair[1]])
    at_first = sum(len(word) * times for word, times in words.items())
    return Film(shown, tuple(map(bytes_text, tokens)), split, at_first, len(words))


def _size(words: Sequence[str]) -> int:
    return sum(len(word.encode("utf-8")) for word in words)


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
