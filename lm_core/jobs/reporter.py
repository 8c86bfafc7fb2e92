"""The worker's voice and ear: numbers appended in, batched writes out; wishes read, twenty times a second.

The training loop only appends to a queue, which costs a microsecond. A thread beside it writes what has gathered,
renews the lease, and reads what people wish. It runs from before torch is imported, so a slow start is no silence.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from lm_core.errors import LostLease
from lm_core.jobs.database import StoreAway
from lm_core.jobs.lease import Control, Lease, Row
from lm_core.jobs.processes import log, this_process
from lm_core.jobs.status import OVER, State

POLL_SECONDS = 0.05
FLUSH_SECONDS = 0.25
BEAT_SECONDS = 1.0
RETRY_SECONDS = 0.5
FIRST_STEPS = 1

_OBSERVED = {  # which columns of the run's row show the newest value of which metric
    "loss": "train_loss",
    "val_loss": "val_loss",
    "tokens_per_second": "tokens_per_second",
    "learning_rate": "learning_rate",
}


def leave_at_once() -> None:
    """End this process without another word: the run is in other hands, or over."""
    os._exit(0)


class Reporter:
    """One per worker. `leave` is called when the worker must not go on, whatever it is doing."""

    def __init__(self, lease: Lease, leave: Callable[[], None] = leave_at_once) -> None:
        self._lease = lease
        self._leave = leave
        self._control = Control("run", 0)
        self._changed = threading.Condition()
        self._rows: deque[Row] = deque()
        self._unsent: list[Row] = []
        self._observed: dict[str, Any] = {}
        self._writing = threading.Lock()  # the loop and the thread both write; one at a time
        self._preparing = True
        self._moved = False
        self._hurry = False
        self._closed = threading.Event()
        self._written_at = 0.0
        self.named_checkpoint: str | None = None  # by the run's row: whoever comes next begins there
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Register this process, then begin to listen.

        Raises:
            LostLease: the run has another worker by now.
        """
        me = this_process()
        self._patiently(lambda: self._lease.register(host=me.host, pid=me.pid, pid_started=me.started))
        self._control = self._lease.control()
        self._thread.start()

    def close(self) -> None:
        """Stop listening. What was added and not yet written is lost; `change_state` writes it."""
        self._closed.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def control(self) -> Control:
        """What people wish, at most 50 ms ago."""
        return self._control

    def prepared(self, checkpoint_file: str | None = None) -> None:
        """From now on the loop answers a wish to stop; until now the reporter did. It begins at that checkpoint."""
        with self._writing:
            self._preparing = False
            self.named_checkpoint = checkpoint_file

    def add(self, step: int, values: dict[str, float]) -> None:
        """Note the numbers of a step that is complete: readers ask for the steps after those they have.

        The first ones are written at once, for people wait for them.
        """
        self._hurry |= step <= FIRST_STEPS
        self._rows.extend((step, name, value) for name, value in values.items())

    def checkpoint_saved(self, step: int, file: str) -> None:
        """Point the run's row at a checkpoint; a run that gets this far may lose as many workers again, and what was
        said about the last loss is over.
        """
        with self._writing:
            self._observed |= {"checkpoint_step": step, "checkpoint_file": file, "attempts": 1, "message": ""}

    def change_state(self, state: State, message: str | None = None, *, ctl_seen: int | None = None) -> None:
        """Write everything noted so far and the new state, now; waits for a database that is away.

        Raises:
            LostLease: the run has another worker by now.
        """
        said = {"message": message} if message is not None else {}
        seen = {"ctl_seen": ctl_seen} if ctl_seen is not None else {}
        if state in OVER:
            self._closed.set()  # the lease ends with the run, and the thread would take that for a loss

        def write() -> None:
            self._send(lambda rows, observed: self._lease.change_state(state, rows, **(observed | said | seen)))

        self._patiently(write)

    def change_rate(self, step: int, rate: float | None) -> None:
        """Write down, now, that from `step` on training goes at `rate`; waits for a database that is away.

        Raises:
            LostLease: the run has another worker by now.
        """
        self._patiently(lambda: self._lease.change_rate(step, rate))

    def pulse(self) -> None:
        """The training loop lives: the one thing that this thread cannot know by itself."""
        self._moved = True

    def is_place_short(self, places: int) -> bool:
        """Do others need the place in which this run rests? Not known, so no, while the database is away."""
        try:
            return self._lease.is_place_short(places)
        except StoreAway:
            return False

    def park(self, ctl: int, message: str) -> bool:
        """Give the run back, unless people have wished something since wish `ctl`.

        Raises:
            LostLease: the run has another worker by now.
        """
        parked = False

        def write(rows: list[Row], observed: dict[str, Any]) -> None:
            nonlocal parked
            parked = self._lease.park(ctl, rows=rows, **(observed | {"message": message}))
            if parked:
                self._closed.set()  # the lease is given back, and the thread would take that for a loss

        self._patiently(lambda: self._send(write))
        return parked

    def say(self, message: str) -> None:
        """Tell people what is going on, with the next write."""
        with self._writing:
            self._observed["message"] = message

    def wait_for_wish(self, ctl: int, timeout: float | None = None) -> bool:
        """Sleep until people wish something else than wish number `ctl`; False if `timeout` seconds went by."""
        with self._changed:
            return self._changed.wait_for(lambda: self._control.ctl != ctl, timeout)

    def _run(self) -> None:
        while not self._closed.wait(POLL_SECONDS):
            try:
                self._listen()
                self._write_if_due()
            except LostLease as error:
                if not self._closed.is_set():
                    log(error)
                    self._leave()
                return
            except StoreAway as error:
                log(error)
                self._closed.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        control = self._lease.control()
        if control == self._control:
            if self._preparing and control.want == "stop":
                self._stop_while_preparing()
            return
        with self._changed:
            self._control = control
            self._changed.notify_all()

    def _write_if_due(self) -> None:
        quiet = time.monotonic() - self._written_at
        due = self._hurry or quiet >= FLUSH_SECONDS
        if quiet >= BEAT_SECONDS or (due and (self._rows or self._observed)):
            self._send(lambda rows, observed: self._lease.report(rows, **observed))

    def _stop_while_preparing(self) -> None:
        """Nothing has been learned yet that would have to be saved."""
        with self._writing:
            if not self._preparing:
                return
            self._lease.change_state("stopped", message="Stopped before training began.")
        self._leave()

    def _send(self, write: Callable[[list[Row], dict[str, Any]], None]) -> None:
        """One transaction with all that has gathered; what could not be written stays for the next one."""
        with self._writing:
            observed = dict(self._observed)  # before the rows: a checkpoint may only be named once its rows are there
            while self._rows:
                self._unsent.append(self._rows.popleft())
            moved, self._moved = self._moved, False
            self._hurry = False
            write(self._unsent, observed | _newest_values(self._unsent) | ({"moved": True} if moved else {}))
            self._written_at = time.monotonic()
            self.named_checkpoint = observed.get("checkpoint_file", self.named_checkpoint)
            self._unsent = []
            self._observed = {}

    def _patiently(self, write: Callable[[], None]) -> None:
        while True:
            try:
                return write()
            except StoreAway as error:
                log(error)
                time.sleep(RETRY_SECONDS)


def _newest_values(rows: list[Row]) -> dict[str, Any]:
    """[(4, "loss", 2.0), (5, "loss", 1.9)] -> {"step": 5, "train_loss": 1.9}; NaN -> None"""
    newest: dict[str, Any] = {}
    for step, name, value in rows:
        newest["step"] = step
        if name in _OBSERVED:
            newest[_OBSERVED[name]] = value if math.isfinite(value) else None
    return newest
