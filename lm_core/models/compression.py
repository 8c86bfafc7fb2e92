"""Two texts in, what ordinary packers make of the second after the first out: rungs of the ladder that know no tokens.

A packer that can write a text in few bits has predicted it well: a probability p costs -log2 p bits (Shannon 1948). So
the packed size per byte is a loss like any other. To be as well informed as the model, the packer reads the training
text first, and only what the validation text adds to the packed size is counted:

    bits per byte = 8 · (size(training + validation) - size(training)) / bytes of validation

gzip looks back 32 kB, so it learns little from a long text; xz looks back as far as it may here.
"""

from __future__ import annotations

import lzma
import math
import zlib
from collections.abc import Callable, Iterable

# More would keep people waiting: xz packs about half a megabyte in a second. The end of the training text counts.
TRAINING_BYTES, VALIDATION_BYTES = 262_144, 98_304
FEWEST_BYTES = 200  # of validation; below, the whole bytes and blocks that a packer writes are what is measured


def _gzip(data: bytes) -> int:
    return len(zlib.compress(data, 9))


def _xz(data: bytes) -> int:
    return len(lzma.compress(data))


PACKERS: dict[str, Callable[[bytes], int]] = {"gzip": _gzip, "xz": _xz}


def compressed_losses(
    training: Iterable[str], validation: Iterable[str], *, tokens: int, n_bytes: int
) -> dict[str, float]:
    """{"gzip", "xz"}: the packed size of the validation text after the training text, in nats per token.

    `tokens` and `n_bytes` are those of the whole validation text: they turn bits per byte into the unit of the loss.
    Nothing is returned for a text too short to be measured.
    """
    before = _encoded(training)[-TRAINING_BYTES:]
    text = _encoded(validation)[:VALIDATION_BYTES]
    if len(text) < FEWEST_BYTES or not tokens:
        return {}
    nats = math.log(2) * n_bytes / tokens  # per token, for one bit per byte
    return {name: nats * 8 * (size(before + text) - size(before)) / len(text) for name, size in PACKERS.items()}


def _encoded(texts: Iterable[str]) -> bytes:
    return "".join(texts).encode(errors="surrogatepass")
