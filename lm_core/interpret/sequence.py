"""The probabilities of a text's tokens, one after the other, in; their product in a computer's numbers out.

    p(x_1 … x_T | x_1) = p(x_2 | x_1) · p(x_3 | x_1 x_2) · … = exp(Σ ln p(x_t | x_1 … x_t-1))

The product of many probabilities is smaller than the smallest number that a format holds, and becomes 0; the sum of
their logarithms does not. Formats: IEEE 754-2019, table 3.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

Format = Literal["float16", "float32", "float64"]


def running_products(logs: Sequence[float], kind: Format) -> list[float]:
    """The product after each factor e^log, every one rounded to this format: 0 from where it underflows.

    >>> running_products([-10.0, -10.0], "float16")
    [4.5418739318847656e-05, 0.0]
    """
    number = np.dtype(kind).type
    product, found = number(1), []
    with np.errstate(under="ignore"):
        for log in logs:
            product = number(product * number(np.exp(log)))
            found.append(float(product))
    return found
