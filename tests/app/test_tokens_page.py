"""The token page: any text becomes bounded plain values, and the page opens on every kind of run."""

import itertools
import json
from functools import partial
from pathlib import Path

import pytest

from app.loaders import runs, tokens
from lm_core.runs.run import create_run
from tests.finished_run import config_of, make_gallery_run, make_run
from tests.pages import open_page

pytestmark = pytest.mark.usefixtures("fresh_server")
open_tokens = partial(open_page, "tokens")

ROOT = Path(__file__).parents[2]
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


def test_without_any_run_the_page_says_where_to_begin():
    app = open_tokens()
    assert "no run yet" in app.info[0].value
    assert not app.get("bidi_component")


@pytest.mark.parametrize("kind", ["char", "bpe"])
def test_an_own_run_has_its_picture(home, kind):
    app = open_tokens(run=make_run(home, kind))
    assert len(app.get("bidi_component")) == 2


def test_a_gallery_run_has_its_picture(tmp_path):
    run_id = make_gallery_run(tmp_path / "gallery", kind="byte")
    app = open_tokens(run=run_id)
    assert app.selectbox[0].value == run_id
    assert len(app.get("bidi_component")) == 2


def test_an_unknown_run_in_the_address_falls_back_to_one_that_exists(home):
    run_id = make_run(home)
    assert open_tokens(run="no-such-run").selectbox[0].value == run_id


def test_a_run_without_its_tokenizer_yet_says_so(home):
    config = config_of()
    run = create_run(config, runs.settings().runs_folder)
    runs.store().submit(run.id, "new", config.to_json(), 100)
    assert "still making its tokenizer" in open_tokens(run=run.id).info[0].value


def test_what_was_typed_comes_back_and_stays_when_the_reader_returns(home):
    app = open_tokens(run=make_run(home))
    app.session_state["tokens"] = {"typed": {"text": "the mat", "focus": 4, "serial": 3}}
    app.run()
    assert app.query_params["token"] == "4"
    app.switch_page("app_pages/loss.py").run()
    app.switch_page("app_pages/tokens.py").run()
    assert app.session_state["text on the token page"] == "the mat"


@pytest.mark.parametrize("kind", ["char", "byte", "bpe", "sentencepiece-bpe", "unigram"])
def test_any_text_becomes_plain_json(home, kind):
    run_id = make_run(home, kind)
    for text, focus in itertools.product(HOSTILE, (None, 0, 5, 10_000)):
        answer = tokens.tokens_of(run_id, text, focus)
        json.dumps(answer, allow_nan=False).encode()
        assert answer["counts"]["tokens"] == sum(row["times"] for row in answer["rows"])
        assert answer["steps"][-1]["ids"] == [
            token for token, _text, _kind in tokens.tokens_of(run_id, answer["part"], None)["tokens"]
        ]


@pytest.mark.parametrize("kind", ["char", "bpe"])
def test_a_megabyte_comes_back_bounded(home, kind):
    answer = tokens.tokens_of(make_run(home, kind), "the lower mat\n" * 80_000, None)
    assert answer["counts"]["characters"] == 1_120_000
    assert len(answer["tokens"]) == tokens.MOST_TOKENS
    assert len(answer["rows"]) <= tokens.MOST_ROWS
    assert len(answer["part"]) <= tokens.LONGEST_PART


def test_more_than_the_most_is_cut_and_counted(home, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_CHARACTERS", 10)
    answer = tokens.tokens_of(make_run(home), "the lower mat", None)
    assert (answer["cut"], answer["text"]) == (3, "the lower ")


def test_uncovered_characters_are_named(home):
    assert tokens.tokens_of(make_run(home), "the 你", None)["uncovered"] == ["你"]
    assert tokens.tokens_of(make_run(home, "bpe"), "the 你", None)["uncovered"] == []


@pytest.mark.parametrize("kind", ["char", "byte", "bpe"])
def test_the_word_of_a_token_is_explained_with_its_space(home, kind):
    run_id = make_run(home, kind)
    reader = tokens.reader_of(run_id)
    ids = reader.tokenizer.encode("é the lower mat")
    texts = reader.tokenizer.token_texts(ids)
    focus = next(i for i, text in enumerate(texts) if "w" in text)
    assert tokens.tokens_of(run_id, "é the lower mat", focus)["part"] == " lower"


def test_a_row_says_which_bytes_a_token_stands_for(home):
    rows = {row["text"]: row["bytes"] for row in tokens.tokens_of(make_run(home, "byte"), "aé", None)["rows"]}
    assert rows == {"a": "61", "<0xC3>": "C3", "<0xA9>": "A9"}


def test_the_vocabulary_shows_blanks(home):
    table = tokens.vocabulary_of(make_run(home))
    assert table["token"][:3] == ["<unk>", "↵", "·"]
    assert table["kind"][0] == "special"
