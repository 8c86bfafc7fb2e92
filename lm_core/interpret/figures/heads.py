"""Figures of attention as a whole in ("rollout", "the score of a name"), and of a corpus; their sources out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lm_core.errors import ConfigError
from lm_core.interpret.figures.asked import Asked, Figure, Figures, Found, mean_of, one, plain, row, weights
from lm_core.interpret.forward import run_traced
from lm_core.interpret.heads import THRESHOLDS, evidence_rows
from lm_core.interpret.rollout import rollout

Array = npt.NDArray[np.floating[Any]]


def _patterns(asked: Asked) -> Array:
    """(L, H, T, T)."""
    _, kept = run_traced(asked.model, asked.ids, keep=lambda site: site.endswith("attn.pattern"))
    return np.stack([plain(pattern[0]) for pattern in kept.values()]).astype(np.float64)


def _site(layer: int) -> str:
    return f"blocks.{layer}.attn.pattern"


# ------------------------------------------------------------------------- heads put together


def _heads_weight(asked: Asked) -> Found:
    """A weight of any head, all heads counted through: the n-th is head n % H of layer n // H."""
    at, query, key = asked.index
    layer, head = divmod(at, asked.model.config.n_heads)
    value = float(_patterns(asked)[layer, head, query, key])
    return Found("same", value, (one("x", _site(layer), (head, query, key), value),))


def _combine_mean(asked: Asked) -> Found:
    layer, query, key = asked.index
    return mean_of(row("x", _site(layer), (0, query, key), 0, _patterns(asked)[layer, :, query, key]))


def _combine_top(asked: Asked) -> Found:
    layer, query, key = asked.index
    values = _patterns(asked)[layer, :, query, key]
    return Found("largest", float(values.max()), (row("x", _site(layer), (0, query, key), 0, values),))


def _combine_largest(asked: Asked) -> Found:
    layer, query, key = asked.index
    tops = _patterns(asked)[layer, :, query].max(axis=0)
    source = row("x", "combine.top", (layer, query, 0), 2, tops)
    return Found("share_of", float(tops[key] / tops.sum()), (source,), {"chosen": float(key)})


def _all_mean(asked: Asked) -> Found:
    query, key = asked.index
    return mean_of(row("x", "heads.weight", (0, query, key), 0, _patterns(asked)[:, :, query, key]))


def _all_top(asked: Asked) -> Found:
    query, key = asked.index
    values = _patterns(asked)[:, :, query, key]
    return Found("largest", float(values.max()), (row("x", "heads.weight", (0, query, key), 0, values),))


def _all_largest(asked: Asked) -> Found:
    query, key = asked.index
    tops = _patterns(asked)[:, :, query].max(axis=(0, 1))
    source = row("x", "all.top", (query, 0), 1, tops)
    return Found("share_of", float(tops[key] / tops.sum()), (source,), {"chosen": float(key)})


def _rollout(asked: Asked) -> Found:
    """Half of what the tokens that it looks at had gathered, half of what it had itself."""
    layer, query, key = asked.index
    pattern, residual = _patterns(asked), asked.model.config.residual
    flow = rollout(pattern, residual=residual)
    below = flow[layer - 1] if layer else np.eye(len(asked.ids))
    name, at = ("rollout", (layer - 1,)) if layer else ("identity", ())
    operands = [
        row("a", "combine.mean", (layer, query, 0), 2, pattern[layer, :, query].mean(axis=0)),
        row("r", name, (*at, 0, key), len(at), below[:, key]),
    ]
    if residual:
        operands.append(one("y", name, (*at, query, key), below[query, key]))
    return Found("rollout", float(flow[layer, query, key]), tuple(operands))


# ------------------------------------------------------------------------- names and measures


def _name_text(asked: Asked) -> Found:
    """The average of what each row shows of a kind, each row counted as it counts."""
    layer, head, kind = asked.index
    on_text, _ = _evidence(asked, kind)
    values, counted = on_text
    x, w = values[layer, head], np.broadcast_to(counted, values.shape)[layer, head]
    value = float((x * w).sum() / max(w.sum(), 1e-12))
    operands = (
        row("x", "name.row", (layer, head, kind, 0), 3, x),
        row("w", "name.count", (layer, head, kind, 0), 3, w),
    )
    return Found("weighted", value, operands)


def _name_random(asked: Asked) -> Found:
    layer, head, kind = asked.index
    _, texts = _evidence(asked, kind)
    if texts is None:
        raise ConfigError("This model is too small for random texts, so no head was looked at on them.")
    return mean_of(row("x", "name.random.text", (layer, head, kind, 0), 3, texts[:, layer, head]))


def _evidence(asked: Asked, kind: int) -> tuple[tuple[Array, Array], Array | None]:
    """Of the kind at this place of THRESHOLDS."""
    return evidence_rows(asked.model, _patterns(asked), list(asked.tokens), list(THRESHOLDS)[kind], asked.allowed)


def _row_entropy(asked: Asked) -> Found:
    layer, head, query = asked.index
    shares = _patterns(asked)[layer, head, query]
    value = float(-(shares * np.log2(np.maximum(shares, 1e-12))).sum())
    return Found("entropy", value, (row("p", _site(layer), (head, query, 0), 2, shares),))


def _row_distance(asked: Asked) -> Found:
    layer, head, query = asked.index
    shares, back = _patterns(asked)[layer, head, query], abs(np.arange(len(asked.ids)) - query)
    operands = (row("x", _site(layer), (head, query, 0), 2, shares), row("w", "distance", (query, 0), 1, back))
    return Found("linear", float(shares @ back), operands)


def _head_entropy(asked: Asked) -> Found:
    layer, head = asked.index
    shares = _patterns(asked)[layer, head, 1:]
    return mean_of(row("x", "row.entropy", (layer, head, 1), 2, -(shares * np.log2(np.maximum(shares, 1e-12))).sum(-1)))


def _head_distance(asked: Asked) -> Found:
    layer, head = asked.index
    places = np.arange(len(asked.ids))
    far = (_patterns(asked)[layer, head] * abs(places[:, None] - places[None])).sum(-1)
    return mean_of(row("x", "row.distance", (layer, head, 0), 2, far))


# ------------------------------------------------------------------ neurons, and the vocabulary


def _activations(asked: Asked) -> Array:
    """(N, W) of the neuron over the whole sample."""
    assert asked.scan is not None
    return asked.scan.activations[:, :, asked.neuron]


def _scan_activation(asked: Asked) -> Found:
    """One neuron at one place of the corpus, from the number before the bend."""
    window, place = asked.index
    assert asked.scan is not None
    gate = asked.model.config.activation == "swiglu"
    names = ("mlp_pre", "mlp_up") if gate else ("mlp_pre",)
    sites = {f"blocks.{asked.layer}.{name}": name for name in names}
    _, kept = run_traced(asked.model, asked.scan.ids[window], keep=sites.__contains__)
    operands = tuple(
        one("x", f"scan.{name}", (window, place), kept[site][0, place, asked.neuron]) for site, name in sites.items()
    )
    return Found(asked.model.config.activation, float(_activations(asked)[window, place]), operands)


def _scan_peak(asked: Asked) -> Found:
    values = _activations(asked)
    best = values.max(axis=1)
    return Found("largest", float(best.max()), (row("x", "scan.window", (0,), 0, best),))


def _scan_window(asked: Asked) -> Found:
    (window,) = asked.index
    values = _activations(asked)[window]
    return Found("largest", float(values.max()), (row("x", "scan.activation", (window, 0), 1, values),))


def _scan_awake(asked: Asked) -> Found:
    values = _activations(asked)
    threshold = 0.1 * float(values.max())
    awake = (values > threshold).sum(axis=1)
    constants = {"each": float(values.shape[1]), "threshold": threshold}
    counts = row("x", "scan.awake.window", (0,), 0, awake)
    return Found("count_share", float(awake.sum() / values.size), (counts,), constants)


def _near_cosine(asked: Asked) -> Found:
    """Of the token that is asked about and of another one."""
    (other,) = asked.index
    x, y = (weights(asked.model, name, "embed.weight", (id, 0), 1) for name, id in (("x", asked.token), ("y", other)))
    size = float(np.linalg.norm(x.values) * np.linalg.norm(y.values))
    return Found("cosine", float(np.clip(x.values @ y.values / max(size, 1e-30), -1, 1)), (x, y))


_ROLLOUT = "lm_core.interpret.rollout"
_HEADS = "lm_core.interpret.heads"
_NEURONS = "lm_core.interpret.neurons"
_MEAN = (f"{_ROLLOUT}.combine_heads", "pattern.mean")
_MAX = (f"{_ROLLOUT}.combine_heads", "pattern.max")
_SUMS = (f"{_ROLLOUT}.combine_heads", "largest.sum")

HEADS: Figures = {
    "heads.weight": Figure(
        "ATT", _heads_weight, ("lm_core.models.attention.Attention._written_out", 'trace("pattern"')
    ),
    "combine.mean": Figure("LTT", _combine_mean, _MEAN),
    "combine.top": Figure("LTT", _combine_top, _MAX),
    "combine.largest": Figure("LTT", _combine_largest, _SUMS),
    "all.mean": Figure("TT", _all_mean, _MEAN),
    "all.top": Figure("TT", _all_top, _MAX),
    "all.largest": Figure("TT", _all_largest, _SUMS),
    "rollout": Figure("LTT", _rollout, (f"{_ROLLOUT}.rollout", "step @ so_far")),
    "name.text": Figure("LHE", _name_text, (f"{_HEADS}._weigh", "score = np.where")),
    "name.random": Figure("LHE", _name_random, (f"{_HEADS}._random_evidence", "np.mean")),
    "row.entropy": Figure("LHT", _row_entropy, (f"{_HEADS}._entropies", "np.log")),
    "row.distance": Figure("LHT", _row_distance, (f"{_HEADS}._distances", "abs(rows")),
    "head.entropy": Figure("LH", _head_entropy, (f"{_HEADS}.name_heads", "entropy =")),
    "head.distance": Figure("LH", _head_distance, (f"{_HEADS}._distances", "mean(-1)")),
    "scan.activation": Figure("NW", _scan_activation, ("lm_core.models.layers.MLP.forward", 'trace("mlp_post"')),
    "scan.window": Figure("N", _scan_window, (f"{_NEURONS}.strongest", "values.max(axis=1)")),
    "scan.peak": Figure("", _scan_peak, (f"{_NEURONS}.awake", "values.max()")),
    "scan.awake": Figure("", _scan_awake, (f"{_NEURONS}.awake", "0.1 * peak")),
    "near.cosine": Figure("V", _near_cosine, ("lm_core.interpret.neighbours.neighbours", "cosines = ")),
}
