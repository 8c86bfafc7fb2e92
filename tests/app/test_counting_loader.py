"""The section Counting: what counting a run's own text says, beside the run's model; the losses are those of a run."""

import numpy as np
import pytest

from app.loaders import counting, loss_questions, runs
from lm_core.config import ModelConfig
from lm_core.errors import LMError, RunError
from lm_core.models.count_model import CountModel
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.fixture
def run(home):
    return make_counted_run(home, order=3)


def test_a_table_says_what_followed_and_how_its_shares_are_mixed(run):
    found = loss_questions.answer(run, "table", {"text": "copy:", "order": "3", "smoothing": "witten-bell"})
    assert [len(stage["context"]) for stage in found["stages"]] == [0, 1, 2]
    best = found["candidates"][0]
    assert (best["text"], best["counts"][-1]) == (" ", found["stages"][-1]["total"])
    assert best["share"] == max(candidate["share"] for candidate in found["candidates"])
    for candidate in found["candidates"]:
        before = 1 / found["vocabulary"]
        for own, stage, share in zip(candidate["own"], found["stages"], candidate["shares"], strict=True):
            before = own + stage["left"] * before
            assert share == pytest.approx(before)
    assert found["model"] is None
    assert found["counted"] == found["training"]


def test_a_text_that_is_too_long_is_said_to_be_cut(run, monkeypatch):
    monkeypatch.setattr(counting, "MOST_COUNTED", 500)
    for what in ("table", "orders"):
        found = loss_questions.answer(run, what, {"text": "copy:", "added": "0.1"})
        assert (found["counted"], found["training"]) == (500, len(counting.counted(run).dataset.train))


def test_losses_by_order_are_those_of_models_that_count(run):
    found = loss_questions.answer(run, "orders", {})
    data = counting.counted(run).dataset
    for k, loss in enumerate(found["losses"]["kneser-ney"]["validation"], start=1):
        model = CountModel(ModelConfig(architecture="counts", order=k, smoothing="kneser-ney"), data.vocab_size)
        model.count(np.asarray(data.train, dtype=np.int64))
        assert loss == pytest.approx(model.losses(np.asarray(data.validation, dtype=np.int64)).mean())
    assert found["grams"] == sorted(found["grams"])
    assert [row["run"] for row in found["runs"]] == [run]
    assert found["runs"][0]["counts"] == {"order": 3, "smoothing": "witten-bell"}


def test_every_order_writes_from_the_same_draws(run):
    asked = {"text": "copy: ", "smoothing": "witten-bell", "seed": "4"}
    first, again = (loss_questions.answer(run, "samples", asked) for _ in range(2))
    assert first == again
    assert [row["order"] for row in first["samples"]] == [1, 2, 3, 4, 5]
    assert first["samples"][-1]["text"].count("->") > first["samples"][0]["text"].count("->")


@pytest.mark.parametrize(
    "question", [{"order": "9"}, {"smoothing": "<b>"}, {"added": "-1"}, {"text": "x", "order": "three"}]
)
def test_nonsense_is_refused_in_words(run, question):
    with pytest.raises(LMError):
        loss_questions.answer(run, "table", {"text": "", **question})


@pytest.mark.parametrize("text", ["", "\x00", "\u202e👩‍👩‍👧 <script>", "copy: " * 2000])
def test_any_text_is_looked_up(run, text):
    assert loss_questions.answer(run, "table", {"text": text})["candidates"]


def test_a_run_without_its_text_says_so(run, monkeypatch):
    def gone(run_id):
        raise RunError("The text of this run is not on this machine, and a step needs it. Train a run of your own.")

    monkeypatch.setattr(counting, "dataset_of", gone)
    with pytest.raises(RunError, match="not on this machine"):
        counting._count(run)


def test_the_page_opens_with_the_way_in_which_the_run_counts(run):
    assert runs.config_of(run).model.order == 3
    data = sent(open_page("loss", run=run, section="counting", order="2", smoothing="kneser-ney", context="a -> b"))
    assert (data["order"], data["smoothing"], data["text"], data["counts"]) == (2, "kneser-ney", "a -> b", True)
    assert sent(open_page("loss", run=run, section="counting", order="77", smoothing="x"))["order"] == 5
