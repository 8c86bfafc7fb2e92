"""Faults at random moments: whatever is killed, frozen, locked or full, the run ends as if nothing had happened.

Each kind strikes a few times in `make test`, and in 20 rounds in `make test-all`.
"""

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from lm_core.config import with_settings
from lm_core.jobs.processes import holds_write_lock, is_alive, is_frozen, kill, start_detached
from lm_core.jobs.queue import Queue
from lm_core.jobs.store import open_store
from lm_core.jobs.supervisor import ensure_supervisor
from lm_core.jobs.worker import main as work
from lm_core.runs.checkpoint import read_tensors
from lm_core.runs.checkpoint_files import checkpoints
from lm_core.runs.history import load_points
from lm_core.runs.run import create_run
from lm_core.settings import read_settings

ROOT = Path(__file__).parents[3]
STEPS = 160
MANY = pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])
LAST_CHANCE = 100  # a run that has come so far is soon over: whoever is to be killed is killed now
PATIENCE = 150
WRITER_WAITS, LEASE = 1, 5  # seconds; by default 10 and 15


@pytest.fixture
def settings(home, monkeypatch):
    """Less patience than by default, so that a test need not have it either."""
    monkeypatch.setenv("TOKENARIUM_STORE", f"sqlite:///{home / 'tokenarium.db'}?timeout={WRITER_WAITS}")
    monkeypatch.setenv("TOKENARIUM_LEASE", str(LEASE))
    return read_settings()


@pytest.fixture
def config(tiny_config):
    changes = {"steps": str(STEPS), "batch_size": "24", "checkpoint_every": "20", "eval_every": "40"}
    model = {"model.context_length": "48", "model.d_model": "48"}
    return with_settings(tiny_config, {**{f"train.{name}": value for name, value in changes.items()}, **model})


@pytest.fixture
def train_to_the_end(config, settings, store):
    """train_to_the_end(strike) -> the run; `strike(run_id)` is called every 20 ms until the run is over.

    `look()` is what keeps a supervisor there: each look of a page at a run, by default.
    """

    def train(strike=lambda run_id: None, look=lambda: ensure_supervisor(settings)):
        run = create_run(config, settings.runs_folder)
        store.submit(run.id, "Run", config.to_json(), STEPS)
        deadline = time.monotonic() + PATIENCE
        while (state := store.get(run.id).state) not in ("done", "failed", "stopped"):
            assert time.monotonic() < deadline, store.events(run.id)
            look()
            strike(run.id)
            time.sleep(0.02)
        assert state == "done", store.get(run.id).message
        return run

    return train


@pytest.fixture(scope="module")
def remembered():
    """What the undisturbed run came to: trained once for all tests of this file."""
    return {}


@pytest.fixture
def undisturbed(train_to_the_end, store, remembered):
    if not remembered:
        run = train_to_the_end()
        remembered.update(
            tensors=read_tensors(checkpoints(run)[-1]), series=store.series(run.id), points=load_points(run)
        )
    return remembered


def assert_same_result(store, undisturbed, run):
    a, b = undisturbed["tensors"], read_tensors(checkpoints(run)[-1])
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a), "weights, optimizer or chance differ"
    rows, others = undisturbed["series"], store.series(run.id)
    assert rows["steps"] == others["steps"] == list(range(STEPS + 1)), "a row is missing or doubled"
    for name in ("loss", "val_loss", "grad_norm", "learning_rate", "update_ratio"):
        assert rows["columns"][name] == others["columns"][name], name
    points = load_points(run)
    assert [point.step for point in points] == [point.step for point in undisturbed["points"]]
    for point, twin in zip(points, undisturbed["points"], strict=True):
        assert (point.sample, point.tokens, point.val_loss) == (twin.sample, twin.tokens, twin.val_loss)
        np.testing.assert_array_equal(point.attention, twin.attention)


def supervisor_of(settings):
    try:
        pid, started = (settings.home / "supervisor.pid").read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return (int(pid), float(started)) if is_alive(int(pid), float(started)) else None


def send(number, pid):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


class Killer:
    """Kills one victim after the other with -9, each at a random moment: a worker once it has made so many steps.

    A worker leaves half a file behind, as if it had died in the midst of writing a checkpoint.
    """

    def __init__(self, store, settings, victims, chance, app=None):
        self.store, self.settings, self.chance, self.app = store, settings, chance, app
        self.victims, self.next_at = list(victims), 0.0
        self.at_step = [chance.randint(25, LAST_CHANCE) for _ in victims]
        self.killed, self.pids, self.halves = [], set(), 0

    def __call__(self, run_id):
        if len(self.killed) == len(self.victims):
            return
        victim = self.victims[len(self.killed)]
        status = self.store.get(run_id)
        if time.monotonic() < self.next_at and status.step < LAST_CHANCE:
            return
        if pid := self._pid(victim, status):
            time.sleep(self.chance.uniform(0, 0.1))
            if pid in self.pids:
                return  # the row still names the one before
            send(signal.SIGKILL, pid)
            self.pids.add(pid)
            if victim == "worker":
                self.halves += leave_half_a_checkpoint(self.settings.runs_folder / run_id / "checkpoints")
            self.killed.append((victim, status.step))
            self.next_at = time.monotonic() + self.chance.uniform(0.2, 2)

    def _pid(self, victim, status):
        if victim == "worker":
            return status.pid if status.step >= self.at_step[len(self.killed)] else None
        return self.app.process.pid if victim == "server" else (supervisor_of(self.settings) or (None,))[0]


def leave_half_a_checkpoint(folder):
    """The row still names the whole one before; returns whether there was one."""
    written = sorted(folder.glob("*.safetensors"))
    if written:
        whole = written[0].read_bytes()
        (folder / f"s{STEPS:08d}-e1.safetensors").write_bytes(whole[: len(whole) // 2])
        (folder / f"s{STEPS:08d}-e2.safetensors.tmp").write_bytes(whole[:100])
    return bool(written)


@pytest.mark.parametrize("rounds", [1, MANY])
def test_workers_and_supervisors_killed_at_random_moments_leave_no_trace(
    rounds, store, settings, train_to_the_end, undisturbed
):
    for seed in range(rounds):
        killer = Killer(store, settings, ("worker", "supervisor", "worker"), random.Random(seed))
        run = train_to_the_end(killer)
        print(f"round {seed}: killed {killer.killed}, workers used {store.get(run.id).epoch}")
        assert (len(killer.killed), killer.halves > 0) == (3, True), "the run was over too soon to be killed"
        assert_same_result(store, undisturbed, run)
        shutil.rmtree(run.folder)


class App:
    """The real server, started again whenever it is gone, and a page that looks at a run."""

    def __init__(self, settings):
        self.settings, self.process, self.starts = settings, None, 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def look(self):
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-m", "streamlit", "run", "app/serve.py", "--server.headless=true"]
            options = [f"--server.port={self.port}", "--server.address=127.0.0.1"]
            with (self.settings.home / "server.log").open("a") as log:
                self.process = subprocess.Popen(
                    command + options, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
                )
            self.starts += 1
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/runs", timeout=5):
            return

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def app(settings):
    running = App(settings)
    yield running
    running.end()


@pytest.mark.parametrize("rounds", [MANY])
def test_the_server_killed_at_random_moments_too_leaves_no_trace(
    rounds, app, store, settings, train_to_the_end, undisturbed
):
    """Nobody but the server, whenever it is there, sees to a supervisor."""
    for seed in range(rounds):
        chance = random.Random(seed)
        victims = ["server", "server", "worker", "supervisor"]
        chance.shuffle(victims)
        killer = Killer(store, settings, victims, chance, app)
        run = train_to_the_end(killer, app.look)
        print(f"round {seed}: killed {killer.killed}, workers used {store.get(run.id).epoch}")
        assert_same_result(store, undisturbed, run)
        shutil.rmtree(run.folder)
    print(f"{app.starts} servers in all")


@pytest.mark.parametrize("rounds", [1, MANY])
def test_four_racing_supervisors_start_each_run_once(rounds, store, settings, config):
    short = with_settings(config, {"train.steps": "5", "train.warmup_steps": "1"})
    for _ in range(rounds):
        runs = [create_run(short, settings.runs_folder) for _ in range(2)]
        for run in runs:
            store.submit(run.id, "Run", short.to_json(), 5)
        log = settings.home / "race.log"
        racers = [
            start_detached("lm_core.jobs.supervisor", ["--idle-exit", "0.5"], log_path=log, settings=settings)
            for _ in range(4)
        ]
        wait_until(lambda runs=runs: all(store.get(run.id).state == "done" for run in runs))
        for racer in racers:
            assert racer.wait(60) == 0
        assert [store.get(run.id).epoch for run in runs] == [1, 1], "started more than once"


def wait_until(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.03)


needs_freezing = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot freeze a process")


@needs_freezing
def test_a_locked_store_then_a_frozen_worker_leave_no_trace(store, settings, train_to_the_end, undisturbed):
    """First another program holds the write lock, then the worker stands still: each for longer than the lease."""
    frozen = []

    def strike(run_id):
        status = store.get(run_id)
        if not frozen and status.pid and status.step > 0:
            with write_lock(settings.home / "tokenarium.db"):
                time.sleep(LEASE + 3)
                assert store.get(run_id).epoch == 1, "nobody is judged while nobody can write"
                frozen.append(freeze(status.pid))

    run = train_to_the_end(strike)
    kinds = [event.kind for event in store.events(run.id)]
    assert "silent" in kinds
    assert_replaced(store, run, frozen)
    assert_same_result(store, undisturbed, run)


@needs_freezing
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="this system does not tell who has a lock")
def test_a_worker_frozen_in_the_midst_of_writing_leaves_no_trace(store, train_to_the_end, undisturbed):
    """It holds the lock that all others need: nobody can even say that it is silent."""
    frozen = []

    def strike(run_id):
        status = store.get(run_id)
        if not frozen and status.pid and status.step > 0:
            frozen.append(freeze_while_it_writes(status.pid))

    run = train_to_the_end(strike)
    assert "silent" not in [event.kind for event in store.events(run.id)]
    assert_replaced(store, run, frozen)
    assert_same_result(store, undisturbed, run)


def assert_replaced(store, run, frozen):
    assert "worker-lost" in [event.kind for event in store.events(run.id)]
    assert store.get(run.id).epoch == 2
    assert len(frozen) == 1
    assert not is_alive(*frozen[0])


def freeze(pid):
    """Stop that process, all its threads; return the pid and when it began, by which to tell it from a later one."""
    send(signal.SIGSTOP, pid)
    time.sleep(0.005)
    wait_until(lambda: is_frozen(pid), 10)
    return pid, psutil.Process(pid).create_time()


def freeze_while_it_writes(pid):
    """It goes on by a millisecond at a time until it has come to such a moment."""
    for _attempt in range(10_000):
        identity = freeze(pid)
        if holds_write_lock(pid):
            return identity
        send(signal.SIGCONT, pid)
        time.sleep(0.001)
    raise AssertionError("it never came to such a moment")


@contextmanager
def write_lock(database):
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_a_run_of_another_format_is_refused_in_words_and_left_as_it_is(store, settings, config):
    run = create_run(config, settings.runs_folder)
    older = run.config_path.read_text().replace('"format_version":1', '"format_version":0')
    older = older.replace('"format_version": 1', '"format_version": 0')
    assert '"format_version"' in older
    run.config_path.write_text(older)
    store.submit(run.id, "Run", config.to_json(), STEPS)
    Queue(store.database).claim(1, "here")
    assert work([run.id, "1"]) == 0, "another worker would find the same"
    assert store.get(run.id).state == "failed"
    assert "format 0" in store.get(run.id).message
    assert run.config_path.read_text() == older


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with 12 MB, where this user may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this user cannot mount a small disk of its own (mount -t tmpfs)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_a_full_disk_stops_no_training_and_loses_no_row(small_disk, monkeypatch, config):
    monkeypatch.setenv("TOKENARIUM_HOME", str(small_disk / "home"))
    settings = read_settings()
    longer = with_settings(config, {"train.steps": "4000", "train.checkpoint_every": "50"})
    store = open_store(settings.store_url)
    run = create_run(longer, settings.runs_folder)
    store.submit(run.id, "Run", longer.to_json(), 4000)
    ensure_supervisor(settings)
    try:
        wait_until(lambda: store.get(run.id).checkpoint_step)
        ballast = small_disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            while True:
                try:
                    if not file.write(b"x" * 4096):
                        break
                except OSError:
                    break
        time.sleep(6)
        ballast.unlink()
        step = store.get(run.id).step
        wait_until(lambda: store.get(run.id).step > step + 20)
        store.stop(run.id)
        wait_until(lambda: store.get(run.id).state == "stopped")
        status = store.get(run.id)
        assert status.epoch == 1, store.events(run.id)
        assert store.series(run.id, limit=9000)["steps"] == list(range(status.step + 1))
        assert status.checkpoint_step == status.step
        assert not list(run.folder.rglob("*.tmp"))
    finally:
        store.close()
        end(settings)


def end(settings):
    supervisor = supervisor_of(settings)
    if supervisor:
        kill(*supervisor)
