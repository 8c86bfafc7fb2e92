"""The Data page: every corpus can be looked at, every text of one's own is learned from or refused in words."""

import json
import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.loaders import data, runs, text_views
from app.widgets import cut, own_text
from app.widgets.plain import plain
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import list_corpora, load_corpus
from lm_core.errors import ConfigError
from lm_core.presets import preset_config
from lm_core.runs.run import create_run
from tests.pages import open_page, sent
from tools.engine_sentences import engine_sentences

pytestmark = pytest.mark.usefixtures("fresh_server")
open_data = partial(open_page, "data")

ROOT = Path(__file__).parents[2]
PAGE = "It was a dark and stormy night; the rain fell in torrents.\n" * 8
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


@pytest.fixture
def no_training(monkeypatch):
    """Runs are written down but nobody trains them."""

    def start(config):
        run = create_run(config, runs.settings().runs_folder)
        runs.store().submit(run.id, config.name, config.to_json(), config.train.steps)
        return run.id

    monkeypatch.setattr(runs, "train_new", start)


def train_button(app):
    return next(button for button in app.button if button.label == "Train on this text")


def test_the_page_opens_on_the_default_corpus_ready_to_train():
    app = open_data()
    assert app.title[0].value == "What does it learn from?"
    assert sent(app)["chosen"] == "comedies"
    assert len(app.get("bidi_component")) == 4, "library, text, guard of the fields, is it enough"
    assert not train_button(app).disabled


def test_an_unknown_corpus_in_the_address_falls_back_to_the_default():
    assert sent(open_data(corpus="<script>"))["chosen"] == "comedies"


def test_what_is_chosen_in_the_library_travels_into_the_address_and_the_back_button_wins():
    app = open_data(corpus="copy")
    app.session_state["library"] = {"choose": {"name": "reverse", "at": 1}}
    app.run()
    assert (sent(app)["chosen"], app.query_params["corpus"]) == ("reverse", "reverse")
    app.query_params["corpus"] = "sort"  # the choice is told once more, as Streamlit does where two runs overlap
    app.run()
    assert sent(app)["chosen"] == "sort"


def test_the_library_is_listed_without_reading_any_text(monkeypatch):
    monkeypatch.setattr(text_views, "load_corpus", lambda *_, **__: pytest.fail("a text was read only to be listed"))
    texts = {text["name"]: text for text in sent(open_data(corpus="own-text"))["texts"]}
    assert len(texts) == len(list_corpora()) > 20
    assert texts["stories"]["recommended"]
    assert texts["bible"]["licence"].startswith("Public domain")


def test_a_text_that_is_not_installed_is_listed_with_what_to_do_and_cannot_be_chosen(monkeypatch):
    missing = replace(list_corpora()[0], name="bible", unavailable="The package x is not installed. Run: pip install x")
    monkeypatch.setattr(data, "library", lambda: [*list_corpora()[:2], missing])
    app = open_data(corpus="bible")
    listed = sent(app)
    assert listed["chosen"] == "comedies"
    assert listed["texts"][2]["unavailable"] == "The package x is not installed. Run: pip install x"


def cut_button(app):
    return next(button for button in app.button if button.label == "Cut this text into tokens")


@pytest.mark.parametrize("corpus", ["copy", "own-text"])
def test_a_text_is_cut_into_tokens_without_training(corpus, monkeypatch, home):
    went = []
    monkeypatch.setattr(cut.st, "switch_page", lambda page, query_params: went.append((page, query_params)))
    app = open_data(corpus=corpus)
    if corpus == "own-text":
        assert not [button for button in app.button if button.label == "Cut this text into tokens"]
        app.text_area[0].set_value(PAGE).run()
    cut_button(app).click().run()
    [(page, address)] = went
    assert page == "app_pages/tokens.py"
    if corpus == "copy":
        assert address == {"corpus": "copy"}
    else:
        assert (home / "texts" / f"{address['text']}.txt").read_text() == PAGE
        assert (address["corpus"], address["title"]) == ("own-text", "Own text")


def test_several_files_and_a_chosen_column_become_one_text_with_documents(home):
    rows = ("name;story\n" + "".join(f"Anna{place};It was a dark night.\n" for place in range(30))).encode()
    own = data.read_uploads([("t.csv", rows), ("a.txt", PAGE.encode())], {"t.csv": "name"})
    assert (own.title, own.columns, own.left_out) == ("t + 1", {"t.csv": ("story", "name")}, ())
    assert (len(own.read.documents), own.read.documents[0]) == (31, "Anna0\n")
    assert text_views.picture(own.read, ())["documents"] == 31
    config = data.new_config(
        own.read, title=own.title, kind="char", vocab_size=512, preset="tiny", recipe="modern", name="", probe=""
    )
    assert load_corpus(config.corpus, texts_folder=home / "texts", seed=1).documents == own.read.documents


def test_uploads_are_read_once_a_bad_one_is_left_out_and_another_column_can_be_chosen(monkeypatch):
    rows = "id;story;by\n" + "".join(f"{n};Once a fox met a bear.;Anna and Ben {n}\n" for n in range(40))
    asked = []
    read = data.read_uploads
    monkeypatch.setattr(data, "read_uploads", lambda *given: asked.append(given[1]) or read(*given))
    app = open_data(corpus="own-text")
    files = [("t.csv", rows.encode(), "text/csv"), ("<b>.zip", b"PK\x03\x04cut", "application/zip")]
    app.file_uploader[0].set_value(files).run()
    app.text_input(key="run name").set_value("x").run()
    assert asked == [{}]
    assert "One file was left out" in app.warning[0].value
    assert r'"\<b\>" begins like a ZIP archive' in app.warning[0].value
    [column] = [box for box in app.selectbox if "t" in box.label]
    assert column.options == ["story", "by", "id"]
    column.set_value("by").run()
    assert app.session_state[own_text.UPLOAD].read.documents[0] == "Anna and Ben 0\n"
    next(box for box in app.selectbox if "t" in box.label).set_value("id").run()
    assert "This text has 109 characters" in app.warning[0].value
    next(box for box in app.selectbox if "t" in box.label).set_value("story").run()
    assert app.session_state[own_text.UPLOAD].read.documents[0] == "Once a fox met a bear.\n"
    assert asked == [{}, {"t.csv": "by"}, {"t.csv": "id"}, {}]


def test_a_pasted_text_is_read_when_it_changes(monkeypatch):
    asked = []
    read = data.read_paste
    monkeypatch.setattr(data, "read_paste", lambda text: asked.append(text) or read(text))
    app = open_data(corpus="own-text")
    app.text_area[0].set_value(PAGE).run()
    app.text_input(key="run name").set_value("x").run()
    assert asked == [PAGE]


def test_a_link_with_a_stored_text_opens_it_and_another_choice_leaves_it(home):
    spec = data.store_own(data.read_uploads([("a.txt", PAGE.encode()), ("b.txt", b"Short.")], {}).read, "a + 1")
    link = {"corpus": "own-text", "text": spec.text_id, "title": "a + 1"}
    app = open_data(**link)
    assert any("a \\+ 1" in words.value for words in app.markdown)
    assert "2 documents" in app.caption[0].value
    assert cut.address_of(app.session_state[own_text.UPLOAD].read, "a + 1") == link
    app.session_state["library"] = {"choose": {"name": "copy", "at": 1}}
    app.run()
    assert not app.exception
    assert "text" not in app.query_params


@pytest.mark.parametrize("text", ["0" * 64, "../../x", "<script>"])
def test_a_link_with_a_text_that_is_not_here_says_so_or_is_no_link(text):
    app = open_data(corpus="own-text", text=text, title="<b>")
    assert [("not stored on this machine" in warning.value) for warning in app.warning] == [True] * (len(text) == 64)


def test_a_refused_file_says_so_and_leaves_the_pasted_text_alone():
    app = open_data(corpus="own-text", state={own_text.UPLOAD: data.read_upload(b"PK\x03\x04cut", "tales.zip")})
    assert "damaged or cut off" in app.warning[0].value
    app.text_area[0].set_value(PAGE).run()
    next(button for button in app.button if "pasted" in button.label).click().run()
    assert not app.warning
    assert not train_button(app).disabled


def test_the_button_starts_the_run_that_was_chosen(no_training):
    app = open_data(corpus="copy")
    app.radio(key="tokenizer").set_value("byte").run()
    app.text_input(key="run name").set_value("Ours <b>").run()
    train_button(app).click().run()
    assert not app.exception
    [status] = runs.store().list()
    config = runs.config_of(status.run_id)
    assert (config.name, config.corpus.name, config.tokenizer.kind) == ("Ours <b>", "copy", "byte")
    assert app.session_state["run"] == status.run_id


def test_a_pasted_page_can_be_trained_on_and_keeps_its_text(no_training, home):
    app = open_data(corpus="own-text")
    assert train_button(app).disabled
    app.text_area[0].set_value(PAGE).run()
    assert not train_button(app).disabled
    train_button(app).click().run()
    [status] = runs.store().list()
    spec = runs.config_of(status.run_id).corpus
    assert spec.name == "own-text"
    assert (home / "texts" / f"{spec.text_id}.txt").read_text() == PAGE


@pytest.mark.parametrize("text", ["abc", "   ", "\x00\x00", "<script>alert(1)</script>"])
def test_too_little_text_is_refused_in_words_and_stays_in_its_field(text):
    app = open_data(corpus="own-text")
    app.text_area[0].set_value(text).run()
    assert not app.exception
    assert "at least 200" in app.warning[0].value.lower()
    assert app.text_area[0].value == text
    assert train_button(app).disabled


def test_pasted_text_is_still_there_after_a_look_at_another_page():
    app = open_data(corpus="own-text")
    app.text_area[0].set_value(PAGE).run()
    app.switch_page("app_pages/loss.py").run()
    app.switch_page("app_pages/data.py").run()
    assert app.text_area[0].value == PAGE


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        (PAGE.encode(), "UTF-8"),
        (PAGE.encode("utf-16"), "UTF-16"),
        (("Ça coûte très cher à Noël, où l’été fut doux. " * 12).encode("windows-1252"), "1252"),
    ],
)
def test_files_in_any_common_encoding_are_read_and_it_is_named(raw, encoding):
    own = data.read_upload(raw, "story.txt")
    assert own.title == "story"
    assert encoding.lower() in own.read.encoding.lower()


@pytest.mark.parametrize(("raw", "word"), [(PNG, "PNG"), (b"", "empty"), (bytes(range(256)) * 40, "text")])
def test_files_that_are_no_text_are_refused_in_words(raw, word):
    own = data.read_upload(raw, "<script>.txt")
    assert own.read is None
    assert word in own.refusal


def test_a_line_of_fifty_megabytes_is_refused_with_both_sizes():
    own = data.read_paste("a" * 50_000_000)
    assert own.read is None
    assert "50.0 MB" in own.refusal
    assert "20 MB" in own.refusal


def test_hostile_names_stay_plain_text_inside_markdown():
    assert plain("<b>![x](http://x)**:red[a]") == r"\<b\>\!\[x\]\(http\://x\)\*\*\:red\[a\]"


@pytest.mark.parametrize(
    "text", [PAGE, "a" * 300, "\u202e" + PAGE, "<img src=x onerror=alert(1)>" * 20, "你好世界" * 100]
)
def test_any_text_becomes_a_picture_in_plain_json(text):
    picture = data.picture_of(Corpus("own-text", "own", (text,), "", ""))
    json.dumps(picture, allow_nan=False).encode()
    assert picture["characters"] == len(text)
    assert sum(times for _character, times in picture["frequent"]) <= len(text)
    assert 0 <= picture["entropy"] <= math.log(max(2, picture["distinct"])) + 1e-9


def test_the_picture_of_four_letters_by_hand():
    picture = data.picture_of(Corpus("own-text", "own", ("aaab" * 100,), "", ""))
    assert picture["frequent"] == [["a", 300], ["b", 100]]
    assert picture["half"] == 1
    assert picture["entropy"] == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))


def test_every_built_in_corpus_has_a_picture_and_a_split():
    for info in list_corpora():
        if info.unavailable is None and (info.characters or 0) < 400_000:
            picture = text_views.picture(info.name, ())
            assert picture["split"]["problem"] == ""
            assert picture["split"]["validation"] / picture["characters"] == pytest.approx(0.1, abs=0.02)


def test_the_words_of_the_library_are_all_collected_for_translation():
    words = engine_sentences()
    said = [(info.title, info.description, info.reason, info.discover, info.language) for info in list_corpora()]
    assert [sentence for each in said for sentence in each if sentence and sentence not in words] == []


def test_a_preset_says_its_true_size():
    size = data.size_of("tiny", 66, "modern")
    assert size["parameters"] == sum_of_parameters("tiny", 66)
    train, model = preset_config("tiny").train, preset_config("tiny").model
    assert size["tokens"] == train.steps * train.batch_size * model.context_length


def sum_of_parameters(preset, vocab_size):
    from lm_core.models.registry import build_model

    return sum(weight.numel() for weight in build_model(preset_config(preset).model, vocab_size).parameters())


def test_a_probe_with_half_a_character_can_be_stored():
    config = data.new_config(
        "copy", title="Copy", kind="bpe", vocab_size=400, preset="tiny", recipe="modern", name="x", probe="a\ud800\x00b"
    )
    assert config.probe == "a?b"
    assert config.tokenizer.vocab_size == 400
    config.to_json().encode()


@pytest.mark.parametrize(("kind", "largest"), [("sentencepiece-bpe", 359), ("word", 16)])
def test_a_vocabulary_that_the_text_cannot_fill_is_offered_smaller(home, monkeypatch, kind, largest):
    monkeypatch.setattr("lm_core.jobs.launch.ensure_supervisor", lambda settings: None)
    app = open_data(corpus="own-text")
    app.text_area[0].set_value(PAGE * 20).run()
    app.radio(key="tokenizer").set_value(kind).run()
    train_button(app).click().run()
    assert not app.exception
    assert not runs.store().list()
    if largest < 300:
        assert any(f"Vocabulary: {largest}, the most that this text fills." in words.value for words in app.caption)
    else:
        assert app.select_slider(key="pieces").options == ["300", str(largest)]
    train_button(app).click().run()
    [status] = runs.store().list()
    assert runs.config_of(status.run_id).tokenizer.vocab_size == largest


def test_an_impossible_preset_is_refused():
    with pytest.raises(ConfigError, match="no preset"):
        data.new_config(
            "copy", title="", kind="char", vocab_size=512, preset="huge", recipe="modern", name="", probe=""
        )


def test_a_refused_file_is_shown_as_text_and_can_be_sent_away(home):
    app = AppTest.from_file(ROOT / "app" / "main.py", default_timeout=60)
    app.query_params["corpus"] = "own-text"
    app.session_state[own_text.UPLOAD] = data.read_upload(PNG, "<b>![x](y).txt")
    app.run()
    app.switch_page("app_pages/data.py").run()
    assert r"\<b\>\!\[x\]\(y\)" in app.warning[0].value
    next(button for button in app.button if "pasted" in button.label).click().run()
    assert not app.exception
    assert not app.warning
