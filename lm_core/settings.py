"""Where this machine keeps its data and how much it may use: the one reader of the environment.

TOKENARIUM_HOME          the data folder (default: the platform's place for user data)
TOKENARIUM_STORE         database URL (default: an SQLite file in the data folder)
TOKENARIUM_PARALLEL      runs that train at once (default: half of the cores, but 2 to compare side by side)
TOKENARIUM_PARALLEL_PER_OWNER   how many of these may be one person's, even where places are idle (default: turns alone
                         decide, so whoever trains fewest is next, and idle places may be taken)
TOKENARIUM_TEXT_MB       largest text of one's own, in megabytes (default 20)
TOKENARIUM_QUEUED        runs that one person may have waiting (default 50)
TOKENARIUM_WATTS         power of one busy core, where energy cannot be measured (default 10)
TOKENARIUM_DISK_MB       what the runs of one person may take up on the disk, in megabytes (default 50000)
TOKENARIUM_SPARE         workers that wait with torch imported, so that a run starts at once: 0 or 1 (default 1)
TOKENARIUM_LEASE         seconds of silence after which a worker counts as lost (default 15)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from lm_core.errors import ConfigError

MOST_WATTS = 1000  # of one core
GALLERY = Path(__file__).parents[1] / "assets" / "gallery"


@dataclass(frozen=True)
class Settings:
    """Read once per process with `read_settings()`; tests build their own."""

    home: Path
    store_url: str
    parallel_runs: int
    max_text_bytes: int
    queued_per_owner: int = 50
    disk_bytes_per_owner: int = 50_000_000_000
    lease_seconds: int = 15
    watts_per_core: float = 10.0  # processors of today are sold for 4 (laptops) to 15 (desktops) watts a core
    spare_workers: int = 0
    parallel_per_owner: int | None = None

    @property
    def runs_folder(self) -> Path:
        return self.home / "runs"

    @property
    def texts_folder(self) -> Path:
        return self.home / "texts"

    @property
    def tokenizers_folder(self) -> Path:
        """Uploaded tokenizer.json files, by fingerprint."""
        return self.home / "tokenizers"

    @property
    def threads_per_run(self) -> int:
        """Cores shared fairly between the runs that may train at once."""
        return max(1, available_cores() // self.parallel_runs)


def read_settings() -> Settings:
    """The settings of this process.

    Raises:
        ConfigError: a variable does not hold a number where one is needed.
    """
    home = Path(os.environ.get("TOKENARIUM_HOME") or platformdirs.user_data_dir("tokenarium")).expanduser().absolute()
    store_url = os.environ.get("TOKENARIUM_STORE") or f"sqlite:///{home / 'tokenarium.db'}"
    return Settings(
        home=home,
        store_url=store_url,
        parallel_runs=_whole_number("TOKENARIUM_PARALLEL", max(2, available_cores() // 2)),
        max_text_bytes=_whole_number("TOKENARIUM_TEXT_MB", 20) * 1_000_000,
        queued_per_owner=_whole_number("TOKENARIUM_QUEUED", 50),
        disk_bytes_per_owner=_whole_number("TOKENARIUM_DISK_MB", 50_000) * 1_000_000,
        lease_seconds=_whole_number("TOKENARIUM_LEASE", 15),
        watts_per_core=_watts("TOKENARIUM_WATTS", 10.0),
        parallel_per_owner=_whole_number("TOKENARIUM_PARALLEL_PER_OWNER", 0) or None,
        spare_workers=min(1, _whole_number("TOKENARIUM_SPARE", 1, least=0)),
    )


def available_cores() -> int:
    """Cores this process may use, which in a container can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _watts(name: str, default: float) -> float:
    text = os.environ.get(name)
    if not text:
        return default
    plain = text.isascii() and text.replace(".", "", 1).isdecimal()
    if not plain or not 0 < float(text) <= MOST_WATTS:
        raise ConfigError(f"{name} must be a number of watts above 0 and up to {MOST_WATTS}, not {text!r}.")
    return float(text)


def _whole_number(name: str, default: int, least: int = 1) -> int:
    text = os.environ.get(name)
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise ConfigError(f"{name} must be a whole number above {least - 1}, not {text!r}.")
    return int(text)
