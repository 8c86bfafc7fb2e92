"""Renaming, deleting and bringing back: store and folder agree, nothing is lost before its time, running runs stay."""

import pytest

from lm_core.errors import ConfigError, RunError
from lm_core.jobs.queue import Queue
from lm_core.jobs.shelf import delete_run, deleted_runs, forget_deleted, rename_run, restore_run
from lm_core.jobs.store import open_store
from lm_core.runs.run import find_run


def test_a_run_is_renamed_in_the_list_and_in_its_folder(run, settings, store):
    rename_run(run.id, "  A  better\nname ", settings, store)
    assert store.get(run.id).name == "A better name"
    assert run.read_config().name == "A better name"
    assert store.events(run.id)[-1].kind == "renamed"


def test_a_name_needs_letters_and_an_end(run, settings, store):
    with pytest.raises(RunError, match="at least one letter"):
        rename_run(run.id, " \n", settings, store)
    with pytest.raises(ConfigError, match="at most 120"):
        rename_run(run.id, "x" * 121, settings, store)
    assert store.get(run.id).name == "tiny"


def test_what_came_with_the_app_stays_as_it_is(settings, store):
    for change in (lambda: rename_run("gallery-comedies", "mine", settings, store),
                   lambda: delete_run("gallery-comedies", settings, store)):  # fmt: skip
        with pytest.raises(RunError, match="came with the app"):
            change()


def test_a_deleted_run_is_out_of_sight_and_comes_back_as_it_was(run, settings, store):
    store.lease(run.id, 0)
    before = run.read_config()
    delete_run(run.id, settings, store)
    assert store.list() == []
    for ask in (store.get, store.resume, lambda run_id: find_run(run_id, settings)):
        with pytest.raises(RunError, match="There is no run"):
            ask(run.id)
    assert [(gone.run_id, gone.name) for gone in deleted_runs(store)] == [(run.id, "tiny")]
    restore_run(run.id, settings, store)
    assert deleted_runs(store) == []
    assert find_run(run.id, settings).read_config() == before
    assert store.get(run.id).state == "stopped"  # it waited; nobody may have started it meanwhile
    with pytest.raises(RunError, match="There is no deleted run"):
        restore_run(run.id, settings, store)


def test_nobody_starts_a_deleted_run(run, settings, store):
    delete_run(run.id, settings, store)
    assert Queue(store.database).claim(9, "here") is None


def test_a_run_that_trains_must_be_stopped_first(run, settings, store):
    claim = Queue(store.database).claim(9, "here")
    store.lease(run.id, claim.epoch).change_state("running")
    with pytest.raises(RunError, match="Stop it first"):
        delete_run(run.id, settings, store)
    assert run.folder.exists()
    store.lease(run.id, claim.epoch).change_state("stopped")
    delete_run(run.id, settings, store)
    assert not run.folder.exists()


def test_a_crash_between_mark_and_move_is_mended_either_way(run, settings, store, monkeypatch):
    from lm_core.jobs import shelf

    monkeypatch.setattr(shelf, "_move", lambda source, target: None)
    delete_run(run.id, settings, store)
    assert run.folder.exists()
    monkeypatch.undo()
    restore_run(run.id, settings, store)
    assert find_run(run.id, settings).folder == run.folder
    assert store.get(run.id)


def test_what_was_deleted_is_forgotten_after_its_time_and_not_before(run, settings, store):
    delete_run(run.id, settings, store)
    assert forget_deleted(settings, store) == []
    assert deleted_runs(store)
    assert forget_deleted(settings, store, kept_seconds=-1) == [run.id]
    assert deleted_runs(store) == []
    assert store.events(run.id) == []
    assert list((settings.home / "deleted").iterdir()) == []
    with pytest.raises(RunError, match="There is no deleted run"):
        restore_run(run.id, settings, store)


def test_a_store_of_before_learns_to_delete(run, settings, store):
    from sqlalchemy import text

    with store.database.write() as connection:
        connection.execute(text("DROP TABLE deleted"))
    store.close()
    again = open_store(settings.store_url)
    assert [status.run_id for status in again.list()] == [run.id]
    again.close()
