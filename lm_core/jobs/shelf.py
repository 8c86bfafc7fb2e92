"""Keeping order among runs: rename, delete, bring back, export, import; the store and the folders change together.

A deleted run is put aside: its mark in the store decides, its folder moves out of sight, and nothing is lost until
`forget_deleted` is called by a later start of the app.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError
from lm_core.jobs.schema import deleted, events, metrics, note, runs
from lm_core.jobs.status import ACTIVE, OVER
from lm_core.jobs.store import Store
from lm_core.runs.run import Run, find_run
from lm_core.settings import Settings

KEPT_SECONDS = 7 * 24 * 3600.0
ROWS_AT_ONCE = 5000


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
        _locked_row(connection, run_id)
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
        row = _locked_row(connection, run_id)
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
            for table, column in ((metrics, "run_id"), (events, "run_id"), (deleted, "run_id"), (runs, "id")):
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


def _locked_row(connection: Connection, run_id: str) -> Any:
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
