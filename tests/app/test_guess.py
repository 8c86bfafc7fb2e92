"""The game of guessing: the truth comes only after the guess, and the model's shares are its own."""

import math

import numpy as np
import pytest

from app.loaders import loss_questions, models
from app.loaders.held_out import held_out
from lm_core.errors import ConfigError
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")


def test_a_round_hides_the_token_and_reveals_what_the_model_gave(home):
    run_id = make_counted_run(home, order=3)
    asked = {"turn": "2", "number": "5"}
    hidden = loss_questions.answer(run_id, "hidden", {**asked, "words": "1"})
    assert len(hidden["before"]) == 16
    assert len(hidden["words"]) == hidden["vocabulary"]
    assert "truth" not in hidden
    found = loss_questions.answer(run_id, "revealed", {**asked, "guessed": "1,2"})
    ids, opened = held_out(run_id)[0], models.open_model(run_id, models.nearest(run_id))
    assert found["truth"] == ids[hidden["at"]]
    row = np.asarray(ids[hidden["at"] - 16 : hidden["at"] + 1], dtype=np.int64)
    share = next(each["share"] for each in found["rows"] if each["id"] == found["truth"])
    assert -math.log(share) == pytest.approx(opened.model.losses(row)[-1], abs=1e-5)
    assert {1, 2} <= {each["id"] for each in found["rows"]}
    following = loss_questions.answer(run_id, "hidden", {"turn": "2", "number": "6"})
    assert following["at"] == hidden["at"] + 1
    with pytest.raises(ConfigError, match="another"):
        loss_questions.answer(run_id, "hidden", {"number": "200"})


def test_the_section_knows_the_ladder(home):
    run_id = make_counted_run(home, order=2)
    data = sent(open_page("loss", run=run_id, section="guess"))
    assert data["ladder"]["bigram"] == pytest.approx(data["loss"])
