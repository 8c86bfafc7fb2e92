"""`train`: words in, a run in the background out, and its results when it is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from lm_core.cli.follow import follow
from lm_core.cli.output import number, print_json, printable
from lm_core.config import OWN_TEXT, RunConfig, with_settings
from lm_core.corpora.readers import read_files
from lm_core.corpora.uploads import refuse_too_large, safe_title, store_text
from lm_core.errors import ConfigError, CorpusError, RunError
from lm_core.jobs.launch import start_run
from lm_core.jobs.status import RunStatus
from lm_core.jobs.store import Store, open_store
from lm_core.presets import preset_config
from lm_core.runs.checkpoint_files import checkpoint_near, step_of
from lm_core.runs.continuing import child_config
from lm_core.runs.run import find_run
from lm_core.settings import Settings, read_settings

LAST_STEPS = 50  # single batches are noisy: the training loss reported is the mean over these
RESULTS = (
    *("run_id", "parameters", "steps", "train_loss", "val_loss"),
    *("bits_per_byte", "tokens_per_second", "wall_seconds"),
)


def train_run(make_config: Callable[[Settings], RunConfig], *, detach: bool, as_json: bool) -> None:
    """Start a run and, unless detached, follow it to its end.

    Raises:
        LMError: the run cannot start, or fails.
    """
    settings = read_settings()
    config = make_config(settings)
    store = open_store(settings.store_url)
    run_id = start_run(config, settings, store)
    if detach:
        if as_json:
            print_json({"run_id": run_id, **dict.fromkeys(RESULTS[1:])})
        else:
            print(f"Run {run_id} trains in the background. Watch it: tokenarium show {run_id}")
        return
    try:
        status = follow(run_id, store, settings)
    except KeyboardInterrupt:
        raise RunError(
            f"Run {run_id} trains on in the background. Watch it: tokenarium show {run_id}. "
            f"End it: tokenarium stop {run_id}."
        ) from None
    if status.state == "failed":
        raise RunError(f"Run {run_id} failed: {status.message}")
    found = results(status, store, settings)
    if as_json:
        print_json(found)
    else:
        _print_results(found, status)


def experiment(
    preset: str,
    *,
    recipe: str,
    corpus: str | None,
    file: Path | None,
    tokenizer: dict[str, Any],
    seed: int,
    steps: int | None,
    assignments: Sequence[str],
    settings: Settings,
) -> RunConfig:
    """The configuration that the words of the command line describe.

    Raises:
        LMError: a setting is out of bounds or contradicts another, or the file is no text to learn from.
    """
    if corpus is not None and file is not None:
        raise ConfigError("Choose --corpus or --file, not both: a run learns from one text.")
    spec = text_of_file(file, settings) if file is not None else corpus_named(corpus)
    config = preset_config(preset, recipe, corpus=spec, tokenizer=tokenizer, seed=seed)
    chosen = parse_assignments(assignments)
    if steps is not None:
        chosen = {"train.steps": str(steps), **chosen}
    return with_settings(config, fitting_warm_up(config, chosen))


def continuation(run_id: str, step: int | None, assignments: Sequence[str], settings: Settings) -> RunConfig:
    """The configuration of a run that goes on from another one's kept model nearest to `step`; which one, to stderr.

    Raises:
        LMError: there is no such run or model, or a setting is out of bounds or one that such a run must keep.
    """
    parent = find_run(run_id, settings)
    near = step_of(checkpoint_near(parent, parent.read_config().train.steps if step is None else step))
    if step not in (None, near):
        print(f"Run {run_id} keeps no model of step {step}: going on from step {near}, the nearest.", file=sys.stderr)
    return child_config(parent.read_config(), run_id, near, parse_assignments(assignments))


def corpus_named(name: str | None) -> dict[str, Any]:
    if name == OWN_TEXT:
        raise ConfigError("A text of your own is given by its file: --file PATH.")
    return {} if name is None else {"name": name}


def text_of_file(path: Path, settings: Settings) -> dict[str, Any]:
    """Read, decode, clean and keep a text of one's own; notes on what was changed go to stderr.

    Raises:
        CorpusError: there is no such file, or it holds no text to learn from.
    """
    if path.is_dir():
        raise CorpusError(f'"{printable(str(path))}" is a folder. Choose one text file in it.')
    if not path.is_file():
        raise CorpusError(f'There is no file "{printable(str(path))}".')
    refuse_too_large(path.stat().st_size, filename=path.name, max_bytes=settings.max_text_bytes)
    decoded = read_files([(path.name, path.read_bytes())], max_bytes=settings.max_text_bytes).text
    for note in decoded.notes:
        print(printable(note), file=sys.stderr)
    title, folder = safe_title(path.name), settings.texts_folder
    return store_text(decoded.text, title=title, texts_folder=folder, documents=decoded.documents).model_dump()


def parse_assignments(assignments: Sequence[str]) -> dict[str, str]:
    """["model.n_layers=2"] -> {"model.n_layers": "2"}; of two for one setting the later counts.

    Raises:
        ConfigError: one has no "=".
    """
    chosen: dict[str, str] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not (name and equals):
            raise ConfigError(f'"{assignment}" sets nothing. Write it like --set model.n_layers=2.')
        chosen[name.strip()] = value.strip()
    return chosen


def fitting_warm_up(config: RunConfig, chosen: dict[str, str]) -> dict[str, str]:
    """With fewer steps than the preset's, let the learning rate rise over a tenth of them at most.

    Otherwise 20 steps would end before a warm-up of 50 does. Whoever sets train.warmup_steps gets just that.
    """
    steps = chosen.get("train.steps", "")
    if not steps.isdecimal() or "train.warmup_steps" in chosen:
        return chosen
    return {**chosen, "train.warmup_steps": str(min(config.train.warmup_steps, int(steps) // 10))}


def results(status: RunStatus, store: Store, settings: Settings) -> dict[str, Any]:
    """What a finished run came to.

    Losses are nats per token: the training loss is the mean over the last 50 steps, the validation loss that of the
    whole validation part. tokens_per_second is the median over those steps; wall_seconds is all the time since the
    run was asked for, waiting and pauses included.
    """
    run = find_run(status.run_id, settings)
    facts = run.read_facts()
    since = status.step - max(LAST_STEPS, run.read_config().train.eval_every)
    columns = store.series(status.run_id, after=max(-1, since - 1))["columns"]
    seen = {name: [value for value in values if value is not None] for name, values in columns.items()}
    losses, speeds = seen.get("loss", [])[-LAST_STEPS:], seen.get("tokens_per_second", [])[-LAST_STEPS:]
    bits = seen.get("val_bits_per_byte", [])
    values = (
        status.run_id,
        facts.parameters,
        status.step,
        fmean(losses) if losses else status.train_loss,
        status.val_loss,
        bits[-1] if bits else None,
        median(speeds) if speeds else status.tokens_per_second,
        None if status.finished_at is None else status.finished_at - status.created_at,
    )
    return dict(zip(RESULTS, values, strict=True))


def _print_results(found: dict[str, Any], status: RunStatus) -> None:
    verb = "is done" if status.state == "done" else f"was stopped at step {status.step} of {status.steps}"
    print(f"Run {found['run_id']} {verb}: {found['parameters']:,} parameters, {number(found['wall_seconds'], 0)} s.")
    print(
        f"Validation loss {number(found['val_loss'])} nats/token, {number(found['bits_per_byte'])} bits/byte "
        f"(training {number(found['train_loss'])} nats/token)."
    )
    print(f"Let it write: tokenarium generate {found['run_id']}")
