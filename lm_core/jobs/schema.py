"""The store's tables: what is wished for, what was observed, who owns a run, and every measured number.

A run's row has four kinds of columns. *Wished*: pages write them (want, …) and raise `ctl`. *Observed*: the worker
writes them and sets `ctl_seen` to the wish that it has carried out. *Lease*: who may write observed columns now;
`epoch` grows with every worker, so that an old one that wakes up late can tell that it is no longer wanted.
*Times* are seconds since 1970 by the database's own clock.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    literal_column,
)
from sqlalchemy.sql import ColumnElement

tables = MetaData()

runs = Table(
    "runs",
    tables,
    Column("id", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("config", Text, nullable=False),  # RunConfig as JSON
    Column("steps", Integer, nullable=False),
    Column("backend", String(20), nullable=False, default="local"),
    Column("state", String(10), nullable=False, default="queued"),
    Column("message", Text, nullable=False, default=""),  # for people
    # wished
    Column("want", String(5), nullable=False, default="run"),  # run, pause, stop
    Column("lr_want", Float),  # a learning rate set by hand; NULL: the schedule
    Column("run_until", Integer),  # single steps: train up to here, then pause
    Column("ctl", Integer, nullable=False, default=0),
    # observed
    Column("ctl_seen", Integer, nullable=False, default=0),
    Column("step", Integer, nullable=False, default=0),
    Column("train_loss", Float),
    Column("val_loss", Float),
    Column("tokens_per_second", Float),
    Column("learning_rate", Float),
    Column("checkpoint_step", Integer),
    Column("checkpoint_file", String(100)),
    # lease
    Column("epoch", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("host", String(200)),
    Column("pid", Integer),
    Column("pid_started", Float),  # tells a worker from a later process with its number
    Column("lease_until", Float),
    Column("heard_at", Float),
    Column("progress_at", Float),  # when `step` last changed
    # times
    Column("created_at", Float, nullable=False),
    Column("queued_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Index("runs_by_state", "state", "queued_at"),
)

# When each owner last got a place, so that turns are fair; it outlives the owner's runs.
served = Table("served", tables, Column("owner", String(200), primary_key=True), Column("at", Float, nullable=False))

# Learning rates set by hand, by the number of updates made before; NULL: the schedule again. Unlike measured numbers
# they outlive the way back to a checkpoint: what is trained again is trained at the same rates.
rates = Table(
    "rates",
    tables,
    Column("run_id", String(64), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("rate", Float),
)

# Ordered by step, so that "all rows after step N" is one stretch of the table; NaN is stored as NULL.
metrics = Table(
    "metrics",
    tables,
    Column("run_id", String(64), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("value", Float),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    tables,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("detail", Text, nullable=False, default=""),
)

# Short labels that people give to runs.
tags = Table(
    "tags",
    tables,
    Column("run_id", String(64), primary_key=True),
    Column("tag", String(60), primary_key=True),
)

# Runs that were deleted and can still be brought back; their rows and numbers stay until they are forgotten.
deleted = Table(
    "deleted",
    tables,
    Column("run_id", String(64), primary_key=True),
    Column("at", Float, nullable=False),
)


def note(connection: Connection, run_id: str, at: Any, kind: str, detail: str) -> None:
    """Write one line into a run's diary, in the transaction that it tells of; `at` may be the database's `now`."""
    connection.execute(insert(events).values(run_id=run_id, at=at, kind=kind, detail=detail))


def database_time(dialect: str) -> ColumnElement[float]:
    """Seconds since 1970 by the database's clock, so that machines whose clocks differ agree."""
    if dialect == "sqlite":
        return (func.julianday("now", type_=Float) - 2440587.5) * 86400.0
    return literal_column("extract(epoch from clock_timestamp())::float8", Float)
