"""One number that a probe shows in ("the rank of the true token after layer 2"), what it was made of out.

The numbers of the forward pass itself are those of `lm_core.interpret.walk_source`; these are the ones worked out from
them: by the lens, by switching parts off, by patching, by putting heads together, by adding up what a text costs, by
drawing the next token. An operand of one is a number of the
pass, a weight, or another figure, so that each can be followed back.
"""

from __future__ import annotations

from lm_core.errors import ConfigError
from lm_core.interpret.figures.asked import Asked, Choice, Figure, Figures, sizes
from lm_core.interpret.figures.change import CHANGE
from lm_core.interpret.figures.choice import CHOICE
from lm_core.interpret.figures.guess import GUESS
from lm_core.interpret.figures.heads import HEADS
from lm_core.interpret.figures.text import TEXT
from lm_core.interpret.walk_source import Source

FIGURES: Figures = {**GUESS, **CHANGE, **HEADS, **TEXT, **CHOICE}

__all__ = ["FIGURES", "Asked", "Choice", "Figure", "source_of_figure"]


def source_of_figure(key: str, asked: Asked) -> Source:
    """Where the figure of this name came from, at the place that is asked for.

    Raises:
        ConfigError: there is no such figure or place.
    """
    figure = FIGURES.get(key)
    if figure is None or len(asked.index) != len(figure.axes) or not _is_there(figure, asked):
        raise ConfigError("This pass has no such number. Choose another one in the picture.")
    try:
        found = figure.find(asked)
    except (IndexError, KeyError):  # not every score has all parts, not every model all kinds of heads
        raise ConfigError("This pass has no such number. Choose another one in the picture.") from None
    return Source(key, asked.index, found.kind, found.value, found.operands, found.constants, found.ids)


def _is_there(figure: Figure, asked: Asked) -> bool:
    """X is a position or a head: the larger of both bounds it."""
    far = sizes(asked)
    far["X"] = far["H"] if asked.index[:1] == (3,) else far["T"]
    return all(at < far[axis] for at, axis in zip(asked.index, figure.axes, strict=True))
