"""Learns byte-pair merges: words and how often they occur in, the pairs to join, in their order, out.

    "aaabdaaabac"     aa occurs most often:  Z = aa    ZabdZabac
                      then ab:               Y = ab    ZYdZYac
                      then ZY:               X = ZY    XdXac         (Gage 1994, "A New Algorithm for Data Compression")

Sennrich, Haddow and Birch (2016, section 3.2) count within words, each distinct word once, times its occurrences; GPT-2
(Radford et al. 2019) begins with bytes, so that nothing is ever unknown. Token 0 to 255 are the bytes; the first merge
makes token 256. Of equally frequent pairs the one of the older tokens wins, so equal texts give equal merges.

`learn_merges_plainly` is the algorithm as one would tell it: count all pairs, join the most frequent, begin again.
`Learning` gives the same merges some hundred times sooner: a merge changes the counts of its neighbours only.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

Pair = tuple[int, int]

BYTES: Final = 256
RAREST: Final = 2  # a pair that occurs once saves nothing elsewhere


@dataclass(frozen=True)
class LearnedMerge:
    """Two neighbouring tokens that become token `token`, and how often they stood together when they did."""

    pair: Pair
    token: int
    count: int


def learn_merges_plainly(words: Mapping[bytes, int], most: int) -> Iterator[LearnedMerge]:
    """At most `most` merges: count every pair, join the most frequent, count again. {"low": 3} -> lo, low."""
    texts = {tuple(word): times for word, times in words.items()}
    for token in range(BYTES, BYTES + most):
        counts: Counter[Pair] = Counter()
        for word, times in texts.items():
            for pair in pairwise(word):
                counts[pair] += times
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < RAREST:
            return
        yield LearnedMerge(best, token, counts[best])
        texts = {joined(word, best, token): times for word, times in texts.items()}


def joined(word: Sequence[int], pair: Pair, token: int) -> tuple[int, ...]:
    """Every such pair in a word, from the left, becomes one token. (1, 1, 1, 2), (1, 1), 9 -> (9, 1, 2)"""
    result: list[int] = []
    for each in word:
        if result and (result[-1], each) == pair:
            result[-1] = token
        else:
            result.append(each)
    return tuple(result)


def learn_merges(words: Mapping[bytes, int], most: int) -> Iterator[LearnedMerge]:
    """What `learn_merges_plainly` gives, without counting anything twice."""
    learning = Learning(words)
    for token in range(BYTES, BYTES + most):
        found = learning.best()
        if found is None:
            return
        pair, count = found
        yield LearnedMerge(pair, token, count)
        learning.join(pair, token)


class Learning:
    """The words as tokens so far, the count of every pair, and which words hold it.

    A heap names the most frequent pair. Counts of pairs that were there already only fall, so an entry that promises
    too much is put back with the true count when it comes up, and need not be found before.
    """

    def __init__(self, words: Mapping[bytes, int]) -> None:
        self.words = [list(word) for word in words]
        self.times = list(words.values())
        self.joined_tokens = 0  # that the text has fewer than at first
        self.counts: defaultdict[Pair, int] = defaultdict(int)
        self._where: defaultdict[Pair, set[int]] = defaultdict(set)
        for index, (word, times) in enumerate(zip(self.words, self.times, strict=True)):
            for pair in pairwise(word):
                self.counts[pair] += times
                self._where[pair].add(index)
        self._heap = [(-count, pair) for pair, count in self.counts.items()]
        heapq.heapify(self._heap)

    def best(self) -> tuple[Pair, int] | None:
        """The most frequent pair and its count; None where none occurs often enough."""
        found = self.most_frequent(1)
        return found[0] if found else None

    def most_frequent(self, most: int) -> list[tuple[Pair, int]]:
        """The first `most` pairs by count that occur at least RAREST times."""
        found: list[tuple[Pair, int]] = []
        while self._heap and len(found) < most:
            promised, pair = heapq.heappop(self._heap)
            count = self.counts.get(pair, 0)
            if (found and found[-1][0] == pair) or count < RAREST:
                continue  # named twice, or gone
            if count == -promised:
                found.append((pair, count))
            else:
                heapq.heappush(self._heap, (-count, pair))
        for pair, count in found:
            heapq.heappush(self._heap, (-count, pair))
        return found

    def join(self, pair: Pair, token: int) -> None:
        """Join a pair everywhere: x a b y becomes x ab y, so (x, a) and (b, y) lose what (x, ab) and (ab, y) win."""
        first, second = pair
        counts, where = self.counts, self._where
        fresh: set[Pair] = set()
        for index in where.pop(pair, ()):
            word, times = self.words[index], self.times[index]
            at = 0
            while (at := _place(word, first, second, at)) >= 0:
                if at:
                    counts[word[at - 1], first] -= times
                    fresh.add((word[at - 1], token))
                    counts[word[at - 1], token] += times
                    where[word[at - 1], token].add(index)
                if at + 2 < len(word):
                    counts[second, word[at + 2]] -= times
                    fresh.add((token, word[at + 2]))
                    counts[token, word[at + 2]] += times
                    where[token, word[at + 2]].add(index)
                word[at : at + 2] = [token]
                self.joined_tokens += times
                at += 1
        counts.pop(pair, None)
        for each in fresh:
            heapq.heappush(self._heap, (-counts[each], each))


def _place(word: list[int], first: int, second: int, start: int) -> int:
    """Where `first` is followed by `second`, from `start` on; -1 where it is not."""
    last = len(word) - 1
    while start < last:
        if word[start] == first and word[start + 1] == second:
            return start
        start += 1
    return -1
