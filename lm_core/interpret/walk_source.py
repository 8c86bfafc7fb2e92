"""One number of a forward pass in, what it was made of out: its operands with their places, and the constants between.

Every number of the walk has such a source; the sum, the product or the softmax of the operands gives it again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from lm_core.interpret.walk import Made
from lm_core.models.gpt import GPT
from lm_core.models.layers import NORM_EPSILON, SINUSOID_BASE

Array: TypeAlias = npt.NDArray[np.float32]
Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Operand:
    """Numbers that one number was made of: one of them at `place`, or a row of them, which runs along `axis`.

    name       its letter in the equation
    of         the tensor or the weight that holds them; is_weight: it was learned
    place      where the first one is; axis: along which axis the others follow, None for a single one
    """

    name: str
    of: str
    is_weight: bool
    place: Index
    axis: int | None
    values: Array


@dataclass(frozen=True)
class Source:
    """How one number came about. `constants` are numbers that no tensor holds, by name; `ids` is the text in whose pass
    the operands lie, where that is another than the one asked about.
    """

    key: str
    index: Index
    kind: str
    value: float
    operands: tuple[Operand, ...]
    constants: dict[str, float] = field(default_factory=dict)
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class _Number:
    """The number that is asked about, and where everything else can be read."""

    model: GPT
    ids: list[int]
    made: Made
    tensors: Mapping[str, Array]
    index: Index

    def read(self, name: str, which: int, place: Index, axis: int | None = None) -> Operand:
        """Of the tensor that is read first (0) or second (1)."""
        key = self.made.reads[which]
        return Operand(name, key, False, place, axis, _along(self.tensors[key], place, axis))

    def weight(self, name: str, which: int, place: Index, axis: int | None = None) -> Operand:
        key = self.made.weights[which]
        values: Array = self.model.get_parameter(key).detach().numpy(force=True)
        return Operand(name, key, True, place, axis, _along(values, place, axis))


_Found: TypeAlias = tuple[tuple[Operand, ...], dict[str, float]]


def source_of(model: GPT, ids: list[int], made: Made, tensors: Mapping[str, Array], index: Index) -> Source:
    """What the number at `index` of a tensor was made of. `tensors` holds it and all that it reads."""
    assert len(index) == len(made.shape), f"{made.key} has {len(made.shape)} axes"
    assert all(0 <= i < n for i, n in zip(index, made.shape, strict=True)), f"{made.key} has no number at {index}"
    operands, constants = _FINDERS[made.kind](_Number(model, ids, made, tensors, index))
    return Source(made.key, index, made.kind, float(tensors[made.key][index]), operands, constants)


def _along(values: Array, place: Index, axis: int | None) -> Array:
    if axis is None:
        return np.asarray(values[place]).reshape(1)
    row: list[int | slice] = list(place)
    row[axis] = slice(None)
    return np.asarray(values[tuple(row)])


# ------------------------------------------------------------------ into the stream


def _lookup(n: _Number) -> _Found:
    token, column = n.index
    return (n.weight("w", 0, (n.ids[token], column)),), {"id": float(n.ids[token])}


def _shift(n: _Number) -> _Found:
    token, column = n.index
    share = n.weight("a", 0, (column,))
    if token == 0:  # nothing stands before the first token
        return (share,), {"before": 0.0}
    return (share, n.read("x", 0, (token - 1, column))), {}


def _table(n: _Number) -> _Found:
    return (n.weight("w", 0, n.index),), {}


def _sinusoid(n: _Number) -> _Found:
    token, column = n.index
    frequency = SINUSOID_BASE ** (-(column - column % 2) / n.made.shape[1])
    return (), {"position": float(token), "frequency": frequency, "cosine": float(column % 2)}


def _sum(n: _Number) -> _Found:
    return tuple(n.read("x", which, n.index) for which in range(len(n.made.reads))), {}


# ---------------------------------------------------------------------- norms, matrices


def _unit(n: _Number) -> _Found:
    """A row brought to a mean square of 1; q and k have no weight of their own there."""
    row = n.read("x", 0, (*n.index[:-1], 0), len(n.index) - 1)
    weight = (n.weight("w", 0, n.index[-1:]),) if n.made.weights else ()
    return (row, *weight), {"epsilon": n.model.config.norm_epsilon if weight else NORM_EPSILON}


def _layernorm(n: _Number) -> _Found:
    row = n.read("x", 0, (n.index[0], 0), 1)
    weights = tuple(n.weight("wb"[which], which, n.index[-1:]) for which in range(len(n.made.weights)))
    return (row, *weights), {"epsilon": n.model.config.norm_epsilon}


def _linear(n: _Number) -> _Found:
    """A row of the input times a row of the matrix. Heads lie in the matrix one after the other."""
    token = n.index[-2]
    row = n.index[-1] if len(n.index) == 2 else n.index[0] * n.made.shape[-1] + n.index[-1]
    operands = [n.read("x", 0, (token, 0), 1), n.weight("w", 0, (row, 0), 1)]
    if len(n.made.weights) > 1:
        operands.append(n.weight("b", 1, (row,)))
    return tuple(operands), {}


# ------------------------------------------------------------------------- attention


def _turn(n: _Number) -> _Found:
    """A number and its partner half a head away, turned by the angle of their token."""
    head, token, column = n.index
    half = n.made.shape[-1] // 2
    pair = (column + half) % (2 * half)
    angle = token * n.model.config.rotary_base ** (-(column % half) * 2 / (2 * half))
    sine = math.sin(angle) * (-1 if column < half else 1)
    turned = {"angle": angle, "cosine": math.cos(angle), "sine": sine}
    return (n.read("x", 0, n.index), n.read("y", 0, (head, token, pair))), turned


def _gain(n: _Number) -> _Found:
    return (n.read("x", 0, n.index), n.weight("g", 0, n.index[:1])), {}


def _dot(n: _Number) -> _Found:
    head, query, key = n.index
    return (n.read("q", 0, (head, query, 0), 2), n.read("k", 1, (_shared(n, 1, head), key, 0), 2)), {}


def _divide(n: _Number) -> _Found:
    return (n.read("x", 0, n.index),), {"divisor": math.sqrt(n.model.config.d_head)}


def _mask(n: _Number) -> _Found:
    _head, query, key = n.index
    return (n.read("x", 0, n.index),), {"hidden": float(key > query)}


def _softmax(n: _Number) -> _Found:
    return (n.read("s", 0, (*n.index[:-1], 0), len(n.index) - 1),), {"chosen": float(n.index[-1])}


def _mix(n: _Number) -> _Found:
    head, query, column = n.index
    return (n.read("a", 0, (head, query, 0), 2), n.read("v", 1, (_shared(n, 1, head), 0, column), 1)), {}


def _join(n: _Number) -> _Found:
    token, column = n.index
    width = n.model.config.d_head
    return (n.read("x", 0, (column // width, token, column % width)),), {"width": float(width)}


def _shared(n: _Number, which: int, head: int) -> int:
    """Which key-value head a query head uses."""
    heads: int = n.tensors[n.made.reads[which]].shape[0]
    return head * heads // n.model.config.n_heads


_FINDERS: dict[str, Callable[[_Number], _Found]] = {
    "lookup": _lookup, "shift": _shift, "table": _table, "sinusoid": _sinusoid, "sum": _sum, "same": _sum,
    "unit": _unit, "layernorm": _layernorm, "linear": _linear,
    "turn": _turn, "gain": _gain, "dot": _dot, "divide": _divide, "mask": _mask, "softmax": _softmax, "mix": _mix,
    "join": _join, "gelu": _sum, "gelu_tanh": _sum, "relu2": _sum, "swiglu": _sum,
}  # fmt: skip
