"""How much sooner the modern recipe learns what the classic one learns: one line a seed, then the median.

    python -m benchmarks.learning [--seeds 5] [--threads 1]

For each seed, in turn: the classic recipe trains for 2000 steps, and its loss over the whole validation part is the
target; then the modern one trains a model of the same size for a number of steps that was fixed beforehand, on other
seeds. A seed counts only if the modern loss is at or below the target, and the ratio only if every seed does.

The clock runs from the first weight drawn to the last update made, small evaluations on the way included; it stands
still only while the whole validation part is scored, which plain float32 code below does for both. Processor time is
printed beside it, since on a busy machine the clock measures the others too.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

from benchmarks.pairs import load
from lm_core.config import RunConfig, parse_config
from lm_core.corpora.library import load_corpus
from lm_core.data.dataset import TokenDataset, write_dataset
from lm_core.data.splitting import split_documents
from lm_core.presets import RECIPES
from lm_core.tokenizers.registry import train_tokenizer
from lm_core.training.events import StepMetrics
from lm_core.training.loop import train
from lm_core.training.state import new_state

SIZE = {"n_layers": 4, "n_heads": 4, "d_model": 128, "context_length": 64}
STEPS = {"classic": 2000, "modern": 185}
# The modern schedule, chosen on seeds from 101 on; the reported seeds count from 1.
TUNED = {"classic": {}, "modern": {"learning_rate": 2.5e-2, "beta1": 0.8}}


@dataclass(frozen=True)
class Outcome:
    """What one training came to: nats/token over the whole validation part, seconds, and the model's size."""

    loss: float
    seconds: float
    processor_seconds: float
    parameters: int


def experiment(recipe: str, seed: int) -> RunConfig:
    fixed = {"steps": STEPS[recipe], "batch_size": 12, "eval_every": STEPS[recipe], "eval_windows": 1}
    training = {**RECIPES[recipe]["train"], **TUNED[recipe], **fixed}
    return parse_config(RunConfig, {"model": {**SIZE, **RECIPES[recipe]["model"]}, "train": training, "seed": seed})


def comedies(folder: Path) -> TokenDataset:
    """The default text, character by character, split as every run splits it."""
    config = RunConfig()
    texts = split_documents(load_corpus(config.corpus, texts_folder=folder, seed=1), 0.1, 1)
    return write_dataset(*texts, train_tokenizer(config.tokenizer, texts[0]), folder)


def outcome(config: RunConfig, dataset: TokenDataset) -> Outcome:
    """Train from the first weight to the last update, then score."""
    clock, processor = time.perf_counter(), time.process_time()
    state = new_state(config, dataset.vocab_size)
    for event in train(state, dataset, config):
        if isinstance(event, StepMetrics) and event.step == config.train.steps:
            break
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    model = state.model.eval()
    check_causality(model, dataset)
    size = sum(weight.numel() for weight in model.parameters())
    return Outcome(whole_split_loss(model, dataset), clock, processor, size)


@torch.no_grad()
def whole_split_loss(model: nn.Module, dataset: TokenDataset) -> float:
    """-ln p(next token), averaged over every whole window of the validation part; nothing shared with the training."""
    ids = torch.from_numpy(dataset.validation.astype("int64"))
    length = SIZE["context_length"]
    windows = (len(ids) - 1) // length
    inputs = ids[: windows * length].view(windows, length)
    targets = ids[1 : windows * length + 1].view(windows, length)
    total = 0.0
    for some, wanted in zip(inputs.split(64), targets.split(64), strict=True):
        chances: Tensor = model(some).double().log_softmax(-1)
        total -= float(chances.gather(-1, wanted[..., None]).sum())
    return total / targets.numel()


@torch.no_grad()
def check_causality(model: nn.Module, dataset: TokenDataset) -> None:
    """A model that sees the answer would learn quickly indeed."""
    ids = torch.from_numpy(dataset.validation[: SIZE["context_length"]].astype("int64"))[None]
    for place in (1, 20, 63):
        changed = ids.clone()
        changed[:, place:] = (changed[:, place:] + 1) % dataset.vocab_size
        torch.testing.assert_close(model(changed)[:, :place], model(ids)[:, :place])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="reported seeds, counted from --first")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="1 is what a worker takes for such a model")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print(f"{processor_name()}, {arguments.threads} threads, PyTorch {torch.__version__}, {load()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        dataset = comedies(Path(folder))
        print(
            f"{len(dataset.train):,} + {len(dataset.validation):,} characters, {dataset.vocab_size} kinds", flush=True
        )
        pairs = [compare_on(seed, dataset) for seed in range(arguments.first, arguments.first + arguments.seeds)]
        del dataset  # the files are mapped, and some systems delete no mapped file
    reached = sum(modern.loss <= classic.loss for classic, modern in pairs)
    by_clock = [classic.seconds / modern.seconds for classic, modern in pairs]
    by_processor = [classic.processor_seconds / modern.processor_seconds for classic, modern in pairs]
    print(f"learning: the target was reached on {reached} of {len(pairs)} seeds")
    for name, ratios in (("clock", by_clock), ("processor time", by_processor)):
        print(f"  {name}: {median(ratios):.1f} times sooner [{min(ratios):.1f}, {max(ratios):.1f}]; {load()}")


def compare_on(seed: int, dataset: TokenDataset) -> tuple[Outcome, Outcome]:
    """Classic, then modern, on one seed; prints the line."""
    classic, modern = (outcome(experiment(recipe, seed), dataset) for recipe in ("classic", "modern"))
    verdict = "reached" if modern.loss <= classic.loss else "MISSED"
    shown = [
        f"{name} {each.loss:.4f} nats/char in {each.seconds:.1f} s (processor {each.processor_seconds:.1f} s, "
        f"{each.parameters:,} parameters)"
        for name, each in (("classic", classic), ("modern", modern))
    ]
    print(f"seed {seed}: {'; '.join(shown)}: {verdict}; {load()}", flush=True)
    return classic, modern


def processor_name() -> str:
    """The processor's name, where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
