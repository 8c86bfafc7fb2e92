"""`pause`, `resume`, `stop`, `step`, `set-lr`, `reset`: a run id in, a wish written down out; its worker follows."""

from __future__ import annotations

import sys
from typing import Literal

import typer

from lm_core.errors import RunError
from lm_core.jobs.launch import reset_run, resume_run, step_run
from lm_core.jobs.store import Store, open_store
from lm_core.jobs.supervisor import look_after
from lm_core.runs.run import find_run
from lm_core.settings import Settings, read_settings

SCHEDULE = "schedule"


def control(run_id: str, wish: Literal["pause", "resume", "stop"]) -> None:
    """Write down what the run should do; its worker follows within a moment.

    Raises:
        RunError: there is no such run, or it cannot do that now.
    """
    settings, store = _open(run_id, wish)
    match wish:
        case "pause":
            store.pause(run_id)
        case "resume":
            resume_run(run_id, settings, store)
        case "stop":
            store.stop(run_id)
    look_after([store.get(run_id)], settings)  # a wish to a worker that is dead, and its supervisor too
    done = {"pause": "pauses after its current step", "resume": "goes on", "stop": "stops; what it learned is kept"}
    print(f"Run {run_id} {done[wish]}.")


def step_on(run_id: str, count: int) -> None:
    """Let the run make so many steps more.

    Raises:
        RunError: there is no such run, or it cannot go on.
    """
    settings, store = _open(run_id, "step through")
    step_run(run_id, count, settings, store)
    print(f"Run {run_id} trains until step {store.get(run_id).run_until} and holds still.")


def set_rate(run_id: str, rate: str) -> None:
    """Let the run go on at this learning rate; "schedule" gives it back to its schedule.

    Raises:
        RunError: there is no such run, it is over, or `rate` is no possible rate.
    """
    _settings, store = _open(run_id, "change")
    store.set_rate(run_id, _rate(rate))
    where = "the rate of its schedule" if rate == SCHEDULE else f"a learning rate of {rate}"
    print(f"Run {run_id} goes on at {where}.")


def reset(run_id: str, *, sure: bool) -> None:
    """Take the run back to step 0; on a terminal, ask before.

    Raises:
        RunError: there is no such run.
    """
    settings, store = _open(run_id, "reset")
    steps = store.get(run_id).step
    if not sure and sys.stdin.isatty():
        typer.confirm(f"Delete all that run {run_id} learned in {steps} steps?", abort=True)
    reset_run(run_id, settings, store)
    print(f"Run {run_id} is back at step 0. Let it train again: tokenarium resume {run_id}")


def _open(run_id: str, verb: str) -> tuple[Settings, Store]:
    settings = read_settings()
    if find_run(run_id, settings).folder.parent != settings.runs_folder:
        raise RunError(f'Run "{run_id}" came with the app and is finished, so there is nothing to {verb}.')
    return settings, open_store(settings.store_url)


def _rate(text: str) -> float | None:
    if text == SCHEDULE:
        return None
    try:
        return float(text)
    except ValueError:
        raise RunError(f'"{text}" is no learning rate. Write a number such as 0.001, or "{SCHEDULE}".') from None
