"""What people see of a run: a row of the store in, a frozen `RunStatus` out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

State = Literal["queued", "starting", "running", "paused", "parked", "done", "failed", "stopped"]
Want = Literal["run", "pause", "stop"]

ACTIVE: tuple[State, ...] = ("starting", "running", "paused")  # a worker process owns the run
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
    )
