"""`rename`, `delete`, `restore`: a run id in, the list of runs in order out."""

from __future__ import annotations

from lm_core.cli.output import one_line
from lm_core.jobs import shelf
from lm_core.jobs.store import open_store
from lm_core.settings import read_settings


def rename(run_id: str, name: str) -> None:
    """Raises LMError: there is no such run, or it cannot have that name."""
    settings = read_settings()
    store = open_store(settings.store_url)
    shelf.rename_run(run_id, name, settings, store)
    print(f"Run {run_id} is called {one_line(store.get(run_id).name)} now.")


def delete(run_id: str) -> None:
    """Raises RunError: there is no such run, it came with the app, or it still trains."""
    settings = read_settings()
    shelf.delete_run(run_id, settings, open_store(settings.store_url))
    print(f"Run {run_id} is deleted. Undo, within a week: tokenarium restore {run_id}")


def restore(run_id: str) -> None:
    """Raises RunError: there is no such deleted run."""
    settings = read_settings()
    shelf.restore_run(run_id, settings, open_store(settings.store_url))
    print(f"Run {run_id} is back.")
