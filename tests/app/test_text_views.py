"""The views of a text on the Data page: cleaning travels through address, picture and run; numbers are plain JSON."""

import json
from functools import partial

import pytest

from app.loaders import data, runs, text_views
from app.loaders.enough import enough_view, tokens_per_character
from app.widgets.text_views import CLEANING, PICTURE
from lm_core.corpora.clean import CLEANING_STEPS
from lm_core.corpora.cleaning import DecodedText
from lm_core.corpora.library import load_corpus
from tests.pages import open_page
from tools.engine_sentences import engine_sentences

pytestmark = pytest.mark.usefixtures("fresh_server")
open_data = partial(open_page, "data")

PAGE = DecodedText("<p>Ask  ada@example.org about the WHALE.</p>\n" * 30, "pasted", ())


def sent(app, part):
    return next(data for data in map(json.loads, (one.proto.json for one in app.get("bidi_component"))) if part in data)


def test_cleaning_is_chosen_in_the_address_and_told_with_counts_and_examples():
    app = open_data(corpus="copy", look="cleaning", cleaning="lower,nonsense,html,lower")
    picture = sent(app, "reports")
    assert picture["chosen"] == ["lower", "html"]
    assert list(picture["steps"]) == list(CLEANING_STEPS)
    assert picture["reports"]["html"]["characters"] == [440_140, 440_140]
    assert app.query_params["cleaning"] == "lower,html"


def test_what_the_picture_tells_is_remembered_also_on_the_other_views():
    app = open_data(corpus="copy", look="cleaning")
    app.session_state[PICTURE] = {"steps": {"steps": ["whitespace", "nfc"], "at": 1}}
    app.run()
    assert app.session_state[CLEANING] == ("whitespace", "nfc")
    app.switch_page("app_pages/loss.py").run()
    app.switch_page("app_pages/data.py").run()
    assert not app.exception
    assert app.session_state[CLEANING] == ("whitespace", "nfc")
    assert app.query_params["cleaning"] == "whitespace,nfc"


def test_the_run_that_is_started_learns_from_the_cleaned_text(monkeypatch):
    started = []
    monkeypatch.setattr(runs, "train_new", lambda config: started.append(config) or "none")
    app = open_data(corpus="copy", cleaning="html,lower")
    next(button for button in app.button if button.label == "Train on this text").click().run()
    [config] = started
    assert config.corpus.cleaning == ("html", "lower")
    assert load_corpus(config.corpus, texts_folder=runs.settings().texts_folder, seed=1).characters == 440_140


@pytest.mark.parametrize(("look", "part"), [("text", "sample"), ("statistics", "zipf_points"), ("split", "strips")])
def test_each_view_shows_its_own_picture_and_the_sentence_on_enough(look, part):
    app = open_data(corpus="copy", look=look)
    assert sent(app, part)
    assert sent(app, "parameters")["verdict"] == "little"


def test_a_text_cleaned_to_nothing_says_so_and_cannot_be_trained_on(monkeypatch):
    tags = DecodedText("<b></b>" * 50, "pasted", ())
    monkeypatch.setattr(data, "read_paste", lambda text: data.OwnText("", tags, ""))
    app = open_data(corpus="own-text", look="cleaning", cleaning="html", state={"pasted text": "x"})
    assert "left nothing" in app.warning[0].value
    assert next(button for button in app.button if button.label == "Train on this text").disabled
    assert sent(app, "reports")["whole"]["characters"] == [350, 0]


def test_every_view_of_any_text_is_plain_json():
    odd = [
        PAGE,
        DecodedText("a" * 300, "", ()),
        DecodedText("你好世界。\n" * 60, "", ()),
        DecodedText("\n" * 300, "", ()),
    ]
    steps = ("html", "emails", "whitespace", "duplicate-lines", "near-duplicates")
    for text in odd:
        for view in (text_views.cleaning_view, text_views.statistics_view, text_views.split_view):
            for chosen in ((), steps):
                json.dumps(view(text, chosen), allow_nan=False).encode()


def test_a_step_shows_what_it_changed():
    report = text_views.cleaning_view(PAGE, ("html", "emails"))["reports"]["emails"]
    assert ["out", "ada@example.org"] in report["examples"][0]
    assert ["in", "[email]"] in report["examples"][0]


def test_strips_hold_the_share_of_the_validation_part():
    shares = text_views.strips([(10, 20), (90, 100)], 100)
    assert len(shares) == text_views.STRIPS
    assert sum(shares) / text_views.STRIPS == pytest.approx(0.2, abs=0.001)
    assert (shares[0], shares[60], shares[-1]) == (0, 1, 1)


def test_enough_counts_characters_bytes_and_learned_pieces():
    text, size = DecodedText("é" * 999 + "\n", "", ()), {"parameters": 1000, "tokens": 1800}
    picture = text_views.picture(text, ())
    assert enough_view(text, (), "char", 0, size, picture)["tokens"] == picture["split"]["training"]
    assert enough_view(text, (), "byte", 0, size, picture)["tokens"] == pytest.approx(1800, rel=0.01)
    assert enough_view(PAGE, (), "unigram", 8192, size, picture)["tokens"] is None, "so many pieces are not there"
    assert 0.1 < tokens_per_character(PAGE, (), "bpe", 270) < 1


def test_titles_and_reasons_of_all_steps_are_collected_for_translation():
    words = engine_sentences()
    assert [text for step in CLEANING_STEPS.values() for text in (step.title, step.why) if text not in words] == []


def test_a_new_tokenizer_on_the_token_page_learns_from_the_cleaned_text():
    app = open_data(corpus="copy", cleaning="lower")
    next(button for button in app.button if button.label == "Cut this text into tokens").click().run()
    assert not app.exception
    assert app.query_params["cleaning"] == "lower"
    assert "Cleaning: 1 on" in [caption.value for caption in app.caption]
