"""`corpora`, `runs`, `show`: nothing or a run id in, a table for people or JSON for programs out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.table import Table

from lm_core.cli.output import console, number, one_line, print_json
from lm_core.config import ModelConfig
from lm_core.corpora.library import list_corpora
from lm_core.jobs.status import RunStatus, status_of_shipped
from lm_core.jobs.store import open_store
from lm_core.jobs.supervisor import MISSED_AFTER, look_after
from lm_core.runs.run import find_run, gallery_runs
from lm_core.settings import read_settings


def print_corpora() -> None:
    """Every text that can be learned from here, and why the others cannot."""
    table = _table("name", "what it is", "characters", "licence", "source")
    for info in list_corpora():
        size = f"{info.characters:,}" if info.characters is not None else ""
        what = info.title if info.unavailable is None else f"{info.title} (not available: {info.unavailable})"
        table.add_row(*map(one_line, (info.name, what, size, info.licence, info.source)))
    console().print(table)
    print("Train on one: tokenarium train --corpus NAME. On a text of your own: tokenarium train --file PATH.")


def print_runs(*, as_json: bool) -> None:
    """One's own runs, newest first; for people also the finished ones of the gallery."""
    settings = read_settings()
    statuses = open_store(settings.store_url).list()
    look_after(statuses, settings)
    if as_json:
        print_json([asdict(status) for status in statuses])
        return
    table = _table("run", "name", "state", "step", "validation loss", "tokens/s")
    for status in statuses:
        speed = f"{status.tokens_per_second:,.0f}" if status.tokens_per_second else ""
        steps = f"{status.step} of {status.steps}" if status.steps else "trained elsewhere"
        table.add_row(status.run_id, one_line(status.name), _state(status), steps, number(status.val_loss), speed)
    if statuses:
        console().print(table)
    else:
        print("You have no runs yet. Start one: tokenarium train")
    for run in gallery_runs():
        print(f"{run.id}: finished, came with the app. {one_line(run.read_config().name)}".rstrip())


def print_run(run_id: str, *, as_json: bool) -> None:
    """How a run stands.

    Raises:
        RunError: there is no such run.
    """
    settings = read_settings()
    run = find_run(run_id, settings)
    own = run.folder.parent == settings.runs_folder
    status = open_store(settings.store_url).get(run_id) if own else status_of_shipped(run)
    look_after([status], settings)
    facts = asdict(run.read_facts()) if run.facts_path.exists() else None
    config = run.read_config()
    if as_json:
        print_json({**asdict(status), "config": config.model_dump(), "facts": facts, "folder": str(run.folder)})
        return
    rows = {
        "run": f"{run_id}  {status.name}",
        "state": f"{_state(status)}  {status.message}",
        "step": f"{status.step} of {status.steps}",
        "loss": f"validation {number(status.val_loss) or '?'}, training {number(status.train_loss) or '?'} nats/token",
        "text": config.corpus.title or config.corpus.name,
        "tokenizer": config.tokenizer.kind,
        "model": ", ".join(f"{name} {value}" for name, value in _settings_of(config.model).items()),
        "folder": str(run.folder),
    }
    if facts:
        rows["tokenizer"] += f", {facts['vocab_size']:,} different tokens"
    if facts and facts["origin"]:
        for name in ("step", "loss"):
            del rows[name]
        known = ("source", "licence", "family", "trained_context", "precision")
        rows["text"] = "not known: it was trained elsewhere"
        rows["origin"] = ", ".join(f"{name} {facts['origin'][name]}" for name in known)
    elif facts:
        rows["text"] = (
            f"{facts['corpus_title']}: {facts['train_tokens']:,} tokens, {facts['validation_tokens']:,} aside"
        )
        rows["by counting"] = ", ".join(f"{name} {number(value)}" for name, value in facts["baselines"].items())
    if facts:
        parts = ", ".join(f"{name} {count:,}" for name, count in facts["parameters_by_part"].items() if name != "total")
        rows["parameters"] = f"{facts['parameters']:,}: {parts}"
    for name, value in rows.items():
        print(f"{name:<12}{one_line(value)}")


def _settings_of(model: ModelConfig) -> dict[str, Any]:
    """What is set of a model of its kind: a Transformer smooths no counts, and counts have no layers."""
    counting = ("order", "smoothing", "added")
    kept = {name: value for name, value in model.model_dump().items() if value is not None}
    if model.architecture == "counts":
        return {name: kept[name] for name in ("architecture", *counting)}
    return {name: value for name, value in kept.items() if name not in counting}


def _state(status: RunStatus) -> str:
    """'running', 'queued, 2 before it', or 'running, silent for 40 s'."""
    if status.queue_position is not None and status.queue_position > 1:
        return f"{status.state}, {status.queue_position - 1} before it"
    if status.silent_seconds > MISSED_AFTER:
        return f"{status.state}, silent for {status.silent_seconds:.0f} s"
    return status.state


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in ("run", "name", "state"))
    return table
