"""Any text on the page Loss: its losses are PyTorch's, windows or not; places of a run's own text; refusals."""

import json

import numpy as np
import pytest
import torch

from app.loaders import runs
from app.loaders.dataset import dataset_of
from app.loaders.loss_questions import answer
from lm_core.data.dataset import write_dataset
from lm_core.errors import ConfigError, RunError
from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import load_model, save_tensors
from lm_core.tokenizers.registry import load_tokenizer
from tests.finished_run import TEXT, make_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
SNOWMAN = "the sun\x00 \u2603 "


def weigh(run_id, *steps):
    """Give a made-up run models of these steps."""
    run = runs.open_run(run_id)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        model = build_model(run.read_config().model, run.read_facts().vocab_size).eval()
    weights = {f"model.{name}": weight.detach() for name, weight in model.named_parameters()}
    for step in steps:
        save_tensors(run, {name: weight * (1 + step / 10) for name, weight in weights.items()}, step=step, epoch=1)
    return run


@pytest.fixture
def run(home):
    return weigh(make_run(home), 10, 100)


def test_each_loss_is_that_of_pytorch_at_the_step_that_was_asked_for(run):
    found = answer(run.id, "text", {"text": SNOWMAN * 5, "step": "12"})
    ids = load_tokenizer(run.tokenizer_folder).encode("the sun \u2603 " * 5)
    assert (found["step"], found["context"], found["stride"], found["windows"]) == (10, 16, 8, 6)
    assert [note["kind"] for note in found["notes"]] == ["control", "uncovered"]
    assert found["ids"] == ids
    assert len(ids) == len(found["losses"]) == len(found["top"]) == 50
    state = load_model(run, run.checkpoints_folder / "s00000010-e1.safetensors")[0]
    with torch.no_grad():
        first, second = (state(torch.tensor([ids[begin : begin + 16]]))[0] for begin in (0, 8))
    loss = torch.nn.functional.cross_entropy
    expected = [
        *loss(first, torch.tensor(ids[1:17]), reduction="none").tolist(),
        *loss(second[8:], torch.tensor(ids[17:25]), reduction="none").tolist(),
    ]
    assert found["losses"][0] is None
    assert found["losses"][1:25] == pytest.approx(expected, abs=1e-4)
    assert found["before"][16:18] == [16, 9]
    assert found["starts"][:10] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 11]  # the snowman has three bytes
    assert found["bytes"][8] == 3
    assert sum(found["bytes"]) == len(("the sun \u2603 " * 5).encode())
    assert found["names"][str(found["ids"][0])] == "t"
    json.dumps(found, allow_nan=False)
    assert answer(run.id, "text", {"text": SNOWMAN * 5, "step": "-1"})["step"] == 100


def test_what_cannot_be_read_is_refused_in_words(run, home):
    with pytest.raises(ConfigError, match="at least two tokens"):
        answer(run.id, "text", {"text": "t"})
    with pytest.raises(RunError, match="has saved no model yet"):
        answer(make_run(home), "text", {"text": "the sun"})
    with pytest.raises(RunError, match="There is no run"):
        answer("no-such-run", "text", {"text": "the sun"})
    with pytest.raises(ConfigError, match="no question"):
        answer(run.id, "nothing", {})
    with pytest.raises(ConfigError, match='not "test"'):
        answer(run.id, "place", {"part": "test"})
    with pytest.raises(RunError, match="another edition"):  # these figures were made up
        answer(run.id, "place", {})


def test_places_are_lines_of_the_right_part_and_another_at_each_turn(run):
    tokenizer = load_tokenizer(run.tokenizer_folder)
    cut = len(TEXT) // 2
    write_dataset([TEXT[:cut]], [TEXT[cut:]], tokenizer, run.tokens_folder)
    dataset = dataset_of(run.id)
    for part, whole in (("train", TEXT[:cut]), ("validation", TEXT[cut:])):
        places = [answer(run.id, "place", {"part": part, "turn": str(turn)}) for turn in range(4)]
        ids = np.asarray(getattr(dataset, part))
        for place in places:
            assert place["text"] in whole
            assert place["of"] == len(ids)
            assert tokenizer.decode(ids[place["at"] : place["at"] + 20].tolist()) == place["text"][:20]
        assert all(place["text"].startswith("the lower") for place in places[1:])  # a line begins
        assert len({place["at"] for place in places}) == 4


def test_the_section_opens_with_what_the_address_says_and_writes_what_is_chosen(run):
    app = open_page("loss", run=run.id, section="text", text="the sun", step="10", other="gallery-x")
    data = sent(app)
    assert {"run": run.id, "text": "the sun", "step": 10, "other": "gallery-x", "then": None}.items() <= data.items()
    view = {"run": run.id, "text": "the mat", "step": None, "token": 3, "then": 10, "other": None, "colour": "change"}
    app.session_state["surprise"] = {"view": view}
    app.run()
    found = {name: app.query_params.get(name) for name in ("text", "step", "token", "then", "other", "colour")}
    values = {"text": "the mat", "token": "3", "then": "10", "colour": "change"}
    assert {name: value[0] if isinstance(value, list) else value for name, value in found.items() if value} == values
