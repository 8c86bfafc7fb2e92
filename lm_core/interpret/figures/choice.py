"""Figures of one choice in ("choice.final", the slice of a token), their sources out: score, penalties, temperature,
filters, share, slice, draw.

The core's sampling made the numbers (`Choice` brings them along); here each is laid beside what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lm_core.interpret.figures.asked import (
    Asked,
    Choice,
    Figure,
    Figures,
    Floats,
    Found,
    head_weight,
    kept_at,
    one,
    plain,
    row,
    total_of,
    weights,
)  # fmt: skip
from lm_core.interpret.forward import run_traced
from lm_core.interpret.lens import stream_sites
from lm_core.interpret.walk_source import Operand

DIGITS = 2**53  # of a number on [0, 1)


def _choice(asked: Asked) -> Choice:
    if asked.choice is None:
        raise KeyError("nothing is drawn here")
    return asked.choice


def _shares(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum())


# -------------------------------------------------------------------- what the model itself says


def _logit(asked: Asked) -> Found:
    """A row of the last stream times the token's row of the head."""
    (token,) = asked.index
    last = len(asked.ids) - 1
    site = stream_sites(asked.model)[-1] if asked.model.config.norm == "none" else "ln_final"
    normed = kept_at(asked.model, asked.ids, site)[last]
    direction = weights(asked.model, "w", head_weight(asked.model), (token, 0), 1)
    value = float(plain(normed) @ direction.values)
    return Found("linear", value, (row("x", site, (last, 0), 1, normed), direction))


def _own(asked: Asked) -> Found:
    """The model's own share: temperature 1, nothing cut."""
    (token,) = asked.index
    scores = run_traced(asked.model, asked.ids)[0][0, -1].double()
    source = row("s", "choice.logit", (0,), 0, scores)
    return Found("softmax", float(scores.softmax(-1)[token]), (source,), {"chosen": float(token)})


# ---------------------------------------------------------------------------------- scores


def _penalised(asked: Asked) -> Found:
    (token,) = asked.index
    choice, settings = _choice(asked), _choice(asked).sampling
    logit = run_traced(asked.model, asked.ids)[0][0, -1, token]
    constants = {
        "repetition": settings.repetition_penalty,
        "presence": settings.presence_penalty,
        "frequency": settings.frequency_penalty,
        "count": float(sum(each == token for each in choice.seen)),
    }
    value = float(choice.stages.penalised[token])
    return Found("penalise", value, (one("x", "choice.logit", (token,), logit),), constants)


def _scaled(asked: Asked) -> Found:
    (token,) = asked.index
    choice = _choice(asked)
    value, temperature = float(choice.scaled[token]), choice.sampling.temperature
    if temperature == 0:
        source = row("s", "choice.penalised", (0,), 0, choice.stages.penalised)
        return Found("coldest", value, (source,), {"chosen": float(token)})
    score = one("x", "choice.penalised", (token,), choice.stages.penalised[token])
    return Found("by_temperature", value, (score,), {"temperature": temperature})


def _uncut(asked: Asked) -> Found:
    return _softmax(asked, "choice.scaled", _choice(asked).scaled)


def _softmax(asked: Asked, name: str, scores: Floats) -> Found:
    (token,) = asked.index
    return Found("softmax", float(_shares(scores)[token]), (row("s", name, (0,), 0, scores),), {"chosen": float(token)})


# --------------------------------------------------------------------------------- filters


def _rank(asked: Asked) -> Found:
    """What top-k looks at."""
    (token,) = asked.index
    choice = _choice(asked)
    value = 1 + float(np.flatnonzero(choice.order == token)[0])
    return Found(
        "place", value, (row("s", "choice.penalised", (0,), 0, choice.stages.penalised),), {"chosen": float(token)}
    )


def _in_top_k(asked: Asked) -> Found:
    (token,) = asked.index
    choice = _choice(asked)
    why = (one("y", "choice.rank", (token,), _rank(asked).value),)
    return _kept(asked, choice.after_top_k, int(choice.cut_by(token) == 1), why)


def _rest(asked: Asked) -> Found:
    """The share of what top-k left, by likelihood: what top-p adds up."""
    (place,) = asked.index
    choice = _choice(asked)
    token = int(choice.order[place])
    source = row("s", "choice.in_top_k", (0,), 0, choice.after_top_k)
    return Found("softmax", float(_shares(choice.after_top_k)[token]), (source,), {"chosen": float(token)})


def _covered(asked: Asked) -> Found:
    """What the likelier ones cover already: top-p keeps no more once that reaches p."""
    (token,) = asked.index
    choice = _choice(asked)
    place = int(np.flatnonzero(choice.order == token)[0])
    return total_of(row("x", "choice.rest", (0,), 0, _shares(choice.after_top_k)[choice.order[:place]]))


def _ratio(asked: Asked) -> Found:
    """How likely beside the likeliest: what min-p looks at."""
    (token,) = asked.index
    choice = _choice(asked)
    top = int(choice.order[0])
    value = float(np.exp(choice.scaled[token] - choice.scaled[top]))
    operands = (
        one("x", "choice.scaled", (token,), choice.scaled[token]),
        one("y", "choice.scaled", (top,), choice.scaled[top]),
    )
    return Found("power_of_difference", value, operands)


def _left(asked: Asked) -> Found:
    """The score where no filter took the token out, else -inf; and the number that decided."""
    (token,) = asked.index
    choice = _choice(asked)
    cut = choice.cut_by(token)
    deciding: dict[int, tuple[str, Callable[[Asked], Found]]] = {
        1: ("choice.rank", _rank),
        2: ("choice.covered", _covered),
        3: ("choice.ratio", _ratio),
    }
    why: tuple[Operand, ...] = ()
    if cut:
        name, find = deciding[cut]
        why = (one("y", name, (token,), find(asked).value),)
    return _kept(asked, choice.left, cut, why)


def _kept(asked: Asked, scores: Floats, cut: int, why: tuple[Operand, ...]) -> Found:
    (token,) = asked.index
    choice, settings = _choice(asked), _choice(asked).sampling
    limit = (0.0, float(settings.top_k or 0), settings.top_p, settings.min_p)[cut]
    score = one("x", "choice.scaled", (token,), choice.scaled[token])
    operands = (score, *why) if cut else (score,)
    return Found("keep", float(scores[token]), operands, {"cut": float(cut), "limit": limit})


# ------------------------------------------------------------------- shares, slices, the draw


def _final(asked: Asked) -> Found:
    return _softmax(asked, "choice.left", _choice(asked).left)


def _ranked(asked: Asked) -> Found:
    """The final share of the token at a place of the line."""
    (place,) = asked.index
    choice = _choice(asked)
    token = int(choice.order[place])
    return Found(
        "same", float(choice.stages.final[token]), (one("x", "choice.final", (token,), choice.stages.final[token]),)
    )


def _edge(asked: Asked, *, own: bool) -> Found:
    """Where a token's slice begins, or ends with its own share: what all likelier ones have taken of the line."""
    (token,) = asked.index
    choice = _choice(asked)
    count = int(np.flatnonzero(choice.order == token)[0]) + own
    return total_of(row("x", "choice.ranked", (0,), 0, choice.stages.final[choice.order[:count]]))


def _edges(asked: Asked) -> Found:
    """The right edges of the slices, by likelihood."""
    (place,) = asked.index
    token = int(_choice(asked).order[place])
    value = float(_choice(asked).stages.final[_choice(asked).order[: place + 1]].sum())
    return Found("same", value, (one("x", "choice.to", (token,), value),))


def _u(asked: Asked) -> Found:
    choice = _choice(asked)
    place = {"seed": float(choice.sampling.seed), "position": float(choice.position)}
    return Found("random", choice.u, (), {**place, "digits": choice.u * DIGITS})


def _drawn(asked: Asked) -> Found:
    """Which slice u falls on, counted from the likeliest."""
    choice = _choice(asked)
    ordered = choice.stages.final[choice.order]
    edges = np.cumsum(ordered)
    last = int(np.count_nonzero(ordered)) - 1
    place = min(int(np.searchsorted(edges, choice.u * ordered.sum(), side="right")), last)
    draw = one("u", "choice.u", (), choice.u)
    return Found("falls", float(1 + place), (row("x", "choice.edges", (0,), 0, edges), draw))


def _entropy(asked: Asked) -> Found:
    shares = _choice(asked).stages.final
    some = shares[shares > 0]
    return Found("entropy", float(abs((some * np.log2(some)).sum())), (row("p", "choice.final", (0,), 0, shares),))


def _choices(asked: Asked) -> Found:
    """As if choosing among so many equal ones."""
    bits = _entropy(asked).value
    return Found("power_of_two", float(2**bits), (one("x", "choice.entropy", (), bits),))


_AT = "lm_core.generation.sampling"
_SOFTMAX = (f"{_AT}.softmax", "weights / weights.sum()")

CHOICE: Figures = {
    "choice.logit": Figure("V", _logit, ("lm_core.models.gpt.GPT.forward", 'trace("logits"')),
    "choice.own": Figure("V", _own, _SOFTMAX),
    "choice.penalised": Figure("V", _penalised, (f"{_AT}.penalise", "there * r")),
    "choice.scaled": Figure("V", _scaled, (f"{_AT}.apply_temperature", "logits / temperature")),
    "choice.uncut": Figure("V", _uncut, _SOFTMAX),
    "choice.rank": Figure("V", _rank, (f"{_AT}.ranking", "return np.argsort")),
    "choice.in_top_k": Figure("V", _in_top_k, (f"{_AT}.distribution", "np.where(in_top_k")),
    "choice.rest": Figure("O", _rest, _SOFTMAX),
    "choice.covered": Figure("V", _covered, (f"{_AT}.keep_top_p", "searchsorted")),
    "choice.ratio": Figure("V", _ratio, (f"{_AT}.keep_min_p", "np.exp")),
    "choice.left": Figure("V", _left, (f"{_AT}.distribution", "np.where(in_min_p")),
    "choice.final": Figure("V", _final, _SOFTMAX),
    "choice.ranked": Figure("O", _ranked, (f"{_AT}.head_covering", "np.cumsum(probabilities[head])")),
    "choice.from": Figure("V", lambda asked: _edge(asked, own=False), (f"{_AT}.head_covering", "np.cumsum")),
    "choice.to": Figure("V", lambda asked: _edge(asked, own=True), (f"{_AT}.head_covering", "np.cumsum")),
    "choice.edges": Figure("O", _edges, (f"{_AT}.head_covering", "np.cumsum")),
    "choice.u": Figure("", _u, (f"{_AT}.numbers_from", "PCG64")),
    "choice.drawn": Figure("", _drawn, (f"{_AT}.draw", "searchsorted")),
    "choice.entropy": Figure("", _entropy, (f"{_AT}.entropy_bits", "np.log2")),
    "choice.choices": Figure("", _choices, (f"{_AT}.entropy_bits", "np.log2")),
}
