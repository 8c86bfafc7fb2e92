"""A model and a text of any length in, what each token cost it out: long texts are read in windows that overlap.

    context 4, stride 2     a b c d          foretells b c d e
                                c d e f      foretells f g: c and d are read again, so that each has 3 or 4 before it
                                    e f g h  foretells h i

Without the overlap, the first tokens of each window would be guessed from nearly nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lm_core.models.inference import reading
from lm_core.models.registry import LanguageModel

# T tokens · V vocabulary · k candidates

NUMBERS_AT_ONCE = 4_000_000  # of the scores; many small windows are read together


@dataclass(frozen=True)
class Window:
    """Tokens [begin, end) are read; those that follow places `first` - 1 to `end` - 1 are foretold: [first, end]."""

    begin: int
    end: int
    first: int


@dataclass(frozen=True, eq=False)
class TextLoss:
    """How each token of a text was foreseen. Nothing comes before the first one, so it has nan and zeros.

    losses            (T,) -ln p(token | tokens before it), nats; inf where the model held it for impossible
    ranks             (T,) 1 where the token was the first choice; of equal ones the lower id comes first
    entropies         (T,) the surprise that the model itself expected there, nats
    before            (T,) how many tokens it had read by then
    top_ids           (T, k) its likeliest tokens for this place, likeliest first
    top_probabilities (T, k)
    """

    losses: npt.NDArray[np.float32]
    ranks: npt.NDArray[np.int32]
    entropies: npt.NDArray[np.float32]
    before: npt.NDArray[np.int32]
    top_ids: npt.NDArray[np.int32]
    top_probabilities: npt.NDArray[np.float32]


def windows_of(n_tokens: int, context_length: int, stride: int) -> list[Window]:
    """The windows that foretell each token but the first just once.

    >>> [(one.begin, one.end, one.first) for one in windows_of(9, 4, 2)]
    [(0, 4, 1), (2, 6, 5), (4, 8, 7)]
    """
    assert 1 <= stride <= context_length
    found, first, begin = [], 1, 0
    while first < n_tokens:
        end = min(begin + context_length, n_tokens - 1)
        found.append(Window(begin, end, first))
        first, begin = end + 1, begin + stride
    return found


def read_text(model: LanguageModel, ids: Sequence[int], *, k: int, stride: int | None = None) -> TextLoss:
    """Run the model over a text of at least one token; windows lie `stride` apart, half a context where none is given.

    `k` is bounded by the vocabulary.
    """
    n, k, context = len(ids), min(k, model.vocab_size), model.config.context_length
    found = TextLoss(
        losses=np.full(n, np.nan, np.float32),
        ranks=np.zeros(n, np.int32),
        entropies=np.full(n, np.nan, np.float32),
        before=np.zeros(n, np.int32),
        top_ids=np.zeros((n, k), np.int32),
        top_probabilities=np.zeros((n, k), np.float32),
    )
    tokens = torch.tensor(list(ids), device=next(model.parameters(), torch.empty(0)).device)
    rows = max(1, NUMBERS_AT_ONCE // model.vocab_size)
    windows = windows_of(n, context, stride or max(1, context // 2))
    with reading(model):
        for together in _of_equal_length(windows, max(1, rows // context)):
            logits = model(torch.stack([tokens[one.begin : one.end] for one in together]))  # (B, W, V)
            for one, scores in zip(together, logits, strict=True):
                found.before[one.first : one.end + 1] = np.arange(one.first, one.end + 1) - one.begin
                for first in range(one.first, one.end + 1, rows):  # in float64 the scores of many places are large
                    places = slice(first, min(first + rows, one.end + 1))
                    _measure(found, places, scores[first - 1 - one.begin :], tokens[places])
    return found


def _of_equal_length(windows: Sequence[Window], most: int) -> Iterator[list[Window]]:
    """Neighbours that can be read as one batch; only the last window may be shorter."""
    together: list[Window] = []
    for one in windows:
        if together and (len(together) == most or one.end - one.begin != together[0].end - together[0].begin):
            yield together
            together = []
        together.append(one)
    if together:
        yield together


def _measure(found: TextLoss, places: slice, logits: Tensor, targets: Tensor) -> None:
    """Write down what scores (N or more, V) said of the tokens (N,) that came."""
    logits = logits[: len(targets)]
    log_p = logits.double().log_softmax(-1)
    shares = log_p.exp()
    own = logits.gather(-1, targets[:, None])
    below = torch.arange(logits.size(-1), device=logits.device) < targets[:, None]
    top = torch.topk(shares, found.top_ids.shape[1], dim=-1)
    found.losses[places] = -log_p.gather(-1, targets[:, None])[:, 0].numpy(force=True)
    found.entropies[places] = -(shares * log_p).nan_to_num().sum(-1).numpy(force=True)
    found.ranks[places] = (1 + (logits > own).sum(-1) + ((logits == own) & below).sum(-1)).numpy(force=True)
    found.top_ids[places] = top.indices.numpy(force=True)
    found.top_probabilities[places] = top.values.numpy(force=True)
