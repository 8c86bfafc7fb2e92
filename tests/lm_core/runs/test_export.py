"""Exported runs: small, whole, and opened like any other."""

import math

import pytest
import torch

from lm_core.errors import RunError
from lm_core.runs.checkpoint import load_model, read_tensors, save_checkpoint
from lm_core.runs.checkpoint_files import checkpoints
from lm_core.runs.export import export_run
from lm_core.runs.facts import RunFacts
from lm_core.runs.run import Run, create_run
from lm_core.runs.series import read_series, thinned
from lm_core.tokenizers.registry import load_tokenizer, train_tokenizer
from lm_core.training.state import new_state


@pytest.fixture
def finished(settings, tiny_config):
    run = create_run(tiny_config, settings.runs_folder)
    tokenizer = train_tokenizer(tiny_config.tokenizer, ["abc\n"])
    run.tokenizer_folder.mkdir()
    tokenizer.save(run.tokenizer_folder)
    run.write_facts(RunFacts(tokenizer.vocab_size, 1, {}, 1, 1, 1, 1, {}, "Play", "char"))
    state = new_state(tiny_config, tokenizer.vocab_size)
    state.step = 40
    save_checkpoint(run, state, epoch=2)
    run.tokens_folder.mkdir()
    (run.tokens_folder / "train.bin").write_bytes(b"\x00" * 1000)
    return run


def a_series(n_steps, eval_every=10):
    return {
        "steps": list(range(n_steps + 1)),
        "columns": {
            "loss": [None, *(1 / 3 + step for step in range(n_steps))],
            "val_loss": [2.0 if step % eval_every == 0 else None for step in range(n_steps + 1)],
        },
    }


def test_an_exported_run_opens_like_any_other(finished, tmp_path):
    exported = export_run(finished, tmp_path / "gallery-mine", a_series(40))
    assert exported.id == "gallery-mine"
    assert exported.read_config() == finished.read_config()
    assert exported.read_facts() == finished.read_facts()
    assert load_tokenizer(exported.tokenizer_folder).encode("abc") == load_tokenizer(finished.tokenizer_folder).encode(
        "abc"
    )
    own, shared = load_model(finished), load_model(exported)
    assert own[1] == shared[1] == 40
    assert all(torch.equal(a, b) for a, b in zip(own[0].parameters(), shared[0].parameters(), strict=True))
    assert read_series(exported)["steps"] == list(range(41))


def test_only_the_weights_of_the_last_checkpoint_go_along(finished, tmp_path):
    exported = export_run(finished, tmp_path / "gallery-mine", a_series(40))
    tensors = read_tensors(checkpoints(exported)[0])
    assert all(name.startswith("model.") and tensor.dtype == torch.float32 for name, tensor in tensors.items())
    assert not exported.tokens_folder.exists()
    assert not exported.log_path.exists()


def test_curves_are_thinned_but_every_validation_point_stays():
    series = a_series(5000, eval_every=50)
    thin = thinned(series)
    assert len(thin["steps"]) <= 600
    assert thin["steps"][0] == 0
    assert thin["steps"][-1] == 5000
    assert sum(loss is not None for loss in thin["columns"]["val_loss"]) == 101
    assert thin["steps"] == sorted(set(thin["steps"]))
    gaps = [b - a for a, b in zip(thin["steps"], thin["steps"][1:], strict=False)]
    assert max(gaps) <= 20
    assert all(
        loss == series["columns"]["loss"][step]
        for step, loss in zip(thin["steps"], thin["columns"]["loss"], strict=True)
    )


def test_short_and_empty_curves_stay_as_they_are():
    assert thinned(a_series(40)) == a_series(40)
    assert thinned({"steps": [], "columns": {}}) == {"steps": [], "columns": {}}


def test_exported_curves_are_read_in_pages(finished, tmp_path):
    exported = export_run(finished, tmp_path / "mine", a_series(40))
    page = read_series(exported, after=10, limit=3)
    assert page["steps"] == [11, 12, 13]
    assert page["columns"]["loss"] == [pytest.approx(1 / 3 + step, rel=1e-5) for step in (10, 11, 12)]
    assert read_series(exported, after=40)["steps"] == []


def test_numbers_that_are_not_finite_are_written_as_none(finished, tmp_path):
    series = {"steps": [1, 2], "columns": {"loss": [math.nan, 1.0]}}
    exported = export_run(finished, tmp_path / "mine", series)
    assert read_series(exported)["columns"]["loss"] == [None, 1.0]


def test_an_export_never_overwrites_and_needs_a_model(finished, tiny_config, settings, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(RunError, match="exists already"):
        export_run(finished, tmp_path / "there", a_series(1))
    empty = create_run(tiny_config, settings.runs_folder)
    with pytest.raises(RunError, match="has saved no model yet"):
        export_run(empty, tmp_path / "new", a_series(1))
    assert not (tmp_path / "new").exists()


def test_curves_that_cannot_be_read_are_explained(tmp_path):
    run = Run(tmp_path / "some-run")
    run.folder.mkdir()
    for content in (None, "{", "[]", '{"steps": [1], "columns": {"loss": []}}'):
        if content is not None:
            run.metrics_path.write_text(content)
        with pytest.raises(RunError, match="has no readable curves"):
            read_series(run)
