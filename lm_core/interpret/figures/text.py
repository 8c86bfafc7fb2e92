"""Figures of what the tokens of a text cost in ("text.loss", "beam.score"), their sources out.

A text may be longer than a model's context: it is read in windows, and the operands of a token's figures lie in the
pass of the window that foretells it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import Tensor

from lm_core.interpret.figures.asked import Asked, Figure, Figures, Found, mean_of, one, row, total_of
from lm_core.interpret.forward import run_traced


def _says(asked: Asked, at: int) -> tuple[Tensor, int, tuple[int, ...]]:
    """(V,) scores for the token at a place, in which row of a pass they are, and the ids that this pass reads."""
    if at == 0:
        raise IndexError("nothing comes before the first token, so nobody foretold it")
    begin, end = (0, at) if asked.window is None else asked.window(at)
    ids = tuple(asked.ids[begin : at if asked.model.config.causal else end])
    return run_traced(asked.model, list(ids))[0][0, at - 1 - begin].double(), at - 1 - begin, ids


def _share(asked: Asked) -> Found:
    at, token = asked.index
    scores, place, ids = _says(asked, at)
    source = row("s", "logits", (place, 0), 1, scores)
    return Found("softmax", float(scores.softmax(-1)[token]), (source,), {"chosen": float(token)}, ids)


def _log(asked: Asked) -> Found:
    """ln p of the token that stands there."""
    (at,) = asked.index
    scores, place, ids = _says(asked, at)
    token = asked.ids[at]
    source = row("s", "logits", (place, 0), 1, scores)
    return Found("log_softmax", float(scores.log_softmax(-1)[token]), (source,), {"chosen": float(token)}, ids)


def _loss(asked: Asked) -> Found:
    (at,) = asked.index
    share = _share(replace(asked, index=(at, asked.ids[at]))).value
    return Found("surprise", -_log(asked).value, (one("p", "text.share", (at, asked.ids[at]), share),))


def _bits(asked: Asked) -> Found:
    loss = _loss(asked).value
    return Found("in_bits", loss / float(np.log(2)), (one("x", "text.loss", asked.index, loss),))


def _rank(asked: Asked) -> Found:
    """1 for the first choice; of equal scores the lower id comes first."""
    (at,) = asked.index
    scores, place, ids = _says(asked, at)
    token = asked.ids[at]
    ahead = (scores > scores[token]).sum() + (scores[:token] == scores[token]).sum()
    source = row("s", "logits", (place, 0), 1, scores)
    return Found("place", 1 + float(ahead), (source,), {"chosen": float(token)}, ids)


def _expected(asked: Asked) -> Found:
    """The loss that the model itself expects there: the entropy of what it says, in nats."""
    (at,) = asked.index
    logs = _says(asked, at)[0].log_softmax(-1)
    shares = logs.exp()
    value = float(-(shares * logs).nan_to_num().sum())
    return Found("expected", value, (row("p", "text.share", (at, 0), 1, shares),))


# ------------------------------------------------------------------------- a text as a whole


def _every(asked: Asked, first: int, last: int) -> list[float]:
    """ln p of the tokens [first, last]. Behind a causal mask one pass foretells all whose windows begin alike."""
    windows = [(0, at) if asked.window is None else asked.window(at) for at in range(first, last + 1)]
    if asked.model.config.causal:
        ends = {
            begin: max(first + place for place, each in enumerate(windows) if each[0] == begin) for begin, _ in windows
        }
        windows = [(begin, ends[begin]) for begin, _end in windows]
    found: list[float] = []
    passes: dict[tuple[int, int], Tensor] = {}
    for at, (begin, end) in enumerate(windows, start=first):
        if (begin, end) not in passes:
            passes = {(begin, end): run_traced(asked.model, list(asked.ids[begin:end]))[0][0]}
        found.append(float(passes[begin, end][at - 1 - begin].double().log_softmax(-1)[asked.ids[at]]))
    return found


def _mean(asked: Asked) -> Found:
    losses = [-each for each in _every(asked, 1, len(asked.ids) - 1)]
    return mean_of(row("x", "text.loss", (1,), 0, np.array(losses)))


def _total(asked: Asked) -> Found:
    losses = [-each for each in _every(asked, 1, len(asked.ids) - 1)]
    return total_of(row("x", "text.loss", (1,), 0, np.array(losses)))


def _perplexity(asked: Asked) -> Found:
    mean = _mean(asked).value
    return Found("power", float(np.exp(mean)), (one("x", "text.mean", (), mean),))


def _bits_per_byte(asked: Asked) -> Found:
    total, size = _total(asked).value, max(1, asked.n_bytes)
    value = total / float(np.log(2)) / size
    return Found("per_byte", value, (one("x", "text.total", (), total),), {"bytes": float(size)})


def _sum(asked: Asked, name: str) -> Found:
    """ln p of all from where the continuation begins to this place: ln p of them together."""
    (at,) = asked.index
    return total_of(row("x", name, (asked.first,), 0, np.array(_every(asked, asked.first, at))))


def _product(asked: Asked) -> Found:
    total = _sum(asked, "product.log").value
    return Found("power", float(np.exp(total)), (one("x", "product.sum", asked.index, total),))


def _sum_mean(asked: Asked, name: str) -> Found:
    return mean_of(row("x", name, (asked.first,), 0, np.array(_every(asked, asked.first, asked.index[0]))))


def _beam_score(asked: Asked) -> Found:
    """By which continuations of different lengths are compared."""
    (at,) = asked.index
    total, length = _sum(asked, "beam.log").value, max(1, at - asked.first + 1)
    constants = {"length": float(length), "penalty": asked.penalty}
    return Found("by_length", total / length**asked.penalty, (one("x", "beam.total", (at,), total),), constants)


def _bits_each(asked: Asked) -> Found:
    (at,) = asked.index
    total, length = _sum(asked, "written.log").value, max(1, at - asked.first + 1)
    value = -total / float(np.log(2)) / length
    return Found("bits_each", value, (one("x", "written.sum", (at,), total),), {"length": float(length)})


_MEASURE = "lm_core.interpret.text_loss._measure"
_LOGS = ("lm_core.interpret.surprise.log_probabilities", "shifted - np.log")
_PRODUCTS = ("lm_core.interpret.sequence.running_products", "product * number")
_LOG_SOFTMAX = ("lm_core.generation.sampling.log_softmax", "below - np.log")
_BITS = ("lm_core.training.evaluation.bits_per_byte", "math.log(2)")

TEXT: Figures = {
    "text.share": Figure("TV", _share, (_MEASURE, "shares = log_p.exp()")),
    "text.loss": Figure("T", _loss, (_MEASURE, "found.losses[places] =")),
    "text.bits": Figure("T", _bits, _BITS),
    "text.rank": Figure("T", _rank, (_MEASURE, "found.ranks[places] =")),
    "text.expected": Figure("T", _expected, (_MEASURE, "found.entropies[places] =")),
    "text.mean": Figure("", _mean, ("lm_core.training.evaluation.evaluate", "total / n_tokens")),
    "text.total": Figure("", _total, _BITS),
    "text.perplexity": Figure("", _perplexity, ("lm_core.training.evaluation.evaluate", "total / n_tokens")),
    "text.bits_per_byte": Figure("", _bits_per_byte, _BITS),
    "product.log": Figure("T", _log, _LOGS),
    "product.sum": Figure("T", lambda asked: _sum(asked, "product.log"), _PRODUCTS),
    "product.value": Figure("T", _product, _PRODUCTS),
    "beam.share": Figure("TV", _share, _LOG_SOFTMAX),
    "beam.log": Figure("T", _log, _LOG_SOFTMAX),
    "beam.total": Figure(
        "T", lambda asked: _sum(asked, "beam.log"), ("lm_core.generation.beam._children", "text.total + ")
    ),
    "beam.score": Figure("T", _beam_score, ("lm_core.generation.beam.beam_search", "child.total / depth")),
    "written.log": Figure("T", _log, _LOG_SOFTMAX),
    "written.sum": Figure("T", lambda asked: _sum(asked, "written.log"), _LOG_SOFTMAX),
    "written.mean": Figure("T", lambda asked: _sum_mean(asked, "written.log"), _LOG_SOFTMAX),
    "written.bits": Figure("T", _bits_each, _LOG_SOFTMAX),
}
