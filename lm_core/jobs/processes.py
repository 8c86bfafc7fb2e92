"""Processes that outlive the one that started them: a command in, a process and ways to tell whether it lives out."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

from lm_core.settings import Settings

_SAME_START_SECONDS = 2.0  # the system's idea of a start time moves a little when the clock is set
_WRITERS_BYTE, _END_OF_LOCKS = 120, 128  # of SQLite's -shm file


@dataclass(frozen=True)
class ProcessName:
    """Which process, for certain: a pid alone may belong to another program by tomorrow."""

    host: str
    pid: int
    started: float


def this_host() -> str:
    return socket.gethostname()


def this_process() -> ProcessName:
    return ProcessName(this_host(), os.getpid(), psutil.Process().create_time())


def log(line: object) -> None:
    """Write into this process's log; a full disk, on which the log lies too, is no reason to end."""
    with suppress(OSError):
        print(line, flush=True)


def is_alive(pid: int, started: float) -> bool:
    """Does that very process run on this machine?"""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < _SAME_START_SECONDS
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill(pid: int, started: float) -> None:
    """End that very process at once, and wait until it is gone."""
    if not is_alive(pid, started):
        return
    try:
        process = psutil.Process(pid)
        process.kill()
        process.wait(timeout=5)
    except (psutil.NoSuchProcess, psutil.TimeoutExpired):
        return


def is_frozen(pid: int) -> bool:
    """Does that process stand still until somebody lets it go on: stopped by a signal, or held by a debugger?"""
    try:
        return psutil.Process(pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    except psutil.Error:
        return False


def holds_write_lock(pid: int) -> bool:
    """Is that process in the midst of writing into a database of SQLite? False where the system does not tell.

    Source: proc(5), /proc/locks; the lock that admits one writer is byte 120 of the -shm file (sqlite.org/walformat).
    """
    try:
        locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    except OSError:
        return False
    mine = [lock[-2:] for lock in locks if lock[1] == "POSIX" and lock[3:5] == ["WRITE", str(pid)]]
    return any(last.isdecimal() and int(first) <= _WRITERS_BYTE <= int(last) < _END_OF_LOCKS for first, last in mine)


def start_detached(
    module: str, arguments: Sequence[str], *, log_path: Path, settings: Settings, fed: bool = False
) -> subprocess.Popen[bytes]:
    """Start `python -m module …` so that neither a closed terminal nor our own end takes it along.

    One that is `fed` hears what we write to its `stdin`, and that it ends when we do.
    """
    command = [sys.executable, "-m", module, *arguments]
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(settings),
            cwd=settings.home,
            start_new_session=True,  # ignored on Windows, where the flags do this
            creationflags=_windows_flags(),
        )


def _windows_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    return 0


def _environment(settings: Settings) -> dict[str, str]:
    """What `read_settings` in the new process turns into these settings again, and its share of the cores."""
    threads = str(settings.threads_per_run)
    return {
        **os.environ,
        "TOKENARIUM_HOME": str(settings.home),
        "TOKENARIUM_STORE": settings.store_url,
        "TOKENARIUM_PARALLEL": str(settings.parallel_runs),
        "TOKENARIUM_TEXT_MB": str(max(1, settings.max_text_bytes // 1_000_000)),
        "TOKENARIUM_PARALLEL_PER_OWNER": str(settings.parallel_per_owner or ""),
        "TOKENARIUM_SPARE": str(settings.spare_workers),
        "TOKENARIUM_LEASE": str(settings.lease_seconds),
        "TOKENARIUM_WATTS": str(settings.watts_per_core),
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        # Threads that wait for each other sleep instead of spinning: on a busy machine a step took 10 s otherwise.
        "OMP_WAIT_POLICY": "passive",
        "KMP_BLOCKTIME": "0",
        "PYTHONUNBUFFERED": "1",
    }
