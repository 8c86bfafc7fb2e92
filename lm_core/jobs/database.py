"""The one door to the database: a URL in, transactions out. SQLite and PostgreSQL differ here and nowhere above."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.sql import ColumnElement, Executable

from lm_core.errors import ConfigError, RunError
from lm_core.jobs.schema import database_time, tables

BUSY_SECONDS = 10
AWAY = (OperationalError, InterfaceError)  # what drivers raise for a full disk, a lost connection, a long lock
_ONE_AT_A_TIME = 7_406_991  # PostgreSQL's advisory lock has a number, not a name


class StoreAway(RunError):
    """The database cannot be used just now; what was to be written may be tried again later."""


class Database:
    """Short transactions on one database; safe to share between threads. Each raises `StoreAway` where it must.

    Raises:
        ConfigError: the package that speaks to this kind of database is missing.
        RunError: the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = _make_engine(url)
        except ModuleNotFoundError as error:
            raise ConfigError(
                f"The database {_shown(url)} needs the package {error.name}, which is not installed. "
                'For PostgreSQL run: pip install "tokenarium[postgres]"'
            ) from None
        except (ArgumentError, NoSuchModuleError, OSError) as error:
            raise _cannot_be_opened(url, error) from None
        try:
            self.dialect = self._engine.dialect.name
            self.now: ColumnElement[float] = database_time(self.dialect)
            self._create_tables()
        except (ImportError, OSError, SQLAlchemyError, StoreAway) as error:
            raise _cannot_be_opened(url, error) from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; never waits for writers."""
        with _in_words(), self._engine.connect() as connection:
            if self.dialect == "postgresql":  # by default each statement has a view of its own
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may read and then write: all of it happens, or nothing."""
        with _in_words(), self._engine.connect() as connection:
            connection = connection.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                yield connection

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """A transaction that no other `write_alone` overlaps: two claims never see the same queue."""
        with self.write() as connection:
            if self.dialect == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
            yield connection

    def upsert(self, table: Table, rows: list[dict[str, Any]]) -> tuple[Executable, list[dict[str, Any]]]:
        """Insert rows, or replace those already there: a transaction that is repeated does no harm."""
        insert = postgresql.insert(table) if self.dialect == "postgresql" else sqlite.insert(table)
        keys = [column.name for column in table.primary_key]
        others = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
        return insert.on_conflict_do_update(index_elements=keys, set_=others), rows

    def close(self) -> None:
        self._engine.dispose()

    def _create_tables(self) -> None:
        """Make what is missing; several processes may open a new database at once, and SQLite then says "locked".

        Where nothing is missing nothing is written: somebody else's lock keeps nobody from reading.
        """
        if self._has_tables():
            return
        for attempt in range(10):
            try:
                if self.dialect == "sqlite":
                    with self._engine.connect().execution_options(begin="") as connection:
                        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                with self.write_alone() as connection:
                    tables.create_all(connection)
                return
            except (OperationalError, StoreAway) as error:
                if "locked" not in str(error) or attempt == 9:
                    raise
                time.sleep(random.uniform(0.02, 0.1) * (attempt + 1))

    def _has_tables(self) -> bool:
        try:
            return set(inspect(self._engine).get_table_names()) >= set(tables.tables)
        except OperationalError:  # no file yet, or its journal is just being changed
            return False


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error, AWAY) and not error.connection_invalidated:
            raise
        raise StoreAway(f"The list of runs cannot be used now: {error.orig}. Try again in a moment.") from error


def _make_engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        if address.drivername in ("postgres", "postgresql"):
            address = address.set(drivername="postgresql+psycopg")
        if address.drivername == "postgresql+psycopg" and "connect_timeout" not in address.query:
            address = address.update_query_dict({"connect_timeout": str(BUSY_SECONDS)})
        engine = create_engine(address, pool_pre_ping=True)
        event.listen(engine, "connect", _set_up_postgresql)
        return engine
    if address.database and address.database != ":memory:":
        Path(address.database).expanduser().parent.mkdir(parents=True, exist_ok=True)
    if "timeout" not in address.query:
        address = address.update_query_dict({"timeout": str(BUSY_SECONDS)})
    engine = create_engine(address)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_postgresql(connection: Any, _record: Any) -> None:
    """Whoever stands still in the midst of a transaction keeps others out for so long, then the server ends it."""
    connection.execute(f"SET idle_in_transaction_session_timeout = {int(1000 * BUSY_SECONDS)}")
    connection.commit()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late; ours is in _begin_sqlite
    connection.execute("PRAGMA synchronous=NORMAL")  # a power cut may lose the last second, never the database


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads and then writes takes the write lock first, or waiting for it could not help."""
    if begin := connection.get_execution_options().get("begin", "BEGIN"):
        connection.exec_driver_sql(begin)


def _cannot_be_opened(url: str, error: Exception) -> RunError:
    reason = str(getattr(error.__cause__ or error, "orig", None) or error).splitlines()[0]
    return RunError(f"The database {_shown(url)} cannot be opened: {reason}. Check TOKENARIUM_STORE.")


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return f'"{url[:60]}"'
