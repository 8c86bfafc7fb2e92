"""The Train page: it opens on own and gallery runs and without any; wishes reach the run they were made about."""

import json
import math
import os
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state import SafeSessionState

from app import routes, state
from app.loaders import again, doctor, runs, train
from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError
from lm_core.runs import history
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import HistoryPoint, save_point
from lm_core.runs.run import Run, create_run
from tests.pages import as_wish, open_page, wish

pytestmark = pytest.mark.usefixtures("fresh_server")
open_train = partial(open_page, "train")

ROOT = Path(__file__).parents[2]
FACTS = RunFacts(
    vocab_size=65, parameters=1234, parameters_by_part={"total": 1234}, train_tokens=900, validation_tokens=100,
    train_bytes=900, validation_bytes=100, baselines={"uniform": math.log(65), "bigram": math.inf},
    corpus_title="Copy", tokenizer_kind="char",
)  # fmt: skip


@pytest.fixture
def own_run(tiny_config):
    run = create_run(tiny_config, runs.settings().runs_folder)
    runs.store().submit(run.id, "tiny", tiny_config.to_json(), tiny_config.train.steps)
    return run


@pytest.fixture
def gallery_run(tiny_config, tmp_path):
    folder = tmp_path / "gallery" / "gallery-copy"
    folder.mkdir(parents=True)
    run = Run(folder)
    run.write_config(tiny_config)
    run.write_facts(FACTS)
    series = {"steps": [0, 1, 40], "columns": {"loss": [None, 4.0, 1.0], "val_loss": [4.2, None, 1.1]}}
    run.metrics_path.write_text(json.dumps({"format_version": 1, **series}))
    return run


def test_without_any_run_the_page_offers_to_train_the_first():
    app = open_train()
    assert "No model has been trained here yet" in " ".join(text.value for text in app.markdown)
    assert [button.label for button in app.button] == ["Train the first model"]


def test_the_first_model_starts_at_a_click_and_is_on_the_page(monkeypatch):
    asked = []

    def start(config):
        run = create_run(config, runs.settings().runs_folder)
        runs.store().submit(run.id, config.name, config.to_json(), config.train.steps)
        asked.append(config)
        return run.id

    monkeypatch.setattr(runs, "train_new", start)
    app = open_train()
    app.button[0].click().run()
    assert not app.exception
    assert [config.name for config in asked] == ["My first model"]
    assert app.get("bidi_component"), "the picture of the new run"


def test_an_own_run_is_drawn(own_run):
    app = open_train(run=own_run.id)
    assert app.title[0].value == "How does it learn?"
    assert len(app.get("bidi_component")) == 1


def test_whoever_watches_a_run_looks_after_it(own_run, looked_after):
    runs.status_of(own_run.id)
    assert looked_after == [own_run.id]


def test_a_gallery_run_is_drawn(gallery_run):
    app = open_train(run=gallery_run.id)
    assert len(app.get("bidi_component")) == 1
    assert train.about(gallery_run.id)["gallery"] is True


def test_an_unknown_run_in_the_address_falls_back_to_the_newest(own_run):
    app = open_train(run="nosuchrun")
    assert app.selectbox[0].value == own_run.id
    assert not app.error


def test_a_wish_reaches_the_run_that_it_was_made_about(own_run):
    app = open_train(run=own_run.id)
    wish(app, "train", "control", {"run": own_run.id, "wish": "pause"})
    assert not app.exception
    assert runs.store().get(own_run.id).state == "parked"


def test_finer_wishes_say_how_things_should_be(own_run, monkeypatch):
    monkeypatch.setattr(runs, "ensure_supervisor", lambda settings: None)
    for _ in range(2):
        runs.control(own_run.id, "step", 3)
        runs.control(own_run.id, "rate", 0.002)
    status = runs.status_of(own_run.id)
    assert (status["run_until"], status["rate_by_hand"]) == (3, 0.002)
    runs.control(own_run.id, "rate", None)
    assert runs.status_of(own_run.id)["rate_by_hand"] is None
    runs.control(own_run.id, "reset")
    for nonsense in ("2", None, True, math.nan):
        with pytest.raises(RunError, match="A number is needed"):
            runs.control(own_run.id, "step", nonsense)
    with pytest.raises(RunError, match="can be asked to pause, resume, stop, step, rate, reset"):
        runs.control(own_run.id, "fly")


def test_a_wish_that_cannot_be_fulfilled_is_refused_in_words(own_run):
    runs.store().stop(own_run.id)
    app = open_train(run=own_run.id)
    wish(app, "train", "control", {"run": own_run.id, "wish": "pause"})
    assert "has been stopped" in app.error[0].value


def test_the_locked_moment_goes_into_the_address(own_run):
    app = open_train(run=own_run.id)
    app.session_state["train"] = {"view": {"run": own_run.id, "step": 20, "token": None}}
    app.run()
    assert "".join(app.query_params["step"]) == "20"
    assert "token" not in app.query_params


def test_a_moment_of_another_run_leaves_the_address(own_run):
    app = open_train(run=own_run.id, step="30")
    app.session_state["train"] = {"view": {"run": "another", "step": 20, "token": 3}}
    app.run()
    assert "step" not in app.query_params
    assert "token" not in app.query_params


def test_all_three_depths_of_the_lesson_open(own_run):
    app = open_train(run=own_run.id, depth="code")
    assert any("def train(" in code.value for code in app.code)


def test_what_the_picture_knows_about_a_run(tiny_config):
    assert train.describe(tiny_config) == {
        "steps": 40, "tokensPerStep": 4 * 16, "layers": 2, "heads": 2, "tokenizer": "char", "corpus": "",
        "counts": None, "probe": "", "causal": True, "learningRate": 1e-2, "start": None,
    }  # fmt: skip


def test_facts_are_missing_until_they_are_there_and_hold_no_infinity(own_run):
    assert train.facts(own_run.id) is None
    own_run.write_facts(FACTS)
    facts = train.facts(own_run.id)
    assert facts["baselines"] == {"uniform": math.log(65), "bigram": None}
    json.dumps(facts, allow_nan=False)


def test_an_unknown_run_is_an_error_in_words():
    with pytest.raises(RunError, match="no run"):
        train.about("nosuchrun")


def test_the_route_carries_the_facts_with_the_rows(gallery_run):
    answer = json.loads(routes._metrics(gallery_run.id, -1).body)
    assert answer["facts"]["vocab_size"] == 65
    assert answer["steps"] == [0, 1, 40]
    assert answer["status"]["state"] == "done"


def test_a_first_run_fits_the_configuration():
    from lm_core.presets import preset_config

    assert parse_config(RunConfig, preset_config(train.FIRST_RUN).to_json()).train.steps <= 2000


def test_a_rerun_shows_the_new_run(own_run, monkeypatch):
    asked = []
    monkeypatch.setattr(doctor, "rerun", lambda run_id, kind: asked.append((run_id, kind)) or "newrun")
    monkeypatch.setattr(state.NextRun, "show", lambda next_run, run_id: asked.append(run_id))
    app = open_train(run=own_run.id)
    wish(app, "train", "rerun", {"run": own_run.id, "kind": "overfitting"})
    assert not app.exception
    assert asked == [(own_run.id, "overfitting"), "newrun"]


def test_a_new_run_stays_on_the_page_when_older_messages_of_the_browser_come_late(own_run, gallery_run, monkeypatch):
    clock = [1000.0]
    monkeypatch.setattr(state.time, "monotonic", lambda: clock[0])
    app = open_train(run=own_run.id)
    app.session_state[state.NEXT_RUN] = state.NextRun("gallery-copy", before=own_run.id, asked_at=clock[0])
    for late in (own_run.id, own_run.id, "gallery-copy"):
        app.query_params["run"] = late
        app.run()
        assert not app.exception
        assert app.selectbox[0].value == "gallery-copy"
    app.selectbox[0].set_value(own_run.id).run()
    assert app.selectbox[0].value == "gallery-copy", "the picker had not heard yet"
    clock[0] += 11
    app.selectbox[0].set_value(own_run.id).run()
    assert app.selectbox[0].value == own_run.id


def test_a_message_that_ends_the_drawing_while_a_run_is_made_does_not_lose_it(own_run, gallery_run, monkeypatch):
    """Streamlit ends a drawing at its next touch of the session, and begins anew, once another message has come."""
    touch, made, ended = SafeSessionState.__setitem__, [], []

    def touch_or_end(session, key, value):
        if made and not ended:
            ended.append(key)
            raise RerunException(RerunData(page_script_hash=app._page_hash))
        touch(session, key, value)

    monkeypatch.setattr(doctor, "rerun", lambda run_id, kind: made.append(run_id) or "gallery-copy")
    app = open_train(run=own_run.id)
    monkeypatch.setattr(SafeSessionState, "__setitem__", touch_or_end)
    wish(app, "train", "rerun", {"run": own_run.id, "kind": "overfitting"})
    assert (made, len(ended)) == ([own_run.id], 1)
    assert app.selectbox[0].value == "gallery-copy"


def test_a_wish_is_carried_out_once_however_often_it_is_told_and_not_in_another_session(own_run, monkeypatch):
    asked = []
    monkeypatch.setattr(runs, "control", lambda run_id, wish, value: asked.append(value))
    app = open_train(run=own_run.id)
    first, second, strange = (
        as_wish(app, {"run": own_run.id, "wish": "step", "value": value}) for value in ("first", "second", "strange")
    )
    for told in ([first], [first], [first, second, {**strange, "session": "before the server began anew"}]):
        app.session_state["train"] = {"control": told}
        app.run()
        assert not app.exception
    assert asked == ["first", "second"]


def test_a_message_that_comes_while_a_wish_is_carried_out_waits_for_it(monkeypatch):
    kept, begun, go_on, seen = state.Post(), threading.Event(), threading.Event(), []
    monkeypatch.setattr(state, "post", lambda: kept)
    monkeypatch.setattr(state, "told", lambda key, name: [{"id": "1", "session": kept.session, "value": "start"}])

    def start(value):
        begun.set()
        assert go_on.wait(timeout=60)
        seen.append(value)

    def draw(name):
        state.carry_out("train", "rerun", start)
        seen.append(name)

    earlier, later = (threading.Thread(target=draw, args=(name,)) for name in ("earlier drawing", "later drawing"))
    earlier.start()
    assert begun.wait(timeout=60)
    later.start()
    later.join(timeout=0.1)
    assert not seen
    go_on.set()
    for thread in (earlier, later):
        thread.join(timeout=60)
    assert seen[0] == "start"
    assert sorted(seen[1:]) == ["earlier drawing", "later drawing"]


def test_a_rerun_that_cannot_start_is_refused_in_words(own_run):
    app = open_train(run=own_run.id)
    wish(app, "train", "rerun", {"run": own_run.id, "kind": "nan"})
    assert "do not say so any more" in app.error[0].value
    assert app.selectbox[0].value == own_run.id


@pytest.mark.parametrize("sentence", ["To be\x00 <img src=x onerror=alert(1)>", "", "x" * 5000, "\ud800 lone"])
def test_a_run_is_trained_again_with_another_sentence(own_run, monkeypatch, sentence):
    asked = []
    monkeypatch.setattr(runs, "train_new", lambda config: asked.append(config) or own_run.id)
    again.with_sentence({"run": own_run.id, "probe": sentence})
    (config,) = asked
    assert len(config.probe) <= 2000
    assert config.probe == sentence.replace("\x00", "").replace("\ud800", "")[:2000]
    assert config.model_copy(update={"probe": "", "name": ""}) == own_run.read_config().model_copy(
        update={"probe": "", "name": ""}
    )
    json.loads(config.to_json())


def test_continue_from_here_starts_a_run_from_the_kept_step(own_run, monkeypatch):
    asked, shown = [], []
    monkeypatch.setattr(runs, "train_new", lambda config: asked.append(config) or own_run.id)
    wished = {"run": own_run.id, "step": 20, "rate": 0.001, "steps": 60}
    monkeypatch.setattr(state.NextRun, "show", lambda next_run, run_id: shown.append(run_id))
    app = open_train(run=own_run.id)
    wish(app, "train", "onward", wished)
    assert not app.exception
    assert shown == [own_run.id]
    (config,) = asked
    assert (config.start.run, config.start.step) == (own_run.id, 20)
    assert (config.train.learning_rate, config.train.steps) == (0.001, 60)
    for broken in ({"rate": "x"}, {"steps": None}, {"step": True}):
        with pytest.raises(RunError, match="are needed to go on"):
            again.onward({**wished, **broken})


def test_norms_and_the_map_are_plain_numbers_and_older_films_have_none(own_run):
    assert train.token_map(own_run.id)["steps"] == []
    for step, scale in ((0, 1.0), (5, 2.0)):
        save_point(own_run, kept_moment(step, scale))
    found = train.token_map(own_run.id)
    assert (found["steps"], found["tokens"]) == ([0, 5], ["a", "b", "c"])
    assert np.abs(np.array(found["x"][1])).max() == pytest.approx(2 * np.abs(np.array(found["x"][0])).max(), rel=1e-3)
    parts = train.parts_of(kept_moment(0, 1.0))
    assert parts == [{"part": "embed", "weights": 3.0, "update": None}]
    json.dumps([found, parts], allow_nan=False)


def test_a_moment_is_read_once_for_all_who_ask_and_again_when_it_was_drawn_anew(own_run, monkeypatch):
    run, read = own_run, []
    load = history.load_point
    monkeypatch.setattr(history, "load_point", lambda path: read.append(path.stem) or load(path))
    for step in (0, 5):
        save_point(run, kept_moment(step, 1.0))
    first = json.loads(routes._history(run.id, -1).body)
    assert [point["step"] for point in first["points"]] == [0, 5]
    assert first["points"][0]["losses"][0] is None, "nothing predicts the first token"
    assert json.loads(routes._history(run.id, 0).body)["points"] == first["points"][1:]
    os.utime(save_point(run, replace(kept_moment(5, 1.0), sample="anew")), ns=(1, 1))
    (run.history_folder / "s00000009.npz").write_bytes(b"no frame")
    assert [json.loads(moment)["sample"] for moment in train.moments(run.id, 0)] == ["anew"]
    assert read == ["s00000000", "s00000005", "s00000005", "s00000009"]


def kept_moment(step, scale):
    return HistoryPoint(
        step=step, val_loss=None, tokens=("a",), attention=np.zeros((2, 2, 1, 1), np.uint8), q=None, k=None,
        losses=np.array([np.nan], np.float32), top_ids=np.zeros((1, 8), np.int32),
        top_probabilities=np.zeros((1, 8), np.float32), top_texts=(tuple("abcdefgh"),), sample="", parts=("embed",),
        weight_norms=np.array([3], np.float32), update_norms=np.array([np.nan], np.float32), map_tokens=("a", "b", "c"),
        map_codes=np.array([[9, 0], [-9, 1], [0, 5]], np.int8), map_scale=scale,
    )  # fmt: skip
