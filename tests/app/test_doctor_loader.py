"""The curve doctor behind the Train page: bounded reading, plain answers, and the run with the one change."""

import asyncio
import json
import time

import pytest
from sqlalchemy import update
from starlette.requests import Request

from app import routes
from app.loaders import doctor, runs
from lm_core import settings as machine
from lm_core.config import RunConfig, parse_config
from lm_core.errors import LMError, RunError
from lm_core.jobs.schema import runs as table
from lm_core.runs.facts import RunFacts
from lm_core.runs.run import create_run

GALLERY = machine.GALLERY
FACTS = RunFacts(
    vocab_size=65, parameters=200_000, parameters_by_part={}, train_tokens=800_000, validation_tokens=100,
    train_bytes=900, validation_bytes=100, baselines={"uniform": 4.2, "bigram": 2.5}, corpus_title="Copy",
    tokenizer_kind="char",
)  # fmt: skip


@pytest.fixture(autouse=True)
def real_gallery(fresh_server, monkeypatch):
    """A fresh server, and the runs that ship with the app."""
    monkeypatch.setattr(machine, "GALLERY", GALLERY)


@pytest.fixture
def make_run():
    """make_run(rows, last) -> a run in the store, with these metrics, at step `last`."""

    def make(rows, last, *, steps=300, name="Small", state=None):
        values = {"name": name, "corpus": {"name": "copy"}, "train": {"steps": steps, "learning_rate": 4e-3}}
        config = parse_config(RunConfig, values)
        run = create_run(config, runs.settings().runs_folder)
        runs.store().submit(run.id, name, config.to_json(), steps)
        with runs.store().database.write() as connection:
            connection.execute(
                update(table).where(table.c.id == run.id).values(state="running", epoch=1, lease_until=time.time() + 99)
            )
        lease = runs.store().lease(run.id, 1)
        lease.report(rows, step=last)
        if state:
            lease.change_state(state)
        run.write_facts(FACTS)
        return run

    return make


def overfits(last):
    rows = [(step, "loss", 3 - step / 200) for step in range(1, last + 1)]
    rows += [
        (step, "val_loss", 3 - step / 200 if step <= 150 else 2.2 + step / 1000) for step in range(0, last + 1, 25)
    ]
    return rows


def test_the_route_tells_figures_and_the_change(make_run):
    run = make_run(overfits(250), 250)
    answer = json.loads(json.dumps(doctor.findings_of(run.id), allow_nan=False))
    assert answer["over"] is False
    (finding,) = answer["findings"]
    assert (finding["kind"], finding["severity"]) == ("overfitting", "warning")
    assert finding["figures"]["since"] == 150
    assert finding["change"] == {"setting": "model.dropout", "before": 0.0, "value": 0.1}


def test_a_nan_is_found_in_the_row_of_the_step_that_failed(make_run):
    rows = [*((step, "loss", 3.0) for step in range(1, 100)), (100, "loss", float("nan"))]
    run = make_run(rows, 100, state="failed")
    answer = doctor.findings_of(run.id)
    assert answer["over"] is True
    assert [finding["kind"] for finding in answer["findings"]] == ["nan"]
    assert answer["findings"][0]["figures"] == {"step": 100}


def test_a_run_without_facts_or_rows_is_too_young(make_run):
    run = make_run([], 0)
    run.facts_path.unlink()
    assert [finding["kind"] for finding in doctor.findings_of(run.id)["findings"]] == ["early"]


def test_an_unknown_run_is_refused_in_words():
    with pytest.raises(RunError, match="no run"):
        doctor.findings_of("nosuchrun")


def test_a_gallery_run_is_read_too():
    answer = doctor.findings_of("gallery-comedies")
    assert answer["over"] is True
    assert answer["findings"][0]["kind"] == "healthy"


def test_the_rerun_differs_in_one_setting_and_in_its_name(make_run, monkeypatch):
    started = []
    monkeypatch.setattr(runs, "train_new", lambda config: started.append(config) or "newrun")
    run = make_run(overfits(250), 250)
    assert doctor.rerun(run.id, "overfitting") == "newrun"
    before, after = run.read_config(), started[0]
    assert after.model.dropout == 0.1
    assert after.name == "Small · dropout 0.1"
    unchanged = {"model": {**after.model.model_dump(), "dropout": before.model.dropout}, "name": before.name}
    assert {**after.model_dump(), **unchanged} == before.model_dump()


def test_a_long_name_still_has_room_for_the_change(make_run, monkeypatch):
    started = []
    monkeypatch.setattr(runs, "train_new", lambda config: started.append(config) or "newrun")
    run = make_run(overfits(250), 250, name="x" * 120)
    doctor.rerun(run.id, "overfitting")
    assert started[0].name.endswith("x · dropout 0.1")
    assert len(started[0].name) == 120


def test_a_wish_that_the_curves_no_longer_give_reason_for_starts_nothing(make_run):
    run = make_run(overfits(250), 250)
    for kind in ("nan", "healthy", "nonsense"):
        with pytest.raises(LMError, match="do not say so any more"):
            doctor.rerun(run.id, kind)


def test_what_is_read_of_a_long_run_is_bounded_and_holds_validations_and_the_newest():
    assert doctor.looked_at(0, 50) == [0]
    assert doctor.looked_at(1000, 50) == list(range(1001))
    for step in (1001, 5000, 77_777, 1_000_000):
        for eval_every in (1, 50, 100_000):
            steps = doctor.looked_at(step, eval_every)
            assert len(steps) < 1000
            assert steps == sorted(set(steps))
            assert set(range(step - 200, step + 1)) <= set(steps)
    assert set(range(0, 5001, 50)) <= set(doctor.looked_at(5000, 50))


def test_the_answer_is_remembered_until_the_run_moves(make_run):
    run = make_run(overfits(250), 250)
    doctor._remembered.cache_clear()
    for _ask in range(3):
        doctor.findings_of(run.id)
    assert doctor._remembered.cache_info().misses == 1
    runs.store().lease(run.id, 1).report([(251, "loss", 1.0)], step=251)
    doctor.findings_of(run.id)
    assert doctor._remembered.cache_info().misses == 2


def test_the_route_refuses_in_the_readers_language():
    def ask(query):
        scope = {"type": "http", "method": "GET", "path": "/api/doctor", "query_string": query.encode(), "headers": []}
        return asyncio.run(routes.doctor(Request(scope)))

    assert json.loads(ask("run=gallery-comedies").body)["findings"][0]["kind"] == "healthy"
    refused = ask("run=nosuchrun&lang=zh")
    assert refused.status_code == 404
    assert "没有" in json.loads(refused.body)["error"]
