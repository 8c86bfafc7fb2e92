"""A model that was trained elsewhere, page by page: each shows something true of it, or says why it cannot."""

import pytest

from app.loaders import attention, generate, loss, loss_questions, models, pretrained, runs, sidebyside, tokenizers
from app.widgets import run_picker
from lm_core.errors import ModelError
from lm_core.interop.huggingface import read_folder, write_folder
from lm_core.jobs.bringing import bring_in
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from tests.foreign_models import GPT2, awake
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.fixture
def folder(tmp_path):
    write_folder(awake({**GPT2, "context_length": 128}), tmp_path / "tiny-gpt2", to_huggingface(ByteTokenizer()))
    return tmp_path / "tiny-gpt2"


@pytest.fixture
def run_id(folder):
    return bring_in(read_folder(folder), runs.settings(), runs.store())


def unescaped(text):
    """Markdown as it is read."""
    return text.value.replace("\\", "")


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_the_picker_names_it_pretrained_and_train_says_that_nothing_was_trained_here(run_id, folder):
    [choice] = runs.list_choices()
    assert run_picker.label(choice) == f"tiny-gpt2 · pretrained · {run_id}"
    app = open_page("train", run=run_id)
    assert "tiny-gpt2 was trained elsewhere: no step of its training is recorded here" in unescaped(app.info[0])
    assert len(app.get("page_link")) == 5 + 1  # the way to the next page
    assert not app.get("bidi_component")


def test_it_opens_on_tokens_loss_attention_and_generate(run_id):
    assert "When Mary and John" in str(open_page("tokens", run=run_id).get("bidi_component")[-1].proto.json)
    film = open_page("tokens", run=run_id, section="film")
    assert film.radio[0].options[0] == "“Shakespeare's comedies”"  # in place of a text that never was here
    assert len(sent(film)["scenes"]) == 1000
    columns = sent(open_page("tokens", run=run_id, section="side", **{"with": "byte"}))["columns"]
    assert columns[1]["source"] == {"corpus": "comedies", "kind": "byte"}
    assert sidebyside.figures_of(tokenizers.source_at(columns[0]["source"]))["speed"] > 0
    shown = sent(open_page("loss", run=run_id))
    assert (shown["steps"], shown["facts"]["validation_tokens"]) == (0, 0)
    [point] = loss.loss_of_text(run_id, "To be, or not to be?")["points"]
    assert point["losses"][0] is None
    assert all(value > 0 for value in point["losses"][1:])
    found = loss_questions.answer(run_id, "choice", {})
    assert (found["title"], found["step"]) == ("Shakespeare's comedies", 0)  # where its own text is not here
    costs = loss_questions.answer(run_id, "sequence", {"text": "To be, or not to be?"})["logs"]
    assert [-log for log in costs[1:]] == pytest.approx(point["losses"][1:], abs=1e-3)
    assert attention.look_at(run_id, "To be, or not").attention.shape == (2, 4, 13, 13)
    assert attention.pack_history(run_id, -1)
    shown = sent(open_page("generate", run=run_id))
    assert (shown["models"], shown["standing"]["steps"]) == ({"kept": [0], "at": None, "lastStep": 0, "live": False}, 0)
    assert generate.standing(run_id).steps == 0
    assert models.kept(run_id) == [0]


def test_on_runs_it_can_be_renamed_tagged_and_deleted_but_not_trained_again(run_id):
    app = open_page("runs", run=run_id)
    [choice] = [group for group in app.get("button_group") if group.label == "What to do with it"]
    assert [option.content for option in choice.proto.options] == ["Rename", "Tags", "Delete"]
    assert sent(app)["rows"][0]["name"] == "tiny-gpt2"


def test_the_form_says_what_a_model_takes_and_then_brings_it_in(folder, monkeypatch):
    monkeypatch.setattr(pretrained.state, "owner", lambda: "local")
    app = open_page("runs")
    app.text_input(key="pretrained model").set_value(str(folder)).run()
    press(app, "What does it take?")
    assert any("parameters, 2 layers of 4 heads. Licence: not named." in unescaped(text) for text in app.markdown)
    press(app, "Bring it in")
    [choice] = runs.list_choices()
    assert pretrained.is_pretrained(choice.run_id)
    assert any("It is here." in unescaped(text) for text in app.markdown)


def test_the_form_refuses_in_a_sentence_and_never_reads_files_for_strangers(folder, monkeypatch):
    app = open_page("runs")
    app.text_input(key="pretrained model").set_value("no such/model here").run()
    press(app, "What does it take?")
    assert app.error[0].value.startswith("There is no model")
    monkeypatch.setattr(pretrained.state, "owner", lambda: "visitor-1")
    with pytest.raises(ModelError, match="There is no model"):
        pretrained.estimate_of(str(folder))


def test_thirty_readers_share_one_open_model_that_counts_by_its_bytes(run_id, monkeypatch):
    first = models.open_model(run_id, models.nearest(run_id))
    assert all(models.open_model(run_id, models.nearest(run_id)) is first for _reader in range(30))
    assert models._opened.bytes == sum(weight.nbytes for weight in first.model.parameters())
    models._opened.cache_clear()
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 1000}))
    with pytest.raises(ModelError, match="Opening tiny-gpt2 needs about"):
        models.open_model(run_id, models.nearest(run_id))
