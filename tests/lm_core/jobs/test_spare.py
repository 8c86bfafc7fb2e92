"""A worker that waits for its run: it is quick, it costs nothing while it waits, and it leaves with its supervisor."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest
import torch

from lm_core.jobs.processes import is_alive
from lm_core.jobs.queue import Queue
from lm_core.jobs.spare import WANTED_SECONDS, Spare, want_spare
from lm_core.jobs.supervisor import Supervisor
from lm_core.jobs.worker import main as work
from lm_core.runs.checkpoint import checkpoints, read_tensors
from lm_core.runs.run import create_run

BUSY_SUPERVISOR = """
import time
from dataclasses import replace
from lm_core.jobs.spare import Spare, want_spare
from lm_core.settings import read_settings
spare = Spare(replace(read_settings(), spare_workers=1))
want_spare(read_settings())
spare.keep()
print(spare.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def spare(settings):
    waiting = Spare(replace(settings, spare_workers=1))
    want_spare(settings)
    yield waiting
    waiting.end()


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.03)


def test_a_run_by_the_spare_is_the_run_of_any_worker(tiny_config, settings, store, spare):
    supervisor = Supervisor(settings, store)
    supervisor._spare = spare
    spare.keep()
    waiting = spare.pid
    spare.keep()
    assert spare.pid == waiting, "one is enough"
    quick, plain = (create_run(tiny_config, settings.runs_folder) for _ in range(2))
    store.submit(quick.id, "Run", tiny_config.to_json(), tiny_config.train.steps)
    wait_until(lambda: supervisor.tick() or store.get(quick.id).state == "done")
    assert f"=== worker 1 of {quick.id}" in quick.log_path.read_text()
    [worker] = supervisor._children.values()
    assert worker.pid == waiting
    assert worker.wait(10) == 0

    store.submit(plain.id, "Run", tiny_config.to_json(), tiny_config.train.steps)
    Queue(store.database).claim(1, "here")
    assert work([plain.id, "1"]) == 0
    ours, theirs = (read_tensors(checkpoints(run)[-1]) for run in (quick, plain))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert store.series(quick.id)["columns"]["loss"] == store.series(plain.id)["columns"]["loss"]


def test_it_sleeps_while_it_waits_and_leaves_when_its_supervisor_is_killed(settings):
    supervisor = subprocess.Popen([sys.executable, "-c", BUSY_SUPERVISOR], stdout=subprocess.PIPE, text=True)
    process = psutil.Process(int(supervisor.stdout.readline()))
    started = process.create_time()
    wait_until(lambda: used(process) > 0.5 and rests(process))
    assert process.memory_info().rss < 400e6
    os.kill(supervisor.pid, signal.SIGKILL)
    supervisor.wait()
    supervisor.stdout.close()
    wait_until(lambda: not is_alive(process.pid, started), seconds=10)


def used(process):
    times = process.cpu_times()
    return times.user + times.system


def rests(process, seconds=0.5):
    before = used(process)
    time.sleep(seconds)
    return used(process) == before


def test_a_dead_spare_is_nobody_and_is_not_started_again_at_once(settings, spare):
    assert spare.hand_over("one", 1) is None
    spare.keep()
    psutil.Process(spare.pid).kill()
    spare._process.wait()
    assert spare.hand_over("one", 1) is None
    spare.keep()
    psutil.Process(spare.pid).kill()
    spare._process.wait()
    spare._process.stdin.close()
    spare.keep()
    assert spare.pid is None


def test_it_goes_when_nobody_has_looked_for_a_while(settings, spare):
    spare.keep()
    process = psutil.Process(spare.pid)
    started = process.create_time()
    old = time.time() - WANTED_SECONDS - 1
    os.utime(settings.home / "spare.wanted", (old, old))
    spare.keep()
    assert not is_alive(process.pid, started)
    assert not spare.is_wanted


def test_the_settings_may_want_none(settings, store):
    supervisor = Supervisor(settings, store)
    supervisor.tick()
    assert supervisor._spare.pid is None
    assert Queue(store.database).is_empty()
