"""One step of a run as its page gets it: made again from the checkpoint, equal to the worker's, in plain JSON."""

import asyncio
import json
from pathlib import Path

import pytest
import torch
from starlette.requests import Request

from app import routes
from app.loaders import one_step, runs, step_state
from lm_core.errors import RunError
from lm_core.jobs.preparation import prepare
from lm_core.runs.checkpoint import load_checkpoint, save_checkpoint
from lm_core.runs.run import create_run
from lm_core.training.events import StepMetrics
from lm_core.training.loop import train
from lm_core.training.one_step import as_matrix
from lm_core.training.schedule import Rates
from lm_core.training.state import new_state

pytestmark = pytest.mark.usefixtures("fresh_server")
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    step_state._recorded.clear()


@pytest.fixture
def make_run(tiny_config):
    """make_run(optimizer="muon") -> (a run as its worker leaves it at step 20, the states after 11, 20 and 1 steps)."""

    def make(**changes):
        values = tiny_config.train.model_copy(update=changes)
        config = tiny_config.model_copy(update={"train": values})
        run = create_run(config, runs.settings().runs_folder)
        runs.store().submit(run.id, "tiny", config.to_json(), config.train.steps)
        prepared = prepare(run, config, runs.settings())
        prepared.write_facts()
        state, after = new_state(config, prepared.tokenizer.vocab_size), {}
        for event in train(state, prepared.dataset, config, Rates(config.train, {5: 0.02})):
            if not isinstance(event, StepMetrics):
                continue
            if event.step in (10, 20):
                save_checkpoint(run, state, epoch=1)
            if event.step in (1, 11, 21):
                after[event.step] = {name: tensor.clone() for name, tensor in state.tensors().items()}
            if event.step == 21:
                break
        return run, after

    return make


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_the_step_on_the_page_is_the_step_that_the_worker_made(make_run, monkeypatch, optimizer):
    run, after = make_run(optimizer=optimizer)
    lease = runs.store().lease(run.id, 0)
    monkeypatch.setattr(type(lease), "rates", lambda self: {5: 0.02})  # the rate was set by hand at step 5
    for wanted, step in ((-1, 20), (25, 20), (19, 10), (3, 0)):
        found = step_state.recorded(run.id, wanted).step
        assert found.step == step
        theirs = after[step + 1]
        assert all(torch.equal(found.after[name], theirs[f"model.{name}"]) for name in found.after)
    answer = one_step.taken_apart(run.id, 10, "blocks.1.attn.q.weight", 3, 5, 0)
    json.dumps(answer, allow_nan=False)
    assert answer["weight"]["numbers"]["new"] == after[11]["model.blocks.1.attn.q.weight"][3, 5].item()
    assert answer["weight"]["kind"] == optimizer
    assert (answer["singular"] is not None) == (optimizer == "muon")
    assert answer["kept"] == [0, 10, 20]
    assert answer["batch"]["before"] == pytest.approx(answer["loss"], rel=1e-5)


def test_chance_comes_from_the_checkpoint_too(make_run, monkeypatch, tiny_config):
    model = tiny_config.model.model_copy(update={"dropout": 0.3})
    config = tiny_config.model_copy(update={"model": model})
    run = create_run(config, runs.settings().runs_folder)
    runs.store().submit(run.id, "tiny", config.to_json(), config.train.steps)
    prepared = prepare(run, config, runs.settings())
    prepared.write_facts()
    state = new_state(config, prepared.tokenizer.vocab_size)
    events = train(state, prepared.dataset, config)
    while next(events).step < 10:
        pass
    path = save_checkpoint(run, state, epoch=1)
    theirs = new_state(config, prepared.tokenizer.vocab_size)
    load_checkpoint(path, theirs)
    events = train(theirs, prepared.dataset, config)
    while next(events).step < 11:
        pass
    chance = torch.get_rng_state()
    found = step_state.recorded(run.id, -1).step
    assert torch.equal(torch.get_rng_state(), chance), "the server's own chance is not touched"
    weights = dict(theirs.model.named_parameters())
    assert all(torch.equal(found.after[name], weights[name]) for name in found.after)


def test_what_the_picture_gets(make_run):
    run, _after = make_run()
    answer = one_step.taken_apart(run.id, -1, "", 0, 0, -1)
    step = step_state.recorded(run.id, -1).step
    farthest = answer["notable"][0]
    assert farthest["kind"] == "farthest"
    assert {key: answer["weight"][key] for key in ("name", "row", "column")} == {
        key: farthest[key] for key in ("name", "row", "column")
    }
    strip, at = answer["strip"], answer["weight"]
    moved = strip["moved"][at["row"] - strip["top"]][at["column"] - strip["left"]]
    assert moved == pytest.approx(at["numbers"]["new"] - at["numbers"]["weight"], abs=1e-9)
    assert len(strip["moved"]) <= 8
    assert len(strip["moved"][0]) <= 24
    window = answer["window"]
    assert window["name"] == -1, "the probe sentence"
    assert len(window["tokens"]) == len(window["before"]) + 1 == len(window["after"]) + 1
    second = one_step.taken_apart(run.id, -1, "head.weight", 2, 0, 1)
    assert second["window"]["name"] == 1
    assert second["token"] == step_state.recorded(run.id, -1).tokenizer.token_texts([2])[0]
    assert [part["name"] for part in answer["parts"]] == list(step.before)
    assert as_matrix(step.before["ln_final.weight"]).shape == (1, 16)
    assert one_step.taken_apart(run.id, -1, "", 0, 0, 99)["window"]["name"] == 3, "the last window of the batch"


def test_every_line_of_code_is_there_and_is_the_one_that_runs():
    for module, function, begins in one_step.LINES.values():
        line = one_step.line_of(module, function, begins)
        assert line["text"].startswith(begins)
        path, _colon, number = line["where"].partition(":")
        assert (ROOT / path).read_text().splitlines()[int(number) - 1].strip().startswith(line["text"])


def test_a_step_is_made_once_and_few_are_kept(make_run, monkeypatch):
    run, _after = make_run()
    made = []
    record = step_state._record
    monkeypatch.setattr(step_state, "_record", lambda *key: made.append(key) or record(*key))
    for _ask in range(3):
        one_step.taken_apart(run.id, -1, "", 0, 0, -1)
    assert len(made) == 1
    monkeypatch.setattr(step_state, "KEPT_BYTES", 1)
    one_step.taken_apart(run.id, 10, "", 0, 0, -1)
    assert len(step_state._recorded) == 1


def test_a_run_that_was_given_away_still_has_its_first_step(make_run):
    """Its text is made again; where that gives other tokens, or there is no such text, the page says so."""
    run, after = make_run()
    for path in run.tokens_folder.iterdir():
        path.unlink()
    found = step_state.recorded(run.id, -1).step
    assert found.step == 0
    assert all(torch.equal(found.after[name], after[1][f"model.{name}"]) for name in found.after)
    step_state._recorded.clear()
    cached = runs.settings().home / "cache" / f"tokens-{run.id}"
    (cached / "dataset.json").unlink()
    run.write_facts(type(run.read_facts())(**{**vars(run.read_facts()), "train_tokens": 7}))
    with pytest.raises(RunError, match="another edition"):
        step_state.recorded(run.id, -1)


def test_large_models_are_refused_with_their_size(make_run, monkeypatch):
    run, _after = make_run()
    status = runs.status_of(run.id)
    monkeypatch.setattr(runs, "status_of", lambda run_id: {**status, "tokens_per_second": 20.0})
    with pytest.raises(RunError, match=r"busy for about 13 s \([\d,]+ parameters, 64 tokens in each step\)"):
        one_step.taken_apart(run.id, -1, "", 0, 0, -1)
    monkeypatch.setattr(step_state, "MOST_PARAMETERS", 1000)
    with pytest.raises(RunError, match="up to 1,000 apart"):
        one_step.taken_apart(run.id, -1, "", 0, 0, -1)
    run.facts_path.unlink()
    with pytest.raises(RunError, match="still preparing"):
        one_step.taken_apart(run.id, -1, "", 0, 0, -1)


def test_the_route_checks_its_arguments(make_run):
    run, _after = make_run()

    def ask(query):
        scope = {"type": "http", "method": "GET", "path": "/api/step", "query_string": query.encode(), "headers": []}
        return asyncio.run(routes.one_step(Request(scope)))

    assert json.loads(ask(f"run={run.id}").body)["step"] == 20
    assert ask(f"run={run.id}&step=x").status_code == 400
    for query in ("run=nosuchrun", f"run={run.id}&part=nonsense", f"run={run.id}&part=head.weight&row=999999"):
        refused = ask(query)
        assert refused.status_code == 404
        assert json.loads(refused.body)["error"]
