"""Every page opens on a run that counts, and says what it has not got; its routes answer or refuse in a sentence."""

import pytest

from app.loaders import (
    attention,
    compare,
    demonstrations,
    doctor,
    inside,
    loss_questions,
    models,
    one_step,
    probing,
    runs,
    train,
    writing,
)
from app.loaders.duplicate import changed
from app.loaders.loss import loss_facts, loss_of_text
from app.widgets import count_form
from lm_core.errors import RunError
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
PAGES = ("home", "data", "tokens", "train", "attention", "inside", "loss", "generate", "runs", "experiments")


def test_every_page_opens_on_it(home):
    run_id = make_counted_run(home)
    for page in PAGES:
        app = open_page(page, run=run_id)
        assert not app.error, page
        if page in ("attention", "inside"):
            assert "only counts" in app.info[0].value
            assert not app.get("bidi_component")
        if page == "generate":
            assert sent(app)["draft"]["prompt"]
        if page == "train":
            assert sent(app)["about"]["counts"] == {"order": 3, "smoothing": "witten-bell"}
            assert "counts it" in app.markdown[0].value


def test_its_loaders_answer_or_refuse(home):
    run_id = make_counted_run(home, order=2, smoothing="kneser-ney")
    refused = (
        lambda: attention.pack_history(run_id, -1),
        lambda: attention.pack_sentence(run_id, "a text"),
        lambda: inside.overview(run_id, "", -1),
        lambda: probing.read(run_id, {}),
        lambda: one_step.taken_apart(run_id, -1, "", 0, 0, -1),
    )
    for ask in refused:
        with pytest.raises(RunError, match="only counts"):
            ask()
    assert doctor.findings_of(run_id)["findings"] == []
    assert train.token_map(run_id)["steps"] == []
    points = loss_of_text(run_id, "copy: abc -> abc")["points"]
    assert [point["step"] for point in points] == models.kept(run_id)
    assert len(points[-1]["losses"]) == len("copy: abc -> abc")
    begin, *choices, _end = writing.write(writing.Wish(run_id, "copy: ", count=5))
    assert begin["layers"] == 0
    assert [choice["attention"] for choice in choices] == [[]] * 5


@pytest.mark.parametrize("question", [{"text": "copy: abc -> abc"}, {}])
def test_questions_on_its_loss_and_its_texts_are_answered(home, question):
    run_id = make_counted_run(home)
    sentence = loss_questions.answer(run_id, "sequence", question)
    assert all(log is None or log <= 0 for log in sentence["logs"])
    text = loss_questions.answer(run_id, "text", {"text": "copy: abc -> abc"})
    assert all(loss is None or loss >= 0 for loss in text["losses"])
    assert loss_questions.answer(run_id, "wrong", question)
    assert loss_questions.answer(run_id, "choice", question)
    assert demonstrations.answer(run_id, "pair", question)
    for name in ("cache", "column", "speed"):
        with pytest.raises(RunError, match="only counts"):
            demonstrations.answer(run_id, name, question)


def test_what_is_compared_is_what_has_an_effect(home):
    config = runs.open_run(make_counted_run(home, order=2)).read_config()
    settings = compare.flat_settings(config)
    assert settings["model.order"] == 2
    assert "model.n_layers" not in settings
    assert "train.learning_rate" not in settings
    assert "model.added" not in settings
    assert "model.order" not in compare.flat_settings(changed(config, "model.architecture", "decoder", ""))


def test_a_counting_run_is_started_from_the_form(monkeypatch):
    started = []
    monkeypatch.setattr(runs, "train_new", lambda config: started.append(config) or "none")
    app = open_page("data")
    next(radio for radio in app.radio if radio.label == "What learns?").set_value("counts").run()
    next(radio for radio in app.radio if radio.label == "How many tokens does it look back?").set_value(4).run()
    next(radio for radio in app.radio if radio.label == "What of the unseen?").set_value("add-k").run()
    app.select_slider(key=count_form.ADDED).set_value(0.1).run()
    assert len(app.get("bidi_component")) == 3  # nothing to say on whether the text is enough
    next(button for button in app.button if button.label == "Train on this text").click().run()
    [config] = started
    assert (config.model.architecture, config.model.order) == ("counts", 4)
    assert (config.model.smoothing, config.model.added) == ("add-k", 0.1)
    assert config.name.endswith("4-grams, add-k")
    assert config.train.steps == 100


def test_longer_counts_are_rungs_of_the_other_runs_on_the_same_text(home):
    short, long = make_counted_run(home), make_counted_run(home, order=4)
    make_counted_run(home, order=4, smoothing="add-k", added=5.0)
    rungs = loss_facts(short)["facts"]["baselines"]
    assert rungs["4-gram"] == runs.status_of(long)["val_loss"] < rungs["unigram"]
    assert "3-gram" not in rungs
    assert "4-gram" in loss_facts(long)["facts"]["baselines"], "the other one of that length"
