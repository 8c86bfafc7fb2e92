"""Figures of what a model says in ("lens.rank", "who.value", "grad.score"), their sources out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import Tensor, nn

from lm_core.interpret.attribution import Components, Part, attribute, components_of, frozen_norm
from lm_core.interpret.figures.asked import (
    Asked,
    Figure,
    Figures,
    Found,
    head_weight,
    kept_at,
    length_of,
    less,
    mean_of,
    one,
    plain,
    row,
    weights,
)  # fmt: skip
from lm_core.interpret.forward import run_traced
from lm_core.interpret.gradients import embedding_slopes, loss_gradients
from lm_core.interpret.lens import read_stream, stream_sites
from lm_core.models.inference import reading

# --------------------------------------------------------------------------- the logit lens


def _stream(asked: Asked, at: int) -> Tensor:
    return kept_at(asked.model, asked.ids, stream_sites(asked.model)[at])  # (T, C)


def _lens_scores(asked: Asked, at: int, place: int) -> Tensor:
    with reading(asked.model):
        return read_stream(asked.model, _stream(asked, at)[place])  # (V,)


def _lens_normed(asked: Asked) -> Found:
    """The stream behind the last norm, wherever it was read off."""
    at, place, column = asked.index
    stream, site = _stream(asked, at)[place], stream_sites(asked.model)[at]
    norm = asked.model.ln_final
    with reading(asked.model):
        value = float(norm(stream)[column])
    if isinstance(norm, nn.Identity):
        return Found("same", value, (one("x", site, (place, column), stream[column]),))
    names = [name for name, _weight in norm.named_parameters()]
    learned = [weights(asked.model, name[0], f"ln_final.{name}", (column,), None) for name in names]
    kind = "layernorm" if isinstance(norm, nn.LayerNorm) else "unit"
    source = row("x", site, (place, 0), 1, stream)
    return Found(kind, value, (source, *learned), {"epsilon": asked.model.config.norm_epsilon})


def _lens_score(asked: Asked) -> Found:
    at, place, token = asked.index
    with reading(asked.model):
        normed = asked.model.ln_final(_stream(asked, at)[place])
    direction = weights(asked.model, "w", head_weight(asked.model), (token, 0), 1)
    value = float(plain(normed) @ direction.values)
    return Found("linear", value, (row("x", "lens.normed", (at, place, 0), 2, normed), direction))


def _lens_share(asked: Asked) -> Found:
    at, place, token = asked.index
    scores = _lens_scores(asked, at, place)
    source = row("s", "lens.score", (at, place, 0), 2, scores)
    return Found("softmax", float(scores.softmax(-1)[token]), (source,), {"chosen": float(token)})


def _lens_rank(asked: Asked) -> Found:
    at, place = asked.index
    scores, following = _lens_scores(asked, at, place), _following(asked, place)
    value = 1 + int((scores > scores[following]).sum())
    return Found("rank", value, (row("s", "lens.score", (at, place, 0), 2, scores),), {"chosen": float(following)})


def _lens_entropy(asked: Asked) -> Found:
    at, place = asked.index
    shares = _lens_scores(asked, at, place).log_softmax(-1)
    value = float(-(shares.exp() * shares).sum() / np.log(2))
    return Found("entropy", value, (row("p", "lens.share", (at, place, 0), 2, shares.exp()),))


def _lens_distance(asked: Asked) -> Found:
    at, place = asked.index
    last = asked.model.config.n_layers
    final, guess = (_lens_scores(asked, each, place).log_softmax(-1) for each in (last, at))
    value = max(0.0, float((final.exp() * (final - guess)).sum() / np.log(2)))
    p = row("p", "lens.share", (last, place, 0), 2, final.exp())
    return Found("divergence", value, (p, row("q", "lens.share", (at, place, 0), 2, guess.exp())))


def _following(asked: Asked, place: int) -> int:
    """The token that really follows; after the last one, which nothing follows, the last itself."""
    return asked.ids[min(place + 1, len(asked.ids) - 1)]


# ----------------------------------------------------------------------- who wrote a score


def _part_name(part: Part) -> str:
    """The tensor of the pass whose row a part adds as it is; empty for those that are worked out."""
    if part.kind == "mlp":
        return f"blocks.{part.layer}.mlp_out"
    return part.kind if part.kind in ("embed", "token_shift", "pos_embed") else ""


def _who_vector(asked: Asked) -> Found:
    """One number of what a part adds: read off the pass, or a head's share of the matrix behind attention."""
    at, place, column = asked.index
    components = components_of(asked.model, asked.ids)
    part, value = components.parts[at], float(components.vectors[at, place, column])
    if name := _part_name(part):
        return Found("same", value, (one("x", name, (place, column), value),))
    o = f"blocks.{part.layer}.attn.o"
    if part.kind == "bias":
        return Found("lookup", value, (weights(asked.model, "w", f"{o}.bias", (column,), None),), {"id": float(column)})
    assert part.head is not None
    z = kept_at(asked.model, asked.ids, f"blocks.{part.layer}.attn.z")[part.head, place]
    matrix, first = weights(asked.model, "w", f"{o}.weight", (column, 0), 1), part.head * len(z)
    share = replace(matrix, place=(column, first), values=matrix.values[first : first + len(z)])
    source = row("x", f"blocks.{part.layer}.attn.z", (part.head, place, 0), 2, z)
    return Found("linear", value, (source, share))


def _frozen(asked: Asked, components: Components) -> tuple[Tensor, Tensor | None]:
    with reading(asked.model):
        at = asked.position
        return frozen_norm(asked.model.ln_final, components.vectors[:, at], components.stream[at])


def _who_frozen(asked: Asked) -> Found:
    """A number of a part behind the norm, whose scale stays that of the whole stream."""
    at, column = asked.index
    components = components_of(asked.model, asked.ids)
    frozen, _ = _frozen(asked, components)
    vector, norm, value = components.vectors[at, asked.position], asked.model.ln_final, float(frozen[at, column])
    source = one("x", "who.vector", (at, asked.position, column), vector[column])
    if isinstance(norm, nn.Identity):
        return Found("same", value, (source,))
    weight = weights(asked.model, "w", "ln_final.weight", (column,), None)
    middle = float(vector.mean()) if isinstance(norm, nn.LayerNorm) else 0.0
    stream = components.stream[asked.position]
    centred = stream - stream.mean() if isinstance(norm, nn.LayerNorm) else stream
    scale = float(1 / (centred.square().mean() + asked.model.config.norm_epsilon).sqrt())
    return Found("frozen", value, (source, weight), {"mean": middle, "scale": scale})


def _who_direction(asked: Asked) -> Found:
    """A number of the token's row in the head, less that of the other token."""
    (column,) = asked.index
    table = head_weight(asked.model)
    mine = weights(asked.model, "x", table, (asked.token, column), None)
    if asked.against is None:
        return Found("lookup", float(mine.values[0]), (replace(mine, name="w"),), {"id": float(asked.token)})
    return less(mine, weights(asked.model, "y", table, (asked.against, column), None))


def _who_value(asked: Asked) -> Found:
    (at,) = asked.index
    components = components_of(asked.model, asked.ids)
    frozen, added = _frozen(asked, components)
    said = attribute(asked.model, components, asked.position, asked.token, asked.against)
    table = plain(asked.model.get_parameter(head_weight(asked.model)))
    direction = table[asked.token] - (0 if asked.against is None else table[asked.against])
    if at == len(components.parts) and added is not None:  # what the norm adds on its own
        source = weights(asked.model, "x", "ln_final.bias", (0,), 0)
    else:
        source = row("x", "who.frozen", (at, 0), 1, frozen[at])
    return Found("linear", float(said.values[at]), (source, row("w", "who.direction", (0,), 0, direction)))


def _who_length(asked: Asked) -> Found:
    (at,) = asked.index
    frozen, added = _frozen(asked, components := components_of(asked.model, asked.ids))
    if at == len(components.parts) and added is not None:
        return length_of(weights(asked.model, "x", "ln_final.bias", (0,), 0))
    return length_of(row("x", "who.frozen", (at, 0), 1, frozen[at]))


def _who_logit(asked: Asked) -> Found:
    components = components_of(asked.model, asked.ids)
    said = attribute(asked.model, components, asked.position, asked.token, asked.against)
    return Found("total", said.logit, (row("x", "who.value", (0,), 0, said.values),))


def _who_norm(asked: Asked) -> Found:
    at, place = asked.index
    added = components_of(asked.model, asked.ids).vectors[at, place]
    return length_of(row("x", "who.vector", (at, place, 0), 2, added))


def _who_stream(asked: Asked) -> Found:
    (place,) = asked.index
    last = stream_sites(asked.model)[-1]
    return length_of(row("x", last, (place, 0), 1, kept_at(asked.model, asked.ids, last)[place]))


# ------------------------------------------------------------------------------- gradients


def _grad_score(asked: Asked) -> Found:
    (place,) = asked.index
    slope, x = embedding_slopes(asked.model, asked.ids, asked.position, asked.token)
    value = float((slope * x).sum(-1)[place])
    operands = (row("x", "embed", (place, 0), 1, x[place]), row("w", "grad.slope", (place, 0), 1, slope[place]))
    return Found("linear", value, operands)


def _grad_length(asked: Asked) -> Found:
    (place,) = asked.index
    slope, _ = embedding_slopes(asked.model, asked.ids, asked.position, asked.token)
    return length_of(row("x", "grad.slope", (place, 0), 1, slope[place]))


def _grad_site(asked: Asked) -> Found:
    at, place = asked.index
    site = stream_sites(asked.model)[at]
    slopes = loss_gradients(asked.model, asked.ids, site.__eq__)[site]
    return length_of(row("x", "grad.stream", (at, place, 0), 2, slopes[place]))


def _grad_looks(asked: Asked) -> Found:
    (place,) = asked.index
    _, kept = run_traced(asked.model, asked.ids, keep=lambda site: site.endswith("attn.pattern"))
    shares = np.concatenate([plain(pattern[0, :, asked.position, place]) for pattern in kept.values()])
    return mean_of(row("x", "heads.weight", (0, asked.position, place), 0, shares))


_LENS = "lm_core.interpret.lens._row"
_WHO = "lm_core.interpret.attribution"
_GRADIENTS = "lm_core.interpret.gradients"

GUESS: Figures = {
    "lens.normed": Figure("RTC", _lens_normed, ("lm_core.interpret.lens.read_stream", "ln_final")),
    "lens.score": Figure("RTV", _lens_score, ("lm_core.interpret.lens.read_stream", "F.linear")),
    "lens.share": Figure("RTV", _lens_share, (_LENS, "guess.exp()")),
    "lens.rank": Figure("RT", _lens_rank, (_LENS, "rank = 1")),
    "lens.entropy": Figure("RT", _lens_entropy, (_LENS, "-(shares * guess)")),
    "lens.distance": Figure("RT", _lens_distance, (_LENS, "final.exp() * (final - guess)")),
    "who.vector": Figure("PTC", _who_vector, (f"{_WHO}.head_outputs", "einsum")),
    "who.frozen": Figure("PC", _who_frozen, (f"{_WHO}.frozen_norm", "centred * weight * scale")),
    "who.direction": Figure("C", _who_direction, (f"{_WHO}.attribute", "direction = head[token]")),
    "who.value": Figure("P", _who_value, (f"{_WHO}.attribute", "frozen @ direction")),
    "who.length": Figure("P", _who_length, (f"{_WHO}.attribute", "frozen.norm(dim=-1)")),
    "who.logit": Figure("", _who_logit, (f"{_WHO}.attribute", "logit = score[token]")),
    "who.norm": Figure("PT", _who_norm, (f"{_WHO}.stream_norms", "components.vectors.norm")),
    "who.stream": Figure("T", _who_stream, (f"{_WHO}.stream_norms", "components.stream.norm")),
    "grad.score": Figure("T", _grad_score, (f"{_GRADIENTS}.gradient_times_input", "(slope * x)")),
    "grad.length": Figure("T", _grad_length, (f"{_GRADIENTS}.gradient_times_input", "linalg.norm")),
    "grad.site": Figure("RT", _grad_site, (f"{_GRADIENTS}._backward", "autograd.grad")),
    "grad.looks": Figure("T", _grad_looks, ("lm_core.models.attention.Attention._written_out", 'trace("pattern"')),
}
