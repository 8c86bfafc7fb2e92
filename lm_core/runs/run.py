"""A run's folder: a run id in, the one place that knows which file holds what out.

run.json          the whole experiment (`RunConfig`)
facts.json        what the worker found out before the first step (`RunFacts`)
tokenizer/        the trained tokenizer
tokens/           the text as numbers, training and validation part
checkpoints/      weights, optimizer and random state, to go on from
start.safetensors the same of another run, in a run that went on from that one
history/          what the probe sentence, the samples and the weights looked like at some moments of training
worker.log        what the worker process wrote; worker.lock is held while one works here
metrics.json      the curves, only in a run that was exported (the gallery's)
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lm_core import settings as machine
from lm_core.config import FORMAT_VERSION, RunConfig, parse_config
from lm_core.errors import ConfigError, RunError
from lm_core.files import write_atomically
from lm_core.runs.facts import RunFacts
from lm_core.settings import Settings

RUN_ID = r"^[a-z0-9][a-z0-9-]{2,40}$"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32: no 0 or 1 to mistake for letters
_FACTS = TypeAdapter(RunFacts)


class Run:
    """One run's folder, which may live among one's own runs or in the gallery."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def config_path(self) -> Path:
        return self.folder / "run.json"

    @property
    def facts_path(self) -> Path:
        return self.folder / "facts.json"

    @property
    def tokenizer_folder(self) -> Path:
        return self.folder / "tokenizer"

    @property
    def tokens_folder(self) -> Path:
        return self.folder / "tokens"

    @property
    def checkpoints_folder(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def start_path(self) -> Path:
        return self.folder / "start.safetensors"

    @property
    def history_folder(self) -> Path:
        return self.folder / "history"

    @property
    def log_path(self) -> Path:
        return self.folder / "worker.log"

    @property
    def lock_path(self) -> Path:
        return self.folder / "worker.lock"

    @property
    def metrics_path(self) -> Path:
        return self.folder / "metrics.json"

    def read_config(self) -> RunConfig:
        """The run's configuration.

        Raises:
            RunError: the file is missing, damaged, or of a format that this version cannot read.
        """
        text = self._read(self.config_path)
        self._check_format(text, self.config_path)
        try:
            return parse_config(RunConfig, text)
        except ConfigError as error:
            raise RunError(f'The configuration of run "{self.id}" cannot be used: {error}') from None

    def write_config(self, config: RunConfig) -> None:
        write_atomically(self.config_path, config.to_json().encode())

    def read_facts(self) -> RunFacts:
        """What the worker found out before the first step.

        Raises:
            RunError: the run has not come that far, or the file is damaged or of another format.
        """
        if not self.facts_path.exists() and self.config_path.exists():
            raise RunError(f'Run "{self.id}" is still preparing its text. Look again in a few seconds.')
        text = self._read(self.facts_path)
        self._check_format(text, self.facts_path)
        try:
            return _FACTS.validate_json(text)
        except ValidationError:
            raise self._damaged(self.facts_path) from None

    def write_facts(self, facts: RunFacts) -> None:
        values = {"format_version": FORMAT_VERSION, **asdict(facts)}
        write_atomically(self.facts_path, json.dumps(values, indent=2).encode())

    def _read(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise RunError(f'The folder of run "{self.id}" has no {path.name}. Choose another run.') from None
        except (OSError, UnicodeDecodeError):
            raise self._damaged(path) from None

    def _check_format(self, text: str, path: Path) -> None:
        try:
            values = json.loads(text)
        except json.JSONDecodeError:
            raise self._damaged(path) from None
        found = values.get("format_version") if isinstance(values, dict) else None
        if found != FORMAT_VERSION:
            raise RunError(
                f'Run "{self.id}" was made by another version of Tokenarium: its {path.name} has format {found}, '
                f"and this version reads format {FORMAT_VERSION}. Open it with the version that made it, "
                "or train it again."
            )

    def _damaged(self, path: Path) -> RunError:
        return RunError(f'The file {path.name} of run "{self.id}" is damaged. Choose another run or train it again.')


def new_run_id() -> str:
    """Eight random letters and digits, e.g. "k3q7vwma"."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(8))


def create_run(config: RunConfig, runs_folder: Path) -> Run:
    """Make the folder of a new run, holding run.json; if that fails, nothing is left behind."""
    runs_folder.mkdir(parents=True, exist_ok=True)
    run = Run(runs_folder / new_run_id())
    run.folder.mkdir()
    try:
        run.write_config(config)
    except OSError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def find_run(run_id: str, settings: Settings) -> Run:
    """One's own run of that id, or else the gallery's.

    Raises:
        RunError: the id cannot be one, or there is no such run.
    """
    if not re.fullmatch(RUN_ID, run_id):
        raise RunError(f'"{run_id[:60]}" cannot be the id of a run. An id has 3 to 41 small letters, digits and "-".')
    for folder in (settings.runs_folder / run_id, machine.GALLERY / run_id):
        if (folder / "run.json").is_file():
            return Run(folder)
    raise RunError(f'There is no run "{run_id}" on this machine. Choose one from the list of runs.')


def gallery_runs() -> list[Run]:
    """The finished runs that come with the app, in the order of their ids."""
    if not machine.GALLERY.is_dir():
        return []
    folders = (folder for folder in machine.GALLERY.iterdir() if re.fullmatch(RUN_ID, folder.name))
    return [Run(folder) for folder in sorted(folders) if (folder / "run.json").is_file()]
