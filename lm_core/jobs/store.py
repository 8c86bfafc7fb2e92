"""The pages' side of the store: wishes in, what every run is doing and all its measured numbers out.

    page ──want──> runs ──claim──> supervisor ──starts──> worker ──Lease──> runs, metrics

A page never talks to a worker. It writes down what should be (`pause`, `resume`, `stop`); the worker reads that,
makes it so, and reports. Two tabs that click the same button therefore cannot contradict each other.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from lm_core.errors import RunError
from lm_core.jobs.database import Database
from lm_core.jobs.fairness import queue_order
from lm_core.jobs.lease import Lease
from lm_core.jobs.schema import events, metrics, note, rates, runs
from lm_core.jobs.status import ACTIVE, OVER, RunEvent, RunStatus, Want, status_of

_MEASURED = (  # columns of a run's row that are empty before it has begun
    *("lr_want", "train_loss", "val_loss", "tokens_per_second", "learning_rate", "checkpoint_step", "checkpoint_file"),
    *("pid", "pid_started", "lease_until", "heard_at", "progress_at", "started_at", "finished_at"),
)
_NAMES_PER_STEP = 12  # how many metrics a step may have, at most
HIGHEST_RATE = 1.0  # as in a configuration
_ENDED = {"done": "is finished", "failed": "has failed", "stopped": "has been stopped"}


def open_store(url: str) -> Store:
    """Open the database, making its folder and tables where they are missing.

    Raises:
        RunError: it cannot be opened.
    """
    return Store(Database(url))


class Store:
    """All runs of this machine or class; safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def submit(
        self, run_id: str, name: str, config_json: str, steps: int, owner: str = "local", max_queued: int | None = None
    ) -> None:
        """Put a new run into the queue.

        Raises:
            RunError: `max_queued` runs of this owner wait already.
        """
        with self.database.write_alone() as connection:
            now = self._now(connection)
            mine = (runs.c.owner == owner) & (runs.c.state == "queued")
            waiting = connection.execute(select(func.count()).select_from(runs).where(mine)).scalar_one()
            if max_queued is not None and waiting >= max_queued:
                raise RunError(
                    f"You have {waiting} runs waiting, and {max_queued} is the most. "
                    "Wait until one has begun, or stop one."
                )
            connection.execute(
                insert(runs).values(
                    id=run_id, name=name, config=config_json, steps=steps, owner=owner,
                    state="queued", message="Waiting for its turn.", created_at=now, queued_at=now,
                )
            )  # fmt: skip
            note(connection, run_id, now, "submitted", f"by {owner}")

    def get(self, run_id: str) -> RunStatus:
        """One run.

        Raises:
            RunError: there is no such run.
        """
        with self.database.read() as connection:
            row = _find(connection, run_id)
            return self._statuses(connection, [row])[0]

    def list(self, limit: int = 200) -> builtins.list[RunStatus]:
        """Up to `limit` runs, the newest first."""
        newest_first = select(runs).order_by(runs.c.created_at.desc(), runs.c.id).limit(limit)
        with self.database.read() as connection:
            return self._statuses(connection, connection.execute(newest_first).all())

    def owned_by(self, owner: str) -> builtins.list[str]:
        """The ids of all runs of this owner."""
        with self.database.read() as connection:
            return builtins.list(connection.execute(select(runs.c.id).where(runs.c.owner == owner)).scalars())

    def pause(self, run_id: str) -> None:
        """Let the run hold still after the step that it is at; a run that still waits is taken out of the queue.

        Raises:
            RunError: it is over, or about to be.
        """
        with self.database.write() as connection:
            row = self._changeable(connection, run_id, "pause")
            if row.state in ACTIVE:
                self._wish(connection, row, "pause")
            elif row.state == "queued":
                self._move(connection, row, "parked", "pause", "Paused before it began.")

    def resume(self, run_id: str) -> None:
        """Let the run go on; a parked or stopped one goes back to the queue and on from its checkpoint.

        Raises:
            RunError: it is done, failed, or about to stop.
        """
        with self.database.write() as connection:
            row = _find(connection, run_id, to_change=True)
            if row.state in ("parked", "stopped"):
                self._move(connection, row, "queued", "run", "Waiting for its turn.")
                return
            row = self._changeable(connection, run_id, "resume")
            if row.state in ACTIVE:
                self._wish(connection, row, "run")

    def step(self, run_id: str, count: int = 1) -> None:
        """Let the run make `count` more steps and hold still. Wishes add up: five for one step make five steps.

        Raises:
            RunError: it is done, failed, or about to stop; or `count` is below 1.
        """
        if count < 1:
            raise RunError(f"A run can make 1 step or more, not {count}.")
        with self.database.write() as connection:
            row = self._steppable(connection, run_id)
            begun = row.run_until or 0 if row.want == "run" else 0
            self._train_until(connection, row, max(begun, row.step) + count)

    def step_until(self, run_id: str, step: int) -> None:
        """Let the run train until `step` steps are made and hold still; the farthest of several such wishes holds.

        Raises:
            RunError: it is done, failed, or about to stop.
        """
        with self.database.write() as connection:
            row = self._steppable(connection, run_id)
            if step > row.step:
                begun = row.run_until or 0 if row.want == "run" else 0
                self._train_until(connection, row, max(begun, step))

    def set_rate(self, run_id: str, rate: float | None) -> None:
        """Let the run go on at this learning rate instead of the schedule's; None returns to the schedule.

        Raises:
            RunError: it is done or has failed, or no rate can be that.
        """
        if rate is not None and not 0 < rate <= HIGHEST_RATE:
            raise RunError(f"A learning rate of {rate:g} is not possible. Choose one above 0 and up to 1.")
        with self.database.write() as connection:
            row = _find(connection, run_id, to_change=True)
            if row.state in ("done", "failed"):
                self._changeable(connection, run_id, "change")
            if row.lr_want == rate:
                return
            seen = {} if row.state in ACTIVE else {"ctl_seen": runs.c.ctl + 1}
            connection.execute(update(runs).where(runs.c.id == run_id).values(lr_want=rate, ctl=runs.c.ctl + 1, **seen))
            note(connection, run_id, self._now(connection), "wish", "schedule" if rate is None else f"rate {rate:g}")

    def reset(self, run_id: str) -> None:
        """Take the run back to step 0, where it waits; `launch.reset_run` also deletes what it left on disk.

        The epoch grows, so a worker that is busy with it leaves without another word. The same seed gives the same
        first weights and the same curve again.

        Raises:
            RunError: there is no such run.
        """
        with self.database.write() as connection:
            row = _find(connection, run_id, to_change=True)
            if row.started_at is None:
                return  # it has not begun, or was reset already
            for table in (metrics, rates):
                connection.execute(delete(table).where(table.c.run_id == run_id))
            nothing = dict.fromkeys(_MEASURED)
            message = "Back at the beginning, with the same first weights. Resume to train it again."
            connection.execute(
                update(runs).where(runs.c.id == run_id).values(epoch=runs.c.epoch + 1, attempts=0, step=0, **nothing)
            )
            self._move(connection, row, "parked", "pause", message)

    def stop(self, run_id: str) -> None:
        """Let the run finish its step, save a checkpoint and end; one that waits ends at once.

        Raises:
            RunError: it is done or has failed.
        """
        with self.database.write() as connection:
            row = _find(connection, run_id, to_change=True)
            if row.state == "stopped" or (row.want == "stop" and row.state in ACTIVE):
                return
            row = self._changeable(connection, run_id, "stop")
            if row.state in ACTIVE:
                self._wish(connection, row, "stop")
            else:
                self._move(connection, row, "stopped", "stop", f"Stopped at step {row.step}.")

    def series(self, run_id: str, after: int = -1, limit: int = 5000) -> dict[str, Any]:
        """The measured numbers of up to `limit` steps with step > `after`, ascending.

        {"steps": [1, 2], "columns": {"loss": [4.1, 3.9], "val_loss": [None, 4.0]}}: a number that was not measured
        at a step, or was not finite, is None.
        """
        most_rows = limit * _NAMES_PER_STEP
        wanted = (
            select(metrics.c.step, metrics.c.name, metrics.c.value)
            .where(metrics.c.run_id == run_id, metrics.c.step > after)
            .order_by(metrics.c.step, metrics.c.name)
            .limit(most_rows)
        )
        with self.database.read() as connection:
            rows = connection.execute(wanted).all()
        by_step: dict[int, dict[str, float | None]] = {}
        for step, name, value in rows:
            by_step.setdefault(step, {})[name] = value
        if len(rows) == most_rows and len(by_step) > 1:
            by_step.popitem()  # the cut may have gone through the middle of the last step
        return columns_of(dict(builtins.list(by_step.items())[:limit]))

    def events(self, run_id: str) -> builtins.list[RunEvent]:
        """The run's diary, oldest first: submitted, started, paused, worker lost, …"""
        diary = select(events).where(events.c.run_id == run_id).order_by(events.c.id)
        with self.database.read() as connection:
            return [RunEvent(row.at, row.kind, row.detail) for row in connection.execute(diary)]

    def lease(self, run_id: str, epoch: int) -> Lease:
        """The worker's side: write access to one run for as long as no later worker owns it."""
        return Lease(self.database, run_id, epoch)

    def close(self) -> None:
        self.database.close()

    def _now(self, connection: Connection) -> float:
        return float(connection.execute(select(self.database.now)).scalar_one())

    def _statuses(self, connection: Connection, rows: Sequence[Any]) -> builtins.list[RunStatus]:
        waiting = queue_order(connection) if any(row.state == "queued" for row in rows) else []
        place = {run_id: position for position, run_id in enumerate(waiting, start=1)}
        now = self._now(connection)
        return [status_of(row, queue_position=place.get(row.id), now=now) for row in rows]

    def _changeable(self, connection: Connection, run_id: str, verb: str) -> Any:
        """The run's row, unless it is over or about to be."""
        row = _find(connection, run_id, to_change=True)
        if row.state in OVER:
            raise RunError(f'Run "{row.name}" {_ENDED[row.state]}, so there is nothing to {verb}. Start a new run.')
        if row.want == "stop" and row.state in ACTIVE:
            raise RunError(f'Run "{row.name}" is being stopped. Wait until it has ended, then resume it.')
        return row

    def _steppable(self, connection: Connection, run_id: str) -> Any:
        row = _find(connection, run_id, to_change=True)
        return row if row.state == "stopped" else self._changeable(connection, run_id, "step through")

    def _train_until(self, connection: Connection, row: Any, step: int) -> None:
        step = min(step, row.steps)
        if row.state in ("parked", "stopped"):
            self._move(connection, row, "queued", "run", "Waiting for its turn.", run_until=step)
        else:
            self._wish(connection, row, "run", run_until=step)

    def _wish(self, connection: Connection, row: Any, want: Want, run_until: int | None = None) -> None:
        """Write down what the worker should do; asking twice is asking once."""
        if (row.want, row.run_until) == (want, run_until):
            return
        wished = {"want": want, "run_until": run_until, "ctl": runs.c.ctl + 1}
        connection.execute(update(runs).where(runs.c.id == row.id).values(wished))
        detail = want if run_until is None else f"{want} until step {run_until}"
        note(connection, row.id, self._now(connection), "wish", detail)

    def _move(
        self, connection: Connection, row: Any, state: str, want: Want, message: str, *, run_until: int | None = None
    ) -> None:
        """Change a run that no worker owns: nobody has to be asked."""
        now = self._now(connection)
        times = {"queued_at": now, "attempts": 0, "finished_at": None} if state == "queued" else {}
        times |= {"finished_at": now} if state == "stopped" else {}
        connection.execute(
            update(runs)
            .where(runs.c.id == row.id)
            .values(
                state=state,
                want=want,
                run_until=run_until,
                message=message,
                ctl=runs.c.ctl + 1,
                ctl_seen=runs.c.ctl + 1,
                **times,
            )
        )
        note(connection, row.id, now, state, message)


def columns_of(by_step: dict[int, dict[str, float | None]]) -> dict[str, Any]:
    """{3: {"loss": 1.0}, 4: {"val_loss": 2.0}} -> steps [3, 4], columns loss [1.0, None], val_loss [None, 2.0]."""
    names = sorted({name for values in by_step.values() for name in values})
    return {
        "steps": builtins.list(by_step),
        "columns": {name: [values.get(name) for values in by_step.values()] for name in names},
    }


def _find(connection: Connection, run_id: str, *, to_change: bool = False) -> Any:
    """The run's row; with `to_change` no other transaction changes it before this one ends."""
    query = select(runs).where(runs.c.id == run_id)
    row = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    if row is None:
        raise RunError(f'There is no run "{run_id}" in the list of runs. Choose another one.')
    return row
