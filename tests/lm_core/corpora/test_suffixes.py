"""The order of all endings: against sorting them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora.suffixes import suffix_array

TEXTS = st.text("ab", max_size=80) | st.text(max_size=60) | st.text("\ud800\x00a", max_size=20)


def test_suffix_array_worked_example():
    assert suffix_array("banana").tolist() == [5, 3, 1, 0, 4, 2]


@settings(deadline=None)
@given(TEXTS, st.integers(1, 40))
def test_the_endings_are_in_order(part, times):
    """Also where a long passage is repeated, so that many endings stay equal through several rounds."""
    text = (part * times)[:400]
    assert suffix_array(text).tolist() == sorted(range(len(text)), key=lambda begin: text[begin:])


@pytest.mark.parametrize("text", ["", "a", "aaaa" * 5_000])
def test_texts_of_one_character_and_none(text):
    assert (suffix_array(text) == np.arange(len(text))[::-1]).all()
