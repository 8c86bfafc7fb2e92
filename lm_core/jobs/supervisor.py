"""Keeps the queue moving: waiting runs in, worker processes out, and lost ones started again.

    python -m lm_core.jobs.supervisor [--idle-exit SECONDS]

One small process per data folder. It remembers nothing: killed and started anew, it finds the workers in the store
and goes on. Workers do not need it to train, to report, or to be paused.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from lm_core.errors import LMError
from lm_core.files import write_atomically
from lm_core.jobs.database import StoreAway
from lm_core.jobs.endings import why_it_ended
from lm_core.jobs.processes import (
    holds_write_lock,
    is_alive,
    is_frozen,
    kill,
    log,
    start_detached,
    this_host,
    this_process,
)
from lm_core.jobs.queue import Claim, Queue, Worker
from lm_core.jobs.spare import Spare
from lm_core.jobs.status import TRAINING, RunStatus
from lm_core.jobs.store import Store, open_store
from lm_core.jobs.watch import STUCK_SECONDS, Watch, longest_step
from lm_core.runs.run import Run
from lm_core.settings import Settings, read_settings

TICK_SECONDS = 0.25
LISTEN_SECONDS = 0.02  # between two looks at whether somebody knocks, which costs no database
IDLE_EXIT_SECONDS = 120.0
MISSED_AFTER = 5.0  # seconds in the queue, or of a worker's silence, which a supervisor would have seen to
START_GRACE_SECONDS = 60.0  # importing torch on a busy machine takes its time


@dataclass(frozen=True)
class Started:
    """A supervisor that this process started, kept so that it can be reaped."""

    home: Path
    at: float
    process: subprocess.Popen[bytes]


_started: list[Started] = []


class Supervisor:
    """One look at everything is one `tick`."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._queue = Queue(store.database)
        self._host = this_host()
        self._watch = Watch(clock)
        self._blocking = Watch(clock)  # looked at while the store is away alone
        self._warned: set[tuple[str, float | None]] = set()
        self._children: dict[Claim, subprocess.Popen[bytes]] = {}
        self._spare = Spare(settings)

    def tick(self) -> None:
        """Notice lost workers, then fill free places. While the store is away, nobody is judged but who keeps it."""
        self._watch.look()
        workers: list[Worker] = []
        try:
            workers = self._queue.workers()
            for worker in workers:
                self._judge(worker)
            places, per_owner = self._settings.parallel_runs, self._settings.parallel_per_owner
            while claim := self._queue.claim(places, self._host, per_owner):
                self._start(claim)
            if sum(worker.state in TRAINING for worker in workers) < self._settings.parallel_runs:
                self._spare.keep()  # for the next run; while all places are taken, none can begin
        except StoreAway as error:
            log(error)
            self._watch.forget()
            with suppress(StoreAway):  # then it is seen to be gone
                self._free_the_store(workers)
        self._children = {claim: child for claim, child in self._children.items() if child.poll() is None}

    def is_idle(self) -> bool:
        """Nothing waits, nothing trains, nobody looks; a store that cannot be read counts as busy."""
        try:
            return self._queue.is_empty() and not self._spare.is_wanted
        except StoreAway:
            return False

    def end(self) -> None:
        """Leave; workers go on, only one that waits for work goes too."""
        self._spare.end()

    def _start(self, claim: Claim) -> None:
        run = Run(self._settings.runs_folder / claim.run_id)
        if ready := self._spare.hand_over(claim.run_id, claim.epoch):
            self._children[claim] = ready
            return
        try:
            self._children[claim] = start_detached(
                "lm_core.jobs.worker",
                [claim.run_id, str(claim.epoch)],
                log_path=run.log_path,
                settings=self._settings,
            )
        except OSError as error:
            self._queue.worker_lost(claim.run_id, claim.epoch, f"No worker could be started: {error}.")

    def _judge(self, worker: Worker) -> None:
        if reason := self._reason_to_give_up(worker):
            self._give_up(worker, reason)

    def _give_up(self, worker: Worker, reason: str) -> None:
        log(f"{worker.run_id} worker {worker.epoch}: {reason}")
        self._queue.worker_lost(worker.run_id, worker.epoch, reason)

    def _reason_to_give_up(self, worker: Worker) -> str | None:
        child = self._children.get(Claim(worker.run_id, worker.epoch))
        code = child.poll() if child else None
        if code is not None:
            return why_it_ended(code, Run(self._settings.runs_folder / worker.run_id).log_path)
        here = self._process_of(worker)
        if here and not child and not is_alive(*here):
            return "Its process is gone."
        reason = self._why_it_hangs(worker)
        if reason and here:
            kill(*here)
        return reason

    def _process_of(self, worker: Worker) -> tuple[int, float] | None:
        """Its pid and when it started, where it runs on this machine."""
        if worker.host != self._host or worker.pid is None or worker.pid_started is None:
            return None
        return worker.pid, worker.pid_started

    def _free_the_store(self, workers: Iterable[Worker]) -> None:
        """End a worker that stood still in the midst of writing for a whole lease: it would keep others out for ever.

        While another program keeps them out, workers neither stand still nor hold the lock themselves.
        """
        for worker in workers:
            here, lease = self._process_of(worker), self._settings.lease_seconds
            blocks = here is not None and is_alive(*here) and (is_frozen(here[0]) or holds_write_lock(here[0]))
            silence = self._blocking.silence(worker.run_id, (worker.epoch, worker.lease_until, blocks))
            if here and blocks and silence > lease:
                kill(*here)
                self._give_up(worker, f"It stood still for {silence:.0f} seconds and let nobody else write.")

    def _why_it_hangs(self, worker: Worker) -> str | None:
        """No sign of life, or signs of life alone: its reporter speaks, and its training loop stands still."""
        allowed = START_GRACE_SECONDS if worker.state == "starting" else self._settings.lease_seconds
        if self._watch.silence(worker.run_id, (worker.epoch, worker.lease_until)) > allowed:
            self._queue.note_silence(worker.run_id)  # on a full disk this fails: then it is not the worker that is ill
            return f"It gave no sign of life for {allowed:.0f} seconds."
        stuck = self._watch.silence(f"{worker.run_id} progress", (worker.epoch, worker.state, worker.progress_at))
        if worker.state != "running" or stuck <= STUCK_SECONDS:
            return None
        longest = longest_step(worker.config, worker.tokens_per_second)
        if stuck <= longest:
            return None
        if (worker.run_id, worker.progress_at) not in self._warned:
            self._queue.note_silence(worker.run_id, "stuck")
            self._warned.add((worker.run_id, worker.progress_at))
        return f"Its training stood still for {stuck:.0f} seconds." if stuck > 2 * longest else None


def ensure_supervisor(settings: Settings) -> int | None:
    """Start a supervisor for this data folder, or tell the one that is there to look; the new one's pid, or None.

    Thirty clicks while the first one still imports its modules start one, not thirty.
    """
    _started[:] = [each for each in _started if each.process.poll() is None]
    settings.home.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # a full disk: it looks by itself soon
        _bell(settings).touch()
    if _is_on_its_way(settings):
        return None
    lock = _lock(settings)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    lock.release()
    process = start_detached(
        "lm_core.jobs.supervisor", [], log_path=settings.home / "supervisor.log", settings=settings
    )
    _started.append(Started(settings.home, time.monotonic(), process))
    return process.pid


def _is_on_its_way(settings: Settings) -> bool:
    """Has this process just started one? It holds its lock soon; later the lock alone tells."""
    young = time.monotonic() - START_GRACE_SECONDS
    return any(each.home == settings.home and each.at > young and each.process.poll() is None for each in _started)


def look_after(statuses: Iterable[RunStatus], settings: Settings) -> None:
    """See to it that a supervisor lives where one is missed: a run waits, or its worker is silent, for a while now.

    Whoever looks at runs calls this, so that what was killed together with its supervisor goes on.
    """
    if not _is_on_its_way(settings) and any(_is_unattended(status) for status in statuses):
        ensure_supervisor(settings)


def _is_unattended(status: RunStatus) -> bool:
    if status.state == "queued":
        return time.time() - status.created_at > MISSED_AFTER
    return status.silent_seconds > MISSED_AFTER


def main() -> int:
    """Watch over the queue until nothing has been in it for a while. Exit code 0: idle, or another one is there."""
    arguments = argparse.ArgumentParser(description="Start and watch over training workers.")
    arguments.add_argument("--idle-exit", type=float, default=IDLE_EXIT_SECONDS, metavar="SECONDS")
    idle_exit: float = arguments.parse_args().idle_exit
    try:
        settings = read_settings()
        store = open_store(settings.store_url)
    except LMError as error:
        print(error, file=sys.stderr)
        return 2
    lock = _lock(settings)
    while True:
        try:
            lock.acquire(timeout=2)
        except Timeout:
            return 0
        _write_pid(settings)
        supervisor = Supervisor(settings, store)
        try:
            _supervise(supervisor, settings, idle_exit)
        finally:
            supervisor.end()
        lock.release()
        if not settings.home.exists() or supervisor.is_idle():
            return 0  # a run submitted while the lock was still held is seen here, or by its own ensure_supervisor


def _supervise(supervisor: Supervisor, settings: Settings, idle_exit: float) -> None:
    busy_at = time.monotonic()
    while settings.home.exists():
        rung = _rung_at(settings)  # before the look: who rings during it is heard after it
        supervisor.tick()
        if not supervisor.is_idle():
            busy_at = time.monotonic()
        elif time.monotonic() - busy_at > idle_exit:
            return
        _listen(settings, rung)


def _listen(settings: Settings, rung: int | None) -> None:
    """Sleep for a tick, or until somebody has rung since `rung`."""
    until = time.monotonic() + TICK_SECONDS
    while time.monotonic() < until and _rung_at(settings) == rung:
        time.sleep(LISTEN_SECONDS)


def _rung_at(settings: Settings) -> int | None:
    try:
        return _bell(settings).stat().st_mtime_ns
    except OSError:
        return None


def _bell(settings: Settings) -> Path:
    return settings.home / "supervisor.bell"


def _lock(settings: Settings) -> FileLock:
    return FileLock(settings.home / "supervisor.lock", is_singleton=False)


def _write_pid(settings: Settings) -> None:
    me = this_process()
    write_atomically(settings.home / "supervisor.pid", f"{me.pid} {me.started}\n".encode())


if __name__ == "__main__":
    sys.exit(main())
