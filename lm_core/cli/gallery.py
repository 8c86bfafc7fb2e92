"""Making the finished runs that the app shows first: their configurations below in, assets/gallery/<id> out.

Each is trained as any run is, in a data folder of its own that is thrown away, from a fixed seed, and then lets each
kept moment speak.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from lm_core import settings as machine
from lm_core.cli.follow import follow
from lm_core.cli.output import number
from lm_core.config import RunConfig
from lm_core.data.dataset import TokenDataset, open_dataset
from lm_core.errors import RunError
from lm_core.jobs.filming import write_sample
from lm_core.jobs.launch import start_run
from lm_core.jobs.store import open_store
from lm_core.presets import preset_config
from lm_core.runs.checkpoint import load_model
from lm_core.runs.export import export_run
from lm_core.runs.history import load_points, save_point
from lm_core.runs.run import Run, find_run
from lm_core.settings import Settings, available_cores
from lm_core.tokenizers.registry import load_tokenizer
from lm_core.training.loop import train
from lm_core.training.state import new_state
from lm_core.training.threads import use_fitting_threads

SPOKEN_TOKENS = 160  # of each sample that Home shows

GALLERY_RUNS: dict[str, RunConfig] = {
    "gallery-comedies": preset_config("tiny", name="Shakespeare's comedies, letter by letter", seed=1),
}


def make_gallery() -> None:
    """Train and export every run of the gallery, replacing what is there only when the new one is whole."""
    for run_id, config in GALLERY_RUNS.items():
        target = machine.GALLERY / run_id
        with tempfile.TemporaryDirectory(prefix="tokenarium-gallery-", ignore_cleanup_errors=True) as home:
            fresh = Path(home) / "export" / run_id
            _train_and_export(config, Path(home), fresh)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(fresh, target)
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        print(f"{target}: {number(size / 1e6, 1)} MB")


def _train_and_export(config: RunConfig, home: Path, target: Path) -> None:
    settings = Settings(
        home=home,
        store_url=f"sqlite:///{home / 'tokenarium.db'}",
        parallel_runs=available_cores(),  # one thread each: the same numbers however many cores there are
        max_text_bytes=20_000_000,
    )
    store = open_store(settings.store_url)
    run_id = start_run(config, settings, store)
    status = follow(run_id, store, settings)
    if status.state != "done":
        raise RunError(f"The gallery's run ended as {status.state}: {status.message}")
    series = store.series(run_id, limit=config.train.steps + 1)
    target.parent.mkdir(parents=True)
    run = find_run(run_id, settings)
    speak_at_each_moment(export_run(run, target, series), open_dataset(run.tokens_folder))


def speak_at_each_moment(shipped: Run, dataset: TokenDataset) -> None:
    """Write a sample into each moment of a shipped run's film, which Home plays; a worker has time for a few only.

    The run is trained once more, the same bit for bit, to have its model at each of these steps.

    Raises:
        RunError: it went another way than the run did.
    """
    config, tokenizer = shipped.read_config(), load_tokenizer(shipped.tokenizer_folder)
    silent = {point.step: point for point in load_points(shipped)}
    state = new_state(config, tokenizer.vocab_size)
    use_fitting_threads(state.model, 1)
    for event in train(state, dataset, config):
        point = silent.pop(event.step, None)
        if point is not None:
            text = write_sample(state.model, tokenizer, [], config.seed, SPOKEN_TOKENS)
            save_point(shipped, replace(point, sample=text))
    weights = load_model(shipped)[0].state_dict()
    if any(not torch.equal(weight, weights[name]) for name, weight in state.model.state_dict().items()):
        raise RunError("Trained once more, the run came to other weights, so its samples would be of another model.")
