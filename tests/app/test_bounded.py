"""The memory of the pages: bounded in bytes, one copy for all, and no refusal remembered."""

import threading
import time

import pytest

from app.loaders.bounded import Bounded
from lm_core.errors import RunError


def test_the_last_used_values_stay_while_they_fit_and_a_huge_one_stays_alone():
    kept = Bounded(10, len)
    for name in ("aaaa", "bbbb", "aaaa", "cc"):
        assert kept.get(name, lambda name=name: name) == name
    kept.get("dddd", lambda: "dddd")  # bbbb, used longest ago, goes
    assert kept.bytes == len("aaaa" + "cc" + "dddd")
    assert kept.get("bbbb", lambda: "made again") == "made again"
    huge = kept.get("huge", lambda: "x" * 99)
    assert kept.bytes == 99
    assert kept.get("huge", lambda: "another") is huge


def test_thirty_who_ask_at_once_get_one_copy():
    kept, made = Bounded(10, len), []

    def make():
        time.sleep(0.02)
        made.append("model")
        return "model"

    askers = [threading.Thread(target=lambda: kept.get("model", make)) for _ in range(30)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert made == ["model"]


def test_a_refusal_is_not_remembered():
    kept = Bounded(10, len)

    def refuse():
        raise RunError("Not yet.")

    with pytest.raises(RunError):
        kept.get("model", refuse)
    assert kept.get("model", lambda: "model") == "model"
    kept.cache_clear()
    assert kept.bytes == 0
