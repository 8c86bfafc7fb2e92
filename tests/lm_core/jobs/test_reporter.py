"""The worker's voice and ear."""

import threading
import time

import pytest

from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter
from lm_core.jobs.store import open_store


@pytest.fixture
def worker(store):
    """A reporter that is at work, and an event that is set when it tells its worker to leave."""
    store.submit("one", "One", "{}", 100)
    Queue(store.database).claim(1, "here")
    left = threading.Event()
    reporter = Reporter(store.lease("one", 1), leave=left.set)
    reporter.start()
    yield reporter, left
    reporter.close()


def wait_until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_the_process_is_known_before_anything_else(store, worker):
    assert store.get("one").state == "starting"
    assert store.get("one").pid is not None


def test_numbers_arrive_within_a_moment_and_the_newest_are_in_the_row(store, worker):
    reporter, _ = worker
    for step in range(1, 6):
        reporter.add(step, {"loss": 5.0 - step, "learning_rate": 0.1, "val_loss": float("nan")})
    wait_until(lambda: len(store.series("one")["steps"]) == 5)
    status = store.get("one")
    assert (status.step, status.train_loss, status.val_loss) == (5, 0.0, None)


def test_a_checkpoint_is_named_only_after_its_rows(store, worker):
    reporter, _ = worker
    reporter.add(10, {"loss": 1.0})
    reporter.checkpoint_saved(10, "s00000010-e1.safetensors")
    wait_until(lambda: store.get("one").checkpoint_step == 10)
    assert store.series("one")["steps"] == [10]


@pytest.mark.sqlite
def test_it_knows_which_checkpoint_the_row_names_also_while_the_store_is_away(store, worker):
    reporter, _ = worker
    reporter.prepared("s00000010-e1.safetensors")
    with store.database.write():
        reporter.checkpoint_saved(20, "s00000020-e1.safetensors")
        time.sleep(0.4)
        assert reporter.named_checkpoint == "s00000010-e1.safetensors"
    wait_until(lambda: store.get("one").checkpoint_step == 20)
    wait_until(lambda: reporter.named_checkpoint == "s00000020-e1.safetensors")


def test_a_wish_is_heard_and_its_fulfilment_seen(store, worker):
    reporter, _ = worker
    assert not reporter.wait_for_wish(0, timeout=0.01)
    store.pause("one")
    assert reporter.wait_for_wish(0, timeout=10)
    assert reporter.control.want == "pause"
    reporter.change_state("paused", "Paused at step 0.", ctl_seen=reporter.control.ctl)
    assert (store.get("one").state, store.get("one").applying) == ("paused", False)


def test_a_worker_that_lost_its_run_leaves(store, worker):
    _, left = worker
    Queue(store.database).worker_lost("one", 1, "It was silent.")
    assert left.wait(10)


def test_a_wish_to_stop_is_granted_while_the_text_is_prepared(store, worker):
    _, left = worker
    store.stop("one")
    assert left.wait(10)
    assert (store.get("one").state, store.get("one").message) == ("stopped", "Stopped before training began.")


def test_once_training_began_the_loop_answers_a_wish_to_stop(store, worker):
    reporter, left = worker
    reporter.prepared()
    store.stop("one")
    assert reporter.wait_for_wish(0, timeout=10)
    time.sleep(0.2)
    assert not left.is_set()
    assert store.get("one").state == "starting"


@pytest.mark.sqlite
def test_a_store_that_is_away_loses_nothing(settings, store, worker, monkeypatch):
    monkeypatch.setattr("lm_core.jobs.database.BUSY_SECONDS", 0.02)
    monkeypatch.setattr("lm_core.jobs.reporter.RETRY_SECONDS", 0.02)
    store.submit("two", "Two", "{}", 100)
    Queue(store.database).claim(2, "here")
    impatient = open_store(settings.store_url)
    reporter = Reporter(impatient.lease("two", 1), leave=lambda: None)
    reporter.start()
    with store.database.write():
        for step in range(1, 31):
            reporter.add(step, {"loss": 1.0})
            time.sleep(0.02)
    wait_until(lambda: len(store.series("two")["steps"]) == 30)
    reporter.close()
    impatient.close()


def test_a_run_that_is_over_is_no_loss(store, worker):
    reporter, left = worker
    reporter.add(100, {"loss": 1.0})
    reporter.change_state("done", "Finished.")
    time.sleep(0.2)
    assert not left.is_set()
    assert (store.get("one").state, store.get("one").step) == ("done", 100)
