"""A text in numbers: by hand where it is short, against other ways to count where it is long."""

import gzip
import json
import math
import random
from collections import Counter
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora.ngrams import ngram_tables
from lm_core.corpora.scripts import script_shares
from lm_core.corpora.statistics import (
    LARGEST_SAMPLE,
    even_sample,
    line_lengths,
    packed_bits,
    repeated_share,
    text_statistics,
)
from lm_core.corpora.words import words_of
from lm_core.corpora.zipf import even_ranks, fit_zipf, rank_points


def test_a_short_text_by_hand():
    found = text_statistics(("the cat\nthe cat\n", "the dog\n"))
    assert (found.characters, found.counted, found.sampled, found.documents) == (24, 24, False, 2)
    assert (found.words, found.vocabulary, found.once) == (6, 3, 1)
    assert [(word.text, word.count, word.share) for word in found.top_words][:2] == [("the", 3, 0.5), ("cat", 2, 1 / 3)]
    assert found.word_ngrams[1].top[0].text == "the cat"
    assert found.character_ngrams[2].top[0].text == "the"
    assert found.repeated_lines == pytest.approx(1 / 3)
    assert found.line_lengths.counts == (0, 0, 0, 0, 0, 0, 0, 3)
    assert found.scripts == {"latin": 18, "blanks": 6}
    assert found.zipf_fit is None, "three words make no line"


def test_scripts_of_many_languages():
    shares = script_shares("Aé ж 中文 ひカ 한 ع א अ ก 7 ! ε 😀\n" + "e\u0301")
    assert shares["han"] == shares["digits"] + 1 == 2
    assert {"latin", "cyrillic", "hiragana", "katakana", "hangul", "arabic", "hebrew", "devanagari", "thai"} <= set(
        shares
    )
    assert shares["marks"] == shares["symbols"] == shares["punctuation"] == shares["greek"] == 1


def test_words_of_many_languages():
    text = "Don't say 你好! नमस्ते naïve e\u0301te\u0301 well-known_x 3rd ก็ดี"
    words = ["don't", "say", "你", "好", "नमस्ते", "naïve", "e\u0301te\u0301", "well-known", "x", "3rd", "ก็", "ดี"]
    assert words_of(text) == words


def test_the_slope_is_that_of_a_least_squares_line_over_even_ranks():
    counts = [round(90_000 / rank**1.1) for rank in range(1, 4000)]
    fit = fit_zipf(random.Random(1).sample(counts, len(counts)))
    assert fit.last_rank == sum(1 for count in counts if count >= 5)
    ranks = np.array(even_ranks(fit.last_rank))
    slope, intercept = np.polyfit(np.log10(ranks), np.log10(np.array(counts)[ranks - 1]), 1)
    assert (fit.slope, fit.intercept) == pytest.approx((slope, intercept))
    assert fit.slope == pytest.approx(-1.1, abs=0.01)
    assert rank_points([5, 9, 1]) == [(1, 9), (2, 5), (3, 1)]
    assert rank_points([]) == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=60), st.integers(1, 5))
def test_runs_are_counted_as_a_counter_counts_them(sequence, longest):
    for table in ngram_tables(sequence, longest, 7):
        slow = Counter(tuple(sequence[at : at + table.n]) for at in range(len(sequence) - table.n + 1))
        assert (table.total, table.distinct) == (slow.total(), len(slow))
        assert table.once == sum(1 for count in slow.values() if count == 1)
        assert list(table.counts) == sorted(slow.values(), reverse=True)[:7]
        for start, count in zip(table.starts, table.counts, strict=True):
            assert slow[tuple(sequence[start : start + table.n])] == count


def test_bits_per_character_are_those_of_shannon_and_of_the_packers():
    text = "".join(random.Random(2).choices("abcd", k=20_000))
    bits = text_statistics((text,)).bits
    assert bits["uniform"] == 2
    assert bits["entropy"] == pytest.approx(2, abs=0.001)
    assert bits["pairs"] == pytest.approx(2, abs=0.002)
    assert bits["gzip"] == 8 * len(gzip.compress(text.encode(), 9, mtime=0)) / len(text)
    assert 2 <= bits["xz"] < 2.4
    alternating = text_statistics(("ab" * 5000,)).bits
    assert (alternating["entropy"], alternating["pairs"]) == (1.0, pytest.approx(0.0, abs=1e-3))
    assert packed_bits("") == {}


def test_long_lines_do_not_stretch_the_histogram():
    found = line_lengths(["x" * 10] * 500 + ["x" * 100_000, "", " "])
    assert (found.lines, found.blank, found.median, found.longest, found.beyond) == (503, 2, 10, 100_000, 1)
    assert sum(found.counts) + found.beyond == 503
    assert len(found.counts) <= 33


def test_a_large_corpus_is_counted_from_an_even_sample_and_says_so():
    plays = tuple(letter * 1_500_000 for letter in "abc")
    found = text_statistics(plays)
    assert found.sampled
    assert found.counted <= LARGEST_SAMPLE < found.characters == 4_500_000
    assert found.distinct == 3
    names = [f"{number}\n" for number in range(1000)]
    assert 0.3 < len("".join(even_sample(names, 1500))) / len("".join(names)) < 0.5
    assert even_sample(names, 10**6) == names


@pytest.mark.parametrize(
    "documents", [(), ("",), ("\n",), ("a",), ("\ud800 half",), ("你好世界。" * 40,), ("😀" * 300,), ("\t \n" * 50,)]
)
def test_any_text_has_finite_statistics(documents):
    found = asdict(text_statistics(documents))
    json.dumps({key: value for key, value in found.items() if key != "scripts"}, allow_nan=False)
    assert all(0 <= bit < 600 for bit in found["bits"].values())
    assert sum(found["scripts"].values()) == sum(map(len, documents))


def test_shares_of_copies():
    assert repeated_share(["a", "b", "a", "a"]) == 0.5
    assert repeated_share([]) == 0
    assert math.isclose(text_statistics(("x\n", "x\n", "y\n")).repeated_documents, 1 / 3)
