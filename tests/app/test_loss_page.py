"""The Loss page: it opens on own and gallery runs and without any; its facts arrive when the worker knows them."""

from functools import partial
from pathlib import Path

import pytest
import torch

from app.loaders import runs
from app.loaders.loss import loss_facts, loss_of_text
from lm_core.errors import ConfigError, RunError
from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import load_model, save_tensors
from lm_core.runs.run import create_run
from lm_core.tokenizers.registry import load_tokenizer
from tests.finished_run import config_of, make_gallery_run, make_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
open_loss = partial(open_page, "loss")

ROOT = Path(__file__).parents[2]


def pictures(app):
    return len(app.get("bidi_component"))


def test_without_any_run_the_page_says_where_to_begin():
    app = open_loss()
    assert "no run yet" in app.info[0].value
    assert pictures(app) == 0


def test_an_own_run_has_its_picture(home):
    run_id = make_run(home)
    app = open_loss(run=run_id)
    assert app.title[0].value == "What is cross-entropy?"
    assert app.selectbox[0].value == run_id
    assert pictures(app) == 1


def test_a_gallery_run_has_its_picture(tmp_path):
    run_id = make_gallery_run(tmp_path / "gallery")
    app = open_loss(run=run_id)
    assert app.selectbox[0].value == run_id
    assert pictures(app) == 1


def test_an_unknown_run_in_the_address_falls_back_to_one_that_exists(home):
    run_id = make_run(home)
    app = open_loss(run="no-such-run")
    assert app.selectbox[0].value == run_id


def test_a_locked_view_is_written_into_the_address(home):
    run_id = make_run(home)
    app = open_loss(run=run_id)
    app.session_state[f"loss-{run_id}"] = {"view": {"step": 50, "token": 3, "unit": None}}
    app.run()
    assert app.query_params["step"] == "50"
    assert app.query_params["token"] == "3"
    assert "unit" not in app.query_params


def test_another_run_may_stand_beside_it(home):
    run_id, other = make_run(home), make_run(home)
    app = open_loss(run=run_id, beside=other)
    assert [one["id"] for one in sent(app)["others"]] == [other]
    assert sent(app)["view"]["beside"] == other


def test_facts_are_none_until_the_text_is_prepared(home):
    config = config_of()
    run = create_run(config, runs.settings().runs_folder)
    assert loss_facts(run.id) == {"run": run.id, "steps": 100, "facts": None}


def test_facts_hold_what_turns_nats_into_bits_per_byte(home):
    facts = loss_facts(make_run(home))["facts"]
    assert facts["validation_tokens"] / facts["validation_bytes"] == 0.5
    assert facts["baselines"]["bigram"] == 1.5


def test_a_text_of_ones_own_is_measured_by_every_kept_model(home):
    run = runs.open_run(make_run(home))
    torch.manual_seed(4)
    model = build_model(run.read_config().model, run.read_facts().vocab_size).eval()
    weights = {f"model.{name}": weight.detach() for name, weight in model.named_parameters()}
    for step in (10, 100):
        save_tensors(run, {name: weight * (1 + step) for name, weight in weights.items()}, step=step, epoch=1)
    found = loss_of_text(run.id, "the sun\x00 \u2603 " * 20)
    assert [point["step"] for point in found["points"]] == [10, 100]
    assert [note["kind"] for note in found["notes"]] == ["control", "cut", "uncovered"]
    first = found["points"][0]
    assert len(first["tokens"]) == len(first["losses"]) == len(first["top"]) == 16
    assert first["losses"][0] is None
    ids = load_tokenizer(run.tokenizer_folder).encode("the sun \u2603 " * 20)[:16]
    load_state = load_model(run, run.checkpoints_folder / "s00000010-e1.safetensors")[0]
    with torch.no_grad():
        logits = load_state(torch.tensor([ids]))[0]
    expected = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]), reduction="none")
    assert first["losses"][1:] == pytest.approx(expected.tolist(), abs=1e-3)
    with pytest.raises(ConfigError, match="at least two tokens"):
        loss_of_text(run.id, "t")


def test_before_the_first_checkpoint_an_own_text_must_wait(home):
    with pytest.raises(RunError, match="has saved no model yet"):
        loss_of_text(make_run(home), "the sun")
