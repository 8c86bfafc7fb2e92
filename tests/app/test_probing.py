"""Questions to the inside of a model, as pages ask them: every kind of model answers, or says why it cannot."""

import json

import numpy as np
import pytest

from app.loaders import surgery
from app.loaders.probing import Work
from app.loaders.questions import QUESTIONS, answer
from lm_core import settings as machine
from lm_core.errors import ConfigError, RunError
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
RUN = "gallery-probed"
PAIR = {"text": "To be, or not", "other": "To be, or got"}
MODELS = {
    "modern": {"qk_norm": True, "qk_gain": True, "token_shift": True, "n_kv_heads": 1},
    "classic": {"norm": "layernorm", "positions": "learned", "activation": "gelu", "tie_embeddings": True},
    "maskless": {"causal": False, "norm": "none"},
    "streamless": {"residual": False},
}
TEXT = "ROMEO:\nTo be, or not to be? <i>\n got"


@pytest.fixture
def ask(make_finished_run):
    """ask("lens", text="…"): a question to a model whose weights are as they were drawn."""
    make_finished_run(machine.GALLERY / RUN, text=TEXT)
    return lambda question, **values: answer(RUN, question, values)


@pytest.mark.parametrize("kind", MODELS)
def test_every_kind_of_model_answers_in_plain_values(kind, make_finished_run):
    make_finished_run(machine.GALLERY / RUN, text=TEXT, **MODELS[kind])
    for question in QUESTIONS.keys() - {"neurons", "number"}:
        if (kind, question) == ("streamless", "who"):
            with pytest.raises(ConfigError, match="without a residual stream"):
                answer(RUN, question, {})
            continue
        found = answer(RUN, question, {**PAIR, "heads": "0.1", "mlps": "1", "cells": "1.0.5.2.300", "write": "1"})
        assert found["tokens"] == list(PAIR["text"])
        assert (found["layers"], found["heads"], found["step"]) == (2, 2, 100)
        json.dumps(found, allow_nan=False)


def test_neurons_are_shown_by_the_text_of_the_run(ask, monkeypatch):
    from app.loaders import neurons

    monkeypatch.setattr(neurons, "SAMPLE", 300)
    monkeypatch.setattr(neurons, "READ", 400)
    found = ask("neurons", layer="1", neuron="3")
    assert (found["layer"], found["neuron"], found["width"]) == (1, 3, 64)
    assert all(place["activations"][place["position"]] == max(place["activations"]) for place in found["places"])
    assert found["places"][0]["activations"][found["places"][0]["position"]] == found["peak"]
    assert len(found["here"]) == len(found["tokens"])
    with pytest.raises(ConfigError, match="64 neurons"):
        ask("neurons", neuron="64")


def test_the_lens_ends_with_what_surgery_calls_as_trained(ask):
    lens, before = ask("lens"), ask("surgery")
    top = lens["rows"][-1]["top"][-1][0]
    best = max(before["candidates"], key=lambda one: one["before"])
    assert top == [best["text"], pytest.approx(best["before"]), best["id"]]
    assert all(one["before"] == one["after"] for one in before["candidates"])
    assert "written" not in before


def test_what_the_table_says_is_what_switching_off_does(ask):
    table, off = ask("parts"), ask("surgery", heads="1.1")
    effect = next(one for one in table["effects"] if (one["layer"], one["head"]) == (1, 1))
    assert effect["loss"] == pytest.approx(off["after"]["loss"], rel=1e-4)
    assert table["loss"] == pytest.approx(off["before"]["loss"], rel=1e-4)
    assert len(table["effects"]) == table["all"] == 6
    mean = ask("parts", how="mean")
    assert mean["effects"] != table["effects"]
    assert (table["meanOf"], mean["meanOf"]) == (None, "sample")


def test_a_writing_stops_where_the_context_ends(ask):
    written = ask("surgery", text="To be, or not to be? or not", write="1")["written"]
    assert len(written["before"]) == 32 - 27
    assert written["after"] == written["before"]


def test_where_time_is_short_both_texts_are_equally_long(ask, monkeypatch):
    monkeypatch.setattr(surgery, "WRITING_SECONDS", -1.0)
    written = ask("surgery", text="To be", write="1", heads="0.1")["written"]
    assert len(written["before"]) == len(written["after"]) == 1


def test_three_witnesses_stand_beside_each_other(ask):
    found = ask("matters", layer="1", head="0", position="5")
    assert sum(found["attention"]) == pytest.approx(1, abs=1e-3)
    for witness in ("attention", "here", "everywhere", "gradient"):
        assert len(found[witness]) == len(found["tokens"])
        assert not any(found[witness][6:])
    assert found["pattern"][5] == found["attention"]


def test_without_a_second_sentence_one_token_is_changed(ask):
    found = ask("patching")
    changed = [
        at for at, pair in enumerate(zip(found["tokens"], found["otherTokens"], strict=True)) if pair[0] != pair[1]
    ]
    assert changed == [len(found["tokens"]) - 3]
    assert found["maps"]["residual"][0][changed[0]] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("question", "values", "says"),
    [
        ("lens", {"text": "x"}, "at least two tokens"),
        ("who", {"position": "99"}, "Choose one of them"),
        ("who", {"token": "5000"}, "Choose one of"),
        ("surgery", {"heads": "9.9"}, "2 layers of 2 heads"),
        ("surgery", {"cells": "1.2"}, "groups of 5"),
        ("surgery", {"position": "first"}, "whole number"),
        ("matters", {"layer": "7"}, "2 layers"),
        ("patching", {"text": "To be", "other": "To be, or"}, "5 and 9 tokens"),
        ("guess", {}, 'no question "guess"'),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(ask, question, values, says):
    with pytest.raises(ConfigError, match=says):
        ask(question, **values)


def test_the_map_of_one_model_and_the_tokens_near_a_searched_one(ask, monkeypatch):
    from app.loaders import models, vicinity
    from lm_core.interpret.neighbours import neighbours

    opened = models.open_model(RUN, models.nearest(RUN))
    letters = opened.tokenizer.token_texts(range(opened.tokenizer.vocab_size))
    found = ask("near", find="R")
    assert found["entry"] == {"id": letters.index("R"), "text": "R"}
    ids, _cosines = neighbours(opened.model.embed.weight.detach().numpy(), letters.index("R"), vicinity.NEAREST)
    assert [one["id"] for one in found["near"]] == ids.tolist()
    assert [one["text"] for one in found["near"]] == [letters[token] for token in ids]
    missing = ask("near", find="<b>", entry=str(letters.index("e")))
    assert (missing["missing"], missing["entry"]["text"]) == (True, "e")
    assert ask("near", entry="99999")["entry"]["text"] == "R"  # another run's: the sentence's first token instead
    monkeypatch.setattr(vicinity, "FIRST_TOKENS", 5)
    drawn = ask("map")["map"]
    assert (drawn["first"], drawn["ids"], drawn["steps"]) == (True, [0, 1, 2, 3, 4], [100])
    assert drawn["tokens"] == letters[:5]
    assert np.shape(drawn["x"]) == np.shape(drawn["y"]) == (1, 5)


def test_a_map_that_the_run_kept_knows_the_ids_of_its_tokens(ask, monkeypatch):
    from app.loaders import train

    kept = {"run": RUN, "steps": [0, 9], "tokens": ["e", "never"], "x": [[0, 1]] * 2, "y": [[0, 1]] * 2, "share": 0.5}
    monkeypatch.setattr(train, "token_map", lambda run_id: kept)
    drawn = ask("map")["map"]
    assert (drawn["steps"], drawn["first"], drawn["ids"][1]) == ([0, 9], False, None)
    assert ask("near", entry=str(drawn["ids"][0]))["entry"]["text"] == "e"


def test_a_long_text_is_cut_and_unknown_signs_are_told(ask):
    found = ask("lens", text="To be €" * 10)
    assert len(found["tokens"]) == 32
    assert {note["kind"] for note in found["notes"]} == {"cut", "uncovered"}
    with pytest.raises(RunError):
        answer("no-such-run", "lens", {})


@pytest.mark.parametrize("section", ["lens", "without", "who", "patching", "neurons", "gradients", "map"])
def test_the_page_inside_opens_each_section_from_its_address(section, make_finished_run):
    make_finished_run(machine.GALLERY / RUN)
    app = open_page("inside", run=RUN, section=section, text="To be", place="2")
    data = sent(app)
    assert (data["section"], data["run"], data["text"], data["place"]) == (section, RUN, "To be", 2)
    if section == "lens":
        app.session_state["probing lens"] = {"view": {"run": RUN, "text": None, "place": 3, "layer": 1}}
        app.run()
        assert app.query_params["place"] == "3"
        assert "text" not in app.query_params


def test_surgery_stands_on_the_attention_page_with_choices_of_its_own(make_finished_run):
    make_finished_run(machine.GALLERY / RUN)
    app = open_page("attention", run=RUN, layer="2", **{"cut-layer": "1", "cut-off": "0.1"})
    both = [json.loads(picture.proto.json) for picture in app.get("bidi_component")]
    surgery = next(data for data in both if data.get("section") == "surgery")
    assert (surgery["layer"], surgery["off"]) == (1, "0.1")


def test_work_in_parts_tells_how_long_the_rest_takes():
    """Two rows a layer; one of the first of four layers costs as much as four of the last."""
    work = Work(None, iter(()), done=[0, 1], spent=8.0)
    assert work.progress(4, 2) == {"all": 8, "left": 6, "seconds": 12.0}
    assert Work(None, iter(()), done=[0] * 8, spent=8.0).progress(4, 2)["seconds"] == 0


def number_of(key, at, **given):
    words = {name: str(value) for name, value in given.items()}
    found = answer(RUN, "number", {"key": key, "at": ",".join(map(str, at)), **words})
    json.dumps(found, allow_nan=False)
    return found


def test_what_a_probe_shows_is_what_its_source_says(ask):
    """One number of each section, and the text of the page Attention beside that of Inside."""
    words = {"text": PAIR["text"]}
    lens = ask("lens", **words)
    text, share, token = lens["rows"][1]["top"][4][2]
    found = number_of("lens.share", (1, 4, token), **words)
    assert (found["token"], found["value"]) == (text, pytest.approx(share, rel=1e-4))
    effect = next(one for one in ask("parts", **words)["effects"] if (one["layer"], one["head"]) == (1, 0))
    assert number_of("cut.rise", (), heads="1.0", **words)["value"] == pytest.approx(effect["rise"], abs=1e-5)
    who = ask("who", position="3", **words)
    given = {"position": 3, "token": who["token"], **words}
    assert number_of("who.value", (2,), **given)["value"] == pytest.approx(who["parts"][2]["value"], rel=1e-3)
    pair = ask("patching", **PAIR)
    given = {**PAIR, "token": pair["target"]["id"], "against": pair["rival"]["id"]}
    back = number_of("patch.recovery", (0, 1, 12), **given)
    assert back["value"] == pytest.approx(pair["maps"]["residual"][1][12], rel=1e-3, abs=1e-5)
    near = ask("near", find="T")
    given = {"token": near["entry"]["id"]}
    assert number_of("near.cosine", (near["near"][0]["id"],), **given)["value"] == pytest.approx(
        near["near"][0]["cosine"], rel=1e-4
    )
    neurons = ask("neurons", layer="1")
    place = neurons["places"][0]
    given = {"layer": 1, "neuron": neurons["neuron"]}
    found = number_of("scan.activation", (place["window"], place["position"]), **given)
    assert found["value"] == pytest.approx(place["activations"][place["position"]], rel=1e-3)
    row = number_of("blocks.1.attn.pattern", (0, 9, 3), of="film", step=100)
    assert number_of("row.entropy", (1, 0, 9), of="film", step=100)["operands"][0]["values"][3] == row["value"]
    own = number_of("blocks.1.attn.pattern", (0, 9, 3), of="film", step=100, **words)
    assert own["value"] != row["value"]
    change = number_of("blocks.1.attn.pattern", (0, 9, 3), of="film", step=100, versus=f"{RUN}:100")
    assert (change["kind"], change["value"]) == ("less", 0)


def test_costs_and_choices_of_a_text_that_is_named_by_its_ids(ask):
    """A text longer than a window, as the page Loss measures it; the token after a text, as Generate writes it."""
    from app.loaders import text_loss, writing

    found = text_loss.text_loss(RUN, TEXT * 3, -1)
    given = {"of": "ids", "ids": ".".join(map(str, found["ids"])), "reads": "text", "step": found["step"]}
    for at in (1, len(found["ids"]) - 1):
        assert number_of("text.loss", (at,), **given)["value"] == pytest.approx(found["losses"][at], rel=1e-4)
    share = number_of("text.share", (len(found["ids"]) - 1, found["ids"][-1]), **given)
    row, first = share["operands"][0]["place"]  # on to the scores, in the pass of its window
    logits = number_of("logits", (row, first), **{**given, **share["given"]})
    assert logits["value"] == pytest.approx(share["operands"][0]["values"][0], rel=1e-4, abs=1e-6)
    settings = {"temperature": 0.7, "top_k": 3, "seed": 4, "presence_penalty": 0.5}
    wish = writing.parse_wish({"run": RUN, "prompt": TEXT * 2, "count": 1, **settings})
    begin, choice, _end = writing.write(wish)
    given = {"of": "ids", "ids": ".".join(map(str, begin["promptIds"])), "reads": "writing", **settings}
    assert number_of("choice.u", (), **given)["value"] == pytest.approx(choice["u"], rel=1e-8)
    assert number_of("choice.final", (choice["id"],), **given)["value"] == pytest.approx(
        choice["probability"], rel=1e-4
    )
    own = number_of("choice.own", (choice["id"],), **given)["value"]
    assert np.log(own) == pytest.approx(choice["logProbability"], rel=1e-4)


@pytest.mark.parametrize(
    ("key", "at", "given", "words"),
    [
        ("lens.share", (9, 0, 0), {}, "no such number"),
        ("nothing", (), {}, "no such number"),
        ("who.value", (0,), {"token": 99_999}, "no such number"),
        ("scan.peak", (), {"layer": 7}, "no such number"),
        ("rollout", (0, 1, 0), {"of": "film", "step": 3}, "step 3 is not kept"),
        ("choice.own", (0,), {"of": "ids", "ids": "1.2", "step": 3}, "step 3 is not kept"),
        ("choice.own", (0,), {"of": "ids", "ids": "1.x"}, "Send 1 to"),
        ("choice.own", (0,), {"of": "ids", "ids": "1.99999"}, "knows the ids"),
        ("choice.final", (0,), {}, "no such number"),
        ("text.loss", (0,), {"of": "ids", "ids": "1.2.3"}, "no such number"),
    ],
)
def test_numbers_that_are_not_there_are_refused_in_words(ask, key, at, given, words):
    with pytest.raises(ConfigError, match=words):
        number_of(key, at, **given)
