"""What people see of a run: a row of the store, or a run that came with the app, in; a frozen `RunStatus` out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lm_core.runs.run import Run
from lm_core.runs.series import read_series

State = Literal["queued", "starting", "running", "paused", "parked", "done", "failed", "stopped"]
Want = Literal["run", "pause", "stop"]

ACTIVE: tuple[State, ...] = ("starting", "running", "paused")  # a worker process owns the run
TRAINING: tuple[State, ...] = ("starting", "running")  # these take up a place; a paused worker only waits
WAITING: tuple[State, ...] = ("queued", "parked")  # no worker, but it will go on
OVER: tuple[State, ...] = ("done", "failed", "stopped")


@dataclass(frozen=True)
class RunStatus:
    """One run, at the moment it was read. Times are seconds since 1970; losses are nats per token."""

    run_id: str
    name: str
    owner: str
    state: State
    want: Want
    applying: bool  # a wish is written down, and the worker has not yet carried it out
    step: int
    steps: int
    created_at: float
    started_at: float | None
    finished_at: float | None
    pid: int | None
    epoch: int  # how many workers this run has had
    attempts: int  # how many in a row without a checkpoint between them
    message: str  # for people
    val_loss: float | None
    train_loss: float | None
    tokens_per_second: float | None
    checkpoint_step: int | None
    queue_position: int | None  # 1: next; None: not in the queue
    silent_seconds: float  # since the worker was last heard; 0 where there is none
    run_until: int | None = None  # single steps: it trains up to here, then holds still
    learning_rate: float | None = None  # of the newest step
    stuck_seconds: float = 0.0  # since its training loop last moved; 0 unless it is to move
    rate_by_hand: float | None = None  # wished instead of the schedule's


@dataclass(frozen=True)
class RunEvent:
    """One line of a run's diary."""

    at: float
    kind: str
    detail: str


def status_of(row: Any, *, queue_position: int | None, now: float) -> RunStatus:
    """Translate a row of `runs`; `now` is the database's clock at the same moment."""
    return RunStatus(
        run_id=row.id,
        name=row.name,
        owner=row.owner,
        state=row.state,
        want=row.want,
        applying=row.ctl > row.ctl_seen,
        step=row.step,
        steps=row.steps,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        pid=row.pid if row.state in ACTIVE else None,
        epoch=row.epoch,
        attempts=row.attempts,
        message=row.message,
        val_loss=row.val_loss,
        train_loss=row.train_loss,
        tokens_per_second=row.tokens_per_second,
        checkpoint_step=row.checkpoint_step,
        queue_position=queue_position,
        silent_seconds=max(0.0, now - row.heard_at) if row.state in ACTIVE and row.heard_at else 0.0,
        run_until=row.run_until,
        learning_rate=row.learning_rate,
        rate_by_hand=row.lr_want,
        stuck_seconds=max(0.0, now - row.progress_at) if row.state == "running" and row.progress_at else 0.0,
    )


def status_of_shipped(run: Run) -> RunStatus:
    """A run that came with the app has no row: it is done, and its curves hold its last numbers.

    Raises:
        RunError: its configuration or its curves are damaged.
    """
    config, columns = run.read_config(), read_series(run)["columns"]
    newest = {
        name: next((value for value in reversed(values) if value is not None), None)
        for name, values in columns.items()
    }  # fmt: skip
    return RunStatus(
        run_id=run.id, name=config.name, owner="gallery", state="done", want="run", applying=False,
        step=config.train.steps, steps=config.train.steps, created_at=0.0, started_at=None, finished_at=None,
        pid=None, epoch=0, attempts=0, message="", val_loss=newest.get("val_loss"), train_loss=newest.get("loss"),
        tokens_per_second=newest.get("tokens_per_second"), checkpoint_step=config.train.steps, queue_position=None,
        silent_seconds=0.0,
    )  # fmt: skip
