"""The page Inside: what its loader sends of a pass, odd sentences and places, and the page itself."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from app.loaders import inside, models
from app.loaders.code import line_with
from lm_core import settings as machine
from lm_core.errors import ConfigError, RunError
from tests.app.test_attention_page import unpack as parts_of
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
open_inside = partial(open_page, "inside")
ROOT = Path(__file__).parents[2]
SWITCHES = {"n_kv_heads": 1, "qk_norm": True, "qk_gain": True, "token_shift": True}


@pytest.fixture
def run(make_finished_run):
    """A finished run with weights, whose two query heads share one key-value head."""
    return make_finished_run(machine.GALLERY / "gallery-seen", **SWITCHES)


def tensors_of(run, keys, head=0, row=0, text=""):
    data = inside.pack_tensors(run.id, text, -1, keys, head, row)
    header, _body = parts_of(data)
    sizes = [int(np.prod(each["shape"])) for each in header["tensors"]]
    numbers = np.frombuffer(data[-4 * sum(sizes) :], "<f4")
    cut = np.split(numbers, np.cumsum(sizes)[:-1])
    return {each["key"]: part.reshape(each["shape"]) for each, part in zip(header["tensors"], cut, strict=True)}


def test_the_overview_has_the_sentence_the_stops_and_what_may_come_next(run):
    found = inside.overview(run.id, "", -1)
    assert json.dumps(found, allow_nan=False)
    assert "".join(found["tokens"]) == found["text"] == "ROMEO:\nTo be, or not"
    assert found["sizes"] == {"T": 20, "C": 16, "H": 2, "K": 1, "D": 8, "M": 64, "V": found["sizes"]["V"], "L": 2}
    assert (found["step"], found["kept"], found["over"], found["own"]) == (100, [100], True, False)
    assert [made["stop"] for made in found["start"]] == ["embed", "shift", "sum"]
    assert len(json.dumps(found)) < 40_000
    for _id, _text, share in found["next"][0]:
        assert 0 <= share <= 1
    model = models.open_model(run.id, models.nearest(run.id)).model
    with torch.inference_mode():
        guess = model(torch.tensor([found["ids"]]))[0, -1].softmax(-1)
    assert found["next"][-1][0][2] == pytest.approx(float(guess.max()), rel=1e-4)


def test_tensors_come_as_the_model_has_them_one_head_of_each(run):
    keys = ["blocks.1.attn.q", "blocks.1.attn.k", "blocks.1.attn.products"]
    found = tensors_of(run, keys, head=1)
    q, k, products = (found[key] for key in keys)
    assert q.shape == k.shape == (20, 8)
    np.testing.assert_allclose(q @ k.T, products, rtol=1e-4, atol=1e-5)
    assert np.isneginf(tensors_of(run, ["blocks.0.attn.masked"])["blocks.0.attn.masked"]).sum() == 20 * 19 / 2


def test_of_a_tensor_too_large_for_one_answer_the_row_in_view_comes_alone(run, monkeypatch):
    whole = tensors_of(run, ["logits"])["logits"]
    monkeypatch.setattr(inside, "MOST_NUMBERS", 30)
    alone = tensors_of(run, ["logits"], row=7)["logits"]
    assert alone.shape == (1, whole.shape[1])
    np.testing.assert_array_equal(alone[0], whole[7])


def test_a_number_comes_with_its_operands_and_the_line_that_made_it(run):
    key = "blocks.0.attn.scores"
    found = inside.number(run.id, "", -1, key, "1,5,3")
    (product,) = found["operands"]
    assert found["value"] == pytest.approx(product["values"][0] / found["constants"]["divisor"], rel=1e-5)
    assert found["value"] == pytest.approx(float(tensors_of(run, [key], head=1)[key][5, 3]), rel=1e-6)
    assert found["code"]["text"] in found["code"]["source"]
    assert found["code"]["where"].startswith("lm_core/models/attention.py:")
    likeliest, text, share = inside.overview(run.id, "", -1)["next"][5][0]
    chosen = inside.number(run.id, "", -1, "probabilities", f"5,{likeliest}")
    assert (found["token"], chosen["token"], chosen["value"]) == (None, text, share)
    hidden = inside.number(run.id, "", -1, "blocks.0.attn.masked", "0,1,2")
    assert hidden["value"] is None, "minus infinity is no JSON"


def test_the_line_of_a_number_is_where_it_says():
    found = line_with("lm_core.models.layers.rotate", "x * cosines")
    file, number = found["where"].split(":")
    assert (ROOT / file).read_text("utf-8").splitlines()[int(number) - 1].strip() == found["text"]


@pytest.mark.parametrize(
    ("key", "at"),
    [
        ("nothing", "0,0"), ("", "0"), ("blocks.9.attn.q", "0,0,0"), ("blocks.x.ln1", "0,0"), ("embed", "0"),
        ("embed", "0,99"), ("embed", "-1,0"), ("embed", "a,b"), ("blocks.0.attn.q", "2,0,0"), ("__class__", "0"),
    ],
)  # fmt: skip
def test_a_number_that_is_not_there_is_refused(run, key, at):
    with pytest.raises(ConfigError, match="has no such"):
        inside.number(run.id, "", -1, key, at)


def test_tensors_that_are_not_there_are_refused(run):
    for keys, head, row in ((["nothing"], 0, 0), (["embed"], 2, 0), (["embed"], 0, 99), (["embed"], -1, 0), ([], 0, 0)):
        with pytest.raises(ConfigError):
            inside.pack_tensors(run.id, "", -1, keys, head, row)


def test_odd_sentences_are_cut_and_told_about(run):
    long = inside.overview(run.id, "To be " * 90, -1)
    assert len(long["tokens"]) == 32
    assert [note["kind"] for note in long["notes"]] == ["cut"]
    odd = inside.overview(run.id, "T\x00o <img src=x> 中", -1)
    assert [note["kind"] for note in odd["notes"]] == ["control", "uncovered"]
    assert len(inside.overview(run.id, "T", -1)["tokens"]) == 1, "a lone token can be walked with"
    assert inside.overview(run.id, "   ", -1)["own"] is False


def test_a_sentence_of_nothing_but_signs_that_nobody_sees_is_refused(run):
    with pytest.raises(ConfigError, match="nothing can be read"):
        inside.overview(run.id, "\x00\x01", -1)


def test_numbers_are_kept_within_a_bound(run, monkeypatch):
    monkeypatch.setattr(inside._parts, "most_bytes", 100_000)
    inside._parts.cache_clear()
    for text in ("To be", "or not", "ROMEO", "to be or not"):
        inside.pack_tensors(run.id, text, -1, ["blocks.0.attn.pattern"], 0, 0)
        inside.pack_tensors(run.id, text, -1, ["logits"], 0, 0)
    assert inside._parts.bytes < 200_000


def test_an_unknown_run_is_refused():
    with pytest.raises(RunError, match="There is no run"):
        inside.overview("no-such-run", "", -1)


# ---------------------------------------------------------------------- page


def test_without_any_run_the_page_says_what_to_do():
    app = open_inside()
    assert app.title[0].value == "What happens in one pass?"
    assert "no run yet" in app.info[0].value
    assert not app.get("bidi_component")


def test_the_walk_of_a_run_is_on_the_page_and_opens_where_the_link_says(run):
    app = open_inside(run="no-such-run", stop="pattern", block="2", head="x", token="3", text="To be", number="<b>")
    assert app.selectbox[0].value == run.id
    data = sent(app)
    assert {name: data[name] for name in ("stop", "block", "head", "token", "text")} == {
        "stop": "pattern", "block": 2, "head": None, "token": 3, "text": "To be",
    }  # fmt: skip


def test_where_one_stands_goes_into_the_address(run):
    place = {"stop": "mix", "block": 1, "head": 2, "token": 0, "at": None, "number": "embed:0,3", "text": "To be"}
    app = open_inside(state={"inside": {"view": {"run": run.id, **place}}})
    found = {name: app.query_params.get(name) for name in place}
    assert {name: value[0] if isinstance(value, list) else value for name, value in found.items()} == {
        name: None if value is None else str(value) for name, value in place.items()
    }
