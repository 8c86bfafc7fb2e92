"""Pages are tested without a supervisor (a run that waits goes on waiting, however slow the machine is) and, where a
test asks for it, on a server that has read nothing yet.
"""

import pytest

from app import state
from app.loaders import (
    attention,
    compare,
    doctor,
    heads,
    inside,
    loss,
    models,
    neurons,
    probing,
    runs,
    sidebyside,
    text_loss,
    tokenizers,
    train,
    wrong,
)
from app.loaders import home as home_loader
from lm_core import settings as machine


@pytest.fixture(autouse=True)
def looked_after(monkeypatch):
    """The ids of the runs that pages looked after, in their order."""
    asked = []
    monkeypatch.setattr(runs, "look_after", lambda statuses, settings: asked.extend(row.run_id for row in statuses))
    return asked


@pytest.fixture
def fresh_server(home, tmp_path, monkeypatch):
    """A server that has read nothing yet, with an empty gallery of its own, seen on its own machine."""
    monkeypatch.setattr(machine, "GALLERY", tmp_path / "gallery")
    monkeypatch.setattr(state, "owner", lambda: "local")  # AppTest's visitors come from nowhere
    forget()
    yield
    if runs.store.cache_info().currsize:
        runs.store().close()
    forget()


def forget():
    tokenizers.forget()
    for cached in (
        runs.settings,
        runs.store,
        attention._load_film,
        attention._seen_before,
        inside._read,
        loss._measured,
        models._opened,
        text_loss._answers,
        train._laid_out,
        compare._fixed,
        doctor._remembered,
        sidebyside._speed,
        heads._on_random,
        neurons._scanned,
        neurons._some_text,
        wrong._aside,
    ):
        cached.cache_clear()
    for cached in (runs.config_of, home_loader.film_of, probing.works, wrong._finished):
        cached.clear()
