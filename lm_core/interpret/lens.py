"""A model and a text in, what it would guess if it stopped after each layer out: the logit lens.

The head reads the residual stream after the last block. It can read it after any other: early layers often have a
guess already, and later ones change it.

    embed ──> block 1 ──> block 2 ──> … ──> block L
      │          │           │                 │
      └ norm, head ┘ … each gives scores for the next token; the last row is what the model really says

nostalgebraist 2020, "interpreting GPT: the logit lens". A guess of an early layer is what the *last* norm and head make
of it, which were never trained to read there: a row that looks like nonsense is no proof that the layer knows nothing
(Belrose et al. 2023, "Eliciting Latent Predictions with the Tuned Lens", section 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from lm_core.interpret.forward import Ids, run_traced
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading

# R = L + 1 rows: after the embedding, then after each block · T tokens · V vocabulary · k candidates

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Lens:
    """What each layer would say, row 0 after the embedding, the last row what the model says.

    top_ids, top_probabilities  (R, T, k) likeliest first, ties by id
    next_probability            (R, T) of the token that really follows; nan for the last, which nothing follows
    next_rank                   (R, T) its place among all, 1 for the likeliest; 0 for the last token
    entropy                     (R, T) bits
    distance                    (R, T) KL divergence in bits from what the model says in the end; 0 in the last row
    """

    top_ids: npt.NDArray[np.int64]
    top_probabilities: Floats
    next_probability: Floats
    next_rank: npt.NDArray[np.int64]
    entropy: Floats
    distance: Floats


def read_stream(model: GPT, stream: Tensor) -> Tensor:
    """(…, C) of the residual stream at any place -> (…, V) scores, by the model's own last norm and head."""
    weight = model.embed.weight if model.head is None else model.head.weight
    return F.linear(model.ln_final(stream), weight)


def logit_lens(model: GPT, ids: Ids, k: int = 5) -> Lens:
    """Look at one text (T,) after every layer; k is bounded by the vocabulary.

    Raises:
        ConfigError: the text is empty or longer than the model's context.
    """
    rows = stream_sites(model)
    _, kept = run_traced(model, ids, keep=set(rows).__contains__)
    following = torch.as_tensor(np.asarray(ids, dtype=np.int64)[1:], device=model.embed.weight.device)
    with reading(model):  # one row after the other: all at once would be R times the vocabulary
        final = read_stream(model, kept[rows[-1]][0]).log_softmax(-1)
        seen = [_row(read_stream(model, kept[row][0]).log_softmax(-1), final, following, k) for row in rows]
    columns = [np.stack(column) for column in zip(*seen, strict=True)]
    return Lens(*columns)


def stream_sites(model: GPT) -> list[str]:
    """The sites of the residual stream between blocks, first to last."""
    return ["blocks.0.resid_pre", *(f"blocks.{layer}.resid_post" for layer in range(model.config.n_layers))]


def _row(guess: Tensor, final: Tensor, following: Tensor, k: int) -> tuple[npt.NDArray[np.generic], ...]:
    """Log-probabilities (T, V) of one layer and of the last -> the six arrays of `Lens`, for that layer."""
    best = guess.topk(min(k, guess.size(-1)), dim=-1).indices.sort(dim=-1).values  # by id, so that ties stay so
    order = best.gather(-1, guess.gather(-1, best).sort(dim=-1, descending=True, stable=True).indices)  # (T, k)
    shares = guess.exp()
    true = guess[:-1].gather(-1, following[:, None])  # (T - 1, 1)
    rank = 1 + (guess[:-1] > true).sum(-1)
    nothing = torch.full((1,), torch.nan, device=guess.device)
    columns = (
        order,
        shares.gather(-1, order),
        torch.cat((true[:, 0].exp(), nothing)),
        torch.cat((rank, torch.zeros_like(order[:1, 0]))),
        -(shares * guess).sum(-1) / np.log(2),
        ((final.exp() * (final - guess)).sum(-1) / np.log(2)).clamp(min=0),
    )
    return tuple(column.numpy(force=True) for column in columns)
