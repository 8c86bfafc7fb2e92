"""Checkpoints: bit for bit, whole or not there, and never a foreign one."""

import pytest
import safetensors.torch
import torch

from lm_core.config import with_settings
from lm_core.errors import RunError
from lm_core.presets import preset_config
from lm_core.runs.checkpoint import (
    bytes_of,
    kept_steps,
    load_checkpoint,
    load_model,
    read_tensors,
    save_checkpoint,
    save_tensors,
)
from lm_core.runs.checkpoint_files import checkpoint_near, checkpoints, delete_after, kept_checkpoints, step_of
from lm_core.runs.facts import RunFacts
from lm_core.runs.run import create_run
from lm_core.training.state import new_state

VOCAB = 11


@pytest.fixture
def run(settings, tiny_config):
    run = create_run(tiny_config, settings.runs_folder)
    run.write_facts(RunFacts(VOCAB, 1, {}, 1, 1, 1, 1, {}, "Play", "char"))
    return run


def a_state(config, step=0):
    """A state whose every number differs from a fresh one."""
    state = new_state(config, VOCAB)
    for number in range(1, 3):
        loss = state.model(torch.arange(8).view(1, 8) % VOCAB).square().mean() * number
        state.optimizer.forget_gradients()
        loss.backward()
        state.optimizer.step(0.01)
    torch.rand(7)
    state.step = step
    return state


def test_a_checkpoint_gives_back_weights_optimizer_and_chance_bit_for_bit(run, tiny_config):
    state = a_state(tiny_config, step=50)
    saved = {name: tensor.clone() for name, tensor in state.tensors().items()}
    path = save_checkpoint(run, state, epoch=3)
    assert path.name == "s00000050-e3.safetensors"
    torch.rand(5)
    fresh = new_state(tiny_config, VOCAB)
    load_checkpoint(path, fresh)
    loaded = fresh.tensors()
    assert loaded.keys() == saved.keys()
    assert all(torch.equal(loaded[name], saved[name]) for name in saved)
    assert fresh.step == 50


def test_the_newest_three_checkpoints_stay(run, tiny_config):
    for step, epoch in ((100, 1), (200, 1), (120, 2), (140, 2)):
        save_checkpoint(run, a_state(tiny_config, step), epoch=epoch)
    assert [path.name for path in checkpoints(run)] == [
        "s00000200-e1.safetensors", "s00000120-e2.safetensors", "s00000140-e2.safetensors",
    ]  # fmt: skip


def test_the_checkpoint_that_the_store_names_stays_however_old(run, tiny_config):
    for step in (11, 21, 31, 41, 51):  # none of them is kept for good
        save_checkpoint(run, a_state(tiny_config, step), epoch=1, keep="s00000011-e1.safetensors")
    assert [step_of(path) for path in checkpoints(run)] == [11, 31, 41, 51]


def test_going_back_forgets_the_later_checkpoints(run, tiny_config):
    for step in (100, 200, 300):
        save_checkpoint(run, a_state(tiny_config, step), epoch=1)
    delete_after(run, run.checkpoints_folder / "s00000200-e1.safetensors")
    assert [step_of(path) for path in checkpoints(run)] == [100, 200]
    delete_after(run, None)
    assert checkpoints(run) == []


def test_the_loaded_model_is_the_newest_one_and_leaves_chance_alone(run, tiny_config):
    save_checkpoint(run, a_state(tiny_config, 10), epoch=1)
    state = a_state(tiny_config, 20)
    save_checkpoint(run, state, epoch=1)
    before = torch.get_rng_state()
    model, step = load_model(run)
    assert torch.equal(torch.get_rng_state(), before)
    assert (step, model.training) == (20, False)
    learned = dict(state.model.named_parameters())
    assert all(torch.equal(weight, learned[name]) for name, weight in model.named_parameters())
    ids = torch.arange(6).view(1, 6)
    assert torch.allclose(model(ids), state.model.eval()(ids), atol=1e-6)


def test_a_run_without_a_checkpoint_says_so(run):
    with pytest.raises(RunError, match="has saved no model yet"):
        load_model(run)


def test_a_half_written_checkpoint_is_refused_and_a_temporary_one_not_seen(run, tiny_config):
    state = a_state(tiny_config, 10)
    path = save_checkpoint(run, state, epoch=1)
    whole = path.read_bytes()
    (run.checkpoints_folder / "s00000099-e9.safetensors.77.tmp").write_bytes(whole[:100])
    assert checkpoints(run) == [path]
    before = {name: tensor.clone() for name, tensor in state.tensors().items()}
    for content in (whole[: len(whole) // 2], b"", b"\x00" * 100, whole + b"more"):
        path.write_bytes(content)
        with pytest.raises(RunError, match=r"s00000010-e1\.safetensors is damaged"):
            load_checkpoint(path, state)
    assert all(torch.equal(tensor, before[name]) for name, tensor in state.tensors().items())
    path.unlink()
    with pytest.raises(RunError, match="is missing"):
        load_checkpoint(path, state)


def test_weights_of_another_model_are_refused(run, tiny_config):
    wider = tiny_config.model_copy(update={"model": tiny_config.model.model_copy(update={"d_model": 32})})
    path = save_checkpoint(run, a_state(wider, 10), epoch=1)
    with pytest.raises(RunError, match="do not fit the model of run"):
        load_model(run)
    with pytest.raises(RunError, match="belongs to another model"):
        load_checkpoint(path, new_state(tiny_config, VOCAB))


def test_a_file_of_another_format_is_refused(run, tiny_config):
    run.checkpoints_folder.mkdir()
    path = run.checkpoints_folder / "s00000010-e1.safetensors"
    path.write_bytes(safetensors.torch.save({"model.x": torch.zeros(2)}, {"format_version": "7"}))
    with pytest.raises(RunError, match="has format 7, and this version of Tokenarium reads format 1"):
        read_tensors(path)


def test_weights_alone_are_enough_for_a_model(run, tiny_config):
    state = a_state(tiny_config, 30)
    weights = {name: tensor for name, tensor in state.tensors().items() if name.startswith("model.")}
    save_tensors(run, weights, step=30, epoch=0)
    assert load_model(run)[1] == 30


def test_beside_the_newest_three_a_bounded_choice_stays_for_good():
    config = with_settings(preset_config("tiny"), {"train.steps": "1500"})
    assert sorted(kept_steps(config, 3_000_000)) == [0, 2, 10, 100, 200, 400, 500, 600, 1000, 1200, 1400, 1500]
    for size in (1, 10_000_000, 30_000_000, 60_000_000, 10**9):
        steps = kept_steps(config, size)
        assert len(steps) <= 12
        assert len(steps) * size <= 100_000_000
    assert kept_steps(config, 60_000_000) == frozenset()


def test_kept_checkpoints_outlast_newer_ones(run, tiny_config):
    for step in range(0, 41, 2):
        save_checkpoint(run, a_state(tiny_config, step), epoch=1)
    config = run.read_config()
    for_good = kept_steps(config, bytes_of(a_state(tiny_config).tensors()))
    saved = {step for step in for_good if step % 2 == 0}
    assert {step_of(path) for path in checkpoints(run)} == saved | {36, 38, 40}
    assert step_of(checkpoint_near(run, 21)) == 20
    assert step_of(checkpoint_near(run, 15)) == 20  # of two equally near the later
    assert step_of(checkpoint_near(run, 999)) == 40


def test_what_a_given_up_worker_wrote_beyond_its_successor_is_not_listed(run, tiny_config):
    for step, epoch in ((10, 1), (20, 1), (40, 1), (20, 2), (30, 2)):
        save_checkpoint(run, a_state(tiny_config, step), epoch=epoch)
    assert [path.name for path in kept_checkpoints(run)] == [
        "s00000010-e1.safetensors", "s00000020-e2.safetensors", "s00000030-e2.safetensors",
    ]  # fmt: skip
