"""Who is judged silent, and who only slept."""

import subprocess
import sys

import psutil
import pytest

from lm_core.jobs.processes import is_alive, kill, this_host, this_process
from lm_core.jobs.queue import Queue
from lm_core.jobs.store import open_store
from lm_core.jobs.supervisor import Supervisor
from lm_core.jobs.watch import Watch


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def look_for(watch, clock, seconds, lease="same"):
    for _ in range(seconds):
        clock.now += 1
        watch.look()
        silence = watch.silence("run", lease)
    return silence


def test_a_lease_that_does_not_change_is_silence(clock):
    watch = Watch(clock)
    assert watch.silence("run", "same") == 0
    assert look_for(watch, clock, 20) == 20
    assert watch.silence("run", "renewed") == 0


def test_after_a_gap_everybody_gets_a_fresh_start(clock):
    watch = Watch(clock)
    watch.silence("run", "same")
    look_for(watch, clock, 14)
    clock.now += 8 * 3600  # the lid was closed over night
    watch.look()
    assert watch.silence("run", "same") == 0
    assert look_for(watch, clock, 14) == 14


@pytest.fixture
def sleeper():
    """A process that does nothing, in place of a worker that hangs."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def hanging(store, sleeper):
    """A run whose worker lives and says nothing more."""
    store.submit("one", "One", "{}", 100)
    Queue(store.database).claim(1, this_host())
    lease = store.lease("one", 1)
    lease.register(host=this_host(), pid=sleeper.pid, pid_started=psutil.Process(sleeper.pid).create_time())
    lease.change_state("running", message="")
    store.pause("one")  # so that the supervisor starts no successor in this test
    return sleeper


def tick_for(supervisor, clock, seconds):
    for _ in range(seconds):
        clock.now += 1
        supervisor.tick()


def test_a_worker_that_hangs_is_killed_and_given_up(store, settings, hanging, clock):
    supervisor, started = Supervisor(settings, store, clock), psutil.Process(hanging.pid).create_time()
    tick_for(supervisor, clock, 14)
    assert store.get("one").state == "running"
    tick_for(supervisor, clock, 3)
    assert store.get("one").state == "parked"
    assert "no sign of life for 15 seconds" in store.get("one").message
    assert not is_alive(hanging.pid, started)


def test_a_laptop_that_slept_judges_nobody(store, settings, hanging, clock):
    supervisor = Supervisor(settings, store, clock)
    for _ in range(5):
        tick_for(supervisor, clock, 10)
        clock.now += 3600
    assert store.get("one").state == "running"
    assert hanging.poll() is None


def test_nobody_is_judged_while_the_store_cannot_be_written(store, settings, hanging, clock, monkeypatch):
    monkeypatch.setattr("lm_core.jobs.database.BUSY_SECONDS", 0.02)
    impatient = open_store(settings.store_url)
    supervisor = Supervisor(settings, impatient, clock)
    with store.database.write():
        tick_for(supervisor, clock, 40)
    assert hanging.poll() is None
    tick_for(supervisor, clock, 10)
    assert store.get("one").state == "running"
    impatient.close()


def test_a_worker_whose_process_is_gone_is_noticed_at_once(store, settings, hanging, clock):
    hanging.kill()
    hanging.wait()
    Supervisor(settings, store, clock).tick()
    assert store.get("one").message == "Paused. Its process is gone. Resume to go on from the beginning."


def test_a_pid_that_another_program_has_now_is_not_the_worker(sleeper):
    started = psutil.Process(sleeper.pid).create_time()
    assert is_alive(sleeper.pid, started)
    assert not is_alive(sleeper.pid, started - 3600)
    kill(sleeper.pid, started - 3600)
    assert sleeper.poll() is None
    kill(sleeper.pid, started)
    assert not is_alive(sleeper.pid, started)


def test_this_process_is_alive():
    me = this_process()
    assert is_alive(me.pid, me.started)
