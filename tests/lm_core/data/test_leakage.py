"""A leak that was made on purpose is found, the same text without it is clean, and counting is exact."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora.corpus import Corpus
from lm_core.data.leakage import find_leaks
from lm_core.data.splitting import split_documents, validation_places

DRAW = random.Random(3)
WORDS = ["".join(DRAW.choices("abcdefghij", k=DRAW.randint(2, 8))) for _ in range(3000)]


def sentence(seed, length=40):
    return " ".join(random.Random(seed).choices(WORDS, k=length)) + ".\n"


def test_a_constructed_leak_is_found_and_named():
    training = ["".join(sentence(seed) for seed in range(100))]
    own, copied = "".join(sentence(seed) for seed in range(200, 209)), sentence(50)
    found = find_leaks(training, [own + copied], whole_documents=False)
    assert found.verdict == "leak"
    assert found.copied == pytest.approx(len(copied) / len(own + copied), abs=0.002)
    assert (found.lines, found.shared_lines, found.examples) == (10, 1, (copied.strip(),))
    assert found.words[20] == pytest.approx((40 - 19) / (10 * 40 - 19), abs=0.001)
    clean = find_leaks(training, [own], whole_documents=False)
    assert (clean.verdict, clean.copied, clean.shared_lines, clean.words[10]) == ("none", 0, 0, 0)
    assert clean.characters[5] > clean.characters[10] > clean.characters[20]


def test_whole_documents_in_both_parts_are_counted():
    training = [f"name {number}\n" for number in range(50)]
    validation = ["name 7\n", "name 70\n", "name 8", "other\n"]
    assert find_leaks(training, validation, whole_documents=True).shared_documents == 2
    assert find_leaks(training, validation, whole_documents=True).verdict == "leak"
    assert find_leaks(training, validation, whole_documents=False).shared_documents == 0


def test_parts_too_short_for_a_run_have_no_share():
    found = find_leaks(["abc"], ["abcdef"], whole_documents=False)
    assert found.characters == {5: 0.0, 10: None, 20: None}
    assert found.words == {5: None, 10: None, 20: None}
    assert found.verdict == "none"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.text(alphabet="ab中", max_size=30), max_size=5),
    st.lists(st.text(alphabet="ab中", max_size=30), min_size=1, max_size=5),
)
def test_shares_are_those_of_a_set_of_slices(training, validation):
    found = find_leaks(training, validation, whole_documents=False)
    for length, share in found.characters.items():
        known = {text[at : at + length] for text in training for at in range(len(text) - length + 1)}
        asked = [text[at : at + length] for text in validation for at in range(len(text) - length + 1)]
        assert share == (pytest.approx(sum(run in known for run in asked) / len(asked)) if asked else None)


@pytest.mark.parametrize(
    "documents", [("line one\nline two\n" * 40,) * 3, (*tuple(f"{n}\n" for n in range(300)), "5\n")]
)
def test_the_places_of_the_validation_part_hold_its_text(documents):
    corpus = Corpus("x", "X", documents, "", "")
    _training, validation = split_documents(corpus, 0.1, 1)
    places = validation_places(corpus, 0.1, 1)
    found = "".join(corpus.text[start:end] for start, end in places)
    copies = corpus.documents.count("5\n") - 1 if "5\n" in validation else 0
    assert len(found) == sum(map(len, validation)) + 2 * copies
    assert sorted(found.split()) == sorted("".join(validation).split() + ["5"] * copies)
    assert all(start < end for start, end in places)
    assert all(one[1] < other[0] for one, other in pairwise(places))
