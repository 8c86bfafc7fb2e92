"""Memorised or invented: which stretches of a text stand in a run's training text, found beside everything else."""

import time

import numpy as np
import pytest

from app.loaders import dataset, memorised
from lm_core.data.dataset import TokenDataset
from lm_core.errors import ConfigError, RunError
from lm_core.tokenizers.registry import load_tokenizer

TEXT = "ROMEO:\nTo be, or not to be? <i>\n"


@pytest.fixture
def run(make_finished_run, tmp_path, monkeypatch, fresh_server):
    """A run whose training text is three times its only sentence."""
    run = make_finished_run(tmp_path / "gallery" / "gallery-test")
    ids = np.array(load_tokenizer(run.tokenizer_folder).encode(3 * TEXT), dtype=np.uint16)
    found = TokenDataset(ids, ids[:9], 99, 99, 9)
    monkeypatch.setattr(dataset, "dataset_of", lambda _run_id: found)
    memorised._indexes.clear()
    return run


def found(run, text, first=0):
    ids = load_tokenizer(run.tokenizer_folder).encode(text)
    wish = {"run": run.id, "ids": ids, "from": first}
    for _attempt in range(200):
        answer = memorised.memorised(wish)
        if answer["ready"]:
            return answer
        time.sleep(0.02)
    raise AssertionError("the text was not indexed")


def test_the_longest_stretch_of_each_token_and_its_place_with_what_is_around_it(run):
    answer = found(run, "or not beTo b")
    spans = [(each["start"], each["end"], each["count"]) for each in answer["stretches"]]
    at = [spans[number][:2] for number in answer["at"]]
    assert at[:7] == [(0, 7)] * 7, '"or not " stands there, "or not b" does not'
    assert at[-4:] == [(9, 13)] * 4
    first = answer["stretches"][answer["at"][0]]
    assert (first["before"], first["inside"]) == ("ROMEO:\nTo be, ", "or not ")
    assert first["after"].startswith("to be?")
    assert (first["count"], first["place"], first["of"]) == (3, 14, 3 * len(TEXT))


def test_a_stretch_may_begin_in_the_prompt_and_unknown_tokens_stand_in_none(run):
    answer = found(run, "To be\U0001f600", first=3)
    assert len(answer["at"]) == 3
    assert answer["stretches"][answer["at"][0]]["start"] == 0
    assert answer["at"][-1] == -1


def test_while_it_is_indexed_the_answer_says_so_and_runs_of_one_text_share_it(run):
    asked = {"run": run.id, "ids": [1], "from": 0}
    release = memorised.threading.Event()
    memorised._builder.submit(release.wait)
    assert memorised.memorised(asked) == {"ready": False}
    release.set()
    assert found(run, "To")["ready"]
    memorised.memorised({**asked, "run": "another"} | {"run": run.id})
    assert len(memorised._indexes) == 1


def test_what_cannot_be_searched_is_a_sentence(run, monkeypatch):
    for foolish in ({"ids": [1] * 601}, {"ids": [1], "from": 2}, {"ids": [1], "from": True}):
        with pytest.raises(ConfigError, match="At most 600 tokens can be looked for at once"):
            memorised.memorised({"run": run.id, "from": 0, **foolish})
    monkeypatch.setattr(memorised, "MOST_INDEXED", 10)
    with pytest.raises(ConfigError, match="at most 10 can be searched"):
        memorised.memorised({"run": run.id, "ids": [1], "from": 0})


def test_a_run_whose_text_is_away_says_so(make_finished_run, tmp_path, fresh_server):
    run = make_finished_run(tmp_path / "gallery" / "gallery-test")
    with pytest.raises(RunError, match=r"another edition|not on this machine"):
        memorised.memorised({"run": run.id, "ids": [1], "from": 0})
