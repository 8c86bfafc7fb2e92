"""What a text has in common with the training text: against looking everywhere."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora.memorised import SHOWN_PLACES, Stretch, TrainingText, longest_at, spelled, usual_stretch

ALPHABETS = st.sampled_from(["ab", "abc ", "你好a\n", "🐈é\ud800"])


@st.composite
def two_texts(draw):
    alphabet = draw(ALPHABETS)
    return draw(st.text(alphabet, max_size=60)), draw(st.text(alphabet + "z", max_size=30))


def places_of(stretch, text):
    return [place for place in range(len(text) - len(stretch) + 1) if text.startswith(stretch, place)]


def naive_stretches(text, written):
    """Every stretch that stands in the text, without those inside another one."""
    n = len(written)
    found = [(i, j) for i in range(n) for j in range(i + 1, n + 1) if written[i:j] in text]
    return [(i, j) for i, j in found if not any((a, b) != (i, j) and a <= i and j <= b for a, b in found)]


@settings(deadline=None, max_examples=200)
@given(two_texts())
def test_the_stretches_are_those_of_a_naive_search(texts):
    text, written = texts
    stretches = TrainingText(text).stretches(written)
    assert [(stretch.start, stretch.end) for stretch in stretches] == naive_stretches(text, written)
    for stretch in stretches:
        everywhere = places_of(written[stretch.start : stretch.end], text)
        assert stretch.count == len(everywhere)
        assert list(stretch.places) == everywhere[:SHOWN_PLACES]


@settings(deadline=None)
@given(two_texts())
def test_each_character_is_given_the_longest_stretch_that_it_stands_in(texts):
    text, written = texts
    stretches = TrainingText(text).stretches(written)
    for place, number in enumerate(longest_at(stretches, len(written))):
        around = [len(stretch) for stretch in stretches if stretch.start <= place < stretch.end]
        assert (len(stretches[number]) if number >= 0 else 0) == max(around, default=0)


def test_stretches_worked_example():
    stretches = TrainingText("to be or not to be").stretches("not to see")
    assert stretches == [Stretch(0, 7, 1, (9,)), Stretch(8, 9, 2, (4, 17)), Stretch(9, 10, 2, (4, 17))]
    assert longest_at(stretches, 10).tolist() == [0] * 7 + [-1, 1, 2]


def test_a_stretch_may_be_the_whole_text_and_ends_where_that_ends():
    text = "".join(chr(97 + (place * place) % 23) for place in range(700)) + "Z"
    assert TrainingText(text).stretches(text) == [Stretch(0, 701, 1, (0,))]
    assert [(stretch.start, stretch.end) for stretch in TrainingText(text).stretches(text[130:] + text[:131])] == [
        (0, 571),
        (571, 702),
    ]


def test_empty_texts_have_no_stretches():
    assert TrainingText("").stretches("abc") == []
    assert TrainingText("abc").stretches("") == []
    assert longest_at([], 2).tolist() == [-1, -1]
    assert usual_stretch(TrainingText("abc"), "") == 0


def test_tokens_are_searched_as_characters():
    ids = [5, 0xD800, 70_000, 5, 9]
    (stretch,) = TrainingText(spelled(ids)).stretches(spelled([0xD800, 70_000, 5]))
    assert (stretch.start, stretch.end, stretch.places) == (0, 3, (1,))


def test_a_copied_passage_is_longer_than_what_is_usual():
    random = np.random.default_rng(0)
    words = ["the ", "cat ", "sat ", "on ", "mat ", "and ", "dog ", "ran "]
    text, unseen, invented = ("".join(random.choice(words, 2_000 if part == 0 else 300)) for part in range(3))
    training = TrainingText(text)
    usual = usual_stretch(training, unseen)
    assert 8 < usual < 40
    written = invented[:200] + text[1000:1100] + invented[200:400]
    long = [stretch for stretch in training.stretches(written) if len(stretch) > usual]
    assert max(len(stretch) for stretch in long) >= 100
    assert any(1000 in range(stretch.places[0], stretch.places[0] + len(stretch)) for stretch in long)
