"""Whoever looks at a page may click on Train next: then a worker is to be there already."""

import pytest

from app.loaders import runs
from lm_core.settings import read_settings


@pytest.fixture
def started(fresh_server, monkeypatch):
    """The supervisors that were asked for."""
    asked = []
    monkeypatch.setattr(runs, "ensure_supervisor", asked.append)
    return asked


def test_a_look_at_a_page_wants_a_worker_that_waits(started, home, monkeypatch):
    monkeypatch.setenv("TOKENARIUM_SPARE", "1")
    runs.keep_ready()
    assert started == [read_settings()]
    assert (home / "spare.wanted").exists()


def test_where_the_settings_want_none_nothing_is_started(started, home):
    runs.keep_ready()
    assert started == []
    assert not (home / "spare.wanted").exists()
