"""Acting on a run from the Runs page: copies with one change, seeds, names, and deletions that can be taken back."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.loaders import compare, duplicate, runs
from lm_core import settings as machine
from lm_core.config import RunConfig, parse_config
from lm_core.errors import ConfigError, LMError
from lm_core.jobs.queue import Queue
from lm_core.runs.run import create_run
from tests.finished_run import make_gallery_run, make_run

pytestmark = pytest.mark.usefixtures("fresh_server")
ROOT = Path(__file__).parents[2]
CLASSIC = {"norm": "layernorm", "activation": "gelu", "positions": "learned", "tie_embeddings": True}


@pytest.fixture
def started(monkeypatch):
    """The configurations that were asked to start; each becomes a run that waits."""
    asked = []

    def start(config):
        run = create_run(config, runs.settings().runs_folder)
        runs.store().submit(run.id, config.name, config.to_json(), config.train.steps)
        asked.append(config)
        return run.id

    monkeypatch.setattr(runs, "train_new", start)
    return asked


def open_page(action="copy", **address):
    app = AppTest.from_file(ROOT / "app" / "main.py", default_timeout=60).switch_page("app_pages/runs.py")
    for name, value in address.items():
        app.query_params[name] = value
    app.session_state["run action"] = action
    app.run()
    assert not app.exception
    return app


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def words_of(app):
    return " ".join(text.value for text in app.markdown)


def test_a_copy_differs_in_the_one_thing_that_was_changed(home, started):
    run_id = make_run(home)
    app = open_page(run=run_id)
    app.selectbox(key="copied setting").set_value("train.learning_rate").run()
    app.number_input(key=f"new value {run_id} train.learning_rate").set_value(0.001).run()
    press(app, "Start")
    [config] = started
    before = runs.config_of(run_id)
    assert config.train.learning_rate == 0.001
    assert config.name == "made up, char · learning_rate 0.001"
    assert config.model_copy(update={"train": before.train, "name": before.name}) == before
    assert "Started" in words_of(app)
    assert app.session_state["added to the comparison"]["ids"][0] == run_id


def test_a_value_that_contradicts_another_is_refused_in_words_and_nothing_starts(home, started):
    run_id = make_run(home)
    app = open_page(run=run_id)
    app.selectbox(key="copied setting").set_value("model.n_heads").run()
    app.number_input(key=f"new value {run_id} model.n_heads").set_value(3).run()
    press(app, "Start")
    assert started == []
    assert "divisible by n" in app.error[0].value


def test_seeds_that_no_equal_run_has_had_are_started(home, started):
    run_id = make_run(home)
    app = open_page("seeds", run=run_id)
    app.number_input(key="seeds").set_value(3).run()
    press(app, "Start")
    assert [config.seed for config in started] == [2, 3, 4]
    rows = compare.rows("en")
    assert duplicate.new_seeds(run_id, 2, rows) == [5, 6]
    assert len({str(sorted({**row["settings"], "seed": 0}.items())) for row in rows}) == 1


def test_a_name_is_changed_everywhere(home):
    run_id = make_run(home)
    app = open_page("rename", run=run_id)
    app.text_input(key=f"name {run_id}").set_value("The best one").run()
    press(app, "Rename")
    assert runs.store().get(run_id).name == "The best one"
    assert compare.rows("en")[0]["name"] == "The best one"
    assert runs.config_of(run_id).name == "The best one"


def test_a_deletion_is_taken_back_with_one_press(home):
    run_id, other = make_run(home), make_run(home, "byte")
    app = open_page("delete", run=run_id)
    press(app, "Delete")
    assert [row["id"] for row in compare.rows("en")] == [other]
    assert "is deleted" in words_of(app)
    press(app, "Undo")
    assert {row["id"] for row in compare.rows("en")} == {run_id, other}
    assert "Undo" not in [button.label for button in app.button]


def test_the_only_run_can_be_deleted_and_brought_back(home):
    run_id = make_run(home)
    app = open_page("delete", run=run_id)
    press(app, "Delete")
    assert compare.rows("en") == []
    press(app, "Undo")
    assert [row["id"] for row in compare.rows("en")] == [run_id]


def test_a_run_that_trains_is_not_deleted(home):
    run_id = make_run(home)
    store = runs.store()
    with store.database.write() as connection:
        from sqlalchemy import update

        from lm_core.jobs.schema import runs as table

        connection.execute(update(table).values(state="queued"))
    claim = Queue(store.database).claim(9, "here")
    store.lease(run_id, claim.epoch).change_state("running")
    app = open_page("delete", run=run_id)
    press(app, "Delete")
    assert "Stop it first" in app.error[0].value
    assert [row["id"] for row in compare.rows("en")] == [run_id]


def test_what_came_with_the_app_is_copied_only(tmp_path):
    run_id = make_gallery_run(tmp_path / "gallery")
    app = open_page("delete", run=run_id)
    assert {"Delete", "Rename"}.isdisjoint(button.label for button in app.button)
    assert "Start" in [button.label for button in app.button]


def test_the_run_that_was_ticked_last_is_in_hand(home):
    first, second = make_run(home), make_run(home, "byte")
    app = open_page(run=first)
    app.session_state["runs"] = {
        "view": {"compare": f"{first},{second}", "x": None, "y": None, "line": None, "last": second}
    }
    app.run()
    assert app.selectbox(key="run").value == second


@pytest.mark.parametrize("name", duplicate.all_settings())
def test_every_setting_can_be_drawn_and_given_back_unchanged(name):
    config = RunConfig()
    value = duplicate.value_of(config, name)
    assert duplicate.changed(config, name, value, config.name) == config


def test_a_setting_has_the_kind_and_the_bounds_of_its_field():
    settings = duplicate.all_settings()
    assert settings["model.n_layers"] == duplicate.Setting("model.n_layers", "whole", low=1, high=64)
    assert settings["model.n_kv_heads"].optional
    assert settings["model.positions"].choices == ("learned", "sinusoidal", "rotary", "none")
    assert settings["model.tie_embeddings"].kind == "switch"
    assert settings["train.learning_rate"].kind == "decimal"
    assert "comedies" in settings["corpus.name"].choices
    assert "name" not in settings


def test_another_text_takes_the_place_of_ones_own():
    own = parse_config(RunConfig, {"corpus": {"name": "own-text", "text_id": "a" * 64, "title": "Mine"}})
    assert duplicate.changed(own, "corpus.name", "names", "x").corpus == parse_config(
        RunConfig, {"corpus": {"name": "names"}}
    ).corpus  # fmt: skip
    with pytest.raises(ConfigError):
        duplicate.changed(own, "model.n_layers", 99, "x")
    assert issubclass(ConfigError, LMError)


def test_a_suggested_name_keeps_its_new_part():
    assert duplicate.suggested_name("Mine", "model.n_layers", "8") == "Mine · n_layers 8"
    long = duplicate.suggested_name("x" * 120, "model.n_layers", "8")
    assert len(long) == 120
    assert long.endswith(" · n_layers 8")


def test_an_exported_run_is_brought_in_again_and_in_hand(home, make_finished_run, tmp_path):
    import io
    from dataclasses import replace

    from lm_core.runs.archive import write_archive
    from lm_core.runs.checkpoint import load_model
    from lm_core.runs.series import read_series

    run = make_finished_run(tmp_path / "elsewhere", name="From a friend")
    parameters = sum(weight.numel() for weight in load_model(run)[0].parameters())
    run.write_facts(replace(run.read_facts(), parameters=parameters))
    data = io.BytesIO()
    write_archive(run, read_series(run), data)
    make_run(home)
    app = open_page()
    app.file_uploader[0].upload("run.zip", data.getvalue(), "application/zip").run()
    press(app, "Import")
    assert "Imported" in words_of(app)
    row = next(row for row in compare.rows("en") if row["name"] == "From a friend")
    assert app.selectbox(key="run").value == row["id"]
    assert (row["state"], row["step"], row["val_loss"]) == ("done", 100, 1.5)
    app.file_uploader[0].upload("run.zip", b"PK no zip", "application/zip").run()
    press(app, "Import")
    assert "is no zip file" in app.error[0].value.replace("\\", "")


def test_a_run_without_a_model_is_not_offered_for_export(home):
    run_id = make_run(home)
    app = open_page("export", run=run_id)
    assert "has saved no model yet" in words_of(app)


def test_tags_are_added_and_removed_at_a_click(home):
    run_id = make_run(home)
    app = open_page("tags", run=run_id)
    for label in ("baseline", "<img src=x>"):
        next(field for field in app.text_input if field.label == "New tag").input(label)
        press(app, "Add")
    assert next(row for row in compare.rows("en") if row["id"] == run_id)["tags"] == ["<img src=x>", "baseline"]
    assert "Tagged" in " ".join(text.value for text in app.markdown)
    assert next(field for field in app.text_input if field.label == "New tag").value == "", "the field is empty again"
    press(app, "\\<img src\\=x\\>")
    assert next(row for row in compare.rows("en") if row["id"] == run_id)["tags"] == ["baseline"]
    press(app, "Add")
    assert "at least one letter" in app.error[0].value


def test_a_model_is_downloaded_as_a_hugging_face_folder_or_it_says_why_not(home, make_finished_run, tmp_path):
    import io
    import zipfile

    from app.loaders import keeping
    from lm_core.interop.huggingface import read_folder

    make_finished_run(home / "runs" / "classic-one", **CLASSIC)
    zipfile.ZipFile(io.BytesIO(keeping.as_huggingface("classic-one"))).extractall(tmp_path)
    found = read_folder(tmp_path / "tokenarium-classic-one")
    assert (found.model.n_layers, found.model.positions) == (2, "learned")
    assert found.tokenizer is not None
    assert keeping.huggingface_refusal("classic-one") == ""
    make_gallery_run(machine.GALLERY)
    app = open_page("export", run="gallery-made-up")
    assert "cannot be written for Hugging Face" in words_of(app)
