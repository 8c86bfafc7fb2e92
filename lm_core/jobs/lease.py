"""The worker's side of the store: what it measured in, what people wish out, and only for as long as it owns the run.

Every write says "where epoch is still mine". A worker that was frozen and given up, and wakes to find its run in
other hands, changes no row by that, sees it, and leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from lm_core.errors import LostLease
from lm_core.jobs.database import Database
from lm_core.jobs.schema import metrics, note, rates, runs
from lm_core.jobs.status import ACTIVE, OVER, State, Want

LEASE_SECONDS = 15.0

Row = tuple[int, str, float]  # step, name, value


@dataclass(frozen=True)
class Control:
    """What people wish of the worker; `ctl` counts their changes of mind."""

    want: Want
    ctl: int
    run_until: int | None = None
    rate: float | None = None  # set by hand; None: the schedule's

    def holds_at(self, step: int) -> bool:
        """Is the run to hold still once `step` steps are done?"""
        arrived = self.run_until is not None and step >= self.run_until
        return self.want == "pause" or (self.want == "run" and arrived)


@dataclass(frozen=True)
class ResumePoint:
    """Where the run's next worker begins; step 0 and no file where there is no checkpoint yet."""

    step: int
    checkpoint_file: str | None
    attempts: int


class Lease:
    """The right to write about one run. Every method raises `LostLease` once another worker has it."""

    def __init__(self, database: Database, run_id: str, epoch: int) -> None:
        self._database = database
        self.run_id = run_id
        self.epoch = epoch

    def register(self, *, host: str, pid: int, pid_started: float) -> None:
        """Say which process this is, before anything else: an unknown worker could not be checked on."""
        with self._database.write() as connection:
            self._write(connection, host=host, pid=pid, pid_started=pid_started)

    def control(self) -> Control:
        """Read the wishes."""
        query = select(runs.c.want, runs.c.ctl, runs.c.run_until, runs.c.lr_want).where(self._mine())
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise self._lost()
        return Control(*row)

    def rewind(self) -> ResumePoint:
        """Forget all that was measured after the checkpoint named in the row: it will be measured again."""
        with self._database.write() as connection:
            self._write(connection)
            query = select(runs.c.checkpoint_step, runs.c.checkpoint_file, runs.c.attempts).where(self._mine())
            row = connection.execute(query).one()
            step = row.checkpoint_step or 0
            kept = -1 if row.checkpoint_file is None else step
            connection.execute(delete(metrics).where(metrics.c.run_id == self.run_id, metrics.c.step > kept))
            self._write(connection, step=step)
        return ResumePoint(step, row.checkpoint_file, row.attempts)

    def rates(self) -> dict[int, float | None]:
        """The learning rates that were set by hand so far, for `training.schedule.Rates`."""
        query = select(rates.c.step, rates.c.rate).where(rates.c.run_id == self.run_id)
        with self._database.read() as connection:
            return {row.step: row.rate for row in connection.execute(query)}

    def highest(self, name: str) -> float | None:
        """The highest value of a metric so far, steps that will be made again included; None: never measured."""
        query = select(func.max(metrics.c.value)).where(metrics.c.run_id == self.run_id, metrics.c.name == name)
        with self._database.read() as connection:
            highest: float | None = connection.execute(query).scalar_one()
        return highest

    def change_rate(self, step: int, rate: float | None) -> None:
        """Note the rate from the update after `step` on, before it is used: then no accident can lose it."""
        with self._database.write() as connection:
            self._write(connection)
            connection.execute(delete(rates).where(rates.c.run_id == self.run_id, rates.c.step >= step))
            connection.execute(insert(rates).values(run_id=self.run_id, step=step, rate=rate))
            detail = f"{'the schedule' if rate is None else f'{rate:g}'} from step {step}"
            note(connection, self.run_id, self._database.now, "rate", detail)

    def is_place_short(self, places: int) -> bool:
        """Do others train in all places, or wait for one?"""
        busy = runs.c.state.in_(("queued", "starting", "running")) & (runs.c.id != self.run_id)
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(runs).where(busy)).scalar_one()) >= places

    def park(self, ctl: int, message: str, rows: Sequence[Row] = (), **observed: Any) -> bool:
        """`report`, then give the run back, to be queued when people wish it; False: they have, since wish `ctl`."""
        with self._database.write() as connection:
            self._write(connection, **observed)
            self._add(connection, rows)
            left = connection.execute(
                update(runs)
                .where(self._mine() & (runs.c.ctl == ctl))
                .values(state="parked", message=message, pid=None, ctl_seen=ctl)
            )
            if left.rowcount == 0:
                return False
            note(connection, self.run_id, self._database.now, "parked", message)
            return True

    def report(self, rows: Sequence[Row] = (), **observed: Any) -> None:
        """Renew the lease and write the new numbers and observed columns, all in one transaction."""
        with self._database.write() as connection:
            self._write(connection, **observed)
            self._add(connection, rows)

    def change_state(self, state: State, rows: Sequence[Row] = (), **observed: Any) -> None:
        """`report`, and move the run to another state; in the states that are over, the lease ends with it."""
        detail = observed.get("message", "")
        observed["moved"] = True
        if state in OVER:
            observed |= {"ctl_seen": runs.c.ctl, "finished_at": self._database.now}
        with self._database.write() as connection:
            self._write(connection, state=state, **observed)
            self._add(connection, rows)
            note(connection, self.run_id, self._database.now, state, detail)

    def _write(self, connection: Connection, *, moved: bool = False, **observed: Any) -> None:
        """`moved`: the training loop lives, whether or not a step is complete."""
        now = self._database.now
        if moved or "step" in observed:
            observed["progress_at"] = now
        changed = connection.execute(
            update(runs).where(self._mine()).values(lease_until=now + LEASE_SECONDS, heard_at=now, **observed)
        )
        if changed.rowcount == 0:
            raise self._lost()

    def _add(self, connection: Connection, rows: Sequence[Row]) -> None:
        if not rows:
            return
        values = [
            {"run_id": self.run_id, "step": step, "name": name, "value": value if math.isfinite(value) else None}
            for step, name, value in rows
        ]
        connection.execute(*self._database.upsert(metrics, values))

    def _mine(self) -> Any:
        return (runs.c.id == self.run_id) & (runs.c.epoch == self.epoch) & runs.c.state.in_(ACTIVE)

    def _lost(self) -> LostLease:
        return LostLease(f'Run "{self.run_id}" belongs to another worker now; worker {self.epoch} leaves.')
