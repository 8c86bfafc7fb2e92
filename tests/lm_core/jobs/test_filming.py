"""The film: which frames it has, whatever happened to the run; how large it can grow; what a frame holds."""

import time

import numpy as np
import pytest
import torch

from lm_core.config import RunConfig, parse_config, with_settings
from lm_core.jobs import training_run
from lm_core.jobs.filming import MOST_BYTES, MOST_FRAMES, Film, film_steps, frame_bytes, sample_length, spread
from lm_core.jobs.preparation import prepare
from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter
from lm_core.presets import PRESETS, preset_config
from lm_core.runs.history import HistoryPoint, load_points
from lm_core.runs.run import create_run
from lm_core.training.loop import log_spaced_steps, train
from lm_core.training.state import new_state


def test_evenly_means_from_the_first_to_the_last():
    assert spread([10, 20, 30, 40, 50], 3) == [10, 30, 50]
    assert spread([10, 20], 5) == [10, 20]
    assert spread([10, 20, 30], 1) == [30]
    assert spread([10, 20, 30], -2) == []


@pytest.mark.parametrize("preset", PRESETS)
def test_a_film_has_log_spaced_frames_and_one_at_each_evaluation_up_to_its_bound(preset):
    config = preset_config(preset)
    steps = film_steps(config)
    assert set(log_spaced_steps(config.train.steps, 14)) <= steps
    every = set(range(0, config.train.steps + 1, config.train.eval_every))
    assert every <= steps or len(steps) >= MOST_FRAMES - 1
    assert 14 < len(steps) <= MOST_FRAMES


@pytest.mark.parametrize(
    "settings",
    [
        {"train.steps": "1000000", "train.eval_every": "1"},
        {"model.n_layers": "24", "model.n_heads": "32", "model.d_model": "2048", "model.context_length": "2048"},
        {"model.n_layers": "24", "model.n_heads": "32", "model.d_model": "1024", "probe": "w", "train.steps": "9000"},
    ],
)
def test_the_whole_film_is_bounded_in_number_and_in_bytes(settings):
    config = with_settings(RunConfig(), settings)
    steps = film_steps(config)
    assert {0, config.train.steps} <= steps
    assert len(steps) <= MOST_FRAMES
    assert len(steps) <= 14 or len(steps) * frame_bytes(config) <= MOST_BYTES


def test_samples_are_few_and_the_last_one_is_the_longest():
    config = with_settings(preset_config("tiny"), {"train.steps": "1500"})
    lengths = {step: sample_length(step, config) for step in film_steps(config)}
    assert {step for step, length in lengths.items() if length} == {0, 100, 200, 500, 1000, 1500}
    assert lengths[1500] == max(lengths.values())


def played(config, settings, store, *, stop_at=None):
    """A run trained here, stopped once and resumed if asked."""
    run = create_run(config, settings.runs_folder)
    store.submit(run.id, "Run", config.to_json(), config.train.steps)
    work(run, settings, store, stop_at)
    if stop_at is not None:
        assert store.get(run.id).state == "stopped"
        store.resume(run.id)
        work(run, settings, store)
    assert store.get(run.id).state == "done"
    return run


def work(run, settings, store, stop_at=None):
    claim = Queue(store.database).claim(1, "here")
    lease = store.lease(claim.run_id, claim.epoch)
    reporter = Reporter(lease, leave=lambda: None)
    reporter.start()

    def events(*arguments):
        for event in train(*arguments):
            if event.step == stop_at:
                store.stop(run.id)
                time.sleep(0.3)
            yield event

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_run, "train", events)
        try:
            training_run.train_run(run, settings, lease, reporter)
        finally:
            reporter.close()


def test_a_resumed_run_has_the_frames_of_one_that_never_stopped_number_for_number(tiny_config, settings, store):
    """Stopped one step before a frame: what that step changed must be seen all the same."""
    undisturbed, resumed = played(tiny_config, settings, store), played(tiny_config, settings, store, stop_at=19)
    ours, theirs = load_points(undisturbed), [point for point in load_points(resumed) if point.step != 19]
    assert [point.step for point in ours] == [point.step for point in theirs] == sorted(film_steps(tiny_config))
    for one, other in zip(ours, theirs, strict=True):
        for name in HistoryPoint.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=f"{one.step} {name}")
    share = store.series(undisturbed.id)["columns"]["history_share"]
    assert [step for step, value in enumerate(share) if value is not None] == [point.step for point in ours][1:]
    assert all(0 < value <= 1 for value in share if value is not None)


def test_a_frame_shows_how_long_each_part_is_and_what_the_last_step_changed(tiny_config, settings):
    config = parse_config(RunConfig, {**tiny_config.model_dump(), "probe": "copy: a"})
    run = create_run(config, settings.runs_folder)
    prepared = prepare(run, config, settings)
    state = new_state(config, prepared.tokenizer.vocab_size)
    film = Film(run, config, prepared.tokenizer, prepared.dataset)
    before = {}
    events = train(state, prepared.dataset, config)
    while state.step < 2:
        film.look(state)
        before = {name: weight.detach().clone() for name, weight in state.model.named_parameters()}
        next(events)
        if film.is_due(state.step):
            film.take(state, None)
            film.catch_up()
    first, second, third = load_points(run)
    assert np.isnan(first.update_norms).all()
    assert np.isfinite(second.update_norms).all()
    assert first.parts == ("embed", "blocks.0.attn", "blocks.0.mlp", "blocks.1.attn", "blocks.1.mlp", "head")
    weights = {name: weight.detach() for name, weight in state.model.named_parameters()}
    assert third.weight_norms[0] == pytest.approx(
        float(torch.linalg.vector_norm(weights["embed.weight"].detach())), rel=1e-5
    )
    moved = torch.linalg.vector_norm(weights["embed.weight"].detach() - before["embed.weight"])
    assert third.update_norms[0] == pytest.approx(float(moved), rel=1e-4)
    assert third.map_codes.shape == (len(third.map_tokens), 16)
    assert len(set(third.map_tokens)) == len(third.map_tokens) <= 200
