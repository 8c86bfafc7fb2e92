"""Models that were trained elsewhere: a name in, what bringing it in takes, then a run; of a run, where it is from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app import state
from app.loaders import runs
from lm_core.config import PRETRAINED

SMOLLM2 = "smollm2"


def is_pretrained(run_id: str) -> bool:
    """Whether the run's model was trained elsewhere: it has no curves, no text, and one model.

    Raises:
        RunError: there is no such run, or it is damaged.
    """
    return runs.config_of(run_id).corpus.name == PRETRAINED


def about(run_id: str) -> dict[str, Any]:
    """Its name, size and origin. Raises RunError where there is no such run."""
    config, facts = runs.config_of(run_id), runs.facts_of(run_id)
    origin = asdict(facts.origin) if facts and facts.origin else {"source": "", "licence": "", "trained_context": 0}
    return {
        **origin,
        "name": config.name,
        "parameters": facts.parameters if facts else 0,
        "layers": config.model.n_layers,
        "heads": config.model.n_heads,
        "context": config.model.context_length,
    }


def bytes_to_fetch(name: str) -> int:
    """How much must come over the network before a model can be looked at; 0 where it is here.

    Raises:
        ModelError: there is no such model, or no network.
    """
    from lm_core.interop.sources import must_fetch

    return must_fetch(name, files=_may_read_files())


def estimate_of(name: str) -> dict[str, Any]:
    """What bringing this model in takes, as `lm_core.jobs.bringing.Estimate` has it; a hub's model is fetched.

    Raises:
        LMError: there is no such model, no network, or it cannot be read here.
    """
    from lm_core.interop.sources import find_pretrained
    from lm_core.jobs.bringing import estimate

    return asdict(estimate(find_pretrained(name, files=_may_read_files())))


def bring_in(name: str) -> str:
    """Add this model to the list of runs; returns the run's id.

    Raises:
        LMError: it cannot be read here, or does not fit into memory or on the disk.
    """
    import torch

    from lm_core.interop.sources import find_pretrained
    from lm_core.jobs.bringing import bring_in as add

    torch.set_num_threads(1)  # runs that train need the other cores
    found = find_pretrained(name, files=_may_read_files())
    return add(found, runs.settings(), runs.store(), state.owner())


def _may_read_files() -> bool:
    """On the reader's own machine, its folders are the reader's; on a class's server they are not."""
    return state.owner() == "local"
