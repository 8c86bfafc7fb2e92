"""A score for every token in, one token drawn from them out: penalties, temperature, filters, draw, in plain NumPy.

    logits ── penalties ── / temperature ── top-k ── top-p ── min-p ── softmax ──> final ── draw at u ──> token

Wherever tokens are put in order, the most likely comes first, and of equals the one with the lower id. A vocabulary is
never sorted whole where its head is enough: of 50,000 tokens a hundred usually settle a choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from lm_core.config import SamplingConfig

# V vocabulary

Floats: TypeAlias = npt.NDArray[np.float64]
Ids: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]
Filter: TypeAlias = Literal["top-k", "top-p", "min-p"]

HEADS = (100, 2000)  # so many of the likeliest are put in order before all are


# --- scores, shares, order ---


def softmax(logits: npt.ArrayLike) -> Floats:
    """[0, ln 2, ln 5] -> [1/8, 2/8, 5/8]. A logit of -inf gives exactly 0."""
    logits = np.asarray(logits, dtype=np.float64)
    weights = np.exp(logits - logits.max())  # the largest becomes e^0 = 1: no overflow, same shares
    return np.asarray(weights / weights.sum())


def log_softmax(logits: npt.ArrayLike) -> Floats:
    """ln softmax along the last axis, also where softmax would round to 0: [0, 0] -> [-ln 2, -ln 2]."""
    logits = np.asarray(logits, dtype=np.float64)
    below = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=-1, keepdims=True)))


def ranking(logits: npt.ArrayLike, count: int | None = None) -> Ids:
    """The first `count` token ids, all if None: highest logit first, of equals the lower id: [2, 7, 7] -> [1, 2, 0]."""
    logits = np.asarray(logits, dtype=np.float64)
    if count is None or 4 * count >= len(logits):
        return np.argsort(-logits, kind="stable")[:count]
    last = np.partition(logits, -count)[-count]  # the lowest logit that is in
    above = np.flatnonzero(logits > last)
    head = np.concatenate((above, np.flatnonzero(logits == last)[: count - len(above)]))
    return np.asarray(head[np.argsort(-logits[head], kind="stable")])


def head_covering(logits: npt.ArrayLike, probabilities: Floats, mass: float) -> tuple[Ids, Floats]:
    """The ranking as far as its probabilities add up to more than `mass` (or all of it), and the sums on the way."""
    for count in HEADS:
        head = ranking(logits, count)
        covered = np.cumsum(probabilities[head])
        if covered[-1] > mass or len(head) == len(probabilities):
            return head, covered
    whole = ranking(logits)
    return whole, np.cumsum(probabilities[whole])


# --- what changes scores ---


def penalise(logits: npt.ArrayLike, seen: Sequence[int], sampling: SamplingConfig) -> Floats:
    """Lower the scores of tokens that the text has already; all others stay as they are.

    First the repetition penalty r (Keskar et al. 2019, CTRL, section 4.1): a score above 0 is divided by r. The paper
    divides all, which would raise those below 0; they are multiplied by r instead, as everybody has done since. Then
    the two penalties of OpenAI's interface: presence once, frequency times how often the token stands there.

        ([4, -4, 4], seen [0, 1, 1], r 2, frequency 0.5) -> [4 / 2 - 0.5, -4 * 2 - 2 * 0.5, 4] = [1.5, -9, 4]
    """
    penalised = np.array(logits, dtype=np.float64)
    r, presence, frequency = sampling.repetition_penalty, sampling.presence_penalty, sampling.frequency_penalty
    if (r, presence, frequency) == (1, 0, 0):
        return penalised
    ids, counts = np.unique(np.asarray(seen, dtype=np.intp), return_counts=True)
    there = penalised[ids]
    penalised[ids] = np.where(there > 0, there / r, there * r) - presence - frequency * counts
    return penalised


def apply_temperature(logits: npt.ArrayLike, temperature: float) -> Floats:
    """Below 1 differences grow, above 1 they shrink. At 0 only the top is left: the limit, written directly.

    ([1, 2], 0.5) -> [2, 4]    ([1, 2], 0) -> [-inf, 2]
    """
    logits = np.asarray(logits, dtype=np.float64)
    if temperature == 0:
        return np.where(np.arange(len(logits)) == logits.argmax(), logits, -np.inf)
    return np.asarray(logits / temperature)


# --- filters ---


def keep_top_k(logits: npt.ArrayLike, k: int | None) -> Mask:
    """True for exactly the k highest, or all if k is None or larger: ([5, 9, 9, 1], 2) -> [no, yes, yes, no]."""
    mask = np.zeros(np.size(logits), dtype=np.bool_)
    mask[slice(None) if k is None else ranking(logits, k)] = True
    return mask


def keep_top_p(logits: npt.ArrayLike, p: float) -> Mask:
    """True for the fewest highest tokens whose probabilities reach p together (Holtzman et al. 2020, section 3.1).

    The token that crosses p stays, so at least one does: probabilities (0.5, 0.3, 0.2) and p 0.6 keep the first two.
    """
    if p >= 1:
        return np.ones(np.size(logits), dtype=np.bool_)
    head, covered = head_covering(logits, softmax(logits), p)
    mask = np.zeros(np.size(logits), dtype=np.bool_)
    mask[head[: np.searchsorted(covered, p) + 1]] = True
    return mask


def keep_min_p(logits: npt.ArrayLike, share: float) -> Mask:
    """True for tokens at least `share` times as likely as the likeliest (Nguyen et al. 2024, section 3).

    Where the model is sure few tokens stay, where it is not many do: probabilities (0.5, 0.3, 0.2), share 0.5: two.
    """
    logits = np.asarray(logits, dtype=np.float64)
    return np.asarray(np.exp(logits - logits.max()) >= share)


# --- one choice, from scores to token ---


@dataclass(frozen=True)
class Distribution:
    """All tokens at every stage of one choice, each (V,) by id.

    penalised      the logits after the penalties
    probabilities  softmax of the scaled logits, before any filter
    in_top_k, in_top_p, in_min_p
                   False for what that filter does not keep; each looks only at what the ones before it have left
    final          what the token is drawn from: sums to 1, 0 for every token that a filter cut
    """

    penalised: Floats
    probabilities: Floats
    in_top_k: Mask
    in_top_p: Mask
    in_min_p: Mask
    final: Floats

    def cut_by(self, token_id: int) -> Filter | None:
        """The first filter that took this token out."""
        if not self.in_top_k[token_id]:
            return "top-k"
        if not self.in_top_p[token_id]:
            return "top-p"
        return None if self.in_min_p[token_id] else "min-p"


def distribution(logits: npt.ArrayLike, sampling: SamplingConfig, seen: Sequence[int] = ()) -> Distribution:
    """Penalties for the tokens `seen` so far, temperature, top-k, top-p over the renormalised rest, min-p, softmax."""
    penalised = penalise(logits, seen, sampling)
    scaled = apply_temperature(penalised, sampling.temperature)
    in_top_k = keep_top_k(penalised, sampling.top_k)
    rest = np.where(in_top_k, scaled, -np.inf)
    in_top_p = keep_top_p(rest, sampling.top_p)
    rest = np.where(in_top_p, rest, -np.inf)
    in_min_p = keep_min_p(rest, sampling.min_p)
    final = softmax(np.where(in_min_p, rest, -np.inf))
    return Distribution(penalised, softmax(scaled), in_top_k, in_top_p, in_min_p, final)


def numbers_from(seed: int, position: int) -> np.random.Generator:
    """The numbers u of a seed, from one position of the text on: `numbers_from(0, 7).random()` is that of position 7.

    A position has one number, however the text before it came about, so branches and other models can be compared.
    """
    return np.random.Generator(np.random.PCG64(seed).advance(position))


def draw(probabilities: npt.ArrayLike, u: float) -> int:
    """The token whose slice of [0, 1) holds u, with the slices laid out most likely first (inverse CDF).

    probabilities (0.2, 0.5, 0.3): token 1 has [0, 0.5), token 2 [0.5, 0.8), token 0 [0.8, 1); u 0.6 -> 2.
    One number decides, so the same u can be replayed under other settings.
    """
    probabilities = np.asarray(probabilities, dtype=np.float64)
    point = u * float(probabilities.sum())
    head, edges = head_covering(probabilities, probabilities, point)  # the right edge of each slice
    place = int(np.searchsorted(edges, point, side="right"))
    last = int(np.count_nonzero(probabilities[head])) - 1  # rounding can put u on the last edge: its slice takes it
    return int(head[min(place, last)])


@dataclass(frozen=True)
class Candidate:
    """One token that could come next.

    logit        as the model gave it
    penalised    the logit after the penalties; the same where none applies
    probability  softmax of the scaled logits, before any filter
    final        after the filters, so that what is left sums to 1; 0 if cut
    cut_by       the first filter that took it out
    """

    id: int
    logit: float
    penalised: float
    probability: float
    final: float
    cut_by: Filter | None


def candidates(logits: npt.ArrayLike, stages: Distribution, chosen: int, count: int) -> tuple[Candidate, ...]:
    """The `count` most likely tokens, most likely first, and the chosen one in any case."""
    shown = ranking(stages.penalised, count)
    if chosen not in shown:
        shown = np.append(shown[: count - 1], chosen)
    stage_by_stage = (np.asarray(logits, np.float64), stages.penalised, stages.probabilities, stages.final)
    columns = [values[shown].tolist() for values in stage_by_stage]
    cuts = [stages.cut_by(token_id) for token_id in shown]
    return tuple(Candidate(*row) for row in zip(shown.tolist(), *columns, cuts, strict=True))


def entropy_bits(probabilities: npt.ArrayLike) -> float:
    """How open the choice is: 0 bits for one candidate, 1 bit for two equal ones, as if choosing among 2^entropy."""
    p = np.asarray(probabilities, dtype=np.float64)
    p = p[p > 0]
    return float(abs(np.sum(p * np.log2(p))))
