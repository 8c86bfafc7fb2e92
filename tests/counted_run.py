"""A data folder in, a run that a real worker counted to its end in this process out, in a blink."""

from pathlib import Path

from lm_core.config import RunConfig
from lm_core.jobs.store import Store, open_store
from lm_core.presets import preset_config
from lm_core.runs.run import Run, create_run
from lm_core.settings import Settings
from tests.finished_run import settings_of
from tests.in_process import work

COUNTING = {"name": "counted", "corpus": {"name": "copy", "examples": 300}}


def counting_config(steps: int = 20, **model) -> RunConfig:
    config = preset_config("counts", **COUNTING)
    train = config.train.model_copy(update={"steps": steps, "eval_windows": 4, "checkpoint_every": 5})
    shape = config.model.model_copy(update={"context_length": 16, **model})
    return config.model_copy(update={"train": train, "model": shape})


def submit(config: RunConfig, settings: Settings, store: Store) -> Run:
    run = create_run(config, settings.runs_folder)
    store.submit(run.id, config.name, config.to_json(), config.train.steps)
    return run


def make_counted_run(home: Path, **model) -> str:
    """A finished run; `model` are settings of its model: order, smoothing, …"""
    settings = settings_of(home)
    store = open_store(settings.store_url)
    run = submit(counting_config(**model), settings, store)
    work(run, settings, store)
    store.close()
    return run.id
