"""A pretrained model as a run: it opens as any other, says where it comes from, and cannot be trained."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from lm_core.cli.main import run as tokenarium
from lm_core.errors import LMError, ModelError, RunError
from lm_core.interop.huggingface import read_folder, write_folder
from lm_core.jobs import bringing
from lm_core.jobs.bringing import bring_in, estimate
from lm_core.jobs.launch import reset_run, start_run
from lm_core.jobs.shelf import export_archive
from lm_core.jobs.store import open_store
from lm_core.runs.checkpoint import load_model
from lm_core.runs.history import load_points
from lm_core.runs.run import find_run
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from lm_core.tokenizers.registry import load_tokenizer
from tests.foreign_models import GPT2, awake, open_pretrained


@pytest.fixture
def folder(tmp_path):
    write_folder(awake({**GPT2, "context_length": 128}), tmp_path / "tiny-gpt2", to_huggingface(ByteTokenizer()))
    (tmp_path / "tiny-gpt2" / "README.md").write_text("---\nlicense: mit\n---\n")
    return tmp_path / "tiny-gpt2"


@pytest.fixture
def store(settings):
    store = open_store(settings.store_url)
    yield store
    store.close()


def test_a_brought_in_model_is_a_run_with_one_model_and_one_moment(folder, settings, store):
    found = read_folder(folder)
    run = find_run(bring_in(found, settings, store, name="My GPT-2"), settings)
    status, facts = store.get(run.id), run.read_facts()
    assert (status.name, status.state, status.step, status.steps) == ("My GPT-2", "done", 0, 0)
    assert (status.checkpoint_step, status.val_loss) == (0, None)
    assert (facts.origin.licence, facts.origin.family, facts.origin.trained_context) == ("mit", "gpt2", 128)
    assert facts.origin.source == str(folder)
    assert store.series(run.id) == {"steps": [], "columns": {}}
    model, step = load_model(run)
    assert step == 0
    ids = torch.arange(100)[None]
    with torch.no_grad():
        assert torch.equal(model(ids), open_pretrained(found)(ids))
    tokenizer = load_tokenizer(run.tokenizer_folder)
    [point] = load_points(run)
    assert point.tokens == tuple(tokenizer.token_texts(tokenizer.encode(bringing.PROBE)))
    assert np.allclose(point.attention.sum(axis=-1), 255, atol=len(point.tokens) / 2)  # each is rounded
    assert point.sample
    assert not list(settings.runs_folder.glob(".import-*"))


def test_its_weights_keep_the_digits_that_they_came_in(folder, settings, store):
    found = read_folder(folder)
    halves = replace(found, precision="float16", read=lambda name: found.read(name).half())
    run = find_run(bring_in(halves, settings, store), settings)
    weights = dict(load_model(run)[0].named_parameters())
    assert torch.equal(weights["blocks.1.mlp.up.weight"], found.read("blocks.1.mlp.up.weight").half().float())
    assert run.read_facts().origin.precision == "float16"
    assert estimate(halves).disk_bytes * 2 == estimate(found).disk_bytes
    [path] = run.checkpoints_folder.iterdir()
    assert path.stat().st_size < 2 * found.parameters + 6_000


def test_it_cannot_be_trained_nor_taken_back_nor_given_away(folder, settings, store):
    run = find_run(bring_in(read_folder(folder), settings, store), settings)
    with pytest.raises(RunError, match="This model was trained elsewhere, on a text that is not here"):
        start_run(run.read_config(), settings, store)
    with pytest.raises(RunError, match="cannot be taken back to a beginning"):
        reset_run(run.id, settings, store)
    with pytest.raises(RunError, match="bring it in there"), (settings.home / "x.zip").open("wb") as file:
        export_archive(run.id, settings, store, file)
    with pytest.raises(LMError, match="is finished"):
        store.resume(run.id)
    assert load_model(run)[1] == 0


def test_what_is_refused_leaves_nothing_behind(folder, settings, store, monkeypatch):
    found = read_folder(folder)
    broken = replace(found, read=lambda name: torch.full_like(found.read(name), torch.nan))
    for wrong, why in (
        (broken, "are not all numbers"),
        (replace(found, tokenizer=None), r"it has no tokenizer\.json"),
        (replace(found, vocab_size=200), "its tokenizer has 256 tokens, and its tables have 200 rows"),
    ):
        with pytest.raises(ModelError, match=why):
            bring_in(wrong, settings, store)
    monkeypatch.setattr(bringing, "free_memory", lambda: 1_000)
    with pytest.raises(ModelError, match=r"are available\. Choose a smaller model"):
        bring_in(found, settings, store)
    assert store.list() == []
    assert not [path for path in settings.runs_folder.iterdir() if not path.name.startswith(".")]


def test_the_commands_bring_in_look_and_hand_out(folder, settings, store, capsys, tmp_path):
    assert tokenarium(["bring-in", str(folder), "--look"]) == 0
    assert "tiny-gpt2, mit, from" in capsys.readouterr().out
    assert store.list() == []
    assert tokenarium(["bring-in", str(folder), "--context", "64"]) == 0
    run_id = store.list()[0].run_id
    assert f"It is here as run {run_id}" in capsys.readouterr().out
    assert tokenarium(["show", run_id]) == 0
    assert "not known: it was trained elsewhere" in capsys.readouterr().out
    assert tokenarium(["runs"]) == 0
    assert "trained elsewhere" in capsys.readouterr().out
    assert tokenarium(["to-huggingface", run_id, str(tmp_path / "out")]) == 0
    assert json.loads((tmp_path / "out" / "config.json").read_text())["model_type"] == "gpt2"
    assert tokenarium(["to-huggingface", run_id, str(tmp_path / "out")]) == 2
    assert "exists already" in capsys.readouterr().err
    assert tokenarium(["to-huggingface", "gallery-comedies", str(tmp_path / "new")]) == 2
    assert "cannot be written for Hugging Face" in capsys.readouterr().err
