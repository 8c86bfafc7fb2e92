"""Two rules of thumb, by hand."""

import math

import pytest

from lm_core.data.enough import Enough


def test_a_small_model_on_a_million_tokens():
    found = Enough(tokens=1_000_000, parameters=40_000, read=2_500_000)
    assert (found.wanted, found.per_parameter, found.readings, found.verdict) == (800_000, 25, 2.5, "plenty")
    assert found.worth == pytest.approx(1e6 + 1e6 * 15.39 * (1 - math.exp(-1.5 / 15.39)))
    assert 2.4e6 < found.worth < 2.5e6, "two and a half readings are nearly as good as new text"


@pytest.mark.parametrize(
    ("tokens", "read", "verdict"),
    [(20_000, 20_000, "plenty"), (5_000, 20_000, "enough"), (4_999, 20_000, "little"), (1_000, 17_000, "by-heart")],
)
def test_verdicts_for_a_thousand_parameters(tokens, read, verdict):
    assert Enough(tokens=tokens, parameters=1000, read=read).verdict == verdict


def test_reading_a_part_of_the_text_once_is_worth_what_was_read():
    assert Enough(tokens=1000, parameters=1, read=300).worth == 300
    assert Enough(tokens=1000, parameters=1, read=10**9).worth == pytest.approx(1000 * 16.39)
