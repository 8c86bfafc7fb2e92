"""Who is judged silent, and who only slept."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lm_core.config import RunConfig, parse_config
from lm_core.errors import LostLease
from lm_core.jobs.processes import holds_write_lock, is_alive, is_frozen, kill, this_host, this_process
from lm_core.jobs.queue import Queue
from lm_core.jobs.store import open_store
from lm_core.jobs.supervisor import Supervisor
from lm_core.jobs.watch import Watch, longest_step


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


def train_for(supervisor, clock, lease, seconds, **observed):
    """The worker's reporter speaks every second; its training moves only if `observed` says so."""
    for _ in range(seconds):
        lease.report(**observed)
        tick_for(supervisor, clock, 1)


@pytest.fixture
def training(store, hanging):
    """The lease of a run whose process lives and whose reporter this test is."""
    store.resume("one")
    lease = store.lease("one", 1)
    lease.change_state("running")
    return lease


def test_a_loop_that_hangs_while_its_reporter_lives_is_noticed_then_given_up(store, settings, training, clock, hanging):
    supervisor = Supervisor(settings, store, clock)
    train_for(supervisor, clock, training, 61)
    assert [event.kind for event in store.events("one")].count("stuck") == 0
    train_for(supervisor, clock, training, 5)
    assert [event.kind for event in store.events("one")].count("stuck") == 1
    assert store.get("one").state == "running"
    store.submit("two", "Two", "{}", 10)  # takes the place, so that no successor starts in this test
    Queue(store.database).claim(9, "elsewhere")
    train_for(supervisor, clock, training, 54)
    with pytest.raises(LostLease):
        train_for(supervisor, clock, training, 3)
    lost = next(event for event in store.events("one") if event.kind == "worker-lost")
    assert lost.detail == "Its training stood still for 121 seconds."
    assert store.get("one").state == "queued"
    hanging.wait(5)


def test_a_long_evaluation_and_a_long_pause_are_no_standstill(store, settings, training, clock):
    supervisor = Supervisor(settings, store, clock)
    train_for(supervisor, clock, training, 200, moved=True)  # no step is complete, but the model is at work
    training.change_state("paused")
    train_for(supervisor, clock, training, 200)
    kinds = [event.kind for event in store.events("one")]
    assert ("stuck" in kinds, store.get("one").state) == (False, "paused")


def test_a_slow_model_may_take_twenty_of_its_steps():
    config = parse_config(RunConfig, {"train": {"batch_size": 10}, "model": {"context_length": 100}})
    assert longest_step(config.to_json(), None) == 60
    assert longest_step(config.to_json(), 10_000.0) == 60
    assert longest_step(config.to_json(), 100.0) == 200


def test_a_run_that_ends_every_worker_fails_with_the_last_words_of_its_log(store, settings, monkeypatch):
    poison = "print('=== worker'); raise ValueError('this text is poison')"

    def start(module, arguments, *, log_path, settings):
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            return subprocess.Popen([sys.executable, "-S", "-c", poison], stdout=log, stderr=log)

    monkeypatch.setattr("lm_core.jobs.supervisor.start_detached", start)
    store.submit("one", "One", "{}", 100)
    supervisor = Supervisor(settings, store)
    deadline = time.monotonic() + 90
    while store.get("one").state != "failed" and time.monotonic() < deadline:
        supervisor.tick()
        time.sleep(0.02)
    assert store.get("one").message == (
        "The worker was lost 5 times in a row, so the run was given up. "
        "Its last words were: ValueError: this text is poison"
    )


def test_progress_gives_a_run_new_attempts(store, settings):
    store.submit("one", "One", "{}", 100)
    queue = Queue(store.database)
    for worker in range(1, 9):
        queue.claim(1, "here")
        store.lease("one", worker).report(checkpoint_step=worker, checkpoint_file=f"s{worker}", attempts=1)
        queue.worker_lost("one", worker, "It is gone.")
    assert (store.get("one").state, store.get("one").attempts) == ("queued", 1)


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


STANDS_STILL_WHILE_IT_WRITES = """
import os, signal, sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
sys.stdin.readline()
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE runs SET step = 77")
print("it writes", flush=True)
if sys.argv[2] == "frozen":
    os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(600)
"""


@pytest.fixture
def writer(store, settings, request):
    """A worker that stands still in the midst of writing, so that it holds the lock for ever; another, in order; and a
    run that waits, so that each look of a supervisor wants to write.
    """
    command = [sys.executable, "-c", STANDS_STILL_WHILE_IT_WRITES, str(settings.home / "tokenarium.db"), request.param]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    for run_id, one in (("one", process), ("two", sleeper)):
        store.submit(run_id, "Run", "{}", 100)
        Queue(store.database).claim(2, this_host())
        lease = store.lease(run_id, 1)
        lease.register(host=this_host(), pid=one.pid, pid_started=psutil.Process(one.pid).create_time())
        store.pause(run_id)  # so that the supervisor starts no successor in this test
    store.submit("three", "Run", "{}", 100)
    process.stdin.write(b"go\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"it writes\n"
    yield process, sleeper
    for one in (process, sleeper):
        one.kill()
        one.communicate()


needs_signals = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot freeze a process")
needs_locks = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="this system does not tell who has a lock")


@pytest.mark.parametrize(
    "writer", [pytest.param("frozen", marks=needs_signals), pytest.param("hanging", marks=needs_locks)], indirect=True
)
def test_a_worker_that_stands_still_while_it_writes_is_ended_and_nobody_else(
    store, settings, writer, clock, monkeypatch
):
    monkeypatch.setattr("lm_core.jobs.database.BUSY_SECONDS", 0.02)
    impatient = open_store(settings.store_url)
    supervisor = Supervisor(settings, impatient, clock)
    process, sleeper = writer
    tick_for(supervisor, clock, 15)
    assert process.poll() is None
    tick_for(supervisor, clock, 2)
    assert process.poll() is not None
    assert (store.get("one").state, store.get("one").step) == ("parked", 0)
    assert "It stood still for 16 seconds and let nobody else write." in store.get("one").message
    assert sleeper.poll() is None
    assert store.get("two").state == "starting"
    impatient.close()


@needs_locks
def test_who_writes_and_who_waits_for_that(tmp_path):
    """Against SQLite itself: the process that is in a transaction holds the lock, and only for so long."""
    me, path = this_process().pid, tmp_path / "one.db"
    one, other = (sqlite3.connect(path, isolation_level=None, timeout=0) for _ in range(2))
    one.execute("PRAGMA journal_mode=WAL")
    one.execute("CREATE TABLE runs (step)")
    assert not holds_write_lock(me)
    one.execute("BEGIN")
    one.execute("SELECT * FROM runs").fetchall()
    assert not holds_write_lock(me), "who reads keeps nobody out"
    one.execute("COMMIT")
    one.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    assert holds_write_lock(me)
    one.execute("ROLLBACK")
    assert not holds_write_lock(me)
    one.close()
    other.close()
    assert not is_frozen(me)


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
