"""The slope of a cross-entropy in its logits: the worked example, the formula, and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lm_core.training.objective import cross_entropy_slope

LOGITS = st.lists(st.floats(-8, 8), min_size=2, max_size=6)


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def by_hand(z, truth, smoothing, temperature):
    p = (1 - smoothing) * truth + smoothing / len(z)
    return p, softmax(z / temperature)


def test_three_even_logits_and_one_certain_token():
    loss, slope = cross_entropy_slope([0.0, 0.0, 0.0], [1.0, 0.0, 0.0])
    assert loss == pytest.approx(np.log(3))
    assert slope == pytest.approx([-2 / 3, 1 / 3, 1 / 3])


@given(LOGITS, st.floats(0, 0.9), st.floats(0.2, 5), st.integers(0, 5))
def test_autograd_finds_q_minus_p_over_the_temperature(logits, smoothing, temperature, true):
    z = np.array(logits)
    truth = np.eye(len(z))[true % len(z)]
    p, q = by_hand(z, truth, smoothing, temperature)
    loss, slope = cross_entropy_slope(logits, truth.tolist(), smoothing=smoothing, temperature=temperature)
    assert slope == pytest.approx(((q - p) / temperature).tolist(), abs=1e-12)
    assert loss == pytest.approx(float(-(p * np.log(q)).sum()), abs=1e-9)


def test_a_small_step_along_each_logit_changes_the_loss_as_the_slope_says():
    z, truth = [0.3, -1.2, 2.0, 0.1], [0.5, 0.25, 0.25, 0.0]
    _loss, slope = cross_entropy_slope(z, truth, smoothing=0.1, temperature=1.5)
    for at in range(4):
        up, down = ([*z[:at], z[at] + by, *z[at + 1 :]] for by in (1e-5, -1e-5))
        rise = [cross_entropy_slope(moved, truth, smoothing=0.1, temperature=1.5)[0] for moved in (up, down)]
        assert (rise[0] - rise[1]) / 2e-5 == pytest.approx(slope[at], abs=1e-8)
