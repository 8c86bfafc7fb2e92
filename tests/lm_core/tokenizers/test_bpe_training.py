"""Learning merges: the worked examples, the quick road against the plain one, and what is refused."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lm_core.errors import TokenizerError
from lm_core.tokenizers.bpe import BytePairTokenizer, count_words
from lm_core.tokenizers.bpe_training import LearnedMerge, Learning, joined, learn_merges, learn_merges_plainly

A, B = b"ab"
LEARNERS = pytest.mark.parametrize("learn", [learn_merges, learn_merges_plainly])


@LEARNERS
def test_gages_example_ends_as_in_his_article(learn):
    # https://en.wikipedia.org/wiki/Byte-pair_encoding: Z = aa, Y = ab, X = ZY
    z, y, x = learn({b"aaabdaaabac": 1}, 10)
    assert (z, y, x) == (LearnedMerge((A, A), 256, 4), LearnedMerge((A, B), 257, 2), LearnedMerge((256, 257), 258, 2))
    word = tuple(b"aaabdaaabac")
    for merge in (z, y, x):
        word = joined(word, merge.pair, merge.token)
    assert word == (258, *b"d", 258, *b"ac")


@LEARNERS
def test_words_count_as_often_as_they_occur(learn):
    # the example of Sennrich, Haddow and Birch 2016, section 3.2
    words = {b"low": 5, b"lower": 2, b"newest": 6, b"widest": 3}
    joins = [merge.pair for merge in learn(words, 3)]
    assert joins == [tuple(b"es"), (256, ord("t")), tuple(b"lo")]


@LEARNERS
def test_of_equally_frequent_pairs_the_one_of_older_tokens_is_joined(learn):
    assert next(learn({b"zyxw": 2, b"abcd": 2}, 1)).pair == tuple(b"ab")


@LEARNERS
def test_pairs_that_occur_once_are_not_joined(learn):
    assert list(learn({b"abc": 1}, 5)) == []


@settings(max_examples=150, deadline=None)
@given(
    some.dictionaries(some.binary(min_size=1, max_size=12).map(lambda w: bytes(b % 4 for b in w)), some.integers(1, 5))
)
def test_the_quick_road_gives_the_merges_of_the_plain_one(words):
    assert list(learn_merges(words, 30)) == list(learn_merges_plainly(words, 30))


def test_the_counts_stay_those_of_the_words_as_they_are():
    learning = Learning({b"aaaa": 3, b"abab": 2, b"baaab": 1})
    for token in range(256, 260):
        pair, _count = learning.best()
        learning.join(pair, token)
        counted = Counter()
        for word, times in zip(learning.words, learning.times, strict=True):
            for each in pairwise(word):
                counted[each] += times
        assert {pair: count for pair, count in learning.counts.items() if count} == counted
        expected = sorted(((-count, pair) for pair, count in counted.items() if count > 1))
        assert [(-count, pair) for pair, count in learning.most_frequent(3)] == expected[:3]


def test_halves_of_characters_and_line_ends_do_not_disturb():
    assert count_words(["a b\na \ud800"], "words") == {b"a": 2, b" b": 1, " \ufffd".encode(): 1}


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (256, "A BPE vocabulary of 256 is too small: 256 places go to the single bytes. Choose 257 or more"),
        (
            999,
            r"too short for a BPE vocabulary of 999: the largest possible is 264, where no .* Choose 264 or less",
        ),
    ],
)
def test_an_impossible_vocabulary_is_refused_with_the_largest_possible(size, sentence):
    with pytest.raises(TokenizerError, match=sentence):
        BytePairTokenizer.train(["the lower the low\n" * 2], size)
    assert BytePairTokenizer.train(["the lower the low\n" * 2], 264).vocab_size == 264


def test_a_text_without_repetition_is_sent_to_the_byte_tokenizer():
    with pytest.raises(TokenizerError, match="no two bytes stand together twice"):
        BytePairTokenizer.train(["abc"], 300)
