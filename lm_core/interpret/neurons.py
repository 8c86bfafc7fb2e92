"""Windows of a corpus in, the texts that each neuron of an MLP answers to most out.

A neuron is one of the M numbers between an MLP's two matrices, after the bend (`mlp_post`). What it is for is guessed
by looking at the places where it is largest:

    layer 3, neuron 41    … one, [two], three     7.1
                          … six, [seven], eight   6.8

Karpathy et al. 2015, "Visualizing and Understanding Recurrent Networks"; Geva et al. 2021, "Transformer Feed-Forward
Layers Are Key-Value Memories", section 3. The strongest examples flatter: over all its texts a neuron often means
several things (Bolukbasi et al. 2021, "An Interpretability Illusion for BERT"), so the share of tokens at which it is
awake is told beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lm_core.errors import ConfigError
from lm_core.interpret.forward import need_layer, run_traced
from lm_core.models.gpt import GPT

# N windows · T tokens · M = d_mlp

Floats = npt.NDArray[np.float32]
MOST_TOKENS = 20_000  # of a scan
MOST_NUMBERS = 30_000_000  # of its activations
BATCH = 16


@dataclass(frozen=True, eq=False)
class Scan:
    """What one layer's neurons did over a sample: ids (N, T), activations (N, T, M)."""

    layer: int
    ids: npt.NDArray[np.int64]
    activations: Floats


@dataclass(frozen=True, eq=False)
class Excerpt:
    """One place: which window it is, its ids and the neuron's activation at each, and where it is largest."""

    window: int
    ids: npt.NDArray[np.int64]
    activations: Floats
    position: int

    @property
    def peak(self) -> float:
        return float(self.activations[self.position])


def sample_windows(tokens: npt.NDArray[np.integer[Any]], length: int, most: int = MOST_TOKENS) -> npt.NDArray[np.int64]:
    """(N, length) windows spread evenly over a text's ids, `most` tokens in all.

    Raises:
        ConfigError: the text is shorter than one window.
    """
    if len(tokens) < length:
        raise ConfigError(f"The text has {len(tokens)} tokens; a window needs {length}. Choose a longer text.")
    count = max(1, min(most // length, len(tokens) // length))
    starts = np.linspace(0, len(tokens) - length, count).astype(np.int64)
    return np.stack([np.asarray(tokens[start : start + length], dtype=np.int64) for start in starts])


def scan_layer(model: GPT, windows: npt.NDArray[np.integer[Any]], layer: int) -> Scan:
    """Run the model over windows (N, T) and keep one layer's neurons; as many windows as fit MOST_NUMBERS.

    Raises:
        ConfigError: no such layer, or the windows do not fit the model.
    """
    need_layer(model, layer)
    site, found, room = f"blocks.{layer}.mlp_post", [], MOST_NUMBERS
    for start in range(0, len(windows), BATCH):
        batch = windows[start : start + BATCH]
        _, kept = run_traced(model, batch, keep=site.__eq__)
        found.append(kept[site].float().numpy(force=True))
        room -= found[-1].size
        if room < found[-1].size:
            break
    activations = np.concatenate(found)
    return Scan(layer, np.asarray(windows[: len(activations)], dtype=np.int64), activations)


def strongest(scan: Scan, neuron: int, count: int = 8) -> list[Excerpt]:
    """The windows where a neuron is largest, each once, the strongest first.

    Raises:
        ConfigError: the layer has no such neuron.
    """
    values = scan.activations[:, :, _checked(scan, neuron)]  # (N, T)
    order = np.argsort(-values.max(axis=1), kind="stable")[:count]
    return [Excerpt(int(row), scan.ids[row], values[row], int(values[row].argmax())) for row in order]


def awake(scan: Scan, neuron: int) -> tuple[float, float]:
    """The share of tokens at which a neuron is above a tenth of its highest value, and that value."""
    values = scan.activations[:, :, _checked(scan, neuron)]
    peak = float(values.max())
    return (float((values > 0.1 * peak).mean()) if peak > 0 else 0.0), peak


def selective(scan: Scan, count: int = 12) -> npt.NDArray[np.int64]:
    """The neurons that are seldom awake and loud then: by how far their highest value stands above their average, in
    standard deviations.
    """
    values = scan.activations.reshape(-1, scan.activations.shape[-1])
    spread = values.std(axis=0)
    height = (values.max(axis=0) - values.mean(axis=0)) / np.maximum(spread, 1e-6)
    return np.argsort(-np.where(spread > 1e-6, height, 0), kind="stable")[:count]


def _checked(scan: Scan, neuron: int) -> int:
    width = scan.activations.shape[-1]
    if not 0 <= neuron < width:
        raise ConfigError(f"A layer of this model has {width} neurons, 1 to {width}. Choose one of them.")
    return neuron
