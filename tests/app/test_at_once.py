"""Two at once and the cache: texts as each model writes them alone, both sides of each token, and clear refusals."""

import json

import pytest

from app.loaders import models
from app.loaders.demonstrations import answer
from lm_core import settings as machine
from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError, RunError
from lm_core.generation.contrastive import generate_contrasted
from lm_core.generation.decode import generate
from lm_core.generation.sampling import distribution, draw, softmax
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
RUN, OTHER = "gallery-first", "gallery-second"
ASKED = {"text": "ROMEO:", "count": "40", "temperature": "0.9", "top_k": "9", "seed": "4"}
SAMPLING = SamplingConfig(temperature=0.9, top_k=9, seed=4)


@pytest.fixture
def two(make_finished_run):
    """Two runs of one shape; beyond their context of 32 both slide."""
    for name in (RUN, OTHER):
        make_finished_run(machine.GALLERY / name)


def whole(question, run_id=RUN, **values):
    """The answer with all its rows, asked for piece by piece as the picture asks."""
    rows, found = [], {"left": True}
    while found["left"]:
        found = answer(run_id, question, {**values, "have": str(len(rows))})
        rows += found["rows"]
    json.dumps(rows, allow_nan=False)
    return found, rows


def alone(opened, sampling=SAMPLING, count=40):
    ids = opened.tokenizer.encode("ROMEO:")
    return ids, list(generate(opened.model, ids, sampling, n_tokens=count))


def test_each_text_is_what_its_model_writes_alone_from_the_same_draws(two):
    found, rows = whole("pair", **ASKED, other_step="0")
    assert (found["models"][0]["step"], found["models"][1]["step"]) == (100, 0)
    opened = [models.open_model(RUN, models.nearest(RUN)), models.open_untrained(RUN)]
    written = [alone(one) for one in opened]
    for side, (_ids, steps) in enumerate(written):
        assert [row[side]["id"] for row in rows] == [step.token_id for step in steps]
        assert [row[side]["u"] for row in rows] == [step.u for step in steps] == [row[1 - side]["u"] for row in rows]
    assert [row[0]["id"] for row in rows] != [row[1]["id"] for row in rows]


def test_the_other_model_stands_before_the_same_words_with_the_same_draw(two):
    _found, rows = whole("pair", **ASKED, other_step="0")
    ids, steps = alone(models.open_model(RUN, models.nearest(RUN)))
    other = models.open_untrained(RUN).model
    for place in (0, 7, 39):
        prefix = [*ids, *(step.token_id for step in steps[:place])]
        theirs = next(iter(generate(other, prefix, SAMPLING, n_tokens=1))).logits
        token = rows[place][0]
        assert token["q"] == pytest.approx(softmax(theirs)[token["id"]], rel=1e-4)
        assert token["p"] == pytest.approx(softmax(steps[place].logits)[token["id"]], rel=1e-4)
        final = distribution(theirs, SAMPLING).final
        assert token["would"] == draw(final, token["u"])
        assert token["same"] == (token["would"] == token["id"])
        shares = {each: (share, begin) for each, share, begin in token["other"]}
        assert {each for each, _share, _begin in token["own"]} == set(shares)
        share, begin = shares[token["would"]]
        assert share == pytest.approx(final[token["would"]], rel=1e-4)
        assert begin <= token["u"] < begin + share + 1e-6


def test_a_model_beside_itself_agrees_everywhere(two):
    _found, rows = whole("pair", **ASKED, other=OTHER)
    assert all(token["same"] and token["p"] == pytest.approx(token["q"], rel=1e-3) for row in rows for token in row)


def test_of_strangers_texts_are_compared_and_no_probability_is_made_up(make_finished_run):
    make_finished_run(machine.GALLERY / RUN)
    make_finished_run(machine.GALLERY / OTHER, text="ROMEO:\nTo be!\n")
    found, rows = whole("pair", **ASKED, other=OTHER)
    assert not found["sameTokens"]
    assert all(row[0]["u"] == row[1]["u"] for row in rows)  # whatever each prompt is cut into
    for token in (token for row in rows for token in row):
        assert token["q"] is None
        assert (token["would"] is None) == (token["other"] is None)  # after an <unk>, which is no text
    assert any(token["would"] is not None for row in rows for token in row)


def test_the_third_text_is_a_without_b(two):
    _found, rows = whole("contrast", **ASKED, other_step="0", alpha="0.2")
    opened = [models.open_model(RUN, models.nearest(RUN)), models.open_untrained(RUN)]
    ids = opened[0].tokenizer.encode("ROMEO:")
    steps = list(generate_contrasted(*(one.model for one in opened), ids, SAMPLING, alpha=0.2, n_tokens=40))
    assert [(row["id"], row["u"]) for row in rows] == [(step.token_id, step.u) for step in steps]
    for row, step in zip(rows, steps, strict=True):
        assert (row["p"], row["q"]) == (step.expert[row["id"]], step.amateur[row["id"]])
        for line, taken in zip(row["lines"], row["taken"], strict=True):
            share, begin = next((share, begin) for token, share, begin in line if token == taken)
            assert begin - 1e-6 <= row["u"] < begin + share + 1e-5
        [kept] = [share for token, share, _begin in row["lines"][2] if token == row["id"]]
        assert kept == pytest.approx(step.stages.final[row["id"]], rel=1e-4)


def test_runs_that_count_can_be_contrasted_and_strangers_cannot(home, make_finished_run):
    run_id = make_counted_run(home)
    assert len(whole("contrast", run_id, text="copy: abc", count="5", other_step="5")[1]) == 5
    make_finished_run(machine.GALLERY / RUN)
    with pytest.raises(ConfigError, match="two runs with one tokenizer"):
        answer(run_id, "contrast", {"text": "copy: abc", "other": RUN})
    with pytest.raises(ConfigError, match="alpha is a number"):
        answer(run_id, "contrast", {"text": "copy: abc", "alpha": "2"})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"count": "99"}, "Between 1 and 80"),
        ({"temperature": "hot"}, "temperature"),
        ({"text": "x" * 3000}, "at most 2000"),
        ({"other": "no-such-run"}, "no run"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(two, values, sentence):
    with pytest.raises((ConfigError, RunError), match=sentence):
        answer(RUN, "pair", values)


def test_the_page_sends_the_runs_to_choose_from_and_what_the_address_says(two):
    data = sent(open_page("generate", section="together", run=RUN, other=OTHER, seed="3", temperature="0.5"))
    assert [(run["id"], run["scratch"]) for run in data["runs"]] == [(RUN, True), (OTHER, True)]
    assert (data["run"], data["other"], data["seed"], data["temperature"]) == (RUN, OTHER, 3, 0.5)


def test_the_cache_comes_in_pieces_with_its_bytes_and_its_numbers(two):
    found, rows = whole("cache", text="ROMEO:", seed="4")
    assert len(rows) == 32 - 6 + 12  # by itself it writes past the end of the context, so that one sees it slide
    assert [len(row["keys"][0]) for row in rows if row["start"] != 0][:2] == [32 - 8 + 1, 1]
    assert found["bytesEach"] == 2 * 2 * 2 * 8 * 4
    column = answer(RUN, "column", {"text": "ROMEO:", "seed": "4", "at": "0", "layer": "1", "column": "5"})
    assert (len(column["key"]), len(column["key"][0])) == (2, 8)
    assert column["value"][0] == pytest.approx(rows[0]["values"][1][5], abs=1e-3)
    with pytest.raises(ConfigError, match="no such place"):
        answer(RUN, "column", {"text": "ROMEO:", "seed": "4", "at": "0", "layer": "2"})


def test_speed_is_measured_up_to_the_context_and_counted(two):
    found, rows = whole("speed", text="ROMEO:", turn="1")
    assert rows[-1]["tokens"] == found["longest"] == 32
    assert all(row["all"] > row["fewer"] > found["weights"] for row in rows[1:])


def test_a_model_without_a_mask_has_no_cache_and_says_so(make_finished_run):
    make_finished_run(machine.GALLERY / RUN, causal=False)
    for question in ("cache", "speed"):
        with pytest.raises(ConfigError, match="no causal mask"):
            answer(RUN, question, {})
    assert len(whole("pair", **ASKED, other_step="0")[1]) == 40
