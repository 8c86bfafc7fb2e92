"""A model and windows of unseen text in, where it is wrong out: by place, class and frequency, and how well it knows.

A group of tokens has its mean loss with a standard error, s / √n. That takes the tokens for independent, which
neighbours are not quite, so the true error is a little larger.

Calibration: of all tokens that a model gave about 30 %, 30 % should come (Guo et al. 2017, "On Calibration of Modern
Neural Networks"). Probabilities are put into bins of equal width (low, high]; the expected calibration error is the
mean distance between what was said and what came, each bin by its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from lm_core.data.batches import Batch
from lm_core.models.inference import reading
from lm_core.models.registry import LanguageModel

# N targets · V vocabulary

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BINS = 10  # of a reliability diagram
NUMBERS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class Scores:
    """How each target was foreseen.

    before, targets  (N,) the token read last, and the one that came
    positions        (N,) how many tokens of its window were read by then, from 1
    losses           (N,) -ln p(target), nats
    ranks            (N,) 1 where the target was the first choice; of equal ones the lower id comes first
    confidences      (N,) the probability of the first choice
    candidates       (3, BINS) of every token of the vocabulary everywhere: how many, their probability, how many came
    """

    before: Ints
    targets: Ints
    positions: Ints
    losses: Floats
    ranks: Ints
    confidences: Floats
    candidates: Floats


@dataclass(frozen=True)
class Group:
    """Some of the targets: how many, their mean loss in nats, and its standard error (nan below two)."""

    n: int
    loss: float
    error: float


@dataclass(frozen=True)
class Bin:
    """Guesses whose probability lay in (low, high]: how many, their mean probability, the share that came."""

    low: float
    high: float
    n: int
    said: float
    came: float

    @property
    def error(self) -> float:
        """The standard error of `came`."""
        return math.sqrt(self.came * (1 - self.came) / self.n) if self.n else math.nan


def score_batch(model: LanguageModel, batch: Batch) -> Scores:
    """Every target of one batch."""
    with reading(model):
        logits = model(batch.inputs).flatten(0, 1)  # (N, V)
        targets = batch.targets.flatten()
        losses, ranks, confidences = (torch.empty(len(targets), dtype=torch.float64) for _ in range(3))
        candidates = torch.zeros(3, BINS, dtype=torch.float64)
        rows = max(1, NUMBERS_AT_ONCE // logits.size(-1))
        for first in range(0, len(targets), rows):
            part, own = logits[first : first + rows], targets[first : first + rows, None]
            log_p = part.double().log_softmax(-1)
            true = part.gather(-1, own)
            lower = torch.arange(part.size(-1)) < own
            places = slice(first, first + len(part))
            losses[places] = -log_p.gather(-1, own)[:, 0]
            ranks[places] = (1 + (part > true).sum(-1) + ((part == true) & lower).sum(-1)).double()
            confidences[places] = log_p.max(-1).values.exp()
            candidates += _binned(log_p.exp(), own)
    length = batch.inputs.size(1)
    return Scores(
        before=batch.inputs.flatten().numpy(),
        targets=targets.numpy(),
        positions=np.tile(np.arange(1, length + 1), len(batch.inputs)),
        losses=losses.numpy(),
        ranks=ranks.numpy().astype(np.int64),
        confidences=confidences.numpy(),
        candidates=candidates.numpy(),
    )


def _binned(shares: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
    """(3, BINS) of all probabilities (N, V), of which those of `own` (N, 1) are of the tokens that came."""
    bins = torch.bucketize(shares, _EDGES)  # (low, high]
    came = bins.gather(-1, own).flatten()
    flat = bins.flatten()
    counts = torch.bincount(flat, minlength=BINS).double()
    said = torch.bincount(flat, weights=shares.flatten(), minlength=BINS)
    return torch.stack((counts, said, torch.bincount(came, minlength=BINS).double()))


_EDGES = torch.arange(1, BINS, dtype=torch.float64) / BINS


def join(parts: Sequence[Scores]) -> Scores:
    """Those of several batches together."""
    names = ("before", "targets", "positions", "losses", "ranks", "confidences")
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Scores(**arrays, candidates=np.sum([part.candidates for part in parts], axis=0))


def whole(losses: Floats) -> Group:
    """All of them as one group."""
    return by_group(losses, np.zeros(len(losses), np.int64), 1)[0]


def by_group(losses: Floats, groups: Ints, n_groups: int) -> list[Group]:
    """Losses (N,) by their group's number 0 … n_groups - 1: each target is in one, so n · loss adds up to the whole."""
    n = np.bincount(groups, minlength=n_groups)
    total = np.bincount(groups, weights=losses, minlength=n_groups)
    found = []
    for group, (count, added) in enumerate(zip(n.tolist(), total.tolist(), strict=True)):
        spread = float(losses[groups == group].std(ddof=1)) if count > 1 else math.nan
        found.append(Group(count, added / count if count else math.nan, spread / math.sqrt(count or 1)))
    return found


def position_bounds(length: int) -> list[int]:
    """Where groups of positions 1 … length begin: 1, 2, 3, 4, 6, 8, 12, 16, 24, …"""
    return sorted({each for power in range(30) for each in (2**power, 3 * 2**power // 2) if 1 <= each <= length})


def frequency_bounds(most: int) -> list[int]:
    """Where groups of frequencies begin: 0, 1, 3, 10, 30, 100, … up to `most`."""
    return [0, *(each for power in range(12) for each in (10**power, 3 * 10**power) if each <= most)]


def group_numbers(values: Ints, bounds: Sequence[int]) -> Ints:
    """(values [1, 5, 9], bounds [1, 3, 9]) -> [0, 1, 2]: the last bound that is not above each."""
    return np.searchsorted(np.asarray(bounds), values, side="right").astype(np.int64) - 1


def top_k(ranks: Ints, k: int) -> tuple[float, float]:
    """The share of targets among the model's first k choices, and its standard error."""
    share = float((ranks <= k).mean())
    return share, math.sqrt(share * (1 - share) / len(ranks))


def of_first_choices(scores: Scores) -> list[Bin]:
    """Confidence against accuracy: how often the first choice came, by its probability."""
    bins = np.searchsorted(_EDGES.numpy(), scores.confidences)
    right = (scores.ranks == 1).astype(np.float64)
    columns = [np.bincount(bins, weights=weights, minlength=BINS) for weights in (None, scores.confidences, right)]
    return _bins(np.stack(columns).astype(np.float64))


def of_all_candidates(scores: Scores) -> list[Bin]:
    """How often any token came, by the probability that it was given."""
    return _bins(scores.candidates)


def _bins(columns: Floats) -> list[Bin]:
    return [
        Bin(place / BINS, (place + 1) / BINS, int(n), said / n if n else math.nan, came / n if n else math.nan)
        for place, (n, said, came) in enumerate(columns.T.tolist())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Σ n / N · |came - said|: 0 where every probability means what it says."""
    total = sum(each.n for each in bins)
    return sum(each.n * abs(each.came - each.said) for each in bins if each.n) / total if total else math.nan
