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
from app.loaders.generate import Standing
from app.loaders.writing import Wish, parse_wish
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


def test_with_a_finished_run_the_picture_holds_what_to_ask_for(gallery_run):
    data = sent(open_generate())
    assert data["draft"] == {"prompt": "ROMEO:\nTo be, or not", "count": 40}
    assert data["sampling"] == SamplingConfig().model_dump()
    assert data["models"] == {"kept": [100], "at": None, "lastStep": 100, "live": False}
    assert data["standing"]["state"] == "done"


def test_an_address_that_names_an_unknown_run_or_nonsense_still_opens(gallery_run):
    nonsense = {"temperature": "x", "top_k": "0", "top_p": "99", "min_p": "7", "seed": "-1", "choice": "9999999999999"}
    data = sent(open_generate(run="no-such-run", **nonsense))
    assert data["sampling"] == SamplingConfig().model_dump()
    assert data["choice"] is None


def test_the_address_gives_the_text_the_settings_and_the_choice(gallery_run):
    settings = {"temperature": 0.5, "top_k": 3, "top_p": 0.9, "min_p": 0.1, "repetition_penalty": 1.2, "seed": 7}
    address = {name: str(value) for name, value in settings.items()}
    data = sent(open_generate(**address, choice="5", prompt="To be", count="12"))
    assert data["sampling"] == SamplingConfig(**settings).model_dump()
    assert data["choice"] == 5
    assert data["draft"] == {"prompt": "To be", "count": 12}


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


def events(run, **wish):
    """The events of a text, the first without its words."""
    return list(writing.write(Wish(run.id, **wish)))


def test_the_writing_is_what_the_core_writes(gallery_run):
    sampling = SamplingConfig(temperature=0.7, top_k=9, top_p=0.8, min_p=0.02, repetition_penalty=1.2, seed=4)
    begin, *choices, end = events(gallery_run, prompt="ROMEO:", count=12, sampling=sampling)
    model, _step = load_model(gallery_run)
    prompt = load_tokenizer(gallery_run.tokenizer_folder).encode("ROMEO:")
    expected = list(decode(model, prompt, sampling, n_tokens=12, keep_attention=True))
    assert (begin["prompt"], begin["promptIds"], end) == (list("ROMEO:"), prompt, {"kind": "end", "why": "count"})
    assert [choice["u"] for choice in choices] == [step.u for step in expected]
    seen = list(prompt)
    for choice, step in zip(choices, expected, strict=True):
        np.testing.assert_array_equal(np.array(choice["logits"], dtype=np.float32), step.logits)
        assert choice["id"] == step.token_id
        assert choice["probability"] == distribution(step.logits, sampling, seen=seen).final[step.token_id]
        own = torch.log_softmax(torch.tensor(step.logits, dtype=torch.float64), 0)[step.token_id]
        assert choice["logProbability"] == pytest.approx(float(own), abs=1e-9)
        rows = step.attention.mean(axis=1)
        np.testing.assert_allclose(choice["attention"], rows, atol=1e-4)
        seen.append(step.token_id)


def test_a_branch_meets_the_draws_of_the_text_that_it_left(gallery_run):
    _begin, *whole, _end = events(gallery_run, prompt="ROMEO:", count=8)
    given = tuple(choice["id"] for choice in whole[:3])
    _begin, *same, _end = events(gallery_run, prompt="ROMEO:", given=given, count=5)
    assert [choice["id"] for choice in same] == [choice["id"] for choice in whole[3:]]
    _begin, *other, _end = events(gallery_run, prompt="ROMEO:", given=given, put_in="be", count=3)
    assert [choice["putIn"] for choice in other] == [True, True, False, False, False]
    assert [choice["u"] for choice in other] == [choice["u"] for choice in whole[3:]]
    np.testing.assert_allclose(other[0]["logits"], whole[3]["logits"], atol=1e-5)


def test_a_text_ends_at_a_stop_word_and_says_which(gallery_run):
    _begin, *whole, _end = events(gallery_run, prompt="ROMEO:", count=30)
    tokenizer = load_tokenizer(gallery_run.tokenizer_folder)
    word = tokenizer.decode([choice["id"] for choice in whole[4:6]])
    _begin, *choices, end = events(gallery_run, prompt="ROMEO:", count=30, stops=("never", word))
    assert (end["why"], end["stop"]) == ("stop", word)
    assert tokenizer.decode([choice["id"] for choice in choices]).endswith(word)
    assert len(choices) <= 6


def test_a_text_comes_in_slices_and_a_slow_one_stops(gallery_run, monkeypatch):
    monkeypatch.setattr(writing, "SLICE", 0.0)
    work = writing.write(Wish(gallery_run.id, "ROMEO:", 2))
    slices = [[event["kind"] for event in writing.slice_of(work)] for _slice in range(5)]
    assert slices == [["begin"], ["choice"], ["choice"], ["end"], []]
    monkeypatch.setattr(writing, "SLOWEST", 0.0)
    assert [event["kind"] for event in writing.write(Wish(gallery_run.id, "ROMEO:", 9))] == ["begin", "choice", "end"]


def test_a_large_vocabulary_comes_as_its_head_what_was_seen_and_groups_of_the_rest():
    logits = np.random.default_rng(0).normal(0, 3, 1000).astype(np.float32)
    order = np.argsort(-logits, kind="stable")
    late = int(order[900])
    sent_step = writing.sent_logits(logits, seen=[late, int(order[0]), late])
    assert sent_step["ids"] == [*order[1:201].tolist(), *sorted([late, int(order[0])])]
    counts, means, variances = np.array(sent_step["tail"]).T
    rest = np.delete(logits.astype(np.float64), sent_step["ids"])
    assert counts.sum() == len(rest) == 798
    assert len(counts) <= writing.TAIL_GROUPS + 1
    assert list(means) == sorted(means, reverse=True)
    for temperature in (0.3, 0.8, 2.0):
        weights = counts * np.exp(means / temperature) * (1 + variances / (2 * temperature**2))
        assert weights.sum() == pytest.approx(np.exp(rest / temperature).sum(), rel=1e-3)
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
    assert writing.clean_prompt(prompt) == (kept, dropped)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"prompt": ""}, "There is nothing to go on from. Type at least one character."),
        ({"prompt": "\x00"}, "There is nothing to go on from. Type at least one character."),
        ({"prompt": 5}, "There is nothing to go on from. Type at least one character."),
        ({"prompt": "x" * 20_001}, "This text has 20001 characters; at most 20000 can be gone on from."),
        ({"prompt": "x", "count": -1}, "Between 1 and 200 can be written at once."),
        ({"prompt": "x", "count": True}, "Between 1 and 200 can be written at once."),
        ({"prompt": "x", "temperature": -1}, "temperature: input should be greater than or equal to 0 (got -1)."),
        ({"prompt": "x", "put_in": "\x01"}, "Between 1 and 200 characters can be put in at once."),
        ({"prompt": "x", "given": [-1]}, "At most 2000 token ids can be gone on from, each of them 0 or more."),
        ({"prompt": "x", "given": [1] * 2001}, "At most 2000 token ids can be gone on from, each of them 0 or more."),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused_in_a_sentence(values, sentence):
    with pytest.raises(ConfigError) as refusal:
        parse_wish(values)
    assert str(refusal.value) == sentence


def test_ids_that_the_model_does_not_know_are_refused(gallery_run):
    with pytest.raises(ConfigError, match="this model knows the ids 0 to"):
        events(gallery_run, prompt="x", given=(10**6,))


def test_unknown_characters_and_long_prompts_are_told(gallery_run):
    begin = events(gallery_run, prompt="To \U0001f600", put_in="\U0001f601", count=0)[0]
    assert (begin["uncovered"], begin["uncoveredPutIn"]) == (["\U0001f600"], ["\U0001f601"])
    assert begin["prompt"][-1] == "<unk>"
    begin = events(gallery_run, prompt="To be " * 100, count=1)[0]
    assert (len(begin["prompt"]), len(begin["promptIds"]), begin["context"]) == (240, 600, 32)


def test_what_the_picture_told_comes_back_and_another_run_goes_on_from_the_same_words(gallery_run):
    view = {"run": gallery_run.id, "prompt": "To be", "count": 7, "temperature": 0.3, "seed": 5, "at": 40, "stops": "x"}
    data = generate.page_data(gallery_run.id, DONE, view, {})
    assert (data["draft"], data["stops"], data["models"]["at"]) == ({"prompt": "To be", "count": 7}, "x", 40)
    assert (data["sampling"]["temperature"], data["sampling"]["seed"]) == (0.3, 5)
    data = generate.page_data(gallery_run.id, DONE, {**view, "run": "another"}, {"at": 3})
    assert (data["draft"]["prompt"], data["models"]["at"]) == ("To be", None)
    for foolish in ({"prompt": 3, "count": "x", "temperature": "hot", "stops": None}, {"count": True, "at": -1}):
        data = generate.page_data(gallery_run.id, DONE, foolish, {})
        assert data["draft"] == {"prompt": "ROMEO:\nTo be, or not", "count": 40}


def test_the_link_says_only_what_is_set():
    view = {**SamplingConfig(top_k=4).model_dump(), "choice": 4, "count": 40, "prompt": "", "stops": "", "at": None}
    link = {name: value for name, value in generate.as_link(view).items() if value is not None}
    assert link == {"temperature": 0.8, "top_k": 4, "seed": 0, "choice": 4}
    assert generate.as_link({**view, "prompt": "x" * 401, "count": 9})["prompt"] is None


def test_the_loaders_wait_for_torch_only_when_they_write():
    code = "import sys, app.loaders.generate, app.loaders.home, app.streaming; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True).returncode == 0


def test_another_kept_model_writes_when_its_step_is_chosen(gallery_run):
    """Two models are kept; the timeline names a step between them, and the nearest one writes."""
    config = gallery_run.read_config()
    torch.manual_seed(9)
    weights = build_model(config.model, gallery_run.read_facts().vocab_size).named_parameters()
    save_tensors(gallery_run, {f"model.{name}": weight.detach() for name, weight in weights}, step=40, epoch=0)
    assert models.kept(gallery_run.id) == [40, 100]
    assert events(gallery_run, prompt="x", count=1, step=50)[0]["step"] == 40
    assert events(gallery_run, prompt="x", count=1)[0]["step"] == 100
    for foolish in ("x", -3, True, None):
        assert parse_wish({"prompt": "x", "step": foolish}).step is None
