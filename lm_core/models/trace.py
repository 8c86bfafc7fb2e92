"""A forward pass in, what it computed at each named site out; and, on the way, edits to what it computed.

A layer reports each value as it makes it and goes on with what it gets back:

    x = trace("resid_mid", x + attn_out)

With `UNTRACED`, the default everywhere, that hands `x` straight back. With a `Trace`, the value is recorded under its
site name, after any edit asked for at that site. The trace is an argument, so two callers can share one model.

    trace = Trace(keep=lambda site: site.endswith("pattern"))
    model(ids, trace=trace)
    trace.activations["blocks.0.attn.pattern"]  # (B, H, T, S)

    model(ids, trace=Trace(edits={"blocks.1.attn.z": without_head_2}))  # an ablation
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from torch import Tensor

Edit: TypeAlias = Callable[[Tensor], Tensor]


def everything(site: str) -> bool:
    return True


class Trace:
    """What one forward pass showed, by site name, and the edits made on the way."""

    def __init__(self, keep: Callable[[str], bool] = everything, edits: Mapping[str, Edit] | None = None) -> None:
        self.activations: dict[str, Tensor] = {}
        self._keep = keep
        self._edits = dict(edits or {})
        self._prefix = ""

    def scope(self, name: str) -> Trace:
        """The same record, one level deeper: `trace.scope("blocks.0")("resid_pre", x)`."""
        inner = Trace(self._keep, self._edits)
        inner.activations, inner._prefix = self.activations, f"{self._prefix}{name}."
        return inner

    def wants(self, site: str) -> bool:
        """Will this site be recorded or edited? A layer asks before it takes a road that shows more and costs more."""
        site = self._prefix + site
        return site in self._edits or self._keep(site)

    def __call__(self, site: str, x: Tensor) -> Tensor:
        """Edit `x` if asked to, record it if asked to, and hand on what the pass continues with."""
        site = self._prefix + site
        if site in self._edits:
            x = self._edits[site](x)
        if self._keep(site):
            self.activations[site] = x.detach()
        return x


class Untraced:
    """The silent twin of `Trace`: it wants nothing and changes nothing."""

    def scope(self, name: str) -> Untraced:
        return self

    def wants(self, site: str) -> bool:
        return False

    def __call__(self, site: str, x: Tensor) -> Tensor:
        return x


AnyTrace: TypeAlias = Trace | Untraced

UNTRACED: Final = Untraced()
