"""A score for every token in, one token drawn from them out: temperature, filters, and the draw, in plain NumPy.

    logits ── / temperature ──> scaled ── top-k ── top-p ──> what is left ── softmax ──> final ── draw at u ──> token

Wherever tokens are put in order, the most likely comes first, and of equals the one with the lower id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from lm_core.config import SamplingConfig

# V vocabulary

Floats: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Candidate:
    """One token that could come next.

    probability  softmax of the scaled logits, before any filter
    final        after the filters, so that what is left sums to 1; 0 if cut
    cut_by       the first filter that took it out
    """

    id: int
    logit: float
    probability: float
    final: float
    cut_by: Literal["top-k", "top-p"] | None


def softmax(logits: npt.ArrayLike) -> Floats:
    """[0, ln 2, ln 5] -> [1/8, 2/8, 5/8]. A logit of -inf gives exactly 0."""
    logits = np.asarray(logits, dtype=np.float64)
    weights = np.exp(logits - logits.max())  # the largest becomes e^0 = 1: no overflow, same shares
    return np.asarray(weights / weights.sum())


def ranking(logits: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Token ids, highest logit first, of equals the lower id first: [2, 7, 7] -> [1, 2, 0]."""
    return np.argsort(-np.asarray(logits, dtype=np.float64), kind="stable")


def apply_temperature(logits: npt.ArrayLike, temperature: float) -> Floats:
    """Below 1 differences grow, above 1 they shrink. At 0 only the top is left: the limit, written directly.

    ([1, 2], 0.5) -> [2, 4]    ([1, 2], 0) -> [-inf, 2]
    """
    logits = np.asarray(logits, dtype=np.float64)
    if temperature == 0:
        return np.where(np.arange(len(logits)) == logits.argmax(), logits, -np.inf)
    return np.asarray(logits / temperature)


def keep_top_k(logits: npt.ArrayLike, k: int | None) -> Mask:
    """True for exactly the k highest, or all if k is None or larger: ([5, 9, 9, 1], 2) -> [no, yes, yes, no]."""
    order = ranking(logits)
    mask = np.zeros(len(order), dtype=np.bool_)
    mask[order[:k]] = True
    return mask


def keep_top_p(logits: npt.ArrayLike, p: float) -> Mask:
    """True for the fewest highest tokens whose probabilities reach p together (Holtzman et al. 2020, section 3.1).

    The token that crosses p stays, so at least one does: probabilities (0.5, 0.3, 0.2) and p 0.6 keep the first two.
    """
    order = ranking(logits)
    if p >= 1:
        return np.ones(len(order), dtype=np.bool_)
    before = np.cumsum(np.append(0.0, softmax(logits)[order[:-1]]))  # what the tokens ahead of each one cover
    mask = np.zeros(len(order), dtype=np.bool_)
    mask[order[before < p]] = True
    return mask


@dataclass(frozen=True)
class Distribution:
    """All tokens at every stage of one choice, each (V,) by id.

    probabilities       softmax of the scaled logits, before any filter
    in_top_k, in_top_p  False for what that filter cut; top-p looks only at what top-k has left
    final               what the token is drawn from: sums to 1, 0 for every token that a filter cut
    """

    probabilities: Floats
    in_top_k: Mask
    in_top_p: Mask
    final: Floats


def distribution(logits: npt.ArrayLike, sampling: SamplingConfig) -> Distribution:
    """Temperature, then top-k, then top-p over the renormalised rest, then softmax over what is left."""
    scaled = apply_temperature(logits, sampling.temperature)
    in_top_k = keep_top_k(logits, sampling.top_k)
    rest = np.where(in_top_k, scaled, -np.inf)
    in_top_p = keep_top_p(rest, sampling.top_p)
    return Distribution(softmax(scaled), in_top_k, in_top_p, softmax(np.where(in_top_p, rest, -np.inf)))


def draw(probabilities: npt.ArrayLike, u: float) -> int:
    """The token whose slice of [0, 1) holds u, with the slices laid out most likely first (inverse CDF).

    probabilities (0.2, 0.5, 0.3): token 1 has [0, 0.5), token 2 [0.5, 0.8), token 0 [0.8, 1); u 0.6 -> 2.
    One number decides, so the same u can be replayed under other settings.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    order = ranking(probabilities)
    edges = np.cumsum(probabilities[order])  # the right edge of each slice
    place = int(np.searchsorted(edges, u * edges[-1], side="right"))
    last = int(np.count_nonzero(probabilities)) - 1  # rounding can put u on the last edge: its slice takes it
    return int(order[min(place, last)])


def candidates(logits: npt.ArrayLike, stages: Distribution, chosen: int, count: int) -> tuple[Candidate, ...]:
    """The `count` most likely tokens, most likely first, and the chosen one in any case."""
    raw = np.asarray(logits, dtype=np.float64)
    shown = [int(token_id) for token_id in ranking(raw)[:count]]
    if chosen not in shown:
        shown = [*shown[: count - 1], chosen]
    return tuple(_candidate(token_id, raw, stages) for token_id in shown)


def _candidate(token_id: int, logits: Floats, stages: Distribution) -> Candidate:
    cut_by: Literal["top-k", "top-p"] | None = None
    if not stages.in_top_k[token_id]:
        cut_by = "top-k"
    elif not stages.in_top_p[token_id]:
        cut_by = "top-p"
    return Candidate(
        id=token_id,
        logit=float(logits[token_id]),
        probability=float(stages.probabilities[token_id]),
        final=float(stages.final[token_id]),
        cut_by=cut_by,
    )


def entropy_bits(probabilities: npt.ArrayLike) -> float:
    """How open the choice is: 0 bits for one candidate, 1 bit for two equal ones, as if choosing among 2^entropy."""
    p = np.asarray(probabilities, dtype=np.float64)
    p = p[p > 0]
    return float(abs(np.sum(p * np.log2(p))))
