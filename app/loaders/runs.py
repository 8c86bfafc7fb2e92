"""Which runs there are and how they stand: rows of the store, and the finished runs that ship in the gallery."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import streamlit as st

from app import state
from lm_core.config import RunConfig
from lm_core.errors import RunError
from lm_core.jobs.shelf import forget_deleted
from lm_core.jobs.spare import want_spare
from lm_core.jobs.status import ACTIVE, RunStatus, status_of_shipped
from lm_core.jobs.store import Store, open_store
from lm_core.jobs.supervisor import ensure_supervisor, look_after
from lm_core.runs import history
from lm_core.runs.facts import RunFacts
from lm_core.runs.run import Run, find_run, gallery_runs
from lm_core.runs.series import read_series
from lm_core.settings import Settings, read_settings


@cache
def settings() -> Settings:
    """The settings of this server, read once."""
    return read_settings()


@cache
def store() -> Store:
    """The one store of this server; safe to share between sessions."""
    return open_store(settings().store_url)


def start_engine() -> None:
    """Let runs that waited or lost their worker go on, forget what was deleted long ago: when the server starts."""
    forget_deleted(settings(), store())
    if any(status.state in ("queued", *ACTIVE) for status in store().list()):
        ensure_supervisor(settings())


def keep_ready() -> None:
    """Have a worker wait for the next click on Train, if the settings want one: whenever a page is seen."""
    if settings().spare_workers:
        want_spare(settings())
        ensure_supervisor(settings())


def list_all(limit: int) -> list[RunStatus]:
    """Everybody's runs on this server, newest first; whoever sees them sees to it that they go on."""
    found = store().list(limit=limit)
    look_after(found, settings())
    return found


@dataclass(frozen=True)
class RunChoice:
    """A line of the run picker."""

    run_id: str
    name: str
    state: str
    step: int
    steps: int
    is_own: bool = False


def list_choices() -> list[RunChoice]:
    """One's own runs, newest first, then those of the gallery, then in a class everybody else's."""
    me = state.owner()
    made = [
        RunChoice(row.run_id, row.name, row.state, row.step, row.steps, row.owner == me)
        for row in store().list(limit=300)
    ]
    shipped = [_gallery_choice(run) for run in gallery_runs()]
    return [*(one for one in made if one.is_own), *shipped, *(one for one in made if not one.is_own)]


def _gallery_choice(run: Run) -> RunChoice:
    config = run.read_config()
    return RunChoice(run.id, config.name, "gallery", config.train.steps, config.train.steps)


def train_new(config: RunConfig) -> str:
    """Start a run in the background and return its id. Raises LMError with a sentence when it cannot start."""
    from lm_core.jobs.launch import start_run  # torch, to know the model's size: no page that only looks waits for it

    return start_run(config, settings(), store(), owner=state.owner())


def control(run_id: str, wish: str, value: Any = None) -> None:
    """'pause', 'resume', 'stop' or 'reset' a run, let it 'step' until step `value`, or train at the 'rate' `value`.

    Repeating a wish changes nothing, as each says how things should be.
    """
    wishes = {
        "pause": lambda: store().pause(run_id),
        "resume": lambda: store().resume(run_id),
        "stop": lambda: store().stop(run_id),
        "step": lambda: store().step_until(run_id, int(_number(value))),
        "rate": lambda: store().set_rate(run_id, None if value is None else _number(value)),
        "reset": lambda: _reset(run_id),
    }
    if wish not in wishes:
        raise RunError(f'A run can be asked to {", ".join(wishes)}, not to "{wish}".')
    wishes[wish]()
    if wish in ("resume", "step"):
        ensure_supervisor(settings())


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RunError(f'A number is needed there, not "{value}".')
    return value


def _reset(run_id: str) -> None:
    from lm_core.jobs.launch import reset_run  # torch, see above

    reset_run(run_id, settings(), store())


def open_run(run_id: str) -> Run:
    """The folder of an own or a gallery run. Raises RunError for an unknown or impossible id."""
    return find_run(run_id, settings())


@st.cache_data(max_entries=64, show_spinner=False)
def config_of(run_id: str) -> RunConfig:
    """What the run was asked to be; it never changes."""
    return open_run(run_id).read_config()


def facts_of(run_id: str) -> RunFacts | None:
    """What the run found out about its text and model, or None until the worker has prepared them."""
    run = open_run(run_id)
    return run.read_facts() if run.facts_path.exists() else None


def is_gallery(run_id: str) -> bool:
    return any(run.id == run_id for run in gallery_runs())


def status_of(run_id: str) -> dict[str, Any]:
    """How the run stands, as plain JSON values."""
    status = status_of_shipped(open_run(run_id)) if is_gallery(run_id) else store().get(run_id)
    look_after([status], settings())
    return finite(asdict(status))


def series_of(run_id: str, after: int) -> dict[str, Any]:
    """Metrics of all steps above `after`: {"steps": […], "columns": {name: […]}}, NaN as None."""
    if is_gallery(run_id):
        return read_series(open_run(run_id), after)
    return store().series(run_id, after=after)


def points_of(run_id: str, after: int = -1) -> list[history.HistoryPoint]:
    """The kept moments of training above a step, oldest first."""
    return history.load_points(open_run(run_id), after=after)


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN and no infinity: both become None."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in values.items()
    }
