"""A model and token ids in, what happened inside it out, as NumPy arrays that can be kept, drawn and compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import torch

from lm_core.errors import ConfigError, RunError
from lm_core.models.inference import reading
from lm_core.models.registry import LanguageModel
from lm_core.models.trace import Trace, everything

# T tokens · V vocabulary

_ACTIVATION = "activation:"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One text seen through one model.

    step         updates that the model had had
    ids, tokens  (T,) the text, as ids and as shown
    logits       (T, V) float32; row t scores what follows token t
    activations  by site name, without the batch axis: "blocks.0.attn.pattern" -> (H, T, T)
    """

    step: int
    ids: npt.NDArray[np.int64]
    tokens: tuple[str, ...]
    logits: npt.NDArray[np.float32]
    activations: dict[str, npt.NDArray[np.float32]]

    def save(self, path: Path) -> None:
        """As `.npz`, without pickles."""
        arrays = {_ACTIVATION + site: activation for site, activation in self.activations.items()}
        about = json.dumps({"step": self.step, "tokens": self.tokens})
        with path.open("wb") as file:
            np.savez(file, about=np.array(about), ids=self.ids, logits=self.logits, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Snapshot:
        """What `save` wrote.

        Raises:
            RunError: there is no such file, or it is not a snapshot.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                about = json.loads(arrays["about"].item())
                sites = [name for name in arrays.files if name.startswith(_ACTIVATION)]
                return cls(
                    step=about["step"],
                    ids=arrays["ids"],
                    tokens=tuple(about["tokens"]),
                    logits=arrays["logits"],
                    activations={name.removeprefix(_ACTIVATION): arrays[name] for name in sites},
                )
        except (OSError, EOFError, ValueError, KeyError, BadZipFile):
            raise RunError(f"{path.name} is missing or is not a snapshot. Take it again.") from None


def take_snapshot(
    model: LanguageModel,
    ids: Sequence[int] | npt.NDArray[np.integer],
    tokens: Sequence[str],
    *,
    step: int,
    keep: Callable[[str], bool] | None = None,
) -> Snapshot:
    """Run the model over one text and keep the sites that `keep` names (all by default); the model stays as it was.

    Raises:
        ConfigError: the text is empty or longer than the model's context.
    """
    context_length = model.config.context_length
    if not 1 <= len(ids) <= context_length:
        raise ConfigError(f"The text has {len(ids)} tokens; this model reads 1 to {context_length} at once. Change it.")
    assert len(tokens) == len(ids), f"{len(tokens)} token texts for {len(ids)} ids"
    trace = Trace(keep=keep or everything)
    with reading(model):
        logits = model(torch.tensor([list(ids)], device=model.device), trace=trace)  # (1, T, V)
    return Snapshot(
        step=step,
        ids=np.asarray(ids, dtype=np.int64),
        tokens=tuple(tokens),
        logits=logits[0].numpy(force=True),
        activations={site: _without_batch(site, x) for site, x in trace.activations.items()},
    )


def _without_batch(site: str, x: torch.Tensor) -> npt.NDArray[np.float32]:
    """A copy that owns its memory; positions are the same for every text and have no batch axis."""
    return np.array((x if site == "pos_embed" else x[0]).numpy(force=True), dtype=np.float32)
