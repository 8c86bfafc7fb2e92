"""Keeping a part aside, without leaks."""

import random

import pytest

from lm_core.corpora.corpus import Corpus
from lm_core.data.splitting import MANY_DOCUMENTS, split_documents
from lm_core.errors import CorpusError


def corpus(*documents):
    return Corpus("test", "A test", tuple(documents), "none", "here")


def names(count):
    return [f"name {i}\n" for i in range(count)]


def test_many_documents_go_whole_to_one_side():
    documents = names(1000)
    training, validation = split_documents(corpus(*documents), 0.1, seed=1)
    assert sorted(training + validation) == sorted(documents)
    assert not set(training) & set(validation)
    assert 0.09 < sum(map(len, validation)) / sum(map(len, documents)) < 0.11


def test_copies_of_a_document_never_stand_on_both_sides():
    chance = random.Random(0)
    documents = [chance.choice(names(300)) for _ in range(3000)]
    training, validation = split_documents(corpus(*documents), 0.2, seed=3)
    assert not set(training) & set(validation)
    assert len(set(validation)) == len(validation)
    assert set(training) | set(validation) == set(documents)


def test_the_seed_alone_decides_what_goes_aside():
    documents = corpus(*names(500))
    assert split_documents(documents, 0.1, seed=1) == split_documents(documents, 0.1, seed=1)
    assert split_documents(documents, 0.1, seed=1) != split_documents(documents, 0.1, seed=2)


def test_of_few_documents_the_last_part_goes_aside_cut_at_a_line_end():
    plays = ["".join(f"{letter} line {i}\n" for i in range(200)) for letter in "abc"]
    training, validation = split_documents(corpus(*plays), 0.1, seed=1)
    assert [first + last for first, last in zip(training, validation, strict=True)] == plays
    assert all(text.endswith("\n") for text in training)
    assert all(0.09 < len(last) / len(play) < 0.12 for last, play in zip(validation, plays, strict=True))


def test_one_line_without_ends_is_cut_at_a_space():
    training, validation = split_documents(corpus("word " * 1000), 0.1, seed=1)
    assert training[0].endswith(" ")
    assert 0.09 < len(validation[0]) / 5000 < 0.16


def test_one_line_without_spaces_is_cut_at_its_share():
    training, validation = split_documents(corpus("x" * 1000), 0.1, seed=1)
    assert (len(training[0]), len(validation[0])) == (900, 100)


@pytest.mark.parametrize(
    "documents", [(), ("",), ("same\n",) * (MANY_DOCUMENTS + 1), ("x",)], ids=["none", "empty", "copies", "one sign"]
)
def test_what_cannot_be_divided_is_refused(documents):
    with pytest.raises(CorpusError, match='"A test" cannot be divided: training and testing need different texts'):
        split_documents(corpus(*documents), 0.1, seed=1)


@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.5])
def test_both_parts_are_filled_at_every_fraction(fraction):
    for documents in (names(MANY_DOCUMENTS), ["line of text\n" * 50]):
        training, validation = split_documents(corpus(*documents), fraction, seed=1)
        assert training
        assert validation
