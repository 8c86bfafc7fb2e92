"""A guess as a distribution, and how sure a mean is: by hand, against numpy."""

import math

import numpy as np
import pytest

from lm_core.interpret.guessing import mean_and_error, spread


@pytest.mark.parametrize("named", [{2: 0.6}, {0: 0.01}, {5: 0.5, 1: 0.3, 0: 0.19}])
@pytest.mark.parametrize("size", [6, 50_000])
def test_a_guess_adds_up_to_1_and_is_nowhere_0(named, size):
    shares = spread(named, size)
    assert shares.sum() == pytest.approx(1, abs=1e-12)
    assert shares.min() > 0
    assert {token: shares[token] for token in named} == named
    others = np.delete(shares, list(named))
    assert others == pytest.approx((1 - sum(named.values())) / (size - len(named)))


def test_more_than_99_percent_is_no_guess():
    with pytest.raises(AssertionError):
        spread({0: 0.7, 1: 0.3}, 5)


def test_a_mean_has_the_standard_error_of_the_book():
    losses = np.random.default_rng(0).exponential(2, 17)
    mean, error = mean_and_error(losses.tolist())
    assert mean == pytest.approx(losses.mean())
    assert error == pytest.approx(losses.std(ddof=1) / math.sqrt(17))
    assert math.isnan(mean_and_error([2.0])[1])
