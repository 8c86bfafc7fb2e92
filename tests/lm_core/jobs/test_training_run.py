"""One worker's part of a run, in this process: what it leaves in the store and in the folder."""

import time

import numpy as np
import pytest
import torch
from filelock import FileLock

from lm_core.config import with_settings
from lm_core.errors import RunError
from lm_core.jobs import training_run, worker
from lm_core.jobs.filming import SAMPLE_TOKENS, film_steps, probe_ids, take_point
from lm_core.jobs.preparation import prepare
from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter
from lm_core.jobs.store import open_store
from lm_core.models.registry import count_parameters
from lm_core.runs.checkpoint import load_model
from lm_core.runs.checkpoint_files import checkpoints, step_of
from lm_core.runs.history import load_points, steps
from lm_core.runs.run import create_run
from lm_core.settings import Settings
from lm_core.training.events import EvalMetrics, StepMetrics
from lm_core.training.state import new_state
from tests.in_process import work


def submit(config, settings, store):
    run = create_run(config, settings.runs_folder)
    store.submit(run.id, "Run", config.to_json(), config.train.steps)
    return run


@pytest.fixture
def run(tiny_config, settings, store):
    return submit(tiny_config, settings, store)


@pytest.fixture(scope="module")
def finished(tmp_path_factory, tiny_config):
    """A run that trained to its end, for the tests that only look at it: the run and its store."""
    home = tmp_path_factory.mktemp("finished")
    settings = Settings(home, f"sqlite:///{home}/tokenarium.db", parallel_runs=1, max_text_bytes=1_000_000)
    store = open_store(settings.store_url)
    run = submit(tiny_config, settings, store)
    work(run, settings, store)
    yield run, store
    store.close()


def test_a_run_trains_to_its_end(finished):
    run, store = finished
    status = store.get(run.id)
    assert (status.state, status.step, status.message) == ("done", 40, "Finished: all 40 steps are done.")
    series = store.series(run.id)
    assert series["steps"] == list(range(41))
    losses = series["columns"]["loss"]
    assert losses[0] is None
    assert losses[40] < losses[1]
    measured = [step for step, loss in enumerate(series["columns"]["val_loss"]) if loss is not None]
    assert measured == [0, 1, 2, 5, 10, 20, 30, 40]
    assert status.val_loss == series["columns"]["val_loss"][40]
    assert [step_of(path) for path in checkpoints(run)] == [0, 1, 2, 10, 20, 30, 40]
    assert status.checkpoint_step == 40
    assert load_model(run)[1] == 40


def test_its_facts_say_what_was_found_out(finished, tiny_config):
    run, _ = finished
    facts = run.read_facts()
    parts = count_parameters(tiny_config.model, facts.vocab_size)
    assert facts.parameters == parts["total"] == sum(facts.parameters_by_part.values())
    assert set(facts.baselines) >= {"uniform", "unigram", "bigram"}
    assert facts.baselines["bigram"] < facts.baselines["unigram"] < facts.baselines["uniform"]
    assert 0 < facts.baselines["xz"] < facts.baselines["uniform"] * 1.5
    assert 0 < facts.baselines["gzip"] < facts.baselines["uniform"] * 1.5
    assert facts.train_tokens > facts.validation_tokens > 0


def test_its_film_has_the_first_and_the_last_step(finished, tiny_config):
    run, _ = finished
    points = load_points(run)
    assert [point.step for point in points] == [0, 1, 2, 5, 10, 20, 30, 40] == sorted(film_steps(tiny_config))
    for point in points:
        assert point.attention.shape == (2, 2, 16, 16)
        assert point.q.shape == point.k.shape == (2, 2, 16, 8)
        assert point.val_loss is not None
        assert np.isnan(point.losses[0])
        assert np.isfinite(point.losses[1:]).all()
        assert point.top_ids.shape == (16, 8)
        assert point.top_texts[3][0]
        np.testing.assert_allclose(point.attention.sum(-1) / 255, 1, atol=0.04)
    assert points[0].tokens == points[-1].tokens
    assert len(points[-1].sample) == SAMPLE_TOKENS  # one character each


def test_the_scores_can_be_computed_from_queries_and_keys(finished):
    run, _ = finished
    point = load_points(run)[-1]
    scores = point.q.astype(np.float32) @ point.k.astype(np.float32).swapaxes(-1, -2) / np.sqrt(8)
    scores[..., np.triu(np.ones((16, 16), dtype=bool), 1)] = -np.inf
    pattern = np.exp(scores - scores.max(-1, keepdims=True))
    pattern /= pattern.sum(-1, keepdims=True)
    np.testing.assert_allclose(pattern, point.attention / 255, atol=0.01)


def test_filming_changes_neither_the_model_nor_its_chance(tiny_config, settings, store, run):
    prepared = prepare(run, tiny_config, settings)
    state = new_state(tiny_config, prepared.tokenizer.vocab_size)
    before = {name: tensor.clone() for name, tensor in state.tensors().items()}
    probe = probe_ids(tiny_config, prepared.tokenizer, prepared.dataset)
    first, second = (
        take_point(state.model, prepared.tokenizer, probe, step=0, val_loss=None, seed=1) for _ in range(2)
    )
    assert all(torch.equal(tensor, before[name]) for name, tensor in state.tensors().items())
    assert state.model.training
    assert first.sample == second.sample


def test_the_probe_is_the_chosen_sentence_cut_to_the_context(tiny_config, settings, run):
    prepared = prepare(run, tiny_config, settings)
    tokenizer = prepared.tokenizer
    chosen = tiny_config.model_copy(update={"probe": "copy: abc\u2603 " * 9})
    ids = probe_ids(chosen, tokenizer, prepared.dataset)
    assert len(ids) == 16
    assert tokenizer.token_texts(ids)[:10] == [*"copy: abc", "<unk>"]


def test_without_a_chosen_sentence_the_probe_begins_with_a_line_of_the_validation_text(tiny_config, settings, run):
    prepared = prepare(run, tiny_config, settings)
    ids = probe_ids(tiny_config, prepared.tokenizer, prepared.dataset)
    text = prepared.tokenizer.decode(prepared.dataset.validation[:200].tolist())
    start = text.index(prepared.tokenizer.decode(ids))
    assert start == 0 or text[start - 1] == "\n"
    assert len(ids) == 16


def stop_at(step, wish):
    """Make people wish something at that step of the training."""
    real = training_run.train

    def train(*arguments):
        for event in real(*arguments):
            if event.step == step:
                wish()
            yield event

    return train


def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(tiny_config, settings, store, monkeypatch):
    undisturbed = submit(tiny_config, settings, store)
    work(undisturbed, settings, store)
    run = submit(tiny_config, settings, store)
    with monkeypatch.context() as patch:
        patch.setattr(training_run, "train", stop_at(17, lambda: stop_and_wait(store, run)))
        work(run, settings, store)
    status = store.get(run.id)
    assert (status.state, status.message) == ("stopped", "Stopped at step 17 of 40. Resume it to go on.")
    assert status.checkpoint_step == 17
    store.resume(run.id)
    work(run, settings, store)
    assert store.get(run.id).state == "done"
    for name in ("loss", "val_loss", "grad_norm"):
        assert store.series(run.id)["columns"][name] == store.series(undisturbed.id)["columns"][name]
    assert steps(run) == sorted([*steps(undisturbed), 17])  # and what it looked like when it was stopped


def stop_and_wait(store, run):
    store.stop(run.id)
    time.sleep(0.3)  # until the reporter has heard it


def diverging(state, dataset, config, rates):
    yield EvalMetrics(0, {"val_loss": 4.0})
    state.step = 3
    yield StepMetrics(3, {"loss": 4.0})
    yield StepMetrics(4, {"loss": float("nan")})
    raise RunError("The loss became NaN at step 4. Lower the learning rate.")


def test_a_loss_that_is_no_number_ends_the_run_with_advice_and_keeps_the_weights(run, settings, store, monkeypatch):
    monkeypatch.setattr(training_run, "train", diverging)
    Queue(store.database).claim(1, "here")
    assert worker.main([run.id, "1"]) == 0
    status = store.get(run.id)
    assert (status.state, status.message) == ("failed", "The loss became NaN at step 4. Lower the learning rate.")
    assert store.series(run.id)["columns"]["loss"] == [None, 4.0, None]
    assert status.checkpoint_step == 3


def test_a_disk_that_is_full_for_a_while_ends_no_run(run, settings, store, monkeypatch):
    """All checkpoints find no room, the last one at its second try."""
    real, tried, said = training_run.save_checkpoint, [], []

    def save(run, state, *, epoch, keep=None):
        tried.append(state.step)
        if tried.count(40) < 2:
            raise OSError(28, "No space left on device")
        for _look in range(300):  # until the reporter has told
            said[:] = [store.get(run.id).message]
            if said[0]:
                break
            time.sleep(0.1)
        return real(run, state, epoch=epoch, keep=keep)

    monkeypatch.setattr(training_run, "save_checkpoint", save)
    monkeypatch.setattr(training_run, "RETRY_SECONDS", 0.1)
    work(run, settings, store)
    assert said[0] == "This run cannot be saved now: No space left on device. Make room on the disk, and it will be."
    status = store.get(run.id)
    assert (status.state, status.checkpoint_step, status.message) == ("done", 40, "Finished: all 40 steps are done.")
    assert [step_of(path) for path in checkpoints(run)] == [40]


def test_what_people_can_mend_is_said_and_not_tried_again(settings, store, tiny_config):
    config = with_settings(tiny_config, {"tokenizer.kind": "bpe", "tokenizer.vocab_size": "32000"})
    run = submit(config, settings, store)
    Queue(store.database).claim(1, "here")
    assert worker.main([run.id, "1"]) == 0
    status = store.get(run.id)
    assert (status.state, status.attempts) == ("failed", 1)
    assert "32,000" in status.message or "32000" in status.message


def test_what_nobody_foresaw_is_in_the_log_alone(run, settings, store, monkeypatch, capsys):
    def broken(*_arguments):
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(training_run, "train_run", broken)
    Queue(store.database).claim(1, "here")
    assert worker.main([run.id, "1"]) == 1
    assert "KeyError: 'a mistake of ours'" in capsys.readouterr().err
    assert store.get(run.id).state == "starting"


def test_a_worker_whose_run_has_another_one_leaves(run, settings, store):
    Queue(store.database).claim(1, "here")
    assert worker.main([run.id, "0"]) == 0
    assert store.get(run.id).state == "starting"
    assert store.get(run.id).pid is None


def test_two_workers_never_share_a_folder(run, settings, store, monkeypatch):
    monkeypatch.setattr(worker, "LOCK_SECONDS", 0.05)
    Queue(store.database).claim(1, "here")
    with FileLock(run.lock_path, is_singleton=False):
        assert worker.main([run.id, "1"]) == worker.FOLDER_IN_USE


def test_a_damaged_checkpoint_is_never_trained_on(run, settings, store):
    Queue(store.database).claim(1, "here")
    run.checkpoints_folder.mkdir()
    (run.checkpoints_folder / "s00000010-e1.safetensors").write_bytes(b"half of it")
    store.lease(run.id, 1).report(checkpoint_step=10, checkpoint_file="s00000010-e1.safetensors")
    assert worker.main([run.id, "1"]) == 0
    assert store.get(run.id).message == "The checkpoint s00000010-e1.safetensors is damaged. Start the run again."


def test_energy_is_noted_at_every_evaluation_and_the_last_step_and_grows(finished):
    run, store = finished
    columns = store.series(run.id)["columns"]
    noted = [value for value in columns["energy_wh"] if value is not None]
    assert noted == sorted(noted)
    assert 0 < noted[-1] < 0.1
    measured = [step for step, value in enumerate(columns["val_loss"]) if value is not None]
    assert all(columns["energy_wh"][step] is not None for step in measured)
    source = [value for value in columns["watts_per_core"] if value is not None]
    assert len(source) == 1, "said once by each worker"


def test_a_later_worker_goes_on_counting_from_what_the_earlier_used(run, settings, store, monkeypatch):
    """Also what went into steps that were lost: it was used."""
    claim = Queue(store.database).claim(1, "here")
    lease = store.lease(claim.run_id, claim.epoch)
    assert lease.highest("energy_wh") is None
    lease.report([(1, "energy_wh", 2.0), (2, "energy_wh", 3.5)], step=2)
    assert lease.highest("energy_wh") == 3.5
    reporter = Reporter(lease, leave=lambda: None)
    reporter.start()
    training_run.train_run(run, settings, lease, reporter)
    reporter.close()
    noted = store.series(run.id)["columns"]["energy_wh"]
    assert noted[0] >= 3.5
    assert noted[-1] > noted[0]
