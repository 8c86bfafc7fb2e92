"""The Runs page: every run has its line, damaged ones too; settings are compared by what they do."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import routes
from app.loaders import compare, runs
from lm_core.config import RunConfig, parse_config
from lm_core.runs.run import create_run
from tests.finished_run import make_gallery_run, make_run

pytestmark = pytest.mark.usefixtures("fresh_server")
ROOT = Path(__file__).parents[2]


def open_page(**address):
    app = AppTest.from_file(ROOT / "app" / "main.py", default_timeout=60).switch_page("app_pages/runs.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def words_of(app):
    return " ".join(text.value for text in app.markdown)


def test_without_any_run_the_page_offers_to_train_the_first():
    app = open_page()
    assert "No model has been trained here yet" in words_of(app)
    assert [button.label for button in app.button] == ["Train the first model", "What does it take?"]


def test_own_and_gallery_runs_are_on_the_page(home, tmp_path):
    make_run(home)
    make_gallery_run(tmp_path / "gallery")
    app = open_page()
    assert app.title[0].value == "What have we tried?"
    assert len(app.get("bidi_component")) == 1


def test_the_choice_goes_into_the_address(home):
    first, second = make_run(home), make_run(home, "byte")
    app = open_page()
    app.session_state["runs"] = {"view": {"compare": f"{second},{first}", "x": "tokens", "y": None, "line": None}}
    app.run()
    assert "".join(app.query_params["compare"]) == f"{second},{first}"
    assert "".join(app.query_params["x"]) == "tokens"
    assert "y" not in app.query_params


def test_a_line_tells_how_far_a_run_has_come_and_how_to_compare_it_fairly(home):
    run_id = make_run(home)
    [row] = compare.rows("en")
    assert (row["id"], row["state"], row["step"], row["steps"]) == (run_id, "done", 100, 100)
    assert (row["corpus"], row["tokenizer"], row["parameters"]) == ("Made up", "char", 1)
    assert row["perByte"] == row["trainPerByte"] == 0.5
    assert row["tokensPerStep"] == 16 * 16
    json.dumps(row, allow_nan=False)


def test_a_run_that_still_prepares_its_text_and_a_damaged_one_have_their_lines(tiny_config):
    waiting = create_run(tiny_config, runs.settings().runs_folder)
    damaged = create_run(tiny_config, runs.settings().runs_folder)
    for run in (waiting, damaged):
        runs.store().submit(run.id, "tiny", tiny_config.to_json(), 40)
    damaged.config_path.write_text("{")
    by_id = {row["id"]: row for row in compare.rows("en")}
    assert by_id[waiting.id]["settings"]["model.n_layers"] == 2
    assert by_id[waiting.id]["parameters"] is None
    assert by_id[damaged.id]["settings"] == {}
    assert open_page().title[0].value == "What have we tried?"


def test_settings_are_compared_by_what_they_do():
    plain = compare.flat_settings(RunConfig())
    said = {"name": "other", "probe": "Hm", "model": {"d_mlp": 512, "n_kv_heads": 4}, "tokenizer": {"vocab_size": 99}}
    assert compare.flat_settings(parse_config(RunConfig, said)) == plain
    bpe = compare.flat_settings(parse_config(RunConfig, {"tokenizer": {"kind": "bpe", "vocab_size": 99}}))
    assert {key for key in bpe if bpe[key] != plain.get(key)} == {
        "tokenizer.kind", "tokenizer.vocab_size", "tokenizer.split",
    }  # fmt: skip


def test_every_setting_that_is_compared_is_explained():
    explained = compare.help_of_settings("en")
    own = parse_config(RunConfig, {"corpus": {"name": "own-text", "text_id": "a" * 64}, "tokenizer": {"kind": "bpe"}})
    assert all(explained[name] for name in compare.flat_settings(own))


def test_whoever_sees_the_list_looks_after_its_runs(home, looked_after):
    run_id = make_run(home)
    compare.rows("en")
    assert looked_after == [run_id]


def test_the_route_gives_the_same_lines(home):
    run_id = make_run(home)
    [row] = json.loads(routes._runs("zh").body)["rows"]
    assert row["id"] == run_id
