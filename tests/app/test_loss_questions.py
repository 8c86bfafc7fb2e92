"""Questions of the page Loss: the gradient of numbers that were sent, the choices of a run, refusals."""

import asyncio
import json
import math

import numpy as np
import pytest
import torch
from starlette.requests import Request

from app import routes
from app.loaders import choice, held_out, models, runs
from app.loaders.loss_questions import QUESTIONS, answer
from lm_core import settings as machine
from lm_core.data.dataset import write_dataset
from lm_core.errors import ConfigError, RunError
from lm_core.tokenizers.registry import load_tokenizer
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
RUN = "gallery-asked"
TEXT = "ROMEO:\nTo be, or not to be? <i>\n"
HAND = {"logits": "1,0,-1", "truth": "1,0,0", "smoothing": "0", "temperature": "1"}


@pytest.fixture
def run(make_finished_run):
    make_finished_run(machine.GALLERY / RUN, text=TEXT)
    held_out.held_out.cache_clear()
    choice._measured.cache_clear()
    return runs.open_run(RUN)


def test_the_gradient_of_one_certain_token_is_softmax_minus_onehot():
    found = answer("", "gradient", HAND)
    e = np.exp([1.0, 0.0, -1.0])
    assert found["loss"] == pytest.approx(-math.log(e[0] / e.sum()), abs=1e-12)
    assert found["gradient"] == pytest.approx((e / e.sum() - [1, 0, 0]).tolist(), abs=1e-12)
    assert found["by"].startswith("torch ")


@pytest.mark.parametrize(
    "change",
    [
        {"logits": "1,0"},
        {"logits": "1,x,0"},
        {"logits": "1,inf,0"},
        {"logits": "1,nan,0"},
        {"logits": ",".join("1" * 13)},
        {"truth": "0.5,0,0"},
        {"truth": "2,-1,0"},
        {"smoothing": "1"},
        {"temperature": "0"},
        {"temperature": ""},
    ],
)
def test_other_numbers_are_refused_in_a_sentence(change):
    with pytest.raises(ConfigError):
        answer("", "gradient", {**HAND, **change})
    with pytest.raises(ConfigError, match="Ask one of"):
        answer("", "nothing", {})


def test_a_choice_is_what_the_model_gave_each_token_after_a_place_of_the_unseen_text(run):
    tokenizer = load_tokenizer(run.tokenizer_folder)
    write_dataset([TEXT * 3], [TEXT * 3], tokenizer, run.tokens_folder)
    found = answer(RUN, "choice", {"place": "3", "lang": "en"})
    before = tokenizer.encode("".join(found["before"]))
    assert "".join(found["before"]) in TEXT * 3
    with torch.no_grad():
        chances = models.open_model(RUN, models.nearest(RUN)).model(torch.tensor([before]))[0, -1].log_softmax(-1)
    for text, log, _true in found["rows"]:
        assert log == pytest.approx(float(chances[tokenizer.encode(text)[0]]), abs=1e-5)
    shares = [math.exp(log) for _text, log, _true in found["rows"]]
    assert sum(shares) + math.exp(found["rest"]) == pytest.approx(1, abs=1e-9)
    [truth] = [text for text, _log, true in found["rows"] if true]
    assert "".join(found["before"]) + truth in TEXT * 3
    assert shares[:4] == sorted(shares[:4], reverse=True)
    assert len({tuple(answer(RUN, "choice", {"place": str(place)})["before"]) for place in range(6)}) == 6
    with pytest.raises(RunError):
        answer("no-such-run", "choice", {})


def test_a_run_that_only_counts_has_choices_and_sentences_too(home):
    run_id = make_counted_run(home, order=3)
    found = answer(run_id, "choice", {"place": "1"})
    shares = [math.exp(log) for _text, log, _true in found["rows"]]
    assert sum(shares) + math.exp(found["rest"]) == pytest.approx(1, abs=1e-6)
    assert len(answer(run_id, "sequence", {"text": "copy: ab"})["tokens"]) == 8


def test_a_run_that_kept_no_tokens_is_asked_about_the_same_part_of_its_corpus(run):
    ids, title = held_out.held_out(RUN)
    assert title == "Shakespeare's comedies"
    assert len(ids) > 50_000


def test_the_route_answers_in_json_and_refuses_in_the_language_asked():
    def ask(question, values):
        query = "&".join(f"{name}={value}" for name, value in values.items()).encode()
        scope = {"type": "http", "query_string": query, "headers": [], "path_params": {"question": question}}
        return asyncio.run(routes.loss_question(Request(scope)))

    assert json.loads(ask("gradient", HAND).body)["gradient"][0] < 0
    assert ask("nothing", {"lang": "zh"}).status_code == 400
    assert set(QUESTIONS) >= {"gradient", "choice"}


def test_the_section_gets_what_the_address_says(run):
    app = open_page("loss", section="distributions", run=RUN, place="2", p="0.5,0.5", unit="1")
    assert {"run": RUN, "place": 2, "unit": 1, "p": "0.5,0.5", "q": ""}.items() <= sent(app).items()
    app.session_state["entropy"] = {"view": {"run": RUN, "place": None, "unit": None, "p": "1,0", "q": "0.5,0.5"}}
    app.run()
    assert (app.query_params["p"], app.query_params["q"]) == ("1,0", "0.5,0.5")
    assert "place" not in app.query_params
