"""How much electricity this process used: the system's counters, else its own CPU time in, watt-hours out.

    measured     Intel's and AMD's processors count the energy of a whole package (RAPL); Linux shows it as microjoules
                 in /sys/class/powercap, often to the administrator only. This process is charged its share of the CPU
                 time that the machine was busy.
    estimated    everywhere else: the CPU time of this process, times a stated power of one busy core

Neither sees memory, disk, screen, or the loss in the power supply. (Khan et al. 2018, "RAPL in action".)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]

POWERCAP = Path("/sys/class/powercap")
JOULES_PER_WATT_HOUR = 3600.0
MEASURE_SECONDS = 1.0  # between two looks at the counters: CPU times come in hundredths of a second
REPORT_SECONDS = 0.25  # between two reported numbers, as often as they are written


class Package:
    """One processor package's counter. It begins again at 0 when it is full, after an hour or so of hard work."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError or ValueError: it cannot be read here."""
        self._counter = folder / "energy_uj"
        self._full = int((folder / "max_energy_range_uj").read_text())
        self._last = int(self._counter.read_text())

    def joules(self) -> float:
        """What it counted since it was read last."""
        now = int(self._counter.read_text())
        used = now - self._last if now >= self._last else now + self._full - self._last
        self._last = now
        return used / 1e6


def readable_packages(powercap: Path = POWERCAP) -> list[Package]:
    """The counters of whole packages that this process may read: "intel-rapl:0" is one, "intel-rapl:0:1" a part."""
    found = []
    for folder in sorted(powercap.glob("intel-rapl:*")) if powercap.is_dir() else []:
        if folder.name.count(":") > 1:
            continue
        with suppress(OSError, ValueError):
            if (folder / "name").read_text().startswith("package"):
                found.append(Package(folder))
    return found


def machine_busy_seconds() -> float:
    """CPU time of all programs of this machine together."""
    times = psutil.cpu_times()
    return float(sum(getattr(times, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal")))


class EnergyMeter:
    """The watt-hours of a run, this process's added to those of its earlier workers.

    `watts_per_core` is 0 where the energy is measured: then no power is assumed.
    """

    def __init__(
        self,
        watts_per_core: float,
        *,
        earlier: float = 0.0,
        powercap: Path = POWERCAP,
        own_seconds: Callable[[], float] = time.process_time,
        busy_seconds: Callable[[], float] = machine_busy_seconds,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._packages = readable_packages(powercap)
        self.watts_per_core = 0.0 if self._packages else watts_per_core
        self._own_seconds, self._busy_seconds, self._clock = own_seconds, busy_seconds, clock
        self._watt_hours = earlier
        self._own = own_seconds()
        self._busy = busy_seconds() if self._packages else 0.0
        self._looked_at = self._reported_at = clock()
        self._has_reported = False

    def report(self, *, now: bool = False) -> dict[str, float]:
        """The numbers to note with a step: nothing if the last ones are fresh, unless they are wanted `now`."""
        at = self._clock()
        if self._has_reported and not now and at - self._reported_at < REPORT_SECONDS:
            return {}
        source = {} if self._has_reported else {"watts_per_core": self.watts_per_core}
        self._has_reported, self._reported_at = True, at
        return {"energy_wh": self.watt_hours(), **source}

    def watt_hours(self) -> float:
        """Used so far; counters are looked at once a second at most."""
        if not self._packages:
            own = self._own_seconds()
            self._add((own - self._own) * self.watts_per_core)
            self._own = own
        elif self._clock() - self._looked_at >= MEASURE_SECONDS:
            self._looked_at = self._clock()
            with suppress(OSError, ValueError):  # a counter that is taken away leaves a gap
                self._measure()
        return self._watt_hours

    def _measure(self) -> None:
        joules = sum(package.joules() for package in self._packages)
        own, busy = self._own_seconds(), self._busy_seconds()
        share = min(1.0, (own - self._own) / (busy - self._busy)) if busy > self._busy else 0.0
        self._own, self._busy = own, busy
        self._add(joules * share)

    def _add(self, joules: float) -> None:
        self._watt_hours += max(0.0, joules) / JOULES_PER_WATT_HOUR
