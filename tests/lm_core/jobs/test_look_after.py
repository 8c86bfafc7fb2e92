"""Whoever looks at a run that has lost its worker and its supervisor both gets it going again."""

import time
from dataclasses import replace

import pytest

from lm_core.jobs import supervisor
from lm_core.jobs.store import open_store
from lm_core.jobs.supervisor import MISSED_AFTER, look_after


@pytest.fixture
def asked(monkeypatch):
    """The settings that a supervisor was asked for with; none is started."""
    calls = []
    monkeypatch.setattr(supervisor, "ensure_supervisor", calls.append)
    monkeypatch.setattr(supervisor, "_started", [])  # those of earlier tests, for other data folders
    return calls


@pytest.fixture
def waiting(settings, tiny_config):
    store = open_store(settings.store_url)
    store.submit("a-run", "tiny", tiny_config.to_json(), 40)
    yield store.get("a-run")
    store.close()


def long_ago():
    return time.time() - MISSED_AFTER - 1


def test_a_run_that_waits_for_long_gets_a_supervisor(asked, waiting, settings):
    look_after([replace(waiting, created_at=long_ago())], settings)
    assert asked == [settings]


def test_a_worker_that_is_silent_for_long_gets_a_supervisor(asked, waiting, settings):
    lost = replace(waiting, state="running", queue_position=None, silent_seconds=MISSED_AFTER + 1)
    look_after([waiting, lost], settings)
    assert asked == [settings]


@pytest.mark.parametrize("state", ["running", "paused", "parked", "done", "failed", "stopped"])
def test_a_run_that_is_well_or_wants_nobody_is_left_alone(state, asked, waiting, settings):
    look_after([waiting, replace(waiting, state=state, queue_position=None, created_at=long_ago())], settings)
    assert asked == []


def test_a_supervisor_on_its_way_is_not_asked_for_again(asked, waiting, settings, monkeypatch):
    class OnItsWay:
        def poll(self):
            return None

    waits = replace(waiting, created_at=long_ago())
    started = supervisor.Started(settings.home, time.monotonic(), OnItsWay())
    monkeypatch.setattr(supervisor, "_started", [started])
    look_after([waits], settings)
    assert asked == []
    monkeypatch.setattr(supervisor, "_started", [replace(started, at=started.at - 3600)])  # its lock tells by now
    look_after([waits], settings)
    assert asked == [settings]


def test_thirty_clicks_while_one_is_on_its_way_start_no_other(settings, monkeypatch):
    class OnItsWay:
        pid = 7

        def poll(self):
            return None

    monkeypatch.setattr(supervisor, "_started", [])
    monkeypatch.setattr(supervisor, "start_detached", lambda *arguments, **options: OnItsWay())
    assert [supervisor.ensure_supervisor(settings) for _ in range(30)] == [7] + [None] * 29
