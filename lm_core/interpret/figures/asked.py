"""What a figure of a probe is asked with in ("the lens at row 2, place 5"), and the small parts of its source, out.

A figure is a number that no tensor of the forward pass holds: it was worked out from numbers of the pass. Its source
names these as operands; those that are figures or numbers of the pass themselves can be asked for in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from lm_core.config import SamplingConfig
from lm_core.interpret.forward import run_traced
from lm_core.interpret.neurons import Scan
from lm_core.interpret.walk_source import Index, Operand
from lm_core.models.gpt import GPT
from lm_core.models.trace import Edit

# R = L + 1 rows of the lens · L layers · H heads · A = L·H all heads · T tokens · V vocabulary · C = d_model
# P parts of a score · K kinds of patching · E kinds of heads · N windows of W tokens · O tokens, likeliest first

Floats: TypeAlias = npt.NDArray[np.float64]


class Stages(Protocol):
    """All tokens at every stage of a choice, (V,) by id: what `lm_core.generation.sampling.distribution` makes."""

    penalised: Floats
    in_top_k: npt.NDArray[np.bool_]
    in_top_p: npt.NDArray[np.bool_]
    in_min_p: npt.NDArray[np.bool_]
    final: Floats


@dataclass(frozen=True, eq=False)
class Choice:
    """The token after a text as it is drawn.

    seen    all ids of the text, for the penalties; a model reads only as many as its context has room for
    u       the number that falls on a slice: that of `position` in the numbers of the seed
    """

    sampling: SamplingConfig
    seen: Sequence[int]
    stages: Stages
    u: float
    position: int

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """(V,) ids, the likeliest first: so lie their slices on [0, 1)."""
        return np.argsort(-self.stages.penalised, kind="stable")

    @property
    def scaled(self) -> Floats:
        """(V,) after the temperature; at 0 only the top is left."""
        penalised, temperature = self.stages.penalised, self.sampling.temperature
        if temperature == 0:
            return np.where(np.arange(len(penalised)) == penalised.argmax(), penalised, -np.inf)
        return np.asarray(penalised / temperature)

    @property
    def after_top_k(self) -> Floats:
        """(V,) -inf for what top-k takes out."""
        return np.where(self.stages.in_top_k, self.scaled, -np.inf)

    @property
    def left(self) -> Floats:
        """(V,) -inf for what any filter takes out."""
        return np.where(self.stages.in_min_p & self.stages.in_top_p, self.after_top_k, -np.inf)

    def cut_by(self, token: int) -> int:
        """The first filter that takes it out: 0 none, 1 top-k, 2 top-p, 3 min-p."""
        kept = (self.stages.in_top_k[token], self.stages.in_top_p[token], self.stages.in_min_p[token], False)
        return (kept.index(False) + 1) % 4


@dataclass(frozen=True, eq=False)
class Asked:
    """A figure's place, and what the probe that shows it was set to.

    position, token, against   whose score is looked at, and less whose (None: nobody's)
    layer, head, neuron        which one the probe looks at
    edits                      what is switched off or set by hand
    other                      the second text of patching, as long as the first
    scan                       what the neurons of the layer did over N windows of the corpus
    tokens, allowed            the text as it reads, and the ids that random texts are drawn from
    window                     [begin, end) of the text that is read to foretell a token; None: all before it
    first, penalty, n_bytes    where a continuation begins, how its length counts, how many bytes the text has
    choice                     how the token after the text is drawn
    """

    model: GPT
    ids: list[int]
    index: Index
    position: int = 0
    token: int = 0
    against: int | None = None
    layer: int = 0
    head: int = 0
    neuron: int = 0
    edits: Mapping[str, Edit] = field(default_factory=dict)
    other: Sequence[int] = ()
    scan: Scan | None = None
    tokens: Sequence[str] = ()
    allowed: Sequence[int] | None = None
    window: Callable[[int], tuple[int, int]] | None = None
    first: int = 1
    penalty: float = 0.0
    n_bytes: int = 0
    choice: Choice | None = None


@dataclass(frozen=True, eq=False)
class Found:
    """How a figure is made (`kind`), its value, and of what."""

    kind: str
    value: float
    operands: tuple[Operand, ...]
    constants: dict[str, float] = field(default_factory=dict)
    ids: tuple[int, ...] | None = None  # as `Source` has it


@dataclass(frozen=True)
class Figure:
    """`axes` are what its place is counted by, e.g. "RT"; `code` the function that makes it and what its line holds."""

    axes: str
    find: Callable[[Asked], Found]
    code: tuple[str, str]


Figures: TypeAlias = dict[str, Figure]


def sizes(asked: Asked) -> dict[str, int]:
    """How far each axis goes."""
    config, vocab_size = asked.model.config, asked.model.vocab_size
    heads, layers = config.n_heads, config.n_layers
    windows = (0, 0) if asked.scan is None else asked.scan.ids.shape
    return {
        "R": layers + 1, "L": layers, "H": heads, "A": layers * heads, "T": len(asked.ids), "V": vocab_size,
        "O": vocab_size, "C": config.d_model, "P": layers * (heads + 2) + 4, "K": 4, "E": 16,
        "N": windows[0], "W": windows[1],
    }  # fmt: skip


def row(name: str, of: str, place: Index, axis: int, values: Any) -> Operand:
    """Numbers of a tensor or figure that follow each other along an axis."""
    return Operand(name, of, False, place, axis, np.asarray(plain(values)).reshape(-1))


def one(name: str, of: str, place: Index, value: Any) -> Operand:
    """A single number of a tensor or figure."""
    return Operand(name, of, False, place, None, np.asarray([float(value)]))


def weights(model: GPT, name: str, of: str, place: Index, axis: int | None) -> Operand:
    """A learned number, or a row of them."""
    held = plain(model.get_parameter(of))
    along: list[int | slice] = list(place)
    if axis is not None:
        along[axis] = slice(None)
    return Operand(name, of, True, place, axis, np.asarray(held[tuple(along)]).reshape(-1))


def plain(values: Any) -> npt.NDArray[Any]:
    """A tensor or an array as an array."""
    return values.float().numpy(force=True) if isinstance(values, Tensor) else np.asarray(values)


def head_weight(model: GPT) -> str:
    """The name of the table whose rows score tokens."""
    return "embed.weight" if model.head is None else "head.weight"


def kept_at(model: GPT, ids: Sequence[int], site: str, edits: Mapping[str, Edit] | None = None) -> Tensor:
    """One site of one text's pass, without the batch axis."""
    return run_traced(model, list(ids), keep=site.__eq__, edits=edits)[1][site][0]


def less(first: Operand, second: Operand) -> Found:
    """x - y."""
    return Found("less", float(first.values[0] - second.values[0]), (first, second))


def length_of(values: Operand) -> Found:
    """√Σx²."""
    return Found("length", float(np.linalg.norm(values.values)), (values,))


def total_of(values: Operand) -> Found:
    return Found("total", float(values.values.sum(dtype=np.float64)), (values,))


def mean_of(values: Operand) -> Found:
    return Found("mean", float(values.values.mean()), (values,))
