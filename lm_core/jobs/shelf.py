"""Keeping order among runs: rename, delete, bring back, export, import; the store and the folders change together.

A deleted run is put aside: its mark in the store decides, its folder moves out of sight, and nothing is lost until
`forget_deleted` is called by a later start of the app.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, delete, insert, select, update

from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError
from lm_core.jobs.schema import deleted, events, metrics, note, runs, tags
from lm_core.jobs.status import ACTIVE, OVER
from lm_core.jobs.store import Store, columns_of
from lm_core.runs.run import Run, find_run
from lm_core.runs.series import read_series
from lm_core.settings import Settings

KEPT_SECONDS = 7 * 24 * 3600.0
ROWS_AT_ONCE = 5000
ROWS_IN_ALL = 10_000_000


@dataclass(frozen=True)
class DeletedRun:
    """A run that can still be brought back; `at` is seconds since 1970."""

    run_id: str
    name: str
    at: float


def rename_run(run_id: str, name: str, settings: Settings, store: Store) -> None:
    """Give one's own run another name, in the list of runs and in its folder.

    Raises:
        RunError: there is no such run, or it came with the app.
        ConfigError: the name is empty or longer than 120 characters.
    """
    run = own_run(run_id, settings)
    config = _renamed(run.read_config(), name)
    with store.database.write() as connection:
        locked_row(connection, run_id)
        values = {"name": config.name, "config": config.to_json()}
        connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
        note(connection, run_id, store.database.now, "renamed", config.name)
        run.write_config(config)  # before the store's transaction ends: if the disk is full, both keep the old name


def _renamed(config: RunConfig, name: str) -> RunConfig:
    name = " ".join(name.split())
    if not name:
        raise RunError("A run's name has at least one letter. Type one, or keep the old name.")
    return parse_config(RunConfig, {**config.model_dump(), "name": name})


def delete_run(run_id: str, settings: Settings, store: Store) -> None:
    """Put one's own run aside; `restore_run` brings it back.

    Raises:
        RunError: there is no such run, it came with the app, or a worker still trains it.
    """
    run = own_run(run_id, settings)
    with store.database.write() as connection:
        row = locked_row(connection, run_id)
        if row.state in ACTIVE:
            raise RunError(f'Run "{row.name}" is still training. Stop it first, then delete it.')
        now = store.database.now
        if row.state not in OVER:  # it waited: nobody may start it any more
            ended = {"state": "stopped", "want": "stop", "message": f"Stopped at step {row.step}.", "finished_at": now}
            connection.execute(update(runs).where(runs.c.id == run_id).values(ctl_seen=runs.c.ctl, **ended))
        connection.execute(insert(deleted).values(run_id=run_id, at=now))
        note(connection, run_id, now, "deleted", "")
    _move(run.folder, _aside(run_id, settings))


def restore_run(run_id: str, settings: Settings, store: Store) -> None:
    """Bring a deleted run back, as it was.

    Raises:
        RunError: it was not deleted, or has been forgotten since.
    """
    if run_id not in {run.run_id for run in deleted_runs(store)}:
        raise RunError(f'There is no deleted run "{run_id[:60]}". It was not deleted, or it has been forgotten since.')
    _move(_aside(run_id, settings), settings.runs_folder / run_id)
    with store.database.write() as connection:
        connection.execute(delete(deleted).where(deleted.c.run_id == run_id))
        note(connection, run_id, store.database.now, "restored", "")


def deleted_runs(store: Store) -> list[DeletedRun]:
    """What can be brought back, the newest first."""
    query = select(deleted.c.run_id, runs.c.name, deleted.c.at).join_from(deleted, runs, runs.c.id == deleted.c.run_id)
    with store.database.read() as connection:
        return [DeletedRun(*row) for row in connection.execute(query.order_by(deleted.c.at.desc()))]


def forget_deleted(settings: Settings, store: Store, kept_seconds: float = KEPT_SECONDS) -> list[str]:
    """Remove for good what was deleted longer ago than that; returns the ids."""
    with store.database.write() as connection:
        old = select(deleted.c.run_id).where(deleted.c.at <= store.database.now - kept_seconds)
        found = list(connection.execute(old).scalars())
        for run_id in found:
            for table, column in (
                (metrics, "run_id"),
                (events, "run_id"),
                (tags, "run_id"),
                (deleted, "run_id"),
                (runs, "id"),
            ):
                connection.execute(delete(table).where(table.c[column] == run_id))
    for run_id in found:
        for folder in (_aside(run_id, settings), settings.runs_folder / run_id):
            shutil.rmtree(folder, ignore_errors=True)
    return found


def own_run(run_id: str, settings: Settings) -> Run:
    """One's own run of that id.

    Raises:
        RunError: there is no such run, or it came with the app and cannot be changed.
    """
    run = find_run(run_id, settings)
    if run.folder.parent != settings.runs_folder:
        raise RunError(f'Run "{run_id}" came with the app and stays as it is. Duplicate it to change something.')
    return run


def locked_row(connection: Connection, run_id: str) -> Any:
    """The run's row, which no other transaction changes before this one ends."""
    there = select(runs).where(runs.c.id == run_id, runs.c.id.not_in(select(deleted.c.run_id)))
    row = connection.execute(there.with_for_update()).one_or_none()
    if row is None:
        raise RunError(f'There is no run "{run_id}" in the list of runs. Choose another one.')
    return row


def _aside(run_id: str, settings: Settings) -> Path:
    return settings.home / "deleted" / run_id


def _move(source: Path, target: Path) -> None:
    """Move a folder; one that is there already was moved before a crash."""
    if source.exists() and not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)


def export_archive(run_id: str, settings: Settings, store: Store, target: IO[bytes]) -> None:
    """Write one's own run, or one that came with the app, as a zip that `import_archive` reads.

    Raises:
        RunError: there is no such run, or it has saved no model yet.
    """
    from lm_core.runs.archive import write_archive  # torch

    run = find_run(run_id, settings)
    own = run.folder.parent == settings.runs_folder
    with store.database.read() as connection:
        labels = connection.execute(select(tags.c.tag).where(tags.c.run_id == run_id).order_by(tags.c.tag)).scalars()
        tagged = tuple(labels)
    series = _whole_series(run_id, store) if own else read_series(run, limit=ROWS_IN_ALL)
    write_archive(run, series, target, tags=tagged)


def _whole_series(run_id: str, store: Store) -> dict[str, Any]:
    """All rows of a run, page after page."""
    by_step: dict[int, dict[str, float | None]] = {}
    last = -1
    while page := store.series(run_id, after=last, limit=ROWS_AT_ONCE):
        if not page["steps"]:
            break
        for place, step in enumerate(page["steps"]):
            by_step[step] = {name: values[place] for name, values in page["columns"].items()}
        last = page["steps"][-1]
    return columns_of(by_step)


def import_archive(source: Path | IO[bytes], settings: Settings, store: Store, owner: str = "local") -> str:
    """Check an exported run and add it to the list under a new id, which is returned. It is over: its optimizer's
    state was not exported, so it can be looked at, used, duplicated, and gone on from as a new run whose optimizer
    begins anew.

    Raises:
        LMError: the file is no exported run; the message says what is wrong with it, and nothing is left behind.
    """
    from lm_core.runs.archive import read_archive  # torch

    imported = read_archive(source, settings.runs_folder)
    run_id, config = imported.run.id, imported.config
    try:
        with store.database.write() as connection:
            now = store.database.now
            newest = _newest(imported.series["columns"])
            connection.execute(
                insert(runs).values(
                    id=run_id, name=config.name or config.corpus.title or run_id, owner=owner, config=config.to_json(),
                    steps=config.train.steps, state="done", message="Imported from a file.", step=imported.step,
                    created_at=now, queued_at=now, checkpoint_step=imported.step,
                    checkpoint_file=imported.checkpoint_file, **newest,
                )
            )  # fmt: skip
            for rows in _rows_of(run_id, imported.series):
                connection.execute(insert(metrics), rows)
            if imported.tags:
                connection.execute(insert(tags), [{"run_id": run_id, "tag": tag} for tag in imported.tags])
            note(connection, run_id, now, "imported", "")
    except BaseException:
        shutil.rmtree(imported.run.folder, ignore_errors=True)
        raise
    return run_id


def _newest(columns: dict[str, list[float | None]]) -> dict[str, float | None]:
    """The last measured losses and speed, as the list of runs shows them."""
    shown = {"train_loss": "loss", "val_loss": "val_loss", "tokens_per_second": "tokens_per_second"}
    return {
        column: next((value for value in reversed(columns.get(name, [])) if value is not None), None)
        for column, name in shown.items()
    }


def _rows_of(run_id: str, series: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The measured numbers as rows of the table, some thousands at once."""
    steps = series["steps"]
    for begin in range(0, len(steps), ROWS_AT_ONCE):
        places = range(begin, min(begin + ROWS_AT_ONCE, len(steps)))
        found = [
            {"run_id": run_id, "step": steps[place], "name": name, "value": values[place]}
            for name, values in series["columns"].items()
            for place in places
            if values[place] is not None
        ]
        if found:
            yield found
