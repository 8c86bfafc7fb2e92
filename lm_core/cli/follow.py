"""Watching a run from the terminal: a run id in, a moving progress bar on stderr, and the last `RunStatus` out.

The bar only reads the store. Ending it, by Ctrl-C or by closing the terminal, does nothing to the run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column

from lm_core.cli.output import console, number
from lm_core.jobs.status import OVER, RunStatus
from lm_core.jobs.store import Store
from lm_core.jobs.supervisor import look_after
from lm_core.settings import Settings

LOOK_EVERY = 0.25  # seconds
LOOK_AFTER_EVERY = 5.0  # seconds until we see to it again that a supervisor lives


def follow(run_id: str, store: Store, settings: Settings) -> RunStatus:
    """Show a run until it is over."""
    screen = console(stderr=True)
    statuses = watch(run_id, store, settings)
    return _bar(statuses, screen) if screen.is_terminal else _lines(statuses, screen)


def watch(run_id: str, store: Store, settings: Settings) -> Iterator[RunStatus]:
    """The run's status four times a second; the last one is of a run that is over."""
    looked_after = time.monotonic()
    while True:
        status = store.get(run_id)
        yield status
        if status.state in OVER:
            return
        if time.monotonic() - looked_after > LOOK_AFTER_EVERY:
            look_after([status], settings)
            looked_after = time.monotonic()
        time.sleep(LOOK_EVERY)


def _bar(statuses: Iterator[RunStatus], screen: Console) -> RunStatus:
    columns = (  # in a narrow terminal only the bar shrinks
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[numbers]}", markup=False),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True)),
    )
    with Progress(*columns, console=screen) as progress:
        task = progress.add_task("waiting", total=None, numbers="")
        for status in statuses:
            progress.update(
                task, total=status.steps, completed=status.step, description=_state(status), numbers=_numbers(status)
            )
    return status


def _lines(statuses: Iterator[RunStatus], screen: Console) -> RunStatus:
    """For a pipe or a log: a line when the state changes and at each tenth of the way."""
    shown: tuple[str, int] | None = None
    for status in statuses:
        moment = (status.state, 10 * status.step // status.steps)
        if moment != shown:
            screen.print(f"{_state(status)}: step {status.step} of {status.steps}  {_numbers(status)}".rstrip())
            shown = moment
    return status


def _state(status: RunStatus) -> str:
    place = status.queue_position or 1
    ahead = f" ({place - 1} before it)" if place > 1 else ""
    return f"{status.run_id} {status.state}{ahead}"


def _numbers(status: RunStatus) -> str:
    """'loss 2.10  validation 2.15  31,000 tokens/s', of what is known: with the bar it fits into 80 columns."""
    parts = (
        ("loss ", number(status.train_loss, 2), ""),
        ("validation ", number(status.val_loss, 2), ""),
        ("", f"{status.tokens_per_second:,.0f}" if status.tokens_per_second else "", " tokens/s"),
    )
    return "  ".join(f"{before}{value}{after}" for before, value, after in parts if value)
