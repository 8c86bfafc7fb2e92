"""The supervisor's side of the store: free places in, the next run to start out; lost workers in, a second try out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from lm_core.jobs.database import Database
from lm_core.jobs.fairness import queue_order
from lm_core.jobs.lease import LEASE_SECONDS
from lm_core.jobs.schema import note, runs, served
from lm_core.jobs.status import ACTIVE, OVER, TRAINING, State

MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Claim:
    """The order to start one worker."""

    run_id: str
    epoch: int


@dataclass(frozen=True)
class Worker:
    """A worker that the store believes in."""

    run_id: str
    epoch: int
    state: State
    host: str | None
    pid: int | None
    pid_started: float | None
    lease_until: float | None
    progress_at: float | None
    tokens_per_second: float | None
    config: str


class Queue:
    """Which run comes next, and what becomes of a run whose worker is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, places: int, host: str, per_owner: int | None = None) -> Claim | None:
        """Take the run whose turn it is, unless `places` runs are training. Nobody else can take it then.

        Of the runs of one owner, no more than `per_owner` train at once.
        """
        if not self._anyone_waits():
            return None
        with self._database.write_alone() as connection:
            training = Counter(connection.execute(select(runs.c.owner).where(runs.c.state.in_(TRAINING))).scalars())
            if training.total() >= places:
                return None
            full = [owner for owner, number in training.items() if per_owner is not None and number >= per_owner]
            for run_id in queue_order(connection, without=full):
                mine = select(runs).where(runs.c.id == run_id, runs.c.state == "queued")
                row = connection.execute(mine.with_for_update(skip_locked=True)).one_or_none()
                if row:  # else somebody is just taking it out of the queue
                    self._start(connection, row, host)
                    return Claim(row.id, row.epoch + 1)
            return None

    def workers(self) -> list[Worker]:
        """Every run that some worker should be busy with."""
        names = ("id", "epoch", "state", "host", "pid", "pid_started", "lease_until", "progress_at")
        columns = [runs.c[name] for name in (*names, "tokens_per_second", "config")]
        with self._database.read() as connection:
            return [Worker(*row) for row in connection.execute(select(*columns).where(runs.c.state.in_(ACTIVE)))]

    def is_empty(self) -> bool:
        """No run waits for its turn, and none has a worker."""
        busy = select(runs.c.id).where(runs.c.state.in_(("queued", *ACTIVE))).limit(1)
        with self._database.read() as connection:
            return connection.execute(busy).first() is None

    def worker_lost(self, run_id: str, epoch: int, reason: str) -> None:
        """Queue the run again, unless it was to end anyway, was resting, or has lost too many workers.

        `reason` is one sentence for people. Nothing happens if the run has moved on meanwhile.
        """
        with self._database.write_alone() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id).with_for_update()).one_or_none()
            if row is None or row.epoch != epoch or row.state not in ACTIVE:
                return
            state, message = _after_a_loss(row, reason)
            over = {"finished_at": self._database.now} if state in OVER else {}
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(state=state, message=message, pid=None, ctl_seen=runs.c.ctl, **over)
            )
            note(connection, run_id, self._database.now, "worker-lost", reason)

    def note_silence(self, run_id: str, kind: str = "silent") -> None:
        """Write that a worker is silent, or stuck; fails where nothing can be written, which explains the silence."""
        with self._database.write() as connection:
            note(connection, run_id, self._database.now, kind, "")

    def _anyone_waits(self) -> bool:
        """A cheap look, so that an idle supervisor takes no write lock four times a second."""
        with self._database.read() as connection:
            return connection.execute(select(runs.c.id).where(runs.c.state == "queued").limit(1)).first() is not None

    def _start(self, connection: Connection, row: Any, host: str) -> None:
        now = self._database.now
        connection.execute(
            update(runs)
            .where(runs.c.id == row.id)
            .values(
                state="starting",
                message=row.message if row.attempts else "Starting.",  # what is said of a lost worker stays
                epoch=row.epoch + 1,
                attempts=row.attempts + 1,
                host=host,
                pid=None,
                pid_started=None,
                lease_until=now + LEASE_SECONDS,
                heard_at=now,
                started_at=func.coalesce(runs.c.started_at, now),
            )
        )
        note(connection, row.id, now, "starting", f"worker {row.epoch + 1}")
        connection.execute(delete(served).where(served.c.owner == row.owner))
        connection.execute(insert(served).values(owner=row.owner, at=now))


def _after_a_loss(row: Any, reason: str) -> tuple[State, str]:
    where = f"step {row.checkpoint_step}" if row.checkpoint_step else "the beginning"
    if row.want == "stop":
        return "stopped", f"Stopped. {reason} What was learned up to {where} is kept."
    arrived = row.run_until is not None and row.step >= row.run_until  # the single steps that were wished are made
    if row.want == "pause" or arrived:  # asked to go on meanwhile, it is queued below
        return "parked", f"Paused. {reason} Resume to go on from {where}."
    if row.attempts >= MAX_ATTEMPTS:
        return "failed", f"The worker was lost {row.attempts} times in a row, so the run was given up. {reason}"
    return "queued", f"The worker was lost; training goes on from {where} (attempt {row.attempts + 1})."
