"""What every test gets: an empty data folder of its own, one thread for torch, and no process left behind."""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before anything imports torch

import psutil
import pytest
import torch

from lm_core.config import RunConfig, parse_config
from lm_core.settings import Settings, read_settings

torch.set_num_threads(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Who runs side by side (`make test` takes two): a file stays whole, and those that need the browser share two
    servers.

    Files of the app come before the browser: Playwright leaves an event loop in its process that AppTest would meet.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            if "postgres" in nodeid:
                return "PostgreSQL"
            if "/e2e/" in file:
                return "browser, first half" if file.rpartition("/")[2] < "test_i" else "browser, second half"
            return file

    return Together(config, log)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The data folder of this test; runs that it started and left are ended with it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("TOKENARIUM_HOME", str(folder))
    monkeypatch.setenv("TOKENARIUM_PARALLEL", "1")
    monkeypatch.setenv("TOKENARIUM_SPARE", "0")
    monkeypatch.delenv("TOKENARIUM_STORE", raising=False)
    yield folder
    if (folder / "tokenarium.db").exists():
        _end_background_processes_of(folder)


@pytest.fixture
def settings(home) -> Settings:
    return read_settings()


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def make_finished_run():
    """make_finished_run(folder, name="…", sample="…") -> a `Run` as a finished training leaves it, in a blink.

    Its weights are as they were drawn; three kept moments in which head 1.2 learns to look one token back.
    """
    return finished_run


def finished_run(
    folder, name="Finished", sample="To be, or not", text="ROMEO:\nTo be, or not to be? <i>\n", **switches
):
    import json

    import numpy as np

    from lm_core.config import TokenizerSpec
    from lm_core.models.registry import build_model
    from lm_core.runs.checkpoint import save_tensors
    from lm_core.runs.facts import RunFacts
    from lm_core.runs.history import HistoryPoint, save_point
    from lm_core.runs.run import Run
    from lm_core.tokenizers.registry import train_tokenizer

    folder.mkdir(parents=True)
    run = Run(folder)
    model = {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 32, **switches}
    config = parse_config(RunConfig, {"name": name, "model": model, "train": {"steps": 100, "warmup_steps": 5}})
    run.write_config(config)
    tokenizer = train_tokenizer(TokenizerSpec(kind="char"), [text])
    run.tokenizer_folder.mkdir()
    tokenizer.save(run.tokenizer_folder)
    vocab_size = tokenizer.vocab_size
    baselines = {"uniform": float(np.log(vocab_size)), "unigram": 2.6, "bigram": 1.9}
    run.write_facts(
        RunFacts(
            vocab_size=vocab_size, parameters=9000, parameters_by_part={}, train_tokens=900, validation_tokens=100,
            train_bytes=900, validation_bytes=100, baselines=baselines, corpus_title="a test", tokenizer_kind="char",
        )
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        weights = {
            f"model.{at}": tensor.detach() for at, tensor in build_model(config.model, vocab_size).named_parameters()
        }
    save_tensors(run, weights, step=100, epoch=0)
    tokens = tuple(text[:20])
    losses = {0: baselines["uniform"] + 0.05, 10: 2.2, 100: 1.5}
    for share, (step, loss) in zip((0.05, 0.4, 0.9), losses.items(), strict=True):
        save_point(run, _kept_moment(HistoryPoint, np, step, loss, tokens, share, sample))
    columns = {"loss": list(losses.values()), "val_loss": list(losses.values())}
    run.metrics_path.write_text(json.dumps({"format_version": 1, "steps": list(losses), "columns": columns}))
    return run


def _kept_moment(point, np, step, loss, tokens, share, sample):
    n = len(tokens)
    attention = np.zeros((2, 2, n, n), dtype=np.uint8)
    attention[:, :, np.arange(n), np.arange(n)] = 255
    attention[0, 1, np.arange(1, n), np.arange(1, n)] = round(255 * (1 - share))
    attention[0, 1, np.arange(1, n), np.arange(n - 1)] = round(255 * share)
    texts = tuple(tuple("abcdefgh") for _ in tokens)
    return point(
        step=step, val_loss=loss, tokens=tokens, attention=attention, q=None, k=None,
        losses=np.array([np.nan, *[loss] * (n - 1)], dtype=np.float32), top_ids=np.zeros((n, 8), dtype=np.int32),
        top_probabilities=np.full((n, 8), 0.1, dtype=np.float32), top_texts=texts, sample=sample,
    )  # fmt: skip
