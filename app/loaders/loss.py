"""What the loss page needs to know of a run before its numbers arrive: a run id in, plain values out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from app.loaders import runs

FACTS = ("vocab_size", "train_tokens", "train_bytes", "validation_tokens", "validation_bytes", "baselines")


def loss_facts(run_id: str) -> dict[str, Any]:
    """{"run", "steps", "facts"}: `facts` is None until the worker has prepared the text."""
    facts = runs.facts_of(run_id)
    chosen = None if facts is None else {name: asdict(facts)[name] for name in FACTS}
    return {"run": run_id, "steps": runs.config_of(run_id).train.steps, "facts": chosen}
