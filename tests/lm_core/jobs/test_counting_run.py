"""A run that counts, by the real worker: to its end, stopped and gone on, opened, written with, given away."""

import io
import time

import numpy as np
import pytest
import torch

from lm_core.config import RunConfig, SamplingConfig, parse_config
from lm_core.data.dataset import open_dataset
from lm_core.errors import ConfigError, RunError
from lm_core.generation.decode import generate
from lm_core.generation.sampling import softmax
from lm_core.interpret.snapshot import take_snapshot
from lm_core.interpret.surprise import token_losses
from lm_core.jobs.launch import start_run
from lm_core.jobs.store import open_store
from lm_core.models.count_model import CountModel
from lm_core.presets import preset_config
from lm_core.runs.archive import read_archive, write_archive
from lm_core.runs.checkpoint import load_model, open_model, read_tensors
from lm_core.runs.checkpoint_files import checkpoints
from lm_core.runs.continuing import checkpoint_to_go_on_from
from lm_core.runs.history import load_points
from lm_core.settings import Settings
from lm_core.training.counting import piece_of
from tests.counted_run import counting_config, submit
from tests.in_process import work


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    home = tmp_path_factory.mktemp("counted")
    settings = Settings(home, f"sqlite:///{home}/tokenarium.db", parallel_runs=1, max_text_bytes=1_000_000)
    store = open_store(settings.store_url)
    run = submit(counting_config(order=3), settings, store)
    work(run, settings, store)
    yield run, store, settings
    store.close()


def test_it_counts_to_its_end_and_its_curve_is_that_of_text_not_yet_counted(finished):
    run, store, _ = finished
    status, columns = store.get(run.id), store.series(run.id)["columns"]
    assert (status.state, status.step) == ("done", 20)
    facts, dataset = run.read_facts(), open_dataset(run.tokens_folder)
    assert columns["loss"][1] == pytest.approx(np.log(facts.vocab_size))  # nothing was counted before the first piece
    assert columns["loss"][20] < columns["loss"][1]
    assert status.val_loss == pytest.approx(facts.baselines["trigram"], rel=1e-9)  # the ladder's own rung
    model, step = open_model(run)
    assert step == 20
    assert sum(table.counts.sum() for table in model.tables[:1]) == len(dataset.train)
    assert facts.parameters == sum(len(table.keys) for table in model.tables)
    fresh = CountModel(model.config, facts.vocab_size)
    fresh.count(np.asarray(dataset.train, dtype=np.int64))
    assert all((one.counts == other.counts).all() for one, other in zip(fresh.tables, model.tables, strict=True))


def test_pieces_cover_the_text_once():
    pieces = [piece_of(step, 103, 7) for step in range(7)]
    assert [begin for begin, _ in pieces] == [0, *(end for _, end in pieces[:-1])]
    assert pieces[-1][1] == 103


def test_its_film_has_losses_and_samples_and_no_attention(finished):
    points = load_points(finished[0])
    assert points[0].step == 0
    assert points[-1].step == 20
    assert points[-1].attention.shape[:2] == (0, 0)
    assert points[-1].sample
    assert np.isfinite(points[-1].losses[1:]).all()


def test_stopped_and_resumed_it_ends_with_the_same_counts(finished, settings, store, monkeypatch):
    run, counted, pieces = submit(counting_config(order=3), settings, store), CountModel.count, []

    def count_and_be_stopped(model, tokens, first=0):
        counted(model, tokens, first)
        pieces.append(len(tokens) - first)
        if len(pieces) == 7:
            store.stop(run.id)
        time.sleep(0.06 if len(pieces) >= 7 else 0)  # the worker looks at wishes every 50 ms

    monkeypatch.setattr(CountModel, "count", count_and_be_stopped)
    work(run, settings, store)
    monkeypatch.undo()
    assert store.get(run.id).state == "stopped"
    assert 7 <= store.get(run.id).step < 20
    store.resume(run.id)
    work(run, settings, store)
    assert store.get(run.id).state == "done"
    one, other = read_tensors(checkpoints(finished[0])[-1]), read_tensors(checkpoints(run)[-1])
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_it_writes_through_the_same_pipeline_and_its_logits_are_log_probabilities(finished):
    model, _ = open_model(finished[0])
    steps = list(generate(model, [1, 2], SamplingConfig(temperature=1.0, seed=3), n_tokens=12, keep_attention=True))
    ids = [1, 2, *(step.token_id for step in steps)]
    for place, step in enumerate(steps):
        assert step.attention is None
        probabilities = np.exp(step.logits.astype(np.float64))
        assert probabilities.sum() == pytest.approx(1, abs=1e-6)
        assert softmax(step.logits) == pytest.approx(probabilities, abs=1e-6)
        assert step.logits == pytest.approx(model(torch.tensor([ids[: place + 2]]))[0, -1].numpy())


def test_its_losses_per_token_are_those_of_any_model(finished):
    model, step = open_model(finished[0])
    row = np.asarray(open_dataset(finished[0].tokens_folder).validation[:16], dtype=np.int64)
    snapshot = take_snapshot(model, row, [""] * 16, step=step)
    assert set(snapshot.activations) == {"logits"}
    assert snapshot.logits.shape == (16, model.vocab_size)
    assert token_losses(snapshot)[1:] == pytest.approx(model.losses(row)[1:], abs=1e-5)


def test_given_away_and_taken_in_it_is_the_same(finished, tmp_path):
    run, store, _ = finished
    file = io.BytesIO()
    write_archive(run, store.series(run.id), file)
    imported = read_archive(file, tmp_path / "runs")
    ours, theirs = open_model(run)[0], open_model(imported.run)[0]
    assert all(torch.equal(table, dict(theirs.named_buffers())[name]) for name, table in ours.named_buffers())


def test_what_it_cannot_do_is_said(finished, settings, store):
    run, _, _ = finished
    with pytest.raises(RunError, match="only counts"):
        load_model(run)
    child = parse_config(RunConfig, {**run.read_config().model_dump(), "start": {"run": run.id, "step": 10}})
    with pytest.raises(ConfigError, match="begins anew"):
        checkpoint_to_go_on_from(child, run)
    large = preset_config("counts", model={"architecture": "counts", "order": 5}, tokenizer={"kind": "gpt2"})
    with pytest.raises(ConfigError, match=r"Try model\.order 4"):
        start_run(large, settings, store)
