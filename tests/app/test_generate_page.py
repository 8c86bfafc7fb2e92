"""The Generate page: what it writes is what lm_core writes; wishes, refusals and runs without weights are sentences."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from app.loaders import generate, models, runs, writing
from app.loaders.generate import Plan, Request, Standing
from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.decode import generate as decode
from lm_core.generation.sampling import distribution
from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import load_model, save_tensors
from lm_core.runs.run import create_run
from lm_core.tokenizers.registry import load_tokenizer
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
open_generate = partial(open_page, "generate")

ROOT = Path(__file__).parents[2]
DONE = Standing(state="done", step=100, steps=100, checkpoint_step=100, message="", first_checkpoint=100)


@pytest.fixture
def gallery_run(make_finished_run, tmp_path):
    return make_finished_run(tmp_path / "gallery" / "gallery-test")


def own_run(config, state, **columns):
    """A row of the store as it stands while a worker is away."""
    from sqlalchemy import create_engine, text

    run = create_run(config, runs.settings().runs_folder)
    runs.store().submit(run.id, config.name, config.to_json(), config.train.steps)
    changes = {"state": state, **columns}
    engine = create_engine(runs.settings().store_url)
    with engine.begin() as connection:
        places = ", ".join(f"{name} = :{name}" for name in changes)
        connection.execute(text(f"UPDATE runs SET {places} WHERE id = :id"), {**changes, "id": run.id})
    engine.dispose()
    return run


def words(app):
    kinds = ("markdown", "caption", "info", "error")
    return " ".join(element.value for kind in kinds for element in getattr(app, kind))


def test_without_any_run_the_page_says_where_to_begin():
    app = open_generate()
    assert "There is no model yet to write with" in words(app)
    assert not app.get("bidi_component")


def test_with_a_finished_run_the_picture_holds_its_writing(gallery_run):
    data = sent(open_generate())
    assert data["draft"] == {"prompt": "ROMEO:\nTo be, or not", "count": 40, "seed": 0}
    assert len(data["writing"]["steps"]) == 40
    assert data["writing"]["step"] == 100
    assert data["problem"] == ""


def test_an_address_that_names_an_unknown_run_or_nonsense_still_opens(gallery_run):
    data = sent(
        open_generate(run="no-such-run", temperature="x", top_k="0", top_p="99", seed="-1", choice="9999999999999")
    )
    assert data["writing"]["sampling"]["temperature"] == 0.8
    assert data["view"] == {"choice": None}


def test_the_address_gives_the_settings_and_the_choice(gallery_run):
    data = sent(open_generate(temperature="0.5", top_k="3", top_p="0.9", seed="7", choice="5"))
    asked = {"temperature": 0.5, "top_k": 3, "top_p": 0.9, "seed": 7}
    assert data["writing"]["sampling"] == SamplingConfig(**asked).model_dump()
    assert data["view"] == {"choice": 5}


def test_a_damaged_checkpoint_is_one_sentence(gallery_run):
    next(gallery_run.checkpoints_folder.iterdir()).write_bytes(b"no weights")
    assert "is damaged" in words(open_generate())


@pytest.mark.parametrize(
    ("state", "columns", "sentence"),
    [
        ("running", {"step": 3}, "This run is at step 3 and saves its first model at step 10. Then it writes here."),
        ("queued", {}, "This run is at step 0 and saves its first model at step 10. Then it writes here."),
        (
            "failed",
            {"message": "The loss became NaN."},
            "This run failed before it saved a model. The loss became NaN.",
        ),
        ("stopped", {}, "This run was stopped before it saved a model."),
    ],
)
def test_a_run_without_a_model_says_why_and_what_will_come(tiny_config, state, columns, sentence):
    run = own_run(tiny_config, state, **columns)
    app = open_generate(run=run.id)
    assert sentence in words(app)
    pictures = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    assert [picture.get("period") for picture in pictures] == [2000] * (state in ("running", "queued"))


def test_the_writing_is_what_the_core_writes(gallery_run):
    request = Request("ROMEO:", 12, SamplingConfig(temperature=0.7, top_k=9, top_p=0.8, seed=4))
    data = generate.page_data(Plan(gallery_run.id, 100, request))
    model, _step = load_model(gallery_run)
    tokenizer = load_tokenizer(gallery_run.tokenizer_folder)
    prompt = tokenizer.encode("ROMEO:")
    expected = list(decode(model, prompt, request.sampling, n_tokens=12, keep_attention=True))
    steps = data["writing"]["steps"]
    assert [step["id"] for step in steps] == [step.token_id for step in expected]
    assert [step["u"] for step in steps] == [step.u for step in expected]
    for step, core in zip(steps, expected, strict=True):
        np.testing.assert_array_equal(np.array(step["logits"], dtype=np.float32), core.logits)
        assert step["probability"] == distribution(core.logits, request.sampling).final[core.token_id]
    assert data["writing"]["prompt"] == list("ROMEO:")


def test_attention_rows_are_means_over_heads_of_what_stood_before(gallery_run):
    data = generate.page_data(Plan(gallery_run.id, 100, Request("ROMEO:", 3)))
    rows = [np.array(step["attention"]) for step in data["writing"]["steps"]]
    assert [row.shape for row in rows] == [(2, 6), (2, 7), (2, 8)]
    for row in rows:
        np.testing.assert_allclose(row.sum(axis=1), 1, atol=1e-3)


def test_a_large_vocabulary_comes_as_its_head_and_the_exact_weight_of_the_rest():
    logits = np.random.default_rng(0).normal(0, 3, 1000).astype(np.float32)
    sent_step = writing.sent_logits(logits)
    order = np.argsort(-logits, kind="stable")
    assert sent_step["ids"] == order[:200].tolist()
    for temperature, weight in zip(writing.TEMPERATURES, sent_step["tail"]["weights"], strict=True):
        if temperature:
            probabilities = distribution(logits, SamplingConfig(temperature=temperature)).final
            expected = probabilities[order[200:]].sum() / probabilities[order[0]]
            assert weight == pytest.approx(expected, rel=1e-9)
    assert sent_step["tail"]["count"] == 800
    assert writing.sent_logits(logits[:300])["tail"] is None


def test_sent_numbers_keep_every_digit_of_a_float32():
    values = np.random.default_rng(1).normal(0, 5, 2000).astype(np.float32)
    np.testing.assert_array_equal(np.array(writing.exact(values), dtype=np.float32), values)


@pytest.mark.parametrize(
    ("prompt", "kept", "dropped"),
    [
        ("a\x00b", "ab", 1),
        ("a\r\nb\rc\td", "a\nb\nc\td", 0),
        ("\ud800x", "x", 1),
        ("\u0645\u0631\u062d\u0628\u0627 \U0001f600", "\u0645\u0631\u062d\u0628\u0627 \U0001f600", 0),
    ],
)
def test_a_prompt_is_freed_of_what_is_no_text(prompt, kept, dropped):
    assert generate.clean_prompt(prompt) == (kept, dropped)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": ""}, "There is nothing to go on from. Type at least one character."),
        ({"prompt": "\x00"}, "There is nothing to go on from. Type at least one character."),
        ({"prompt": 5}, "There is nothing to go on from. Type at least one character."),
        ({"prompt": "x" * 20_001}, "This text has 20001 characters; at most 20000 can be gone on from."),
        ({"prompt": "x", "count": 0}, "Between 1 and 120 can be written at once."),
        ({"prompt": "x", "count": True}, "Between 1 and 120 can be written at once."),
        ({"prompt": "x", "temperature": -1}, "temperature: input should be greater than or equal to 0 (got -1)."),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(ConfigError) as refusal:
        generate.parse_request(values)
    assert str(refusal.value) == sentence


def test_characters_that_the_model_never_saw_are_named(gallery_run):
    data = generate.page_data(Plan(gallery_run.id, 100, Request("To \U0001f600\x00", 1)))
    assert data["notes"] == [
        "Control characters left out, as they are no text: 1.",
        "This model has never seen \U0001f600: it reads <unk> there.",
    ]
    assert data["writing"]["prompt"][-1] == "<unk>"


def test_a_prompt_longer_than_the_context_says_what_is_read(gallery_run):
    data = generate.page_data(Plan(gallery_run.id, 100, Request("To be " * 100, 2)))
    assert data["notes"] == ["The model reads at most the last 32 of these 600; what stands before cannot matter."]
    assert (len(data["writing"]["prompt"]), data["writing"]["hidden"]) == (240, 360)


def test_a_refused_wish_keeps_the_writing_that_was_there():
    last = Plan("run-a", 100, Request("To be"), answered="1")
    plan = generate.plan("run-a", DONE, last, {"prompt": "", "asked": "2"}, {})
    assert plan.request == last.request
    assert plan.answered == "2"
    assert plan.problem.startswith("There is nothing to go on from.")


def test_newer_weights_are_taken_at_a_wish_and_not_before():
    last = Plan("run-a", 10, Request("To be"), answered="1")
    assert generate.plan("run-a", DONE, last, {"prompt": "x", "asked": "1"}, {}) == last
    assert generate.plan("run-a", DONE, last, None, {}).checkpoint_step == 10
    assert generate.plan("run-a", DONE, last, {"prompt": "x", "asked": "2"}, {}).checkpoint_step == 100


def test_another_run_goes_on_from_the_same_words():
    last = Plan("run-a", 10, Request("To be"), answered="1")
    assert generate.plan("run-b", DONE, last, None, {}) == Plan("run-b", 100, Request("To be"))


def test_the_link_says_only_what_is_set():
    view = {"temperature": 0.8, "top_k": None, "top_p": 1, "seed": 0, "choice": 4}
    link = {"temperature": 0.8, "top_k": None, "top_p": None, "seed": 0, "choice": 4, "at": None}
    assert generate.as_link(view) == link


def test_the_page_opens_where_the_choice_is_most_open():
    assert writing.interesting_choice([9, 0, 1, 3, 2, 9]) == 3
    assert writing.interesting_choice([1]) == 0


@pytest.mark.parametrize(
    ("state", "end"),
    [
        ("done", "Written by this run at step 40 of 100."),
        ("running", "It is still training: Write takes its newest checkpoint."),
        ("failed", "the run failed later. The loss became NaN."),
    ],
)
def test_the_page_says_which_weights_wrote(state, end):
    standing = Standing(state, 50, 100, 40, "The loss became NaN.", 10)
    assert generate.provenance(standing, 40).startswith("Written by this run at step 40 of 100")
    assert generate.provenance(standing, 40).endswith(end)


def test_the_loaders_wait_for_torch_only_when_they_write():
    code = "import sys, app.loaders.generate, app.loaders.home; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True).returncode == 0


def test_another_kept_model_writes_when_its_step_is_chosen(gallery_run):
    """Two models are kept; the timeline names a step between them, and the nearest one writes."""
    config = gallery_run.read_config()
    torch.manual_seed(9)
    weights = build_model(config.model, gallery_run.read_facts().vocab_size).named_parameters()
    save_tensors(gallery_run, {f"model.{name}": weight.detach() for name, weight in weights}, step=40, epoch=0)
    assert models.kept(gallery_run.id) == [40, 100]
    asked = {"asked": "1", "prompt": "To be", "count": 2, "step": 50}
    plan = generate.plan(gallery_run.id, DONE, None, asked, {})
    assert (plan.checkpoint_step, plan.at) == (40, 50)
    data = generate.page_data(plan)
    assert data["writing"]["step"] == 40
    assert generate.kept_models(plan, DONE, 40)["kept"] == [40, 100]
    assert generate.provenance(DONE, 40, 50) == "Written by this run as it was at step 40 of 100."
    by_link = generate.plan(gallery_run.id, DONE, None, None, {"at": 0})
    assert by_link.checkpoint_step == 40
    for foolish in ("x", -3, True, 10**12, None):
        assert generate.plan(gallery_run.id, DONE, None, {**asked, "step": foolish}, {}).checkpoint_step == 100
