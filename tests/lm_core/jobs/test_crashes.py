"""What is killed at any moment comes back, and the numbers are those of a run that nothing happened to."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from lm_core.config import with_settings
from lm_core.jobs.processes import is_alive
from lm_core.jobs.supervisor import ensure_supervisor
from lm_core.runs.run import find_run

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
    assert "The worker was lost; training goes on from step" in store.get(run_id).message
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
