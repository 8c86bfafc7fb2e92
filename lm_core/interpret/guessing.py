"""A person's guess in, a distribution over the whole vocabulary out; many losses in, how sure their mean is out.

    "e" 60 %, "a" 24 %, of 66 tokens   ->   each of the other 64 gets 16 % / 64 = 0.25 %

What is named is at most 99 %, so no token has probability 0 and no surprise is infinite.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

MOST_NAMED = 0.99  # of the whole


def spread(named: Mapping[int, float], vocab_size: int) -> npt.NDArray[np.float64]:
    """(V,) the named tokens' shares, and what is left over evenly on all others; adds up to 1, nowhere 0.

    >>> spread({0: 0.5}, 3)
    array([0.5 , 0.25, 0.25])
    """
    total = math.fsum(named.values())
    assert len(named) < vocab_size
    assert all(share > 0 for share in named.values())
    assert total <= MOST_NAMED + 1e-9
    shares = np.full(vocab_size, (1 - total) / (vocab_size - len(named)))
    shares[list(named)] = list(named.values())
    return shares


def mean_and_error(losses: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error s / √n, with n - 1 in s; nan where one loss says nothing of how they differ.

    >>> mean_and_error([1.0, 3.0])
    (2.0, 1.0)
    """
    mean = math.fsum(losses) / len(losses)
    if len(losses) < 2:
        return mean, math.nan
    variance = math.fsum((loss - mean) ** 2 for loss in losses) / (len(losses) - 1)
    return mean, math.sqrt(variance / len(losses))
