"""The lattice of unigram pieces: a worked example, and SentencePiece's own paths and scores."""

import math
import random
from collections import Counter

import pytest

from lm_core.errors import TokenizerError
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.lattice import (
    LONGEST_WORD,
    Edge,
    Lattice,
    best_path,
    lattice_of,
    path_of,
    sample_paths,
    total_log_probability,
    ways_to_cut,
)
from lm_core.tokenizers.sentencepiece import SentencePieceTokenizer

PARTS = ["low", "er", "est", "new", "wid", "ing", "un", "re", "der", "stand", "ly", "你", "好", "é"]


@pytest.fixture(scope="module")
def unigram():
    chance = random.Random(3)
    words = ["".join(chance.choices(PARTS, k=chance.randint(1, 3))) for _ in range(600)]
    lines = [" ".join(chance.choices(words, k=8)) for _ in range(300)]
    return SentencePieceTokenizer.train(["\n".join(lines)], "unigram", 360)


def worked_example():
    """P(ab) = 1/2, P(a) = 1/3, P(b) = 1/4: the word "ab" is ab with 1/2, or a b with 1/12."""
    pieces = [(0, 1, "a", 1 / 3), (0, 2, "ab", 1 / 2), (1, 2, "b", 1 / 4)]
    return Lattice("ab", tuple(Edge(start, end, text, math.log(p)) for start, end, text, p in pieces))


def test_two_ways_to_cut_ab():
    lattice = worked_example()
    best = best_path(lattice)
    assert [edge.text for edge in best.edges] == ["ab"]
    assert best.share == pytest.approx((1 / 2) / (7 / 12))
    assert total_log_probability(lattice) == pytest.approx(math.log(7 / 12))
    assert ways_to_cut(lattice) == 2


def test_samples_come_as_often_as_their_probability_says():
    drawn = Counter(len(path.edges) for path in sample_paths(worked_example(), 4000, seed=5))
    assert drawn[1] / 4000 == pytest.approx(6 / 7, abs=0.02)
    flatter = Counter(len(path.edges) for path in sample_paths(worked_example(), 4000, seed=5, smoothing=0.0))
    assert flatter[1] / 4000 == pytest.approx(1 / 2, abs=0.03)  # every way alike


def test_equal_seeds_draw_equal_ways(unigram):
    lattice = lattice_of(unigram, " understand")
    assert sample_paths(lattice, 5, seed=1) == sample_paths(lattice, 5, seed=1)


WORDS = [" lowest", "understanding", "newer", " widestly", "你好é", "réder", " re x", "low\tq", "x世x"]


@pytest.mark.parametrize("word", WORDS)
def test_the_best_path_is_what_sentencepiece_encodes(unigram, word):
    ids = []
    for edge in best_path(lattice_of(unigram, word)).edges:
        ids += unigram._library.encode(edge.text)
    assert ids == unigram.encode(word)


@pytest.mark.parametrize("word", WORDS[:5])
def test_the_best_ways_and_their_probabilities_are_those_that_sentencepiece_lists(unigram, word):
    lattice = lattice_of(unigram, word)
    edges = {(edge.start, edge.end): edge for edge in lattice.edges}
    listed = unigram._library.nbest_encode(word, nbest_size=512, return_type="proto").nbests
    assert len(listed) == min(512, ways_to_cut(lattice))
    scores = []
    for way in listed:
        place, path = 0, []
        for piece in way.pieces:
            path.append(edges[place, place + len(piece.surface)])
            place += len(piece.surface)
        scores.append(path_of(lattice, path).log_probability)
        assert scores[-1] == pytest.approx(way.score, abs=1e-3)
    assert total_log_probability(lattice) == pytest.approx(math.log(math.fsum(map(math.exp, scores))), abs=1e-3)


def test_a_character_without_a_piece_is_marked(unigram):
    assert [edge.known for edge in lattice_of(unigram, "x").edges] == [False]
    assert [edge.known for edge in lattice_of(unigram, "▁").edges] == [False]


def test_what_has_no_lattice_is_refused(unigram):
    with pytest.raises(TokenizerError, match="Only unigram pieces have probabilities"):
        lattice_of(BytePairTokenizer([]), "low")
    for word in ("", "a" * (LONGEST_WORD + 1)):
        with pytest.raises(TokenizerError, match=f"1 to {LONGEST_WORD} characters, and these are {len(word)}"):
            lattice_of(unigram, word)
