"""The token page opens on every kind of tokenizer, and any text becomes bounded plain values."""

import itertools
import json
import re
from functools import partial

import pytest

from app.loaders import runs, tokens
from app.loaders.tokenizers import Source, reader_of, source_at
from lm_core.corpora.uploads import store_text
from lm_core.runs.run import create_run
from tests.finished_run import TEXT, config_of, make_gallery_run, make_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
open_tokens = partial(open_page, "tokens")

KINDS = ["char", "byte", "bpe", "sentencepiece-bpe", "unigram"]
HOSTILE = [
    "",
    " ",
    "<script>alert(1)</script>",
    "\ud800lone",
    "\u202eright to left\u202c",
    "\x00nul",
    "😀👩‍👩‍👧",
    "e\u0301" * 30,
]


def of_run(home, kind="char"):
    return Source(run=make_run(home, kind))


def test_without_any_run_a_new_tokenizer_is_trained_at_once():
    app = open_tokens(corpus="copy", kind="bpe", vocab="300")
    assert sent(app)["source"] == {"corpus": "copy", "kind": "bpe", "vocab": "300"}
    assert app.query_params["from"] == "new"
    app.session_state["from of the tokenizer"] = "run"
    app.run()
    assert "no run yet" in app.info[0].value


@pytest.mark.parametrize("kind", ["char", "bpe"])
def test_an_own_run_has_its_picture(home, kind):
    run_id = make_run(home, kind)
    assert sent(open_tokens(run=run_id))["source"] == {"run": run_id}


def test_a_gallery_run_has_its_picture(tmp_path):
    run_id = make_gallery_run(tmp_path / "gallery", kind="byte")
    app = open_tokens(run=run_id)
    assert app.selectbox[0].value == run_id
    assert len(app.get("bidi_component")) == 1


def test_an_unknown_run_in_the_address_falls_back_to_one_that_exists(home):
    run_id = make_run(home)
    assert open_tokens(run="no-such-run").selectbox[0].value == run_id


def test_a_run_without_its_tokenizer_yet_says_so(home):
    config = config_of()
    run = create_run(config, runs.settings().runs_folder)
    runs.store().submit(run.id, "new", config.to_json(), 100)
    assert "still making its tokenizer" in open_tokens(run=run.id).info[0].value


def test_a_link_to_an_own_text_trains_on_it_though_there_are_runs(home):
    make_run(home)
    spec = store_text(TEXT, title="*Mine* <b>", texts_folder=runs.settings().texts_folder)
    app = open_tokens(corpus="own-text", text=spec.text_id, title=spec.title)
    assert sent(app)["source"]["text"] == spec.text_id
    assert app.selectbox[0].value == "own-text"
    app.session_state["tokens"] = {"typed": {"text": "the mat", "focus": 4}}
    app.run()
    app.switch_page("app_pages/loss.py").run()
    app.switch_page("app_pages/tokens.py").run()
    assert sent(app)["source"]["text"] == spec.text_id
    assert app.session_state["text on the token page"] == "the mat"


def test_a_tokenizer_from_a_file_waits_for_its_file():
    pytest.importorskip("tokenizers")
    app = open_tokens(corpus="copy", kind="huggingface")
    assert "Choose the file of a tokenizer" in app.info[0].value
    assert "no longer here" in open_tokens(corpus="copy", kind="huggingface", file="0" * 64).error[0].value


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ({"corpus": "own-text", "text": "0" * 64, "title": "Gone"}, "not stored on this machine"),
        ({"corpus": "own-text", "text": "0" * 64, "title": "Gone", "kind": "bpe", "vocab": "8192"}, "Gone"),
    ],
)
def test_a_text_that_is_gone_says_so(address, words):
    assert words in open_tokens(**address).error[0].value


def test_a_vocabulary_that_the_text_cannot_fill_becomes_the_largest_that_it_can(home):
    spec = store_text(TEXT[:400], title="Short", texts_folder=runs.settings().texts_folder)
    app = open_tokens(corpus="own-text", text=spec.text_id, kind="word", vocab="8192")
    assert not app.error
    [said] = [words.value for words in app.caption if "at most" in words.value]
    largest = re.search(r"\d+", said)[0]
    assert said == f"This text fills {largest} at most."
    assert next(box for box in app.selectbox if box.label == "Vocabulary").options == [largest]
    assert app.query_params["vocab"] in (largest, [largest])


@pytest.mark.parametrize(
    "address",
    [
        {"corpus": "no-such-text"},
        {"corpus": "own-text", "text": "<b>"},
        {"corpus": "copy", "kind": "<script>", "vocab": "-1"},
        {"section": "<b>", "token": "1e9", "with": "x,run-../..", "corpus": "copy", "kind": "char"},
    ],
)
def test_nonsense_in_the_address_falls_back_to_what_exists(address):
    assert len(open_tokens(**address).get("bidi_component")) == 1


def test_what_was_typed_comes_back_and_stays_when_the_reader_returns(home):
    app = open_tokens(run=make_run(home))
    app.session_state["tokens"] = {"typed": {"text": "the mat", "focus": 4}}
    app.run()
    assert app.query_params["token"] == "4"
    app.switch_page("app_pages/loss.py").run()
    app.switch_page("app_pages/tokens.py").run()
    assert sent(app)["text"] == "the mat"


def test_side_by_side_takes_the_pages_own_and_up_to_three_others(home):
    run_id = make_run(home, "char")
    app = open_tokens(run=run_id, section="side", **{"with": f"byte,bpe-512,unigram-512,char,run-{run_id}"})
    columns = sent(app)["columns"]
    assert [column["source"].get("kind", "run") for column in columns] == ["run", "byte", "bpe", "unigram"]
    assert columns[2]["source"]["corpus"] == "comedies"  # the run's own text
    app.query_params["with"] = "bpe-lines-512"
    app.run()
    assert sent(app)["columns"][1]["source"]["cut"] == "lines"
    app.multiselect[0].set_value(["byte"]).run()
    assert app.query_params["with"] == "byte"
    app.query_params["with"] = "unigram-512"  # another link
    app.run()
    assert app.multiselect[0].value == ["unigram-512"]


def test_each_section_opens_by_itself():
    spec = store_text(TEXT, title="Mine", texts_folder=runs.settings().texts_folder)
    own = partial(open_tokens, corpus="own-text", text=spec.text_id)
    assert set(sent(own(kind="char", section="vocabulary"))) >= {"source", "language"}
    assert "scenes" in sent(own(kind="char", section="film"))
    assert sent(own(kind="bpe", vocab="300", merge="3"))["merge"] == 3  # a link to a moment of the film
    uncut = own(kind="bpe", vocab="300", cut="lines")
    assert sent(uncut)["source"]["cut"] == "lines"
    assert not any("Train a model" in button.label for button in uncut.button)  # the form there has no such choice
    assert "edges" in sent(own(kind="unigram", vocab="300", section="lattice"))


def test_a_model_with_this_tokenizer_begins_on_the_page_data():
    app = open_tokens(corpus="copy", kind="bpe", vocab="400")
    next(button for button in app.button if "Train a model" in button.label).click().run()
    assert not app.exception
    assert app.title[0].value == "What does it learn from?"
    assert (app.session_state["tokenizer"], app.session_state["pieces"]) == ("bpe", 400)
    assert app.session_state["corpus"] == "copy"


def test_an_own_text_goes_along_to_the_page_data():
    spec = store_text(TEXT, title="Mine", texts_folder=runs.settings().texts_folder)
    app = open_tokens(corpus="own-text", text=spec.text_id, title="Mine", kind="char")
    next(button for button in app.button if "Train a model" in button.label).click().run()
    assert not app.exception
    assert app.session_state["corpus"] == "own-text"
    assert any("Mine" in words.value for words in app.markdown)
    assert not next(button for button in app.button if button.label == "Train on this text").disabled


@pytest.mark.parametrize("kind", KINDS)
def test_any_text_becomes_plain_json(home, kind):
    source = of_run(home, kind)
    for text, focus in itertools.product(HOSTILE, (None, 0, 5, 10_000)):
        answer = tokens.tokens_of(source, text, focus)
        json.dumps(answer, allow_nan=False, ensure_ascii=False).encode()
        assert answer["counts"]["tokens"] == sum(row["times"] for row in answer["rows"])
        assert answer["steps"][-1]["ids"] == [
            token for token, _text, _kind in tokens.tokens_of(source, answer["part"], None)["tokens"]
        ]


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_know_where_they_begin(home, kind):
    """In UTF-16 units, as JavaScript counts; inside a character they say so."""
    text = "a 你😀e\u0301"
    starts = tokens.tokens_of(of_run(home, kind), text, None)["starts"]
    assert (starts[0], starts[-1]) == (0, len(text.encode("utf-16-le")) // 2)
    assert [start for start in starts if start >= 0] == sorted(start for start in starts if start >= 0)
    if kind == "byte":
        assert starts == [0, 1, 2, -1, -1, 3, -1, -1, -1, 5, 6, -1, 7]
    if kind == "char":
        assert starts == [0, 1, 2, 3, 5, 6, 7]


def test_an_unknown_word_takes_the_place_of_what_it_was():
    source = source_at({"corpus": "copy", "kind": "word", "vocab": "300"})
    answer = tokens.tokens_of(source, "copy: 你 好 ->", None)
    assert [text for _id, text, _kind in answer["tokens"]] == ["copy", ":", "<unk>", "<unk>", " ->"]
    assert answer["starts"] == [0, 4, 5, -1, 9, 12]


@pytest.mark.parametrize("kind", ["char", "bpe"])
def test_a_megabyte_comes_back_bounded(home, kind):
    answer = tokens.tokens_of(of_run(home, kind), "the lower mat\n" * 80_000, None)
    assert answer["counts"]["characters"] == 1_120_000
    assert len(answer["tokens"]) == tokens.MOST_TOKENS
    assert len(answer["rows"]) <= tokens.MOST_ROWS
    assert len(answer["part"]) <= tokens.LONGEST_PART


def test_more_than_the_most_is_cut_and_counted(home, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_CHARACTERS", 10)
    answer = tokens.tokens_of(of_run(home), "the lower mat", None)
    assert (answer["cut"], answer["counts"]["characters"]) == (3, 10)
    assert tokens.ids_of(of_run(home), "the lower mat") == {"ids": [token for token, *_ in answer["tokens"]]}


def test_words_are_counted_as_on_the_page_data_and_the_context_has_its_model(home):
    assert tokens.tokens_of(of_run(home), "Don't stop! 你好", None)["counts"]["words"] == 4  # 你 and 好 are two
    assert tokens.context_of(of_run(home)) == (config_of().model.context_length, "run")
    counted = make_run(home, model={"architecture": "counts", "order": 3})
    assert tokens.context_of(Source(run=counted)) == (2, "counts")
    assert tokens.context_of(source_at({"corpus": "copy", "kind": "char"}))[1] == "preset"
    assert tokens.context_of(source_at({"corpus": "copy", "kind": "gpt2"})) == (1024, "gpt2")


def test_uncovered_characters_are_named(home):
    assert tokens.tokens_of(of_run(home), "the 你", None)["uncovered"] == ["你"]
    assert tokens.tokens_of(of_run(home, "bpe"), "the 你", None)["uncovered"] == []


@pytest.mark.parametrize("kind", ["char", "byte", "bpe"])
def test_the_word_of_a_token_is_explained_with_its_space(home, kind):
    source = of_run(home, kind)
    reader = reader_of(source)
    ids = reader.tokenizer.encode("é the lower mat")
    texts = reader.tokenizer.token_texts(ids)
    focus = next(i for i, text in enumerate(texts) if "w" in text)
    assert tokens.tokens_of(source, "é the lower mat", focus)["part"] == " lower"


def test_a_row_says_which_bytes_a_token_stands_for(home):
    rows = {row["text"]: row["bytes"] for row in tokens.tokens_of(of_run(home, "byte"), "aé", None)["rows"]}
    assert rows == {"a": "61", "<0xC3>": "C3", "<0xA9>": "A9"}


def test_a_row_says_how_often_its_token_was_met_in_training():
    source = source_at({"corpus": "copy", "kind": "char"})
    rows = {row["text"]: row["trained"] for row in tokens.tokens_of(source, "c你", None)["rows"]}
    assert rows["c"] > 20_000
    assert rows["<unk>"] == 0
