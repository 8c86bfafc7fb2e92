"""What is killed at any moment comes back, and the numbers are those of a run that nothing happened to."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest
import torch

from lm_core.config import with_settings
from lm_core.jobs.processes import is_alive
from lm_core.jobs.supervisor import Supervisor, ensure_supervisor
from lm_core.runs.checkpoint import read_tensors
from lm_core.runs.checkpoint_files import checkpoints
from lm_core.runs.history import load_points
from lm_core.runs.run import create_run, find_run
from lm_core.settings import read_settings

STEPS = 120
SERVER = """
import sys, time
from lm_core.config import RunConfig, parse_config
from lm_core.jobs.launch import start_run
from lm_core.jobs.store import open_store
from lm_core.settings import read_settings
settings = read_settings()
config = parse_config(RunConfig, sys.argv[1])
print(start_run(config, settings, open_store(settings.store_url)), flush=True)
time.sleep(600)
"""


@pytest.fixture
def supervise(store):
    """Makes supervisors that live in this process, and ends the workers that they leave."""
    made = []

    def make(settings, store=store):
        made.append(Supervisor(settings, store))
        return made[-1]

    yield make
    for child in (child for supervisor in made for child in supervisor._children.values()):
        child.kill()
        child.wait()


@pytest.fixture
def config(tiny_config):
    """Steps of some milliseconds, so that a test can strike in the midst of them."""
    changes = {"steps": str(STEPS), "batch_size": "24", "checkpoint_every": "20", "eval_every": "25"}
    model = {"model.context_length": "48", "model.d_model": "48"}
    return with_settings(tiny_config, {**{f"train.{name}": value for name, value in changes.items()}, **model})


def wait_until(condition, seconds=90, meanwhile=lambda: None):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        meanwhile()
        time.sleep(0.03)


def pid_of(store, run_id):
    return store.get(run_id).pid


def test_a_worker_killed_twice_leaves_no_trace_in_the_result(config, monkeypatch, store, supervise):
    monkeypatch.setenv("TOKENARIUM_PARALLEL", "2")
    settings = read_settings()
    undisturbed, killed = (create_run(config, settings.runs_folder) for _ in range(2))
    for run in (undisturbed, killed):
        store.submit(run.id, "Run", config.to_json(), STEPS)

    def reached(step):
        return lambda: store.get(killed.id).state == "running" and store.get(killed.id).step >= step

    for strike in (30, 70):
        supervisor = supervise(settings)  # the second one finds workers that it did not start, as after a crash
        wait_until(reached(strike), meanwhile=supervisor.tick)
        os.kill(pid_of(store, killed.id), signal.SIGKILL)
        epoch = store.get(killed.id).epoch
        wait_until(lambda epoch=epoch: store.get(killed.id).epoch > epoch, meanwhile=supervisor.tick)
        assert "The worker was lost; training goes on from step" in store.get(killed.id).message
    for run in (undisturbed, killed):
        wait_until(lambda run=run: store.get(run.id).state == "done", meanwhile=supervisor.tick)
    assert store.get(killed.id).epoch == 3
    assert_same_result(store, undisturbed, killed)


def assert_same_result(store, one, other):
    a, b = (read_tensors(checkpoints(run)[-1]) for run in (one, other))
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a), "weights, optimizer or chance differ"
    rows, others = (store.series(run.id) for run in (one, other))
    assert rows["steps"] == others["steps"] == list(range(STEPS + 1))
    for name in ("loss", "val_loss", "grad_norm", "learning_rate", "update_ratio"):
        assert rows["columns"][name] == others["columns"][name], name
    points, other_points = load_points(one), load_points(other)
    assert [point.step for point in points] == [point.step for point in other_points]
    for point, twin in zip(points, other_points, strict=True):
        assert (point.sample, point.tokens, point.val_loss) == (twin.sample, twin.tokens, twin.val_loss)
        np.testing.assert_array_equal(point.attention, twin.attention)


def test_a_run_survives_its_server_its_supervisor_and_its_worker(config, settings, store):
    config = with_settings(config, {"train.steps": "3000", "train.checkpoint_every": "50"})
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, config.to_json()], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    run_id = server.stdout.readline().strip()
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    wait_until(lambda: store.get(run_id).step > 0)  # without its server, it began

    supervisor_pid, started = (settings.home / "supervisor.pid").read_text().split()
    os.kill(int(supervisor_pid), signal.SIGKILL)
    wait_until(lambda: not is_alive(int(supervisor_pid), float(started)))
    step = store.get(run_id).step
    wait_until(lambda: store.get(run_id).step > step)  # without its supervisor, it goes on
    store.pause(run_id)
    wait_until(lambda: store.get(run_id).state == "paused", seconds=10)
    wait_until(lambda: store.get(run_id).checkpoint_step == store.get(run_id).step, seconds=10)
    store.resume(run_id)
    wait_until(lambda: store.get(run_id).state == "running", seconds=10)

    worker = psutil.Process(pid_of(store, run_id))
    assert ensure_supervisor(settings) is not None  # a new one adopts the worker that it did not start …
    wait_until(lambda: supervisor_pid not in (settings.home / "supervisor.pid").read_text())
    assert pid_of(store, run_id) == worker.pid
    worker.kill()
    wait_until(lambda: store.get(run_id).epoch == 2, seconds=20)  # … and sees when it is gone
    wait_until(lambda: store.get(run_id).state == "running")
    assert find_run(run_id, settings).read_config() == config
    store.stop(run_id)
    wait_until(lambda: store.get(run_id).state == "stopped", seconds=10)
    steps = store.series(run_id)["steps"]
    assert steps == list(range(steps[-1] + 1))


def test_there_is_one_supervisor_and_it_leaves_when_it_is_idle(settings, store):
    first = ensure_supervisor(settings)
    wait_until((settings.home / "supervisor.pid").exists)
    assert ensure_supervisor(settings) is None
    process = psutil.Process(first)
    process.kill()
    psutil.wait_procs([process], timeout=5)
    idle = [sys.executable, "-m", "lm_core.jobs.supervisor", "--idle-exit", "0.1"]
    assert subprocess.run(idle, timeout=30, check=False).returncode == 0
