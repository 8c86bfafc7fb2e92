"""The store's rules: wishes, the queue, the lease and its fence, and paging through the numbers."""

import math
import threading

import pytest

from lm_core.errors import LostLease, RunError
from lm_core.jobs.database import Database, StoreAway
from lm_core.jobs.queue import MAX_ATTEMPTS, Queue
from lm_core.jobs.store import open_store


@pytest.fixture
def queue(store):
    return Queue(store.database)


def submit(store, *run_ids):
    for run_id in run_ids:
        store.submit(run_id, f"Run {run_id}", "{}", steps=100)


def start(store, queue, run_id="one"):
    """A run with a worker that has begun to train."""
    if not store.list():
        submit(store, run_id)
    claim = queue.claim(9, "here")
    lease = store.lease(claim.run_id, claim.epoch)
    lease.register(host="here", pid=1, pid_started=1.0)
    lease.change_state("running", message="")
    return lease


def test_a_submitted_run_waits_in_its_place(store):
    submit(store, "one", "two")
    assert [(run.run_id, run.queue_position) for run in store.list()] in (
        [("two", 2), ("one", 1)],
        [("one", 1), ("two", 2)],  # submitted within the clock's resolution
    )
    status = store.get("one")
    assert (status.state, status.want, status.step, status.steps, status.applying) == ("queued", "run", 0, 100, False)
    assert (status.started_at, status.pid, status.silent_seconds) == (None, None, 0)


def test_an_unknown_run_is_refused_in_words(store):
    for ask in (store.get, store.pause, store.resume, store.stop):
        with pytest.raises(RunError, match='There is no run "nobody" in the list of runs'):
            ask("nobody")


def test_four_racing_claims_start_each_run_once(settings, store):
    submit(store, *(f"run-{number}" for number in range(12)))
    claims, ready = [], threading.Barrier(4)

    def race():
        own = Database(settings.store_url)
        ready.wait()
        while claim := Queue(own).claim(100, "here"):
            claims.append(claim.run_id)
        own.close()

    threads = [threading.Thread(target=race) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(claims) == sorted(f"run-{number}" for number in range(12))


def test_no_more_runs_train_at_once_than_there_are_places(store, queue):
    submit(store, "run-1", "run-2", "run-3")
    assert [queue.claim(2, "here").run_id for _ in range(2)] == ["run-1", "run-2"]
    assert queue.claim(2, "here") is None
    store.lease("run-1", 1).change_state("done")
    assert queue.claim(2, "here").run_id == "run-3"


def test_a_paused_run_makes_room_for_the_next(store, queue):
    submit(store, "one", "two")
    queue.claim(1, "here")
    store.lease("one", 1).change_state("paused")
    assert queue.claim(1, "here").run_id == "two"


def test_wishes_from_many_tabs_are_one_wish(store, queue):
    lease = start(store, queue)
    for _ in range(5):
        store.pause("one")
    assert store.get("one").applying
    control = lease.control()
    assert (control.want, control.ctl) == ("pause", 1)
    lease.change_state("paused", ctl_seen=control.ctl)
    assert not store.get("one").applying
    for _ in range(3):
        store.resume("one")
    assert (lease.control().want, lease.control().ctl) == ("run", 2)
    for _ in range(3):
        store.stop("one")
    assert (lease.control().want, lease.control().ctl) == ("stop", 3)
    assert [event.detail for event in store.events("one") if event.kind == "wish"] == ["pause", "run", "stop"]


def test_a_run_without_a_worker_obeys_at_once(store, queue):
    submit(store, "one")
    store.pause("one")
    store.pause("one")
    assert (store.get("one").state, store.get("one").applying) == ("parked", False)
    assert queue.claim(1, "here") is None
    store.resume("one")
    assert store.get("one").queue_position == 1
    store.stop("one")
    store.stop("one")
    assert store.get("one").state == "stopped"
    assert store.get("one").finished_at is not None
    store.resume("one")
    assert (store.get("one").state, store.get("one").finished_at) == ("queued", None)


def test_what_is_over_cannot_be_paused_or_resumed(store, queue):
    lease = start(store, queue)
    lease.change_state("done", message="Finished.")
    for ask, verb in ((store.pause, "pause"), (store.resume, "resume"), (store.stop, "stop")):
        with pytest.raises(RunError, match=f'Run "Run one" is finished, so there is nothing to {verb}'):
            ask("one")


def test_a_run_that_is_being_stopped_cannot_be_paused(store, queue):
    start(store, queue)
    store.stop("one")
    with pytest.raises(RunError, match="is being stopped"):
        store.pause("one")


def test_a_worker_that_was_replaced_changes_nothing(store, queue):
    old = start(store, queue)
    queue.worker_lost("one", 1, "It was silent.")
    new = start(store, queue)
    new.report([(1, "loss", 4.0)], step=1)
    for write in (
        lambda: old.report([(1, "loss", 9.9), (2, "loss", 9.9)], step=2),
        lambda: old.change_state("done"),
        lambda: old.register(host="here", pid=2, pid_started=2.0),
        old.rewind,
        old.control,
    ):
        with pytest.raises(LostLease):
            write()
    assert store.series("one") == {"steps": [1], "columns": {"loss": [4.0]}}
    assert (store.get("one").state, store.get("one").step, store.get("one").epoch) == ("running", 1, 2)


def test_a_lost_worker_is_told_in_words_and_replaced(store, queue):
    lease = start(store, queue)
    lease.report(checkpoint_step=40, checkpoint_file="s00000040-e1.safetensors")
    queue.worker_lost("one", 1, "It is gone.")
    assert store.get("one").message == "The worker was lost; training goes on from step 40 (attempt 2)."
    assert queue.claim(1, "here").epoch == 2


def test_a_run_that_loses_every_worker_is_given_up(store, queue):
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert store.list() == [] or store.get("one").state == "queued"
        start(store, queue)
        queue.worker_lost("one", attempt, "Memory ran out.")
    assert store.get("one").state == "failed"
    assert store.get("one").message == (
        "The worker was lost 5 times in a row, so the run was given up. Memory ran out."
    )


def test_losing_a_worker_twice_counts_once(store, queue):
    start(store, queue)
    queue.worker_lost("one", 1, "Gone.")
    queue.claim(1, "here")
    queue.worker_lost("one", 1, "Gone.")
    assert (store.get("one").state, store.get("one").epoch) == ("starting", 2)


@pytest.mark.parametrize(("wish", "state"), [("pause", "parked"), ("stop", "stopped")])
def test_a_run_that_was_to_rest_or_end_gets_no_new_worker(store, queue, wish, state):
    start(store, queue)
    getattr(store, wish)("one")
    queue.worker_lost("one", 1, "It is gone.")
    assert (store.get("one").state, store.get("one").applying) == (state, False)
    store.resume("one")
    assert queue.claim(1, "here").epoch == 2


def test_series_comes_in_pages_of_whole_steps(store, queue):
    lease = start(store, queue)
    rows = [(step, name, step + 0.5) for step in range(1, 51) for name in ("loss", "grad_norm")]
    lease.report([*rows, (10, "val_loss", 3.0)], step=50)
    pages, after = [], -1
    while (page := store.series("one", after=after, limit=7))["steps"]:
        assert len(page["steps"]) <= 7
        pages.append(page)
        after = page["steps"][-1]
    assert [step for page in pages for step in page["steps"]] == list(range(1, 51))
    assert all(page["columns"]["loss"] == [step + 0.5 for step in page["steps"]] for page in pages)
    assert pages[1]["columns"]["val_loss"] == [None, None, 3.0, None, None, None, None]
    assert store.series("one", after=50) == {"steps": [], "columns": {}}


def test_numbers_that_are_not_finite_become_none(store, queue):
    start(store, queue).report([(1, "loss", math.nan), (2, "loss", math.inf), (3, "loss", 1.0)])
    assert store.series("one")["columns"]["loss"] == [None, None, 1.0]


def test_a_repeated_report_leaves_one_row(store, queue):
    lease = start(store, queue)
    lease.report([(1, "loss", 2.0)])
    lease.report([(1, "loss", 2.0), (2, "loss", 1.0)])
    assert store.series("one") == {"steps": [1, 2], "columns": {"loss": [2.0, 1.0]}}


def test_rewinding_forgets_what_came_after_the_checkpoint(store, queue):
    lease = start(store, queue)
    lease.report([(step, "loss", 1.0) for step in range(61)], step=60)
    lease.report(checkpoint_step=40, checkpoint_file="s00000040-e1.safetensors")
    queue.worker_lost("one", 1, "Gone.")
    point = start(store, queue).rewind()
    assert (point.step, point.checkpoint_file) == (40, "s00000040-e1.safetensors")
    assert store.series("one")["steps"] == list(range(41))
    assert store.get("one").step == 40


def test_rewinding_without_a_checkpoint_forgets_everything(store, queue):
    lease = start(store, queue)
    lease.report([(0, "val_loss", 1.0), (1, "loss", 1.0)])
    assert lease.rewind().checkpoint_file is None
    assert store.series("one")["steps"] == []


def test_another_process_sees_the_same_runs(settings, store, queue):
    start(store, queue).report([(1, "loss", 2.0)], step=1, train_loss=2.0)
    again = open_store(settings.store_url)
    assert again.get("one").train_loss == 2.0
    assert again.get("one").silent_seconds < 60
    again.close()


def test_a_database_that_cannot_be_opened_is_refused_in_words(tmp_path):
    (tmp_path / "file").write_text("no database at all, but long enough to look at" * 40)
    for url in (f"sqlite:///{tmp_path}/file", "nonsense", f"sqlite:///{tmp_path}/file/below.db"):
        with pytest.raises(RunError, match=r"cannot be opened: .* Check TOKENARIUM_STORE\."):
            open_store(url)


@pytest.mark.sqlite
def test_a_store_that_cannot_be_written_says_so(settings, store, monkeypatch):
    monkeypatch.setattr("lm_core.jobs.database.BUSY_SECONDS", 0.05)
    impatient = open_store(settings.store_url)
    with store.database.write(), pytest.raises(StoreAway, match="cannot be used now: database is locked"):
        submit(impatient, "one")
    impatient.close()
    submit(store, "one")


def test_rows_at_gives_only_the_steps_and_numbers_that_were_asked_for(store):
    store.submit("abc", "Run", "{}", 10)
    Queue(store.database).claim(1, "here")
    store.lease("abc", 1).report(
        [(step, name, float(step)) for step in range(1, 6) for name in ("loss", "grad_norm", "tokens_per_second")]
    )
    assert store.rows_at("abc", [4, 2, 9], ["loss", "grad_norm"]) == {
        "steps": [2, 4],
        "columns": {"loss": [2.0, 4.0], "grad_norm": [2.0, 4.0]},
    }
    assert store.rows_at("abc", [], ["loss"]) == {"steps": [], "columns": {}}
