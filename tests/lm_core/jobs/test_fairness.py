"""Whose turn it is, and how much one person may have waiting or on the disk."""

import pytest

from lm_core.errors import RunError
from lm_core.jobs import launch
from lm_core.jobs.fairness import fair_order
from lm_core.jobs.launch import start_run
from lm_core.jobs.queue import Queue
from lm_core.settings import read_settings


@pytest.fixture
def queue(store):
    return Queue(store.database)


def arrive(*names):
    """("a1", "b1") -> [("a1", "a"), ("b1", "b")]: the letter is the owner."""
    return [(name, name[0]) for name in names]


def test_owners_take_turns():
    assert fair_order(arrive("a1", "a2", "a3", "b1"), {}, {}) == ["a1", "b1", "a2", "a3"]
    assert fair_order(arrive("a1", "a2", "b1", "b2", "c1"), {}, {}) == ["a1", "b1", "c1", "a2", "b2"]


def test_who_has_fewer_in_training_comes_first():
    assert fair_order(arrive("a1", "b1", "b2"), {"a": 2}, {}) == ["b1", "b2", "a1"]


def test_of_equals_comes_first_who_was_served_longest_ago_or_never():
    assert fair_order(arrive("a1", "b1", "c1"), {}, {"a": 20.0, "b": 10.0}) == ["c1", "b1", "a1"]


def test_one_owner_is_served_in_order_of_arrival():
    assert fair_order(arrive("a3", "a1", "a2"), {"a": 1}, {"a": 1.0}) == ["a3", "a1", "a2"]


def test_everybody_who_waits_is_served_once():
    waiting = arrive(*(f"{owner}{number}" for number in range(20) for owner in "abcde"))
    order = fair_order(waiting, {"a": 3, "z": 1}, {"b": 5.0})
    assert sorted(order) == sorted(run_id for run_id, _ in waiting)


def submit(store, *names):
    for run_id, owner in arrive(*names):
        store.submit(run_id, run_id, "{}", 10, owner)


def test_a_hog_with_sixty_runs_does_not_keep_a_class_waiting(store, queue):
    submit(store, *(f"h{number}" for number in range(60)))
    submit(store, *(f"{student}{number}" for student in "abcdefgijk" for number in range(2)))
    began = []
    while len(began) < 28:
        while claim := queue.claim(4, "here"):
            began.append(claim.run_id)
        done = next(run.run_id for run in reversed(store.list()) if run.state == "starting")
        store.lease(done, 1).change_state("done")
    assert {name[0] for name in began[:11]} == set("abcdefghijk"), "everybody's first run before anybody's second"
    assert sum(name[0] != "h" for name in began) >= 14, "the hog gets a place only where no student waits without one"


def test_the_place_that_is_shown_is_the_place_in_turns(store, queue):
    submit(store, "a1", "a2", "a3", "b1")
    assert [store.get(run_id).queue_position for run_id in ("a1", "b1", "a2", "a3")] == [1, 2, 3, 4]
    claimed = []
    while claim := queue.claim(9, "here"):
        claimed.append(claim.run_id)
    assert claimed == ["a1", "b1", "a2", "a3"]


def owners(queue, places, **limits):
    """Whose runs get the places that are free."""
    taken = []
    while claim := queue.claim(places, "here", **limits):
        taken.append(claim.run_id[0])
    return taken


def test_nobody_takes_more_than_half_of_the_places_while_another_waits(store, queue):
    submit(store, *(f"a{number}" for number in range(6)))
    assert owners(queue, 2) == ["a", "a"], "idle places may be taken"
    submit(store, *(f"b{number}" for number in range(6)))
    assert owners(queue, 4) == ["b", "b"]
    store.lease("a0", 1).change_state("done")
    store.lease("b0", 1).change_state("done")
    assert sorted(owners(queue, 4)) == ["a", "b"]


def test_a_limit_for_each_holds_even_where_places_are_idle(store, queue):
    submit(store, "a1", "a2", "a3", "b1")
    assert owners(queue, 9, per_owner=2) == ["a", "b", "a"]
    assert store.get("a3").state == "queued"
    store.lease("a1", 1).change_state("done")
    assert owners(queue, 9, per_owner=2) == ["a"]


def test_who_was_served_last_is_remembered(store, queue):
    submit(store, "a1", "a2", "b1")
    assert queue.claim(1, "here").run_id == "a1"
    store.lease("a1", 1).change_state("done")
    assert store.get("b1").queue_position == 1
    assert queue.claim(1, "here").run_id == "b1"


def test_more_waiting_runs_than_allowed_are_refused_in_words(store, settings, tiny_config, monkeypatch):
    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    monkeypatch.setenv("TOKENARIUM_QUEUED", "2")
    settings = read_settings()
    for _ in range(2):
        start_run(tiny_config, settings, store, owner="Ada")
    folders = set(settings.runs_folder.iterdir())
    with pytest.raises(RunError, match="You have 2 runs waiting, and 2 is the most"):
        start_run(tiny_config, settings, store, owner="Ada")
    assert set(settings.runs_folder.iterdir()) == folders, "a refusal leaves nothing behind"
    start_run(tiny_config, settings, store, owner="Bob")


def test_more_on_the_disk_than_allowed_is_refused_in_words(store, settings, tiny_config, monkeypatch):
    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    monkeypatch.setenv("TOKENARIUM_DISK_MB", "1")
    settings = read_settings()
    run_id = start_run(tiny_config, settings, store, owner="Ada")
    (settings.runs_folder / run_id / "worker.log").write_bytes(b"x" * 1_200_000)
    with pytest.raises(RunError, match="Your runs take up 1 MB on the disk, and 1 MB is the most"):
        start_run(tiny_config, settings, store, owner="Ada")
    start_run(tiny_config, settings, store, owner="Bob")
