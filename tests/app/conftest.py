"""Pages are tested without a supervisor: a run that waits goes on waiting, however slow the machine is."""

import pytest

from app.loaders import runs


@pytest.fixture(autouse=True)
def looked_after(monkeypatch):
    """The ids of the runs that pages looked after, in their order."""
    asked = []
    monkeypatch.setattr(runs, "look_after", lambda statuses, settings: asked.extend(row.run_id for row in statuses))
    return asked
