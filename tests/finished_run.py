"""A data folder in, a finished run without any training out: real tokenizer, made-up losses."""

import json
import math
from pathlib import Path

import numpy as np
from sqlalchemy import insert, update

from lm_core.config import RunConfig, parse_config
from lm_core.jobs.schema import metrics, runs
from lm_core.jobs.store import open_store
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import HistoryPoint, save_point
from lm_core.runs.run import Run, create_run
from lm_core.settings import Settings
from lm_core.tokenizers.registry import train_tokenizer

SYLLABLES = ("lo", "wer", "mat", "the", "sun", "ri", "ver", "ing", "stone", "a", "bel", "ta", "no", "ki", "qua")
TEXT = "".join(
    f"the lower {first}{second} sat on a {second}{third} mat.\n"
    for first in SYLLABLES for second in SYLLABLES for third in SYLLABLES[:4]
)  # fmt: skip
STEPS = (0, 10, 50, 100)


def settings_of(home: Path) -> Settings:
    return Settings(home, f"sqlite:///{home / 'tokenarium.db'}", parallel_runs=1, max_text_bytes=2_000_000)


def config_of(kind: str = "char", **changes) -> RunConfig:
    values = {"name": f"made up, {kind}", "tokenizer": {"kind": kind, "vocab_size": 300}, "probe": "the lower mat"}
    train = {"steps": STEPS[-1], "warmup_steps": 10}
    return parse_config(RunConfig, {**values, "model": {"context_length": 16}, "train": train, **changes})


def make_run(home: Path, kind: str = "char", *, tokens: tuple[str, ...] | None = None, **changes) -> str:
    """A run that the store calls done. Validation falls from ln V as 1 / (1 + step / 40)."""
    settings, config = settings_of(home), config_of(kind, **changes)
    run = create_run(config, settings.runs_folder)
    size = fill(run, config, kind, tokens)
    store = open_store(settings.store_url)
    store.submit(run.id, config.name, config.to_json(), STEPS[-1])
    with store.database.write() as connection:
        rows = [
            {"run_id": run.id, "step": step, "name": name, "value": value}
            for step in range(STEPS[-1] + 1)
            for name, value in values_at(step, size).items()
        ]
        connection.execute(insert(metrics), rows)
        connection.execute(update(runs).where(runs.c.id == run.id).values(state="done", step=STEPS[-1], message=""))
    store.close()
    return run.id


def values_at(step: int, size: int) -> dict[str, float]:
    validation = math.log(size) / (1 + step / 40)
    train = {} if step == 0 else {"loss": validation - 0.01}
    return {**train, **({"val_loss": validation} if step in STEPS else {})}


def fill(run: Run, config: RunConfig, kind: str, tokens: tuple[str, ...] | None = None) -> int:
    """Everything in a run's folder but weights; returns the size of the vocabulary."""
    tokenizer = train_tokenizer(config.tokenizer, [TEXT])
    tokenizer.save(run.tokenizer_folder)
    size = tokenizer.vocab_size
    run.write_facts(
        RunFacts(
            vocab_size=size, parameters=1, parameters_by_part={"total": 1}, train_tokens=1800, validation_tokens=200,
            train_bytes=3600, validation_bytes=400, baselines={"uniform": math.log(size), "bigram": 1.5},
            corpus_title="Made up", tokenizer_kind=kind,
        )
    )  # fmt: skip
    probe = tokens or tuple(tokenizer.token_texts(tokenizer.encode(config.probe)))
    for step in STEPS:
        save_point(run, point_at(step, probe, values_at(step, size)["val_loss"]))
    return size


def point_at(step: int, probe: tuple[str, ...], loss: float) -> HistoryPoint:
    """At each place the true token comes second, with probability e^-loss; the first has the rest."""
    length, share = len(probe), math.exp(-loss)
    others = [f"o{rank}" for rank in range(7)]
    texts = tuple((others[0], (*probe, "end")[place + 1], *others[1:]) for place in range(length))
    return HistoryPoint(
        step=step, val_loss=loss, tokens=probe, attention=np.zeros((1, 1, length, length), np.uint8), q=None, k=None,
        losses=np.array([math.nan, *[loss] * (length - 1)], np.float32), top_ids=np.zeros((length, 8), np.int32),
        top_probabilities=np.array([[1 - share, share, *[0.0] * 6]] * length, np.float32), top_texts=texts, sample="s",
    )  # fmt: skip


def make_gallery_run(gallery: Path, run_id: str = "gallery-made-up", kind: str = "char") -> str:
    """The same as a finished run that ships with the app."""
    run = Run(gallery / run_id)
    run.folder.mkdir(parents=True)
    config = config_of(kind)
    run.write_config(config)
    size = fill(run, config, kind)
    steps = list(range(STEPS[-1] + 1))
    columns = {name: [values_at(step, size).get(name) for step in steps] for name in ("loss", "val_loss")}
    run.metrics_path.write_text(json.dumps({"format_version": 1, "steps": steps, "columns": columns}))
    return run_id
