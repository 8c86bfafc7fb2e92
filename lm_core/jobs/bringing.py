"""A pretrained model among one's own runs: a `Pretrained` in, what it will take, then a run without curves out.

The run has a tokenizer, one checkpoint at step 0 and one kept moment: what the model makes of a sentence, and a sample.
Its weights are kept in the digits that they came in, or in float16 where they were squeezed further than that.
"""

from __future__ import annotations

import math
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped,unused-ignore]
import torch
from sqlalchemy import insert

from lm_core.config import PRETRAINED, CorpusSpec, RunConfig, TokenizerSpec, TrainConfig
from lm_core.errors import ModelError
from lm_core.interop.pretrained import Pretrained, expected_shapes
from lm_core.interop.tokens import fitting_tokenizer
from lm_core.jobs.filming import take_point
from lm_core.jobs.launch import refuse_if_disk_is_used_up
from lm_core.jobs.schema import note, runs
from lm_core.jobs.store import Store
from lm_core.models.memory import refuse_if_too_large_to_open
from lm_core.models.registry import count_parameters
from lm_core.runs.checkpoint import WEIGHTS, load_model, save_tensors
from lm_core.runs.facts import Origin, RunFacts
from lm_core.runs.history import save_point
from lm_core.runs.run import Run, new_run_id
from lm_core.settings import Settings
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer, store_tokenizer

PROBE = "When Mary and John went to the shop, John gave a drink to Mary. The capital of France is Paris."
WEIGHTS_PER_SECOND = 1.2e7  # read, written, read again and tried out, about
MAPPED = (300, 500)  # ids of a large vocabulary whose vectors are mapped: the first that BPE learned, so frequent ones


@dataclass(frozen=True)
class Estimate:
    """What bringing a model in takes, and what there is. Bytes; seconds of one core, about."""

    title: str
    source: str
    licence: str
    parameters: int
    layers: int
    heads: int
    context_length: int
    trained_context: int
    precision: str
    disk_bytes: int
    memory_bytes: int
    available_bytes: int
    seconds: float
    seconds_per_100_tokens: float


def estimate(found: Pretrained) -> Estimate:
    """Sizes and times of a model, from its shapes alone."""
    return Estimate(
        title=found.title,
        source=found.source,
        licence=found.licence,
        parameters=found.parameters,
        layers=found.model.n_layers,
        heads=found.model.n_heads,
        context_length=found.model.context_length,
        trained_context=found.trained_context,
        precision=found.precision,
        disk_bytes=found.disk_bytes,
        memory_bytes=found.memory_bytes,
        available_bytes=free_memory(),
        seconds=1 + found.parameters / WEIGHTS_PER_SECOND,
        seconds_per_100_tokens=found.seconds_per_100_tokens,
    )


def free_memory() -> int:
    """Memory that is free now, in bytes."""
    return int(psutil.virtual_memory().available)


def bring_in(found: Pretrained, settings: Settings, store: Store, owner: str = "local", name: str = "") -> str:
    """Add the model to the list of runs; returns its id. If it is refused, nothing is left behind.

    Raises:
        LMError: it does not fit into memory or on the disk, or it has no tokenizer that can be used.
    """
    refuse_if_too_large_to_open(found.title, found.model, found.vocab_size, free_memory())
    refuse_if_disk_is_used_up(owner, settings, store)
    settings.runs_folder.mkdir(parents=True, exist_ok=True)
    _refuse_if_disk_is_full(found, settings)
    tokenizer = fitting_tokenizer(found.tokenizer, found.vocab_size)
    config = _config_of(found, tokenizer, name, settings)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=settings.runs_folder) as unfinished:
        run = Run(Path(unfinished) / new_run_id())
        run.folder.mkdir()
        checkpoint = _fill(run, config, found, tokenizer)
        final = settings.runs_folder / run.id
        shutil.move(run.folder, final)
    try:
        _list(run.id, config, found, checkpoint.name, store, owner)
    except BaseException:
        shutil.rmtree(final, ignore_errors=True)
        raise
    return run.id


def _config_of(found: Pretrained, tokenizer: HuggingFaceTokenizer, name: str, settings: Settings) -> RunConfig:
    spec: TokenizerSpec = store_tokenizer(tokenizer.source, title=found.title, folder=settings.tokenizers_folder)
    return RunConfig(
        name=" ".join(name.split())[:120] or found.title[:120],
        corpus=CorpusSpec(name=PRETRAINED, title=found.title[:200]),
        tokenizer=spec,
        model=found.model,
        train=TrainConfig(steps=1, warmup_steps=0),
        probe=PROBE,
    )


def _fill(run: Run, config: RunConfig, found: Pretrained, tokenizer: HuggingFaceTokenizer) -> Path:
    """Everything in its folder; returns the checkpoint."""
    run.write_config(config)
    run.tokenizer_folder.mkdir()
    tokenizer.save(run.tokenizer_folder)
    run.write_facts(_facts_of(found))
    kept = getattr(torch, found.precision)
    weights = {f"{WEIGHTS}{name}": found.read(name).to(kept) for name in expected_shapes(found.model, found.vocab_size)}
    if not all(bool(weight.isfinite().all()) for weight in weights.values()):
        raise ModelError(f"The weights of {found.title} are not all numbers: they are damaged. Fetch it again.")
    checkpoint = save_tensors(run, weights, step=0, epoch=0)
    weights.clear()
    model, _step = load_model(run)
    probe = tokenizer.encode(config.probe)[: config.model.context_length] or [0]
    mapped = np.arange(*MAPPED) if found.vocab_size >= MAPPED[1] else None
    save_point(run, take_point(model, tokenizer, probe, step=0, val_loss=None, seed=config.seed, map_ids=mapped))
    return checkpoint


def _facts_of(found: Pretrained) -> RunFacts:
    sizes = count_parameters(found.model, found.vocab_size)
    total = sizes.pop("total")
    return RunFacts(
        vocab_size=found.vocab_size,
        parameters=total,
        parameters_by_part=sizes,
        train_tokens=0,
        validation_tokens=0,
        train_bytes=0,
        validation_bytes=0,
        baselines={"uniform": math.log(found.vocab_size)},
        corpus_title="trained elsewhere",
        tokenizer_kind="huggingface",
        versions={"torch": torch.__version__, "numpy": np.__version__},
        origin=Origin(found.source, found.licence, found.family, found.trained_context, found.precision),
    )


def _list(run_id: str, config: RunConfig, found: Pretrained, checkpoint_file: str, store: Store, owner: str) -> None:
    """Its row: done, with no step of training."""
    with store.database.write() as connection:
        now = store.database.now
        connection.execute(
            insert(runs).values(
                id=run_id, name=config.name, owner=owner, config=config.to_json(), steps=0, step=0, state="done",
                message=f"Trained elsewhere; brought in from {found.source}.", created_at=now, queued_at=now,
                checkpoint_step=0, checkpoint_file=checkpoint_file,
            )
        )  # fmt: skip
        note(connection, run_id, now, "imported", found.source)


def _refuse_if_disk_is_full(found: Pretrained, settings: Settings) -> None:
    free = shutil.disk_usage(settings.runs_folder).free
    if found.disk_bytes > free:
        raise ModelError(
            f"{found.title} takes up {found.disk_bytes / 1e6:,.0f} MB on the disk, and {free / 1e6:,.0f} MB are free. "
            "Delete a run that you no longer need."
        )
