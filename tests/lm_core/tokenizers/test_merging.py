"""Byte-pair merges, replayed."""

import random
import time
from itertools import pairwise

from lm_core.tokenizers.merging import Merge, apply_merges, merges


def naive_result(text, ranks):
    """The textbook's loop: find the best pair, the leftmost of equals, join it, start again."""
    pieces = list(text)
    while True:
        pairs = [(ranks[a + b], i) for i, (a, b) in enumerate(pairwise(pieces)) if a + b in ranks]
        if not pairs:
            return pieces
        _, i = min(pairs)
        pieces[i : i + 2] = [pieces[i] + pieces[i + 1]]


def joins(ranks):
    return lambda left, right: (ranks[left + right], left + right) if left + right in ranks else None


def test_low_is_built_from_lo_and_w():
    assert list(merges("lower", joins({"lo": 0, "low": 1}))) == [Merge(0, 2, "lo", 0), Merge(0, 3, "low", 1)]


def test_the_leftmost_of_equal_pairs_is_joined_first():
    assert list(merges("aaa", joins({"aa": 0}))) == [Merge(0, 2, "aa", 0)]


def test_wikipedias_example_ends_in_the_pieces_of_the_article():
    # https://en.wikipedia.org/wiki/Byte-pair_encoding: Z = aa, Y = ab, X = ZY
    pieces = list("aaabdaaabac")
    apply_merges(pieces, list(merges("aaabdaaabac", joins({"aa": 0, "ab": 1, "aaab": 2}))))
    assert [piece for piece in pieces if piece] == ["aaab", "d", "aaab", "a", "c"]


def test_the_heap_agrees_with_the_textbooks_loop():
    chance = random.Random(0)
    for _ in range(300):
        ranks = {}
        pieces = list("abc")
        for rank in range(12):  # learn random merges of what there is
            pieces.append(chance.choice(pieces) + chance.choice(pieces))
            ranks.setdefault(pieces[-1], rank)
        text = "".join(chance.choices("abcd", k=30))
        replayed = list(text)
        apply_merges(replayed, list(merges(text, joins(ranks))))
        assert [piece for piece in replayed if piece] == naive_result(text, ranks)


def test_a_long_text_takes_no_longer_per_character_than_a_short_one():
    def seconds(length):
        start = time.process_time()
        for _ in merges("ab" * (length // 2), joins({"ab": 0, "abab": 1, "abababab": 2})):
            pass
        return time.process_time() - start

    seconds(1_000)
    assert seconds(64_000) < 64 * 20 * max(seconds(1_000), 1e-3)  # quadratic would be 64 * 64
