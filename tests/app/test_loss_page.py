"""The Loss page: it opens on own and gallery runs and without any; its facts arrive when the worker knows them."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.loaders import runs
from app.loaders.loss import loss_facts
from lm_core import settings as machine
from lm_core.runs.run import create_run
from tests.finished_run import config_of, make_gallery_run, make_run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def fresh_server(home, tmp_path, monkeypatch):
    """A server that has read nothing yet, with an empty gallery of its own."""
    monkeypatch.setattr(machine, "GALLERY", tmp_path / "gallery")
    for cached in (runs.settings, runs.store):
        cached.cache_clear()
    runs.config_of.clear()
    yield
    if runs.store.cache_info().currsize:
        runs.store().close()
    for cached in (runs.settings, runs.store):
        cached.cache_clear()


def open_page(**address):
    app = AppTest.from_file(ROOT / "app" / "main.py", default_timeout=60)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("app_pages/loss.py").run()
    assert not app.exception
    return app


def pictures(app):
    return len(app.get("bidi_component"))


def test_without_any_run_the_page_says_where_to_begin():
    app = open_page()
    assert "no run yet" in app.info[0].value
    assert pictures(app) == 0


def test_an_own_run_has_its_picture(home):
    run_id = make_run(home)
    app = open_page(run=run_id)
    assert app.title[0].value == "What is cross-entropy?"
    assert app.selectbox[0].value == run_id
    assert pictures(app) == 1


def test_a_gallery_run_has_its_picture(tmp_path):
    run_id = make_gallery_run(tmp_path / "gallery")
    app = open_page(run=run_id)
    assert app.selectbox[0].value == run_id
    assert pictures(app) == 1


def test_an_unknown_run_in_the_address_falls_back_to_one_that_exists(home):
    run_id = make_run(home)
    app = open_page(run="no-such-run")
    assert app.selectbox[0].value == run_id


def test_a_locked_view_is_written_into_the_address(home):
    run_id = make_run(home)
    app = open_page(run=run_id)
    app.session_state[f"loss-{run_id}"] = {"view": {"step": 50, "token": 3, "unit": None}}
    app.run()
    assert app.query_params["step"] == "50"
    assert app.query_params["token"] == "3"
    assert "unit" not in app.query_params


def test_facts_are_none_until_the_text_is_prepared(home):
    config = config_of()
    run = create_run(config, runs.settings().runs_folder)
    assert loss_facts(run.id) == {"run": run.id, "steps": 100, "facts": None}


def test_facts_hold_what_turns_nats_into_bits_per_byte(home):
    facts = loss_facts(make_run(home))["facts"]
    assert facts["validation_tokens"] / facts["validation_bytes"] == 0.5
    assert facts["baselines"]["bigram"] == 1.5
