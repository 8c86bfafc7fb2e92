"""Faults at random moments: whatever is killed, frozen, locked or full, the run ends as if nothing had happened.

Each kind strikes a few times in `make test`, and in 20 rounds in `make test-all`.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest
import torch

from lm_core.config import with_settings
from lm_core.jobs.lease import LEASE_SECONDS
from lm_core.jobs.processes import is_alive, start_detached
from lm_core.jobs.store import open_store
from lm_core.jobs.supervisor import ensure_supervisor
from lm_core.runs.checkpoint import read_tensors
from lm_core.runs.checkpoint_files import checkpoints
from lm_core.runs.run import create_run

STEPS = 160
ROUNDS = [1, pytest.param(20, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
PATIENCE = 150


@pytest.fixture
def store(settings):
    store = open_store(settings.store_url)
    yield store
    store.close()


@pytest.fixture
def config(tiny_config):
    changes = {"steps": str(STEPS), "batch_size": "24", "checkpoint_every": "20", "eval_every": "40"}
    model = {"model.context_length": "48", "model.d_model": "48"}
    return with_settings(tiny_config, {**{f"train.{name}": value for name, value in changes.items()}, **model})


@pytest.fixture
def train_to_the_end(config, settings, store):
    """train_to_the_end(strike) -> the run; `strike(run_id)` is called every 20 ms until the run is over."""

    def train(strike=lambda run_id: None):
        run = create_run(config, settings.runs_folder)
        store.submit(run.id, "Run", config.to_json(), STEPS)
        deadline = time.monotonic() + PATIENCE
        while (state := store.get(run.id).state) not in ("done", "failed", "stopped"):
            assert time.monotonic() < deadline, store.events(run.id)
            ensure_supervisor(settings)
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
        remembered.update(tensors=read_tensors(checkpoints(run)[-1]), series=store.series(run.id))
    return remembered


def assert_same_result(store, undisturbed, run):
    a, b = undisturbed["tensors"], read_tensors(checkpoints(run)[-1])
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a), "weights, optimizer or chance differ"
    rows, others = undisturbed["series"], store.series(run.id)
    assert rows["steps"] == others["steps"] == list(range(STEPS + 1)), "a row is missing or doubled"
    for name in ("loss", "val_loss", "grad_norm", "learning_rate", "update_ratio"):
        assert rows["columns"][name] == others["columns"][name], name


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
    """Kills the worker or the supervisor with -9, `strikes` times, each at a random moment of its life."""

    def __init__(self, store, settings, victims, chance, strikes):
        self.store, self.settings, self.chance = store, settings, chance
        self.victims, self.strikes, self.next_at = victims, strikes, 0.0
        self.killed = []

    def __call__(self, run_id):
        if len(self.killed) >= self.strikes or time.monotonic() < self.next_at:
            return
        victim = self.victims[len(self.killed) % len(self.victims)]
        status = self.store.get(run_id)
        pid = status.pid if victim == "worker" else (supervisor_of(self.settings) or (None,))[0]
        if pid and (victim == "supervisor" or status.step > 0):
            time.sleep(self.chance.uniform(0, 0.5))
            send(signal.SIGKILL, pid)
            self.killed.append((victim, status.step))
            self.next_at = time.monotonic() + self.chance.uniform(0.2, 2)


@pytest.mark.parametrize("rounds", ROUNDS)
def test_workers_and_supervisors_killed_at_random_moments_leave_no_trace(
    rounds, store, settings, train_to_the_end, undisturbed
):
    for seed in range(rounds):
        killer = Killer(store, settings, ("worker", "supervisor"), random.Random(seed), strikes=3)
        run = train_to_the_end(killer)
        print(f"round {seed}: killed {killer.killed}, workers used {store.get(run.id).epoch}")
        assert_same_result(store, undisturbed, run)
        shutil.rmtree(run.folder)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot freeze a process")
def test_a_frozen_worker_is_replaced_and_changes_nothing_when_it_thaws(store, train_to_the_end, undisturbed):
    frozen = []

    def freeze(run_id):
        status = store.get(run_id)
        if not frozen and status.pid and status.step > 30:
            send(signal.SIGSTOP, status.pid)
            frozen.append(status.pid)

    run = train_to_the_end(freeze)
    kinds = [event.kind for event in store.events(run.id)]
    assert ("silent" in kinds, "worker-lost" in kinds) == (True, True)
    assert not psutil_alive(frozen[0])
    assert_same_result(store, undisturbed, run)


def psutil_alive(pid):
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("rounds", ROUNDS)
def test_four_racing_supervisors_start_each_run_once(rounds, store, settings, config):
    short = with_settings(config, {"train.steps": "5", "train.warmup_steps": "1"})
    for _ in range(rounds):
        runs = [create_run(short, settings.runs_folder) for _ in range(3)]
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
        assert [store.get(run.id).epoch for run in runs] == [1, 1, 1], "started more than once"


def wait_until(condition, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.03)


def test_a_locked_store_holds_nobody_up_and_loses_nothing(store, settings, train_to_the_end, undisturbed):
    """Another program holds the write lock for longer than a writer waits."""
    locked = []

    def lock(run_id):
        if locked or store.get(run_id).step < 20:
            return
        other = sqlite3.connect(settings.home / "tokenarium.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(LEASE_SECONDS - 3)  # longer than the ten seconds that a writer waits
        other.execute("ROLLBACK")
        other.close()
        locked.append(True)

    run = train_to_the_end(lock)
    assert locked
    assert store.get(run.id).epoch == 1, "nobody is judged while nobody can write"
    assert_same_result(store, undisturbed, run)


def test_half_a_checkpoint_is_never_trained_on(store, settings, train_to_the_end, undisturbed):
    """A worker that dies while it writes leaves half a file; the row still names the whole one before."""
    struck = []

    def strike(run_id):
        status = store.get(run_id)
        if struck or not status.checkpoint_step or not status.pid:
            return
        send(signal.SIGKILL, status.pid)
        folder = settings.runs_folder / run_id / "checkpoints"
        whole = sorted(folder.glob("*.safetensors"))[-1].read_bytes()
        (folder / f"s{STEPS:08d}-e1.safetensors").write_bytes(whole[: len(whole) // 2])
        (folder / f"s{STEPS:08d}-e2.safetensors.tmp").write_bytes(whole[:100])
        struck.append(True)

    run = train_to_the_end(strike)
    assert struck
    assert_same_result(store, undisturbed, run)


def test_a_run_of_another_format_is_refused_in_words_and_left_as_it_is(store, settings, config):
    run = create_run(config, settings.runs_folder)
    older = run.config_path.read_text().replace('"format_version":1', '"format_version":0')
    older = older.replace('"format_version": 1', '"format_version": 0')
    assert '"format_version"' in older
    run.config_path.write_text(older)
    store.submit(run.id, "Run", config.to_json(), STEPS)
    ensure_supervisor(settings)
    wait_until(lambda: store.get(run.id).state == "failed")
    assert "format 0" in store.get(run.id).message
    assert store.get(run.id).attempts == 1, "another worker would find the same"
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
    from lm_core.settings import read_settings

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
        send(signal.SIGKILL, supervisor[0])
