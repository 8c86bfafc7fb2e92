"""What every test gets: an empty data folder of its own, one thread for torch, and no process left behind."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch

import psutil
import pytest
import torch

from lm_core.config import RunConfig, parse_config
from lm_core.settings import Settings, read_settings

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The data folder of this test; runs that it started and left are ended with it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("TOKENARIUM_HOME", str(folder))
    monkeypatch.setenv("TOKENARIUM_PARALLEL", "1")
    monkeypatch.delenv("TOKENARIUM_STORE", raising=False)
    yield folder
    if (folder / "tokenarium.db").exists():
        _end_background_processes_of(folder)


@pytest.fixture
def settings(home) -> Settings:
    return read_settings()


@pytest.fixture
def tiny_config() -> RunConfig:
    """Trains in about a second, to the same numbers each time."""
    return parse_config(
        RunConfig,
        {
            "name": "tiny",
            "corpus": {"name": "copy", "examples": 300},
            "model": {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 16},
            "train": {
                "steps": 40, "batch_size": 4, "learning_rate": 1e-2, "warmup_steps": 4,
                "eval_every": 10, "eval_windows": 4, "checkpoint_every": 10,
            },
        },
    )  # fmt: skip


def _end_background_processes_of(folder):
    ours = [process for process in psutil.process_iter() if _works_for(process, folder)]
    for process in ours:
        process.kill()
    psutil.wait_procs(ours, timeout=5)


def _works_for(process, folder):
    try:
        command = " ".join(process.cmdline())
        return "lm_core.jobs" in command and process.environ().get("TOKENARIUM_HOME") == str(folder)
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False
