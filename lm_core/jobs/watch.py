"""Who has gone silent: leases as they are seen in, seconds without news out, by the watcher's own clock alone.

Comparing a lease's time with a clock would condemn every healthy worker after a laptop wakes up, or where two
machines' clocks differ. So the watcher only asks: has this lease changed since I last looked, and how long is that
by my own clock, which I know has been running? (The rule of Kubernetes' client-go leader election.)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable

from lm_core.config import RunConfig, parse_config

LONGEST_GAP = 3.0  # seconds between two looks; a longer gap means that this machine slept

STUCK_SECONDS = 60.0  # without progress, at least, before anybody worries about a training loop
STUCK_STEPS = 20.0  # … and so many of its own steps


def longest_step(config_json: str, tokens_per_second: float | None) -> float:
    """Seconds without progress after which a training loop of this speed is suspected to hang; twice that is proof."""
    if not tokens_per_second:
        return STUCK_SECONDS
    config = parse_config(RunConfig, config_json)
    step_seconds = config.train.batch_size * config.model.context_length / tokens_per_second
    return max(STUCK_SECONDS, STUCK_STEPS * step_seconds)


class Watch:
    """Remembers when each lease was last seen to change."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[Hashable, float]] = {}
        self._last_look = clock()

    def look(self) -> None:
        """Begin a round; after a gap everybody gets a fresh start, for the workers slept as well."""
        now = self._clock()
        if now - self._last_look > LONGEST_GAP:
            self._seen.clear()
        self._last_look = now

    def silence(self, run_id: str, lease: Hashable) -> float:
        """Seconds for which this run's lease has been seen unchanged."""
        now = self._clock()
        if run_id not in self._seen or self._seen[run_id][0] != lease:
            self._seen[run_id] = (lease, now)
        return now - self._seen[run_id][1]

    def forget(self) -> None:
        """Give everybody a fresh start."""
        self._seen.clear()
