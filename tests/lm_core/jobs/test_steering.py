"""Single steps, a learning rate set by hand, and the way back to step 0: as wishes, and as a worker fulfils them."""

import math
import subprocess
import sys
import threading
from functools import partial

import psutil
import pytest
import torch
from filelock import FileLock

from lm_core.errors import LostLease, RunError
from lm_core.jobs import launch, training_run
from lm_core.jobs.launch import reset_run
from lm_core.jobs.lease import Control
from lm_core.jobs.processes import this_host
from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter
from lm_core.jobs.store import open_store
from lm_core.runs.checkpoint import read_tensors
from lm_core.runs.checkpoint_files import checkpoints
from lm_core.runs.history import load_points
from lm_core.runs.run import create_run
from lm_core.training.loop import train
from lm_core.training.schedule import Rates, learning_rate
from tests.in_process import work as work_in_process


@pytest.fixture
def queue(store):
    return Queue(store.database)


def start(store, queue, step=10):
    """A run with a worker that holds still."""
    store.submit("one", "Run one", "{}", steps=100)
    queue.claim(9, "here")
    lease = store.lease("one", 1)
    lease.report([(step, "loss", 4.0)], step=step)
    lease.change_state("paused")
    return lease


# --------------------------------------------------------------------- wishes


def test_five_clicks_are_five_steps(store, queue):
    lease = start(store, queue)
    for _ in range(5):
        store.step("one")
    assert lease.control() == Control("run", 5, run_until=15)
    store.step("one", 3)
    assert store.get("one").run_until == 18
    assert store.get("one").applying


def test_clicks_in_many_tabs_at_once_all_count(settings, store, queue):
    start(store, queue)
    ready = threading.Barrier(4)

    def click():
        own = open_store(settings.store_url)
        ready.wait()
        for _ in range(5):
            own.step("one")
        own.close()

    tabs = [threading.Thread(target=click) for _ in range(4)]
    [tab.start() for tab in tabs]
    [tab.join() for tab in tabs]
    assert store.get("one").run_until == 30


def test_a_wish_that_names_its_step_may_come_twice_and_late(store, queue):
    lease = start(store, queue)
    for until in (11, 13, 13, 12, 9):
        store.step_until("one", until)
    assert lease.control() == Control("run", 2, run_until=13)
    store.step_until("one", 1000)
    assert store.get("one").run_until == 100, "the last step is the end"


def test_resume_and_pause_end_the_single_steps(store, queue):
    lease = start(store, queue)
    store.step("one")
    store.resume("one")
    assert lease.control() == Control("run", 2)
    store.step("one")
    store.pause("one")
    assert lease.control() == Control("pause", 4)


def test_a_step_starts_a_run_that_has_no_worker(store, queue):
    store.submit("one", "Run one", "{}", steps=100)
    store.pause("one")
    store.step("one", 2)
    assert (store.get("one").state, store.get("one").run_until) == ("queued", 2)
    store.stop("one")
    store.step("one")
    assert (store.get("one").state, store.get("one").run_until) == ("queued", 1)


def test_what_is_over_makes_no_steps_and_none_is_no_step(store, queue):
    lease = start(store, queue)
    with pytest.raises(RunError, match="1 step or more, not 0"):
        store.step("one", 0)
    lease.change_state("done")
    with pytest.raises(RunError, match='Run "Run one" is finished, so there is nothing to step through'):
        store.step("one")


def test_a_lost_worker_that_had_made_its_steps_is_not_replaced(store, queue):
    lease = start(store, queue)
    store.step("one")
    lease.report(step=11)
    queue.worker_lost("one", 1, "It is gone.")
    assert store.get("one").state == "parked"


def test_a_lost_worker_in_the_midst_of_its_steps_is_replaced(store, queue):
    start(store, queue)
    store.step("one", 5)
    queue.worker_lost("one", 1, "It is gone.")
    assert (store.get("one").state, store.get("one").run_until) == ("queued", 15)


def test_a_learning_rate_is_wished_once(store, queue):
    lease = start(store, queue)
    for _ in range(3):
        store.set_rate("one", 0.125)
    assert lease.control() == Control("run", 1, rate=0.125)
    assert store.get("one").rate_by_hand == 0.125
    store.set_rate("one", None)
    assert lease.control() == Control("run", 2)


@pytest.mark.parametrize("rate", [0, -1, 1.5, math.nan, math.inf])
def test_an_impossible_learning_rate_is_refused_in_words(store, queue, rate):
    start(store, queue)
    with pytest.raises(RunError, match="is not possible"):
        store.set_rate("one", rate)


def test_a_run_without_a_worker_keeps_the_rate_for_its_next_one(store, queue):
    store.submit("one", "Run one", "{}", steps=100)
    store.set_rate("one", 0.5)
    assert not store.get("one").applying
    queue.claim(1, "here")
    assert store.lease("one", 1).control().rate == 0.5


def test_a_finished_run_has_no_learning_rate_to_change(store, queue):
    start(store, queue).change_state("done")
    with pytest.raises(RunError, match="nothing to change"):
        store.set_rate("one", 0.5)


def test_changes_of_the_rate_survive_the_way_back_to_a_checkpoint(store, queue):
    lease = start(store, queue)
    lease.change_rate(20, 0.5)
    lease.change_rate(30, 0.25)
    lease.rewind()
    assert lease.rates() == {20: 0.5, 30: 0.25}
    lease.change_rate(25, None)
    assert lease.rates() == {20: 0.5, 25: None}
    assert [event.detail for event in store.events("one") if event.kind == "rate"][-1] == "the schedule from step 25"


def test_a_reset_run_is_as_on_its_first_day_and_its_worker_leaves(store, queue):
    lease = start(store, queue)
    lease.change_rate(5, 0.5)
    lease.report(checkpoint_step=10, checkpoint_file="s00000010-e1.safetensors", val_loss=3.0)
    store.set_rate("one", 0.25)
    for _ in range(2):
        store.reset("one")
    status = store.get("one")
    assert (status.state, status.step, status.applying, status.epoch) == ("parked", 0, False, 2)
    empty = (status.val_loss, status.checkpoint_step, status.started_at, status.rate_by_hand, status.run_until)
    assert empty == (None,) * 5
    assert store.series("one")["steps"] == []
    for write in (lease.control, lambda: lease.report([(11, "loss", 1.0)], step=11), lambda: lease.change_rate(1, 1.0)):
        with pytest.raises(LostLease):
            write()
    store.resume("one")
    assert queue.claim(1, "here").epoch == 3
    assert store.lease("one", 3).rates() == {}


def test_a_finished_or_failed_run_can_begin_again(store, queue):
    start(store, queue).change_state("failed", message="The loss became NaN.")
    store.reset("one")
    store.step("one")
    assert (store.get("one").state, store.get("one").run_until) == ("queued", 1)


# --------------------------------------------------------------------- as a worker fulfils them


@pytest.fixture
def work(settings, store):
    """work(run) claims the run and trains it here, as a worker process would."""
    return partial(work_in_process, settings=settings, store=store, place=9)


@pytest.fixture
def submit(settings, store, tiny_config):
    def submit():
        run = create_run(tiny_config, settings.runs_folder)
        store.submit(run.id, "Run", tiny_config.to_json(), tiny_config.train.steps)
        return run

    return submit


class Struck(Exception):
    """Stands for a worker that was killed."""


def striking(monkeypatch, strikes):
    """Before each step that is named, do what is named; a strike happens once."""
    real, waiting = training_run.train, dict(strikes)

    def train(*arguments):
        for event in real(*arguments):
            if event.step in waiting:
                waiting.pop(event.step)()
            yield event

    monkeypatch.setattr(training_run, "train", train)


def killed():
    raise Struck


def heard_at_once(monkeypatch):
    """A wish is heard before the next event: the reporter's look is done by hand."""
    real = Reporter.control.fget

    def control(self):
        self._control = self._lease.control()
        return real(self)

    monkeypatch.setattr(Reporter, "control", property(control))


def test_a_rate_changed_by_hand_is_exact_over_a_killed_worker(monkeypatch, submit, work, store, tiny_config):
    heard_at_once(monkeypatch)
    undisturbed, struck = submit(), submit()
    with monkeypatch.context() as patch:
        changes = {17: lambda: store.set_rate(undisturbed.id, 0.002), 31: lambda: store.set_rate(undisturbed.id, None)}
        striking(patch, changes)
        work(undisturbed)
    with monkeypatch.context() as patch:
        changes = {17: lambda: store.set_rate(struck.id, 0.002), 23: killed}  # its checkpoints: 10, 20
        striking(patch, changes)
        with pytest.raises(Struck):
            work(struck)
    with monkeypatch.context() as patch:
        Queue(store.database).worker_lost(struck.id, 1, "Killed.")
        striking(patch, {14: killed} if store.get(struck.id).checkpoint_step == 10 else {21: killed})
        with pytest.raises(Struck):
            work(struck)
    Queue(store.database).worker_lost(struck.id, 2, "Killed.")
    with monkeypatch.context() as patch:
        striking(patch, {31: lambda: store.set_rate(struck.id, None)})
        work(struck)
    assert_same(store, undisturbed, struck)
    rates = store.series(struck.id)["columns"]["learning_rate"]
    by_schedule = [learning_rate(step, tiny_config.train) for step in range(40)]
    assert rates[1:] == [*by_schedule[:17], *[0.002] * 14, *by_schedule[31:]]


def assert_same(store, one, other):
    a, b = (read_tensors(checkpoints(run)[-1]) for run in (one, other))
    assert all(torch.equal(a[name], b[name]) for name in a), "weights, optimizer or chance differ"
    rows, others = (store.series(run.id) for run in (one, other))
    assert rows["steps"] == others["steps"]
    for name in ("loss", "val_loss", "learning_rate", "update_ratio"):
        assert rows["columns"][name] == others["columns"][name], name


def test_training_at_given_rates_is_training_with_changes_made_on_the_way(tiny_config):
    from lm_core.corpora.library import load_corpus
    from lm_core.data.dataset import TokenDataset
    from lm_core.training.state import new_state

    text = load_corpus(tiny_config.corpus, texts_folder=None, seed=1).text.encode()
    ids = torch.tensor(list(text)).numpy().astype("uint16")
    dataset = TokenDataset(ids[:-900], ids[-900:], 256, len(ids) - 900, 900)

    def losses(rates, change=None):
        found = []
        for event in train(new_state(tiny_config, 256), dataset, tiny_config, rates):
            found.append(event.values.get("loss"))
            if event.step == change:
                rates.change(change, 0.5)
        return found

    train_config = tiny_config.train
    assert losses(Rates(train_config, {3: 0.5})) == losses(Rates(train_config), change=3)
    assert losses(Rates(train_config, {3: 0.5})) != losses(None)


def test_single_steps_hold_still_after_the_last_one(monkeypatch, submit, work, store):
    run = submit()
    store.pause(run.id)
    store.step(run.id, 3)
    thread = threading.Thread(target=work, args=(run,))
    thread.start()
    until(lambda: store.get(run.id).state == "paused")
    assert (store.get(run.id).step, store.get(run.id).applying) == (3, False)
    for _ in range(5):
        store.step(run.id)
    until(lambda: store.get(run.id).state == "paused" and not store.get(run.id).applying)
    assert store.get(run.id).step == 8
    assert store.series(run.id)["steps"] == list(range(9))
    store.step(run.id, 1000)
    thread.join(60)
    assert (store.get(run.id).state, store.get(run.id).step) == ("done", 40)


def until(condition, seconds=60):
    waiting = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it never happened")


def test_a_new_worker_makes_no_step_too_many(monkeypatch, submit, work, store):
    heard_at_once(monkeypatch)
    run = submit()
    with monkeypatch.context() as patch:
        striking(patch, {13: lambda: store.step_until(run.id, 15), 14: killed})
        with pytest.raises(Struck):
            work(run)
    Queue(store.database).worker_lost(run.id, 1, "Killed.")
    thread = threading.Thread(target=work, args=(run,))
    thread.start()
    until(lambda: store.get(run.id).state == "paused")
    assert store.get(run.id).step == 15
    store.stop(run.id)
    thread.join(60)
    assert store.get(run.id).state == "stopped"


def test_a_run_that_begins_again_draws_the_same_curve(settings, monkeypatch, submit, work, store):
    run = submit()
    work(run)
    first = store.series(run.id)["columns"], read_tensors(checkpoints(run)[-1])
    reset_run(run.id, settings, store)
    assert (checkpoints(run), load_points(run)) == ([], [])
    store.resume(run.id)
    work(run)
    assert store.get(run.id).state == "done"
    columns, tensors = store.series(run.id)["columns"], read_tensors(checkpoints(run)[-1])
    for name in ("loss", "val_loss", "grad_norm", "learning_rate"):
        assert columns[name] == first[0][name]
    assert all(torch.equal(tensors[name], first[1][name]) for name in tensors)


def test_a_worker_that_hangs_in_the_folder_of_a_reset_run_is_ended(settings, store, submit, monkeypatch):
    monkeypatch.setattr(launch, "LEAVING_SECONDS", 0.3)
    run = submit()
    holder = "import sys, time; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); "
    process = subprocess.Popen(
        [sys.executable, "-c", holder + "print(1, flush=True); time.sleep(600)", str(run.lock_path)],
        stdout=subprocess.PIPE,
    )
    process.stdout.readline()
    process.stdout.close()
    Queue(store.database).claim(1, this_host())
    lease = store.lease(run.id, 1)
    lease.register(host=this_host(), pid=process.pid, pid_started=psutil.Process(process.pid).create_time())
    run.checkpoints_folder.mkdir()
    (run.checkpoints_folder / "s00000010-e1.safetensors").write_bytes(b"old")
    reset_run(run.id, settings, store)
    process.wait(10)
    assert process.poll() is not None
    assert checkpoints(run) == []
    assert store.get(run.id).step == 0


def test_files_of_a_run_that_somebody_began_anew_meanwhile_stay(settings, store, submit, monkeypatch):
    run = submit()
    Queue(store.database).claim(1, "here")
    run.checkpoints_folder.mkdir()
    (run.checkpoints_folder / "s00000010-e3.safetensors").write_bytes(b"new")
    monkeypatch.setattr(type(store), "reset", lambda self, run_id: None)  # as if it had begun again at once
    reset_run(run.id, settings, store)
    assert len(checkpoints(run)) == 1
    with FileLock(run.lock_path, timeout=0):
        pass


# --------------------------------------------------------------------- long pauses


def paused(run, store, work):
    """A worker of this process that holds still at step 2."""
    store.pause(run.id)
    store.step(run.id, 2)
    thread = threading.Thread(target=work, args=(run,))
    thread.start()
    until(lambda: store.get(run.id).state in ("paused", "parked"))
    return thread


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(training_run, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(training_run, "LOOK_SECONDS", 0.05)


def test_a_long_pause_is_parked_and_goes_on_exactly(monkeypatch, impatient, submit, work, store):
    monkeypatch.setattr(training_run, "PARK_SECONDS", 0.1)
    undisturbed = submit()
    work(undisturbed)
    run = submit()
    paused(run, store, work).join(60)
    status = store.get(run.id)
    assert (status.state, status.checkpoint_step, status.message) == (
        *("parked", 2), "Paused at step 2. Resume to go on.",
    )  # fmt: skip
    assert not status.applying
    store.resume(run.id)
    work(run)
    assert_same(store, undisturbed, run)


def test_a_pause_makes_room_at_once_where_places_are_short(impatient, submit, work, store):
    run = submit()
    thread = paused(run, store, work)
    other = submit()
    thread.join(60)
    assert (store.get(run.id).state, store.get(other.id).state) == ("parked", "queued")


def test_a_pause_with_free_places_keeps_its_worker(impatient, submit, work, store):
    run = submit()
    thread = paused(run, store, work)
    thread.join(1)
    assert store.get(run.id).state == "paused"
    store.stop(run.id)
    thread.join(60)
    assert store.get(run.id).state == "stopped"


def test_a_wish_that_comes_while_its_worker_parks_is_not_lost(store, queue):
    lease = start(store, queue)
    store.resume("one")
    store.pause("one")
    store.resume("one")
    seen = lease.control().ctl - 1
    assert not lease.park(seen, "Paused.", [(11, "loss", 3.0)], step=11)
    assert (store.get("one").state, store.get("one").step) == ("paused", 11)
    assert lease.park(seen + 1, "Paused.")
    assert store.get("one").state == "parked"
