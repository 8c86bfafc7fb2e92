"""A run that goes on from another: to the same end with the same settings, and on its own when the parent is gone."""

import re
import shutil

import pytest
import torch

from lm_core.config import StartPoint, with_settings
from lm_core.errors import ConfigError, RunError
from lm_core.jobs import launch
from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter
from lm_core.jobs.store import open_store
from lm_core.jobs.training_run import train_run
from lm_core.runs.checkpoint import load_model, read_tensors
from lm_core.runs.checkpoint_files import checkpoints, kept_checkpoints, step_of
from lm_core.runs.continuing import child_config
from lm_core.runs.export import export_run
from lm_core.runs.history import steps
from lm_core.runs.run import Run
from lm_core.settings import Settings


def train_here(run_id, settings, store):
    claim = Queue(store.database).claim(1, "here")
    assert claim.run_id == run_id
    lease = store.lease(claim.run_id, claim.epoch)
    reporter = Reporter(lease, leave=lambda: None)
    reporter.start()
    try:
        train_run(Run(settings.runs_folder / run_id), settings, lease, reporter)
    finally:
        reporter.close()
    assert store.get(run_id).state == "done"
    return Run(settings.runs_folder / run_id)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder, its store, and no supervisor: the tests train themselves."""
    home = tmp_path_factory.mktemp("continuing")
    settings = Settings(home, f"sqlite:///{home}/tokenarium.db", parallel_runs=1, max_text_bytes=1_000_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "ensure_supervisor", lambda settings: None)
        store = open_store(settings.store_url)
        yield settings, store
        store.close()


@pytest.fixture(scope="module")
def parent(place, tiny_config):
    settings, store = place
    config = with_settings(tiny_config, {"model.dropout": "0.2"})  # so that chance must be carried on, too
    return train_here(launch.start_run(config, settings, store), settings, store)


def go_on(place, parent, step, changes=None):
    settings, store = place
    config = child_config(parent.read_config(), parent.id, step, changes or {})
    return train_here(launch.start_run(config, settings, store), settings, store)


def test_with_the_same_settings_it_comes_to_the_parents_own_end_bit_for_bit(place, parent):
    child = go_on(place, parent, 20)
    ours, theirs = (read_tensors(checkpoints(run)[-1]) for run in (child, parent))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert steps(child) == [20, 30, 40]
    _settings, store = place
    mine, its = (store.series(run.id)["columns"] for run in (child, parent))
    assert mine["loss"][-20:] == its["loss"][-20:]
    assert mine["val_loss"] == its["val_loss"][20:]


def test_it_has_its_own_rate_and_length_and_outlives_its_parent(place, parent, monkeypatch):
    settings, store = place
    config = child_config(parent.read_config(), parent.id, 40, {"train.learning_rate": "1e-3"})
    assert (config.train.steps, config.name) == (80, "tiny · from step 40")
    run_id = launch.start_run(config, settings, store)
    aside = parent.folder.with_name("aside")
    shutil.move(parent.folder, aside)
    try:
        child = train_here(run_id, settings, store)
    finally:
        shutil.move(aside, parent.folder)
    rates = store.series(run_id)["columns"]["learning_rate"]
    assert max(rate for rate in rates if rate is not None) < 1e-3
    assert load_model(child)[1] == 80
    assert step_of(kept_checkpoints(child)[0]) == 40


def test_another_optimizer_begins_anew_with_the_parents_weights(place, parent):
    child = go_on(place, parent, 20, {"train.optimizer": "muon", "train.steps": "22"})
    first = read_tensors(kept_checkpoints(child)[0])
    before = read_tensors(next(path for path in checkpoints(parent) if step_of(path) == 20))
    assert all(torch.equal(first[name], before[name]) for name in before if name.startswith("model."))
    assert int(first["optimizer.steps"]) == 0


def test_a_shared_run_has_weights_alone_and_can_be_gone_on_from(place, parent):
    settings, store = place
    shared = export_run(parent, settings.runs_folder / "shared", store.series(parent.id))
    child = go_on(place, shared, 40, {"train.steps": "42"})
    assert load_model(child)[1] == 42


def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(place, parent):
    settings, store = place
    there = sorted(path.name for path in settings.runs_folder.iterdir())
    config = parent.read_config()
    child = child_config(config, parent.id, 20, {})
    kept = ", ".join(str(step_of(path)) for path in kept_checkpoints(parent))
    with pytest.raises(RunError, match=f"keeps no model of step 17. It keeps these steps: {kept}. Choose one of them"):
        launch.start_run(child.model_copy(update={"start": StartPoint(run=parent.id, step=17)}), settings, store)
    with pytest.raises(ConfigError, match=re.escape("model.n_layers was 2 there, not 3")):
        launch.start_run(with_settings(child, {"model.n_layers": "3"}), settings, store)
    with pytest.raises(ConfigError, match="seed was 1 there, not 2"):
        launch.start_run(with_settings(child, {"seed": "2"}), settings, store)
    with pytest.raises(RunError, match='There is no run "nobody"'):
        launch.start_run(child.model_copy(update={"start": StartPoint(run="nobody", step=20)}), settings, store)
    with pytest.raises(ConfigError, match=re.escape("train.steps (20) leaves nothing to train. Try 40")):
        child_config(config, parent.id, 20, {"train.steps": "20"})
    assert sorted(path.name for path in settings.runs_folder.iterdir()) == there


def test_a_damaged_checkpoint_is_refused_when_the_run_is_asked_for(place, parent):
    settings, store = place
    damaged = export_run(parent, settings.runs_folder / "damaged", store.series(parent.id))
    next(damaged.checkpoints_folder.iterdir()).write_bytes(b"no weights")
    with pytest.raises(RunError, match="is damaged"):
        launch.start_run(child_config(parent.read_config(), "damaged", 40, {}), settings, store)


def test_weights_of_another_model_are_refused(parent, tiny_config):
    from lm_core.training.state import new_state

    state = new_state(with_settings(tiny_config, {"model.d_model": "32"}), parent.read_facts().vocab_size)
    with pytest.raises(RunError, match="belongs to another model"):
        state.go_on_from(read_tensors(checkpoints(parent)[-1]), 40)
