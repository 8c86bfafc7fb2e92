"""The tokens nearest to one by direction, against a loop."""

import numpy as np
import pytest

from lm_core.interpret.neighbours import neighbours


def test_a_worked_example():
    table = np.array([[1, 0], [3, 4], [0, 2], [-1, 0], [5, 0], [0, 0]], np.float32)
    ids, cosines = neighbours(table, 0, 9)
    assert ids.tolist() == [4, 1, 2, 5, 3]  # length does not count; a row of zeros is at right angles to all
    assert cosines.tolist() == pytest.approx([1, 0.6, 0, 0, -1])
    assert neighbours(table, 5, 2)[0].tolist() == [0, 1]


@pytest.mark.parametrize("count", [0, 1, 5, 99])
def test_it_finds_what_a_loop_finds(count):
    table = np.random.default_rng(3).standard_normal((40, 8)).astype(np.float32)
    ids, cosines = neighbours(table, 7, count)
    by_hand = {
        other: float(table[7] @ table[other] / (np.linalg.norm(table[7]) * np.linalg.norm(table[other])))
        for other in range(40)
        if other != 7
    }
    best = sorted(by_hand, key=lambda other: -by_hand[other])[:count]
    assert ids.tolist() == best
    assert cosines == pytest.approx([by_hand[other] for other in best], abs=1e-6)
