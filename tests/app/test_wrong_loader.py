"""Where a run is wrong, as the page asks for it: in parts that add up, of the right text, remembered when done."""

import json

import pytest

from app.loaders import probing, wrong
from app.loaders.dataset import dataset_of
from app.loaders.loss_questions import answer
from lm_core import settings as machine
from lm_core.data.batches import validation_windows
from lm_core.data.dataset import write_dataset
from lm_core.errors import RunError
from lm_core.runs.checkpoint import load_model
from lm_core.tokenizers.registry import load_tokenizer
from lm_core.training.evaluation import evaluate
from tests.app.test_text_loss_loader import weigh
from tests.finished_run import TEXT, make_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.fixture
def run(home):
    run = weigh(make_run(home), 10, 100)
    cut = len(TEXT) // 2
    write_dataset([TEXT[:cut]], [TEXT[cut:]], load_tokenizer(run.tokenizer_folder), run.tokens_folder)
    return run


def test_every_split_of_the_tokens_adds_up_to_the_loss_that_training_measures(run, monkeypatch):
    monkeypatch.setattr(wrong, "MOST_TOKENS", 6_000)
    found = answer(run.id, "wrong", {"step": "12"})
    model = load_model(run, run.checkpoints_folder / "s00000010-e1.safetensors")[0]
    dataset = dataset_of(run.id)
    expected = evaluate(model, validation_windows(dataset.validation, context_length=16, n_windows=375))
    assert (found["step"], found["n"], found["windows"], found["left"]) == (10, 6_000, 375, 0)
    assert found["loss"] == pytest.approx(expected, rel=1e-4)
    for part in ("position", "classes", "frequency"):
        assert sum(row["n"] for row in found[part]) == 6_000
        assert sum(row["n"] * row["loss"] for row in found[part]) / 6_000 == pytest.approx(expected, rel=1e-3)
    assert {row["name"] for row in found["classes"]} == {"start", "inside", "space", "newline", "punctuation"}
    spaces = next(row for row in found["classes"] if row["name"] == "space")
    assert spaces["examples"] == [" "]
    assert sum(row["n"] for row in found["calibration"]["first"]["bins"]) == 6_000
    assert sum(row["n"] for row in found["calibration"]["all"]["bins"]) == 6_000 * found["vocabulary"]
    json.dumps(found, allow_nan=False)
    assert answer(run.id, "wrong", {})["step"] == 100


def test_long_work_comes_in_parts_and_is_remembered_when_done(run, monkeypatch):
    monkeypatch.setattr(wrong, "SECONDS", 0)
    first = answer(run.id, "wrong", {})
    assert 0 < first["n"] < first["n"] + first["left"]
    found = first
    while found["left"]:
        found = answer(run.id, "wrong", {})
    assert found["n"] == first["n"] + first["left"]
    assert not probing.works  # the model is let go
    monkeypatch.setattr(wrong, "_begin", None)
    assert answer(run.id, "wrong", {})["loss"] == found["loss"]


def test_a_run_whose_text_is_not_here_reads_another_and_says_so(make_finished_run):
    make_finished_run(machine.GALLERY / "gallery-lone", text="ROMEO:\nTo be, or not to be? <i>\n got" + TEXT[:200])
    found = answer("gallery-lone", "wrong", {})
    assert (found["own"], found["frequency"], found["title"]) == (False, None, "Shakespeare's comedies")
    assert answer("gallery-lone", "wrong", {"lang": "zh"})["title"] != "Shakespeare's comedies"


def test_before_the_first_checkpoint_there_is_nothing_to_look_at(home):
    with pytest.raises(RunError, match="has saved no model yet"):
        answer(make_run(home), "wrong", {})


def test_the_section_opens_and_its_choice_goes_into_the_address(run):
    app = open_page("loss", run=run.id, section="wrong", step="10", other="gallery-x")
    assert {"run": run.id, "step": 10, "other": "gallery-x", "then": None}.items() <= sent(app).items()
    app.session_state["wrong"] = {"view": {"run": run.id, "step": None, "other": None, "then": 10}}
    app.run()
    assert "other" not in app.query_params
    assert app.query_params["then"] in ("10", ["10"])
