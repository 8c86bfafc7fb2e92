"""The probability of a sentence: against a loop that reads one token at a time, in bytes, in formats, on the page."""

import numpy as np
import pytest
import torch

from app.loaders import models, sequence
from app.loaders.loss_questions import answer
from app.loaders.sequence import sequence_of, turn
from lm_core import settings as machine
from lm_core.errors import ConfigError
from lm_core.interpret.sequence import running_products
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
RUN = "gallery-chained"
TEXT = "ROMEO:\nTo be, or not to be? é <i>\n"


@pytest.fixture
def run(make_finished_run):
    sequence._measured.cache_clear()
    return make_finished_run(machine.GALLERY / RUN, text=TEXT)


def test_each_factor_is_what_a_pass_over_the_tokens_so_far_gives_the_next_one(run):
    found = sequence_of(RUN, "To be, or not", -1)
    opened = models.open_model(RUN, models.nearest(RUN))
    ids = opened.tokenizer.encode("To be, or not")
    total = 0.0
    with torch.no_grad():
        for at in range(1, len(ids)):
            log = float(opened.model(torch.tensor([ids[:at]]))[0, -1].log_softmax(-1)[ids[at]])
            assert found["logs"][at] == pytest.approx(log, abs=1e-5)
            total += log
    assert found["logs"][0] is None
    assert sum(found["logs"][1:]) == pytest.approx(total, abs=1e-4)
    assert found["products"]["float64"][-1] == pytest.approx(np.exp(total), rel=1e-3)
    assert "".join(found["tokens"]) == "To be, or not"
    assert found["step"] == 100
    for place, rows in enumerate(found["top"]):
        assert rows[0][1] >= rows[1][1], place


def test_bytes_are_those_of_all_tokens_but_the_first(run):
    assert sequence_of(RUN, "é be", -1)["bytes"] == 3
    assert sequence_of(RUN, "eé", -1)["bytes"] == 2


def test_a_product_runs_out_where_the_format_does_and_float64_holds_longer():
    logs = [-2.0] * 400
    found = {kind: running_products(logs, kind) for kind in ("float16", "float32", "float64")}
    # e^-18 < 2^-25, half of float16's smallest number; float32 rounds e^-104 up to its smallest once before it gives up
    assert {kind: rows.index(0.0) + 1 for kind, rows in found.items()} == {"float16": 9, "float32": 53, "float64": 373}
    assert found["float64"][9] == pytest.approx(np.exp(-20))


def test_the_runs_own_sentence_and_the_same_words_in_the_other_order(run):
    own, turned = sequence_of(RUN, "", -1), sequence_of(RUN, "", -1, turned=True)
    assert own["text"].split() == turned["text"].split()[::-1]
    assert "\n" not in own["text"]
    assert turn("你好吗") == "吗好你"


def test_long_sentences_are_cut_and_lone_tokens_refused(run):
    found = answer(RUN, "sequence", {"text": "To be or not\x00 " * 9})
    assert len(found["tokens"]) == 32
    assert [note["kind"] for note in found["notes"]] == ["control", "cut"]
    with pytest.raises(ConfigError, match="at least two tokens"):
        answer(RUN, "sequence", {"text": "T"})


def test_the_section_gets_both_sentences_from_the_address(run):
    app = open_page("loss", section="sentence", run=RUN, text="To be", other="be To", at="100")
    assert {"run": RUN, "text": "To be", "other": "be To", "at": 100}.items() <= sent(app).items()
    app.session_state["sequence"] = {"view": {"run": RUN, "text": "not", "other": None, "at": None}}
    app.run()
    assert app.query_params["text"] == "not"
    assert "other" not in app.query_params
