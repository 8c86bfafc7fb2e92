"""What PostgreSQL alone can show: a missing driver in words, a whole run, and a server that falls over meanwhile."""

import sys
import threading
import time

import pytest
from sqlalchemy import select

from lm_core.errors import ConfigError
from lm_core.jobs.database import StoreAway
from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter
from lm_core.jobs.schema import runs
from lm_core.jobs.store import open_store
from lm_core.jobs.worker import main as work
from lm_core.runs.run import create_run

on_server = [pytest.mark.postgres]
on_postgres = [pytest.param("postgresql", marks=on_server)]


def test_a_missing_driver_is_named_with_what_to_run(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"needs the package psycopg.* pip install \"tokenarium\[postgres\]\""):
        open_store("postgresql://someone:secret@127.0.0.1/class")


@pytest.mark.parametrize("database", on_postgres, indirect=True)
def test_a_run_trains_to_its_end(store, settings, tiny_config):
    run = create_run(tiny_config, settings.runs_folder)
    store.submit(run.id, "Run", tiny_config.to_json(), tiny_config.train.steps)
    Queue(store.database).claim(1, "here")
    assert work([run.id, "1"]) == 0
    status = store.get(run.id)
    assert (status.state, status.step, status.checkpoint_step) == ("done", 40, 40)
    assert store.series(run.id)["steps"] == list(range(41))


@pytest.mark.parametrize("database", on_postgres, indirect=True)
def test_a_server_that_falls_over_and_comes_back_loses_nothing(store, postgres):
    store.submit("one", "One", "{}", 100)
    Queue(store.database).claim(1, "here")
    left = threading.Event()
    reporter = Reporter(store.lease("one", 1), leave=left.set)
    reporter.start()
    reporter.add(1, {"loss": 1.0})
    postgres.stop()
    for step in range(2, 31):
        reporter.add(step, {"loss": 1.0})
    time.sleep(0.7)
    postgres.start()
    deadline = time.monotonic() + 20
    while len(store.series("one")["steps"]) < 30:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    reporter.close()
    assert not left.is_set()


@pytest.mark.parametrize("database", on_postgres, indirect=True)
def test_a_run_that_ends_while_it_is_given_up_stays_ended(store, settings):
    """The supervisor reads the row just before the worker's last word arrives, and must wait for it."""
    store.submit("one", "One", "{}", 100)
    queue = Queue(store.database)
    queue.claim(1, "here")
    other = open_store(settings.store_url)
    with store.database.write() as connection:
        store.lease("one", 1)._write(connection, state="done")
        giving_up = threading.Thread(target=Queue(other.database).worker_lost, args=("one", 1, "Its process is gone."))
        giving_up.start()
        time.sleep(0.2)
        assert giving_up.is_alive()
    giving_up.join(10)
    other.close()
    assert store.get("one").state == "done"


@pytest.mark.parametrize("database", on_postgres, indirect=True)
def test_who_stands_still_in_the_midst_of_writing_keeps_others_out_for_so_long_and_no_longer(
    store, settings, monkeypatch
):
    store.submit("one", "One", "{}", 100)
    monkeypatch.setattr("lm_core.jobs.database.BUSY_SECONDS", 0.3)
    still = open_store(settings.store_url)

    def stand_still():
        with still.database.write_alone() as connection:
            connection.execute(select(runs).with_for_update())
            assert Queue(store.database).claim(1, "here") is not None, "it waits, and then it comes in"
            connection.execute(select(runs))

    with pytest.raises(StoreAway):
        stand_still()
    still.close()
