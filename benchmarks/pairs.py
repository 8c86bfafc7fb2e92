"""Two ways of doing one thing in, an honest ratio out: measured in turns, so that a busy machine is busy for both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Ratio:
    """Speeds of A and B, and the median of A/B over the pairs with the lowest and the highest."""

    a: float
    b: float
    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.lowest:.2f}, {self.highest:.2f}]"


def compare(a: Callable[[], float], b: Callable[[], float], *, pairs: int) -> Ratio:
    """Call A B A B …; each call returns a speed (higher is better). One call of each goes before, unmeasured."""
    a()
    b()
    speeds = [(a(), b()) for _ in range(pairs)]
    ratios = [first / second for first, second in speeds]
    return Ratio(
        median(first for first, _ in speeds),
        median(second for _, second in speeds),
        median(ratios),
        min(ratios),
        max(ratios),
    )


def speed(work: Callable[[], int], seconds: float) -> float:
    """How much of something one thread does in a second of processor time; `work` returns how much it did.

    Processor time does not run while another program has the core, so a busy machine bends it little. On a very busy
    one, four times `seconds` by the clock are enough.
    """
    started, clock, done = time.process_time(), time.monotonic(), 0
    while time.process_time() - started < seconds and time.monotonic() - clock < 4 * seconds:
        done += work()
    return done / (time.process_time() - started)


def load() -> str:
    """How busy the machine was, as every figure depends on it."""
    average = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return f"load average {average}, {os.cpu_count()} cores"
