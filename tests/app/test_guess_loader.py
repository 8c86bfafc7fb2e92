"""Guessing the next token: no answer before the guess, the true one after it, the model's own numbers, refusals."""

import json
import math
import shutil

import numpy as np
import pytest
import torch

from app.loaders import models, pretrained
from app.loaders.dataset import dataset_of
from app.loaders.loss_questions import answer
from lm_core import settings as machine
from lm_core.config import TokenizerSpec
from lm_core.data.dataset import write_dataset
from lm_core.errors import ConfigError, RunError
from lm_core.tokenizers.registry import load_tokenizer, train_tokenizer
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
RUN = "gallery-guessed"
TEXT = "ROMEO:\nTo be, or not to be? <i>\n"


@pytest.fixture
def run(make_finished_run):
    run = make_finished_run(machine.GALLERY / RUN, text=TEXT)
    write_dataset([TEXT * 40], [TEXT * 9], load_tokenizer(run.tokenizer_folder), run.tokens_folder)
    return run


def place_of(found, ids, tokenizer):
    """Where the text before the hidden token stands: the text repeats, so any of these places."""
    before = tokenizer.encode("".join(found["before"]))
    starts = [at for at in range(len(before), len(ids)) if list(ids[at - len(before) : at]) == before]
    return before, {int(ids[at]) for at in starts}


def test_what_comes_is_told_after_the_guess_only_and_is_what_the_text_has(run):
    tokenizer, ids = load_tokenizer(run.tokenizer_folder), dataset_of(RUN).validation
    seen = set()
    for turn in range(6):
        found = answer(RUN, "guess", {"turn": str(turn)})
        assert set(found) == {"turn", "title", "before", "vocabulary", "most", "pick", "ladder", "model"}
        before, [true] = place_of(found, ids, tokenizer)
        told = answer(RUN, "reveal", {"turn": str(turn), "guess": f"{true}.60,0.10"})
        assert told["came"] == [true, tokenizer.token_texts([true])[0]]
        assert "".join([*found["before"], told["came"][1], *told["after"]]) in TEXT * 9
        assert math.exp(told["logs"]["you"]) == pytest.approx(0.6)
        with torch.no_grad():
            logs = models.open_model(RUN, models.nearest(RUN)).model(torch.tensor([before]))[0, -1].log_softmax(-1)
        assert told["logs"]["model"] == pytest.approx(float(logs[true]), abs=1e-5)
        names = tokenizer.token_texts(range(found["vocabulary"]))
        for row in told["top"]:
            token = names.index(row["text"])
            assert row["log"] == pytest.approx(float(logs[token]), abs=1e-5)
            assert (row["came"], row["percent"]) == (token == true, {true: 60, 0: 10}.get(token))
        seen.add(tuple(before))
    assert len(seen) == 6


def test_a_token_not_named_gets_its_part_of_the_rest_and_counts_are_those_of_the_training_text(run):
    found = answer(RUN, "guess", {"turn": "1"})
    told = answer(RUN, "reveal", {"turn": "1", "guess": "0.75"})  # <unk> never comes
    assert told["logs"]["you"] == pytest.approx(math.log(0.25 / (found["vocabulary"] - 1)))
    assert told["logs"]["uniform"] == pytest.approx(-math.log(found["vocabulary"]))
    train = np.asarray(dataset_of(RUN).train)
    seen, kinds = np.mean(train == told["came"][0]) * len(train), len(np.unique(train))
    by_hand = (seen + kinds / found["vocabulary"]) / (len(train) + kinds)  # Witten-Bell over the even guess
    assert math.exp(told["logs"]["unigram"]) == pytest.approx(by_hand)
    assert set(told["logs"]) == {"you", "uniform", "unigram", "bigram", "trigram", "model"}


def test_typed_text_becomes_the_first_token_of_the_runs_own_tokenizer(run):
    tokenizer = load_tokenizer(run.tokenizer_folder)
    assert answer(RUN, "first", {"turn": "0", "typed": "ok"})["tokens"] == [[tokenizer.encode("o")[0], "o"]]
    assert answer(RUN, "first", {"turn": "0", "typed": " o"})["tokens"] == [[tokenizer.encode(" ")[0], " "]]
    with pytest.raises(ConfigError, match="Type what"):
        answer(RUN, "first", {"turn": "0"})


def test_letters_are_another_token_after_a_space_and_both_are_offered(run):
    tokenizer = train_tokenizer(TokenizerSpec(kind="bpe", vocab_size=262), ["the one, the other\n" * 20])
    tokenizer.save(run.tokenizer_folder)
    write_dataset(["the one\n" * 40], ["the one, the other\n" * 20], tokenizer, run.tokens_folder)
    found = answer(RUN, "first", {"turn": "0", "typed": "the"})["tokens"]
    assert [text for _id, text in found] == ["the", " the"]
    assert [token for token, _text in found] == [tokenizer.encode("the")[0], tokenizer.encode(" the")[0]]
    picks = answer(RUN, "guess", {"turn": "0"})["pick"]
    assert sorted(text for _id, text in picks) == ["\n", " "]


@pytest.mark.parametrize("guess", ["", "1.0", "1.50,1.20", "1.60,2.40", "99.10", "1.1,2.1,3.1,4.1", "1", "x.5"])
def test_a_guess_that_would_leave_nothing_or_is_none_is_refused(run, guess):
    with pytest.raises(ConfigError):
        answer(RUN, "reveal", {"turn": "0", "guess": guess})


def test_runs_without_text_or_model_say_so(run, monkeypatch):
    shutil.rmtree(machine.GALLERY / RUN / "checkpoints")
    with pytest.raises(RunError, match="saved no model"):
        answer(RUN, "guess", {})
    monkeypatch.setattr(pretrained, "is_pretrained", lambda run_id: True)
    with pytest.raises(RunError, match="trained elsewhere"):
        answer(RUN, "guess", {})


def test_a_run_that_only_counts_is_guessed_against_too(home):
    run_id = make_counted_run(home, order=3)
    told = answer(run_id, "reveal", {"turn": "2", "guess": "1.50"})
    assert told["logs"]["model"] == pytest.approx(told["logs"]["trigram"], abs=1e-4)
    assert json.dumps(answer(run_id, "guess", {"turn": "2"}), allow_nan=False)


def test_the_section_gets_the_run_alone(run):
    app = open_page("loss", section="guess", run=RUN)
    assert sent(app)["run"] == RUN
    assert not sent(app).keys() & {"came", "before"}
