"""A worker that has all but its run: a line "RUN EPOCH" on its standard input in, that run's worker out.

    python -m lm_core.jobs.spare

Importing torch and making the first step take seconds. A spare has done both before anybody clicks, and then sleeps
until its supervisor hands it a run. Its standard input ends with its supervisor, however that ends, and so does it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from lm_core.jobs.processes import start_detached
from lm_core.runs.run import Run
from lm_core.settings import Settings, read_settings

SECONDS_AFTER_A_FAILURE = 60.0  # before another one is tried: what ended it may do so again
WANTED_SECONDS = 600.0  # after somebody last looked at a page


class Spare:
    """The supervisor's side: at most one process that waits."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0

    @property
    def is_wanted(self) -> bool:
        """Has anybody looked at a page lately? A command that trains wants none for the next one."""
        if not self._settings.spare_workers:
            return False
        try:
            return time.time() - _mark(self._settings).stat().st_mtime < WANTED_SECONDS
        except OSError:
            return False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def keep(self) -> None:
        """Have one ready if one is wanted, else let it go."""
        if not self.is_wanted:
            self.end()
            return
        if self._process and self._process.poll() is not None:
            self._process = None
            self._not_before = time.monotonic() + SECONDS_AFTER_A_FAILURE
        if self._process or time.monotonic() < self._not_before:
            return
        with suppress(OSError):
            self._process = start_detached(
                "lm_core.jobs.spare", [], log_path=self._settings.home / "spare.log", settings=self._settings, fed=True
            )

    def hand_over(self, run_id: str, epoch: int) -> subprocess.Popen[bytes] | None:
        """Let it work on this run from now on; None where there is none, or it is dead."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return None
        try:
            with process.stdin as line:
                line.write(f"{run_id} {epoch}\n".encode())
        except OSError:  # nobody reads any more
            return None
        return process if process.poll() is None else None

    def end(self) -> None:
        """Let it go; it has done nothing yet that would be lost."""
        process, self._process = self._process, None
        if process and process.stdin:
            process.kill()
            process.wait()
            process.stdin.close()


def want_spare(settings: Settings) -> None:
    """Say that somebody may start a run soon; it holds for ten minutes."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # a full disk: then a start takes its time
        _mark(settings).touch()


def _mark(settings: Settings) -> Path:
    return settings.home / "spare.wanted"


def warm_up() -> None:
    """Two steps by each optimizer and a frame of the film, on a model that nobody keeps.

    Whatever torch puts off until it is used first is done then. Chance is as it was: a run is seeded anyway.
    """
    import numpy as np
    import torch

    from lm_core.config import RunConfig, parse_config
    from lm_core.data.dataset import TokenDataset
    from lm_core.jobs import training_run  # noqa: F401  all that a worker imports
    from lm_core.training.loop import train
    from lm_core.training.state import new_state

    model = {"n_layers": 1, "n_heads": 2, "d_model": 16, "context_length": 8}
    tokens = np.arange(64, dtype=np.uint16) % 16
    dataset = TokenDataset(tokens, tokens, vocab_size=16, train_bytes=64, validation_bytes=64)
    with torch.random.fork_rng(devices=[]):
        for optimizer in ("adamw", "muon"):
            steps = {"steps": 2, "warmup_steps": 1, "batch_size": 2, "eval_windows": 1, "optimizer": optimizer}
            config = parse_config(RunConfig, {"model": model, "train": steps})
            for _event in train(new_state(config, vocab_size=16), dataset, config):
                pass


def main() -> int:
    """Get ready, wait for a run, and work on it; returns the exit code."""
    warm_up()
    line = sys.stdin.readline().split()
    if len(line) != 2:
        return 0  # the supervisor is gone
    from lm_core.jobs import worker

    _write_into(Run(read_settings().runs_folder / line[0]))
    return worker.main(line)


def _write_into(run: Run) -> None:
    """What this process says from now on belongs into the run's log."""
    with suppress(OSError):
        file = os.open(run.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file, stream.fileno())
        os.close(file)


if __name__ == "__main__":
    sys.exit(main())
