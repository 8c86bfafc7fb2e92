"""The Attention page: what its loader packs for the browser, own sentences however odd, and the page itself."""

import json
import math
import re
import struct
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from app.loaders import attention, runs
from app.loaders.code import source_of
from app.loaders.heads import scores_on_random
from app.loaders.vectors import pack_vectors
from lm_core.errors import ConfigError, RunError
from lm_core.jobs.filming import take_point
from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import save_tensors
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import save_point
from lm_core.runs.run import create_run
from lm_core.tokenizers.char import CharTokenizer
from tests.pages import open_page

pytestmark = pytest.mark.usefixtures("fresh_server")
open_attention = partial(open_page, "attention")

ROOT = Path(__file__).parents[2]
TEXT = "the cat saw the cat"
STEPS = (0, 5, 40)


@pytest.fixture
def run(tiny_config):
    """A run as a worker leaves it: grouped heads, three kept moments, and the weights of the last one."""
    return seen_run(tiny_config)


def seen_run(tiny_config, **switches):
    model_config = tiny_config.model.model_copy(update={"n_heads": 4, "n_kv_heads": 2, **switches})
    config = tiny_config.model_copy(update={"model": model_config})
    run = create_run(config, runs.settings().runs_folder)
    runs.store().submit(run.id, "tiny", config.to_json(), config.train.steps)
    tokenizer = CharTokenizer.train([TEXT])
    tokenizer.save(run.tokenizer_folder)
    counts = {"train_tokens": 9, "validation_tokens": 9, "train_bytes": 9, "validation_bytes": 9}
    run.write_facts(
        RunFacts(
            vocab_size=tokenizer.vocab_size, parameters=1, parameters_by_part={}, baselines={},
            corpus_title="Copy", tokenizer_kind="char", **counts,
        )
    )  # fmt: skip
    torch.manual_seed(1)
    model = build_model(config.model, tokenizer.vocab_size).eval()
    probe = tokenizer.encode(TEXT)[: config.model.context_length]
    for step in STEPS:
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(0.3 * torch.randn_like(weight))
        loss = math.nan if step == 5 else 3.0
        save_point(run, take_point(model, tokenizer, probe, step=step, val_loss=loss, seed=0))
    weights = {f"model.{name}": weight.detach() for name, weight in model.named_parameters()}
    save_tensors(run, weights, step=STEPS[-1], epoch=1)
    return run


def unpack(data):
    """The format, read a second time from its drawing."""
    (length,) = struct.unpack_from("<I", data)
    assert (4 + length) % 8 == 0
    return json.loads(data[4 : 4 + length]), np.frombuffer(data, np.uint8, offset=4 + length)


def parts_of(data):
    header, body = unpack(data)
    parts = body.view("<f4").reshape(len(header["parts"]), header["size"], header["dHead"])
    return header, dict(zip(header["parts"], parts, strict=True))


def softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def test_a_triangle_is_the_lower_half_row_by_row():
    square = np.array([[[[1, 0, 0], [2, 3, 0], [4, 5, 6]]]], dtype=np.uint8)
    assert attention.lower_triangles(square).tolist() == [[[1, 2, 3, 4, 5, 6]]]


def test_history_comes_with_all_moments_and_their_maps(run):
    header, body = unpack(attention.pack_history(run.id, after=-1))
    assert [moment["step"] for moment in header["moments"]] == list(STEPS)
    assert [moment["val_loss"] for moment in header["moments"]] == [3.0, None, 3.0], "NaN is no JSON"
    assert (header["layers"], header["heads"], "".join(header["tokens"])) == (2, 4, TEXT[:16])
    assert not header["over"]
    assert not header["more"]
    maps = body.reshape(3, 2, 4, 16 * 17 // 2)
    point = runs.points_of(run.id)[1]
    assert maps[1, 1, 3, -16:].tolist() == point.attention[1, 3, 15].tolist()
    assert abs(int(maps[2, 0, 0, -16:].sum()) - 255) <= 8, "a row is a share of 100 %, up to rounding"


def test_only_moments_after_the_cursor_are_sent(run):
    header, body = unpack(attention.pack_history(run.id, after=5))
    assert [moment["step"] for moment in header["moments"]] == [40]
    assert len(body) == 2 * 4 * 16 * 17 // 2
    assert unpack(attention.pack_history(run.id, after=40))[0]["moments"] == []


def test_an_answer_stays_small_and_says_that_more_follow(run, monkeypatch):
    monkeypatch.setattr(attention, "ANSWER_BYTES", 10)
    seen, after = [], -1
    while True:
        header, _body = unpack(attention.pack_history(run.id, after=after))
        assert len(header["moments"]) == 1
        after = header["moments"][-1]["step"]
        seen.append(after)
        if not header["more"]:
            break
    assert seen == list(STEPS)


def test_a_run_without_a_moment_yet_has_nothing_to_draw(tiny_config):
    run = create_run(tiny_config, runs.settings().runs_folder)
    runs.store().submit(run.id, "tiny", tiny_config.to_json(), 40)
    header, body = unpack(attention.pack_history(run.id, after=-1))
    assert header["moments"] == []
    assert header["lastStep"] == 40
    assert not len(body)


def test_a_new_moment_of_a_running_run_is_seen(run):
    assert len(unpack(attention.pack_history(run.id, after=-1))[0]["moments"]) == 3
    point = runs.points_of(run.id)[-1]
    save_point(run, type(point)(**{**vars(point), "step": 41}))
    assert [moment["step"] for moment in unpack(attention.pack_history(run.id, after=40))[0]["moments"]] == [41]


@pytest.mark.parametrize("own", ["", "tea at the sea"])
def test_queries_times_keys_are_the_scores_of_the_stored_weights(run, own):
    _header, maps = unpack(attention.pack_sentence(run.id, own) if own else attention.pack_history(run.id, after=5))
    size = len(own) or 16
    for layer, head in [(0, 0), (1, 3)]:
        about, vectors = parts_of(pack_vectors(run.id, 40, layer, head, own))
        q, k = vectors["q"], vectors["k"]
        assert about["size"] == size
        triangles = maps.reshape(2, 4, -1)[layer, head]
        for query in range(size):
            start = query * (query + 1) // 2
            stored = triangles[start : start + query + 1] / 255
            worked_out = softmax(q[query] @ k[: query + 1].T / math.sqrt(about["dHead"]))
            assert np.abs(worked_out - stored).max() < 0.5 / 255 + 2e-3


def test_a_run_without_a_mask_sends_whole_squares_and_says_how_much_of_them_lies_ahead(tiny_config):
    run = seen_run(tiny_config, causal=False)
    header, maps = unpack(attention.pack_history(run.id, after=5))
    assert header["causal"] is False
    squares = maps[: 2 * 4 * 16 * 16].reshape(2, 4, 16, 16)
    np.testing.assert_array_equal(squares, next(p for p in runs.points_of(run.id) if p.step > 5).attention)
    assert header["moments"][0]["ahead"] == pytest.approx(1 - np.tril(squares).sum() / squares.sum(), abs=1e-3)
    assert header["moments"][0]["ahead"] > 0.1
    assert unpack(attention.pack_sentence(run.id, "tea at the sea"))[0]["moments"][0]["ahead"] > 0.1
    assert "instead of guessing it" in open_attention(run=run.id).warning[0].value


def test_a_run_that_does_not_divide_its_scores_says_so(tiny_config):
    run = seen_run(tiny_config, scale_scores=False)
    assert unpack(attention.pack_history(run.id, after=5))[0]["scaled"] is False
    about, vectors = parts_of(pack_vectors(run.id, 40, 0, 1))
    assert (about["scaled"], about["causal"]) == (False, True)
    q, k = vectors["q"], vectors["k"]
    stored = runs.points_of(run.id)[-1].attention[0, 1, 15] / 255
    assert np.abs(softmax(q[15] @ k.T) - stored).max() < 0.5 / 255 + 5e-3


def test_vectors_that_nobody_kept_are_refused_in_a_sentence(run):
    with pytest.raises(RunError, match="kept no q and k at step 7"):
        pack_vectors(run.id, 7, 0, 0)
    with pytest.raises(ConfigError, match="2 layers of 4 heads"):
        pack_vectors(run.id, 40, 2, 0)


def test_an_own_sentence_is_seen_by_the_newest_weights(run):
    header, body = unpack(attention.pack_sentence(run.id, "see the cat"))
    assert "".join(header["tokens"]) == "see the cat"
    assert header["moments"] == [{"step": 40, "val_loss": None, "vectors": True}]
    assert (header["notes"], header["written"]) == ([], None)
    first_row = body.reshape(2, 4, -1)[..., 0]
    assert (first_row == 255).all(), "the first token sees itself only"


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("the cat 😀", [{"kind": "uncovered", "characters": ["😀"], "more": 0}]),
        ("at\x00 \x07at", [{"kind": "control", "count": 2}]),
        ("a\ud800t", [{"kind": "control", "count": 1}]),
        ("tea " * 10, [{"kind": "cut", "kept": 16, "of": 40}]),
        ("שלום", [{"kind": "uncovered", "characters": sorted("שלום"), "more": 0}]),
        ("t" * 5000, [{"kind": "long", "kept": 2000}, {"kind": "cut", "kept": 16, "of": 2000}]),
    ],
)
def test_what_cannot_be_read_of_a_sentence_is_named(run, text, notes):
    header, _body = unpack(attention.pack_sentence(run.id, text))
    assert header["notes"] == notes
    assert len(header["tokens"]) <= 16


@pytest.mark.parametrize("text", ["", "a", "\x00\x00\x00", "\ud800\ud801"])
def test_a_sentence_without_two_tokens_is_refused(run, text):
    with pytest.raises(ConfigError, match="at least two tokens"):
        attention.pack_sentence(run.id, text)


def test_an_own_sentence_is_seen_by_every_kept_model_and_surely_by_the_nearest(run):
    _, newest = unpack(attention.pack_sentence(run.id, TEXT))
    torch.manual_seed(8)
    weights = build_model(run.read_config().model, run.read_facts().vocab_size).named_parameters()
    save_tensors(run, {f"model.{name}": weight.detach() for name, weight in weights}, step=10, epoch=1)
    header, body = unpack(attention.pack_sentence(run.id, TEXT, step=3))
    assert [moment["step"] for moment in header["moments"]] == [10, 40]
    assert header["at"] == 10
    assert (body[: len(body) // 2] != newest).any()
    assert (body[len(body) // 2 :] == newest).all()
    older, _ = unpack(pack_vectors(run.id, 10, 0, 0, TEXT))
    assert older["size"] == len(header["tokens"])


def test_before_the_first_checkpoint_an_own_sentence_must_wait(tiny_config):
    run = create_run(tiny_config, runs.settings().runs_folder)
    with pytest.raises(RunError, match="has saved no model yet"):
        attention.pack_sentence(run.id, "hello there")


def test_of_a_model_with_many_heads_a_long_sentence_comes_a_few_layers_at_a_time(run, monkeypatch):
    for n_maps in (1, 16, 144, 768):
        assert n_maps * attention._tokens_that_fit(n_maps) ** 2 <= attention.SQUARE_BYTES
    whole, all_maps = unpack(attention.pack_sentence(run.id, TEXT))
    assert (whole["first"], whole["end"]) == (0, 2)
    monkeypatch.setattr(attention, "ANSWER_BYTES", 4 * 16 * 17 // 2)
    for layer in (0, 1):
        header, maps = unpack(attention.pack_sentence(run.id, TEXT, first_layer=layer))
        assert (header["first"], header["end"], header["layers"]) == (layer, layer + 1, 2)
        assert (maps == np.split(all_maps, 2)[layer]).all()


def test_a_model_writes_on_and_its_own_tokens_have_rows(run):
    header, maps = unpack(attention.pack_sentence(run.id, "the c", write=6))
    assert (header["written"], len(header["tokens"])) == (5, 11)
    assert "".join(header["tokens"]).startswith("the c")
    assert unpack(attention.pack_sentence(run.id, "the c", write=6))[0]["tokens"] == header["tokens"], "always the same"
    assert len(unpack(attention.pack_sentence(run.id, "the cat", write=60))[0]["tokens"]) == 16, "as the context holds"
    assert unpack(attention.pack_sentence(run.id, TEXT, write=6))[0]["written"] is None, "no room left"
    about, vectors = parts_of(pack_vectors(run.id, 40, 1, 2, "the c", 6, 40))
    stored = maps.reshape(2, 4, -1)[1, 2, -11:] / 255
    worked_out = softmax(vectors["q"][10] @ vectors["k"].T / math.sqrt(about["dHead"]))
    assert np.abs(worked_out - stored).max() < 0.5 / 255 + 1e-4


def test_what_q_and_k_went_through_is_told_where_the_model_is_kept(tiny_config):
    run = seen_run(tiny_config, qk_norm=True, qk_gain=True, positions="rotary")
    about, vectors = parts_of(pack_vectors(run.id, 40, 1, 2))
    q, turned = vectors["q"], vectors["q turned"]
    assert about["qkNorm"]
    assert about["rotary"]
    assert np.allclose((vectors["q normed"] ** 2).mean(-1), 1, atol=1e-3)
    assert np.allclose(np.linalg.norm(turned, axis=-1), np.linalg.norm(vectors["q normed"], axis=-1), rtol=1e-4)
    gains = q / turned
    assert np.allclose(gains, gains[0, 0], rtol=1e-3), "one gain for the whole head"
    assert "v" in vectors
    assert "k turned" not in vectors
    only_kept, _ = parts_of(pack_vectors(run.id, 5, 1, 2))
    assert only_kept["parts"] == ["q", "k"]


def test_random_tokens_are_asked_only_of_the_model_of_that_very_step(run):
    assert scores_on_random(run.id, 5) == {"step": 5, "scores": None}
    scores = scores_on_random(run.id, 40)["scores"]
    assert (len(scores), len(scores[0])) == (2, 4)
    assert {"repeat", "same", "previous", "broad"} <= scores[0][0].keys()


# ---------------------------------------------------------------------- page


def test_without_any_run_the_page_says_what_to_do():
    app = open_attention()
    assert app.title[0].value == "Who looks at whom?"
    assert "no run yet" in app.info[0].value
    assert not app.get("bidi_component")


def test_the_picture_of_a_run_is_on_the_page(run):
    app = open_attention()
    assert app.get("bidi_component")
    assert app.selectbox[0].value == run.id


def test_an_unknown_run_in_the_address_falls_back_to_one_that_exists(run):
    app = open_attention(run="no-such-run")
    assert app.selectbox[0].value == run.id
    assert app.get("bidi_component")


@pytest.mark.parametrize("address", [{"layer": "99", "head": "-3"}, {"at": "x", "query": "<b>"}, {"text": "\x00" * 9}])
def test_a_foolish_view_in_the_address_does_no_harm(run, address):
    assert open_attention(**address).get("bidi_component")


def test_what_is_locked_in_the_picture_goes_into_the_address(run):
    view = {"run": run.id, "layer": 2, "head": 1, "query": 7, "at": 5, "text": "a cat", "write": 24, "combine": "mean"}
    app = open_attention(state={"attention": {"view": view}})
    wanted = {"layer": "2", "head": "1", "query": "7", "at": "5", "text": "a cat", "write": "24", "combine": "mean"}
    found = {name: app.query_params.get(name) for name in wanted}
    assert {name: value if isinstance(value, str) else value[0] for name, value in found.items()} == wanted


def test_the_view_of_another_run_is_not_taken_over(run):
    view = {"run": "another", "layer": 2, "head": 1, "query": 7, "at": None, "text": ""}
    assert "layer" not in open_attention(state={"attention": {"view": view}}).query_params


def test_the_code_under_the_picture_is_the_real_one():
    page = (ROOT / "app" / "app_pages" / "attention.py").read_text()
    names = re.findall(r'"(lm_core\.[\w.]+)"', page)
    assert len(names) >= 7
    for name in names:
        assert f"def {name.rpartition('.')[2]}(" in source_of(name)
