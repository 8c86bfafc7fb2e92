"""The names of heads, as pages ask for them: of a sentence, or of the run's own at a kept moment."""

import json

import pytest

from app.loaders.heads import named_heads
from lm_core.errors import RunError

pytestmark = pytest.mark.usefixtures("fresh_server")


def test_heads_are_named_for_a_sentence_and_for_the_kept_moments(tmp_path, make_finished_run):
    make_finished_run(tmp_path / "gallery" / "gallery-small")
    found = named_heads("gallery-small")
    assert len(found["tokens"]) == 20
    assert found["heads"][0]["nearest"] == "itself"
    assert found["heads"][0]["name"] == "mixed"  # its weights are as drawn: on random tokens it shows nothing of that
    early = named_heads("gallery-small", step=0)
    assert early["heads"][1]["measures"][0]["text"] < found["heads"][1]["measures"][0]["text"]  # previous: it learned
    typed = named_heads("gallery-small", "To be, or not to be")
    assert typed["tokens"] == list("To be, or not to be")
    assert {"text", "random", "threshold", "sure"} <= typed["heads"][0]["measures"][0].keys()
    json.dumps(typed, allow_nan=False)


def test_an_unknown_run_is_refused():
    with pytest.raises(RunError):
        named_heads("no-such-run")
