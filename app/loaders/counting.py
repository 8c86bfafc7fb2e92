"""The section Counting of the page Loss: a run in, what counting its text alone would say out, beside the run's model.

Counted is the training text of the run, whatever its model is; where it was not given away with the run, it is made
again from its corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.loaders import models, pretrained, runs
from app.loaders.bounded import Bounded
from app.loaders.dataset import dataset_of
from app.loaders.generate import own_opening
from app.loaders.reading import ids_that_fit, readable_text
from lm_core.config import ModelConfig, RunConfig, SamplingConfig, parse_config
from lm_core.errors import LMError, RunError

MOST_COUNTED = 1_500_000  # tokens of the training text
MOST_GUESSED = 200_000  # tokens of each part, for the losses by order
KEPT_BYTES = 300_000_000
CANDIDATES = 14
LONGEST_CONTEXT = 400
WRITTEN = 120
SMOOTHINGS = ("witten-bell", "kneser-ney", "add-k")
OPENING = 11  # characters of the run's own sentence that the page begins with


@dataclass(frozen=True)
class Counted:
    """The counts of a run's training text, 1-grams first, as far as they fit into numbers."""

    tokenizer: Any
    dataset: Any
    tables: tuple[Any, ...]

    @property
    def vocab_size(self) -> int:
        return int(self.dataset.vocab_size)


def start_of(run_id: str) -> dict[str, Any]:
    """What the picture begins with: the run's own way of counting, or the usual one.

    Raises:
        RunError: there is no such run.
    """
    config = runs.config_of(run_id)
    counts = config.model.architecture == "counts"
    return {
        "run": run_id,
        "counts": counts,
        "trained": not pretrained.is_pretrained(run_id),
        "order": config.model.order if counts else 3,
        "smoothing": config.model.smoothing,
        "added": config.model.added,
        "text": own_opening(run_id).split("\n")[0][:OPENING] if runs.facts_of(run_id) else "",
    }


def counted(run_id: str) -> Counted:
    """The counts of a run's training text, made once.

    Raises:
        RunError: the run's text is not on this machine, or not prepared yet.
    """
    if pretrained.is_pretrained(run_id):
        raise RunError("This model was trained elsewhere, on a text that is not here. Choose another run.")
    run = runs.open_run(run_id)
    run.read_facts()  # says so where the text is not prepared yet
    return _tables.get(run.folder, lambda: _count(run_id))


def extent(text: Counted) -> dict[str, int]:
    """How many tokens of the training text were counted, and how many it has."""
    training = len(text.dataset.train)
    return {"counted": min(training, MOST_COUNTED), "training": training}


def _count(run_id: str) -> Counted:
    from lm_core.models.counts import LARGEST_KEY, grams
    from lm_core.models.ngram import count
    from lm_core.tokenizers.registry import load_tokenizer

    tokenizer, dataset = load_tokenizer(runs.open_run(run_id).tokenizer_folder), dataset_of(run_id)
    size = dataset.vocab_size
    orders = [k for k in range(1, 6) if size**k < LARGEST_KEY]
    row = np.asarray(dataset.train[:MOST_COUNTED], dtype=np.int64)
    return Counted(tokenizer, dataset, tuple(count(grams(row, k, size)) for k in orders))


_tables: Bounded[Counted] = Bounded(
    KEPT_BYTES, lambda text: sum(table.keys.nbytes + table.counts.nbytes for table in text.tables)
)


def _way(question: Mapping[str, str], longest: int) -> tuple[int, str, float]:
    """How to count: order, smoothing, k; checked as a run's own would be."""
    asked = {name: question[name] for name in ("order", "smoothing", "added") if name in question}
    config = parse_config(ModelConfig, {"architecture": "counts", **asked})
    return min(config.order, longest), config.smoothing, config.added


def _mixture(run_id: str, order: int, smoothing: str, added: float) -> Any:
    """The counts as probabilities; the newest stay while they fit."""
    from lm_core.models.counts import Mixture

    text = counted(run_id)
    key = (runs.open_run(run_id).folder, order, smoothing, added if smoothing == "add-k" else None)
    return _mixtures.get(key, lambda: Mixture(text.tables[:order], text.vocab_size, smoothing, added))


def _bytes_of(mixture: Any) -> int:
    arrays = (array for level in mixture.levels for array in vars(level).values())
    return sum(int(array.nbytes) for array in arrays)


_mixtures: Bounded[Any] = Bounded(KEPT_BYTES, _bytes_of)


def table(run_id: str, question: Mapping[str, str]) -> dict[str, Any]:
    """What may follow a text, and how its share is mixed: {"tokens", "stages", "candidates", "notes", "model"}."""
    from lm_core.interpret.counting import stages

    text = counted(run_id)
    way = _way(question, len(text.tables))
    readable, notes = readable_text(question.get("text", ""))
    ids = text.tokenizer.encode(readable)[-LONGEST_CONTEXT:]
    notes = [*notes, *ids_that_fit(text.tokenizer, readable, LONGEST_CONTEXT)[1]]
    found = stages(_mixture(run_id, *way), ids)
    final = found[-1].shares
    best = [int(token) for token in np.argsort(-final, kind="stable")[:CANDIDATES]]
    model = _model_shares(run_id, ids)
    names = text.tokenizer.token_texts(best)
    return {
        "order": way[0], "smoothing": way[1], "added": way[2], "longest": len(text.tables),
        "tokens": text.tokenizer.token_texts(ids), "notes": notes, "vocabulary": text.vocab_size, **extent(text),
        "stages": [
            {
                "context": text.tokenizer.token_texts(stage.context), "total": stage.total, "kinds": stage.kinds,
                "left": stage.left, "discount": stage.discount,
            }
            for stage in found
        ],
        "candidates": [
            {
                "id": token, "text": name, "share": float(final[token]),
                "counts": [int(stage.counts[token]) for stage in found],
                "own": [float(stage.own[token]) for stage in found],
                "shares": [float(stage.shares[token]) for stage in found],
                "model": None if model is None else float(model[token]),
            }
            for token, name in zip(best, names, strict=True)
        ],
        "model": None if model is None else _likeliest(model, text.tokenizer),
    }  # fmt: skip


def shares_by_order(run_id: str, before: list[int], most: int) -> list[np.ndarray[Any, Any]]:
    """(V,) what counts of one token, of pairs, … up to `most` tokens in a row give each token after these."""
    from lm_core.interpret.counting import stages

    order = min(most, len(counted(run_id).tables))
    return [stage.shares for stage in stages(_mixture(run_id, order, "witten-bell", 1.0), before)]


def _likeliest(shares: np.ndarray[Any, Any], tokenizer: Any) -> list[list[Any]]:
    best = [int(token) for token in np.argsort(-shares, kind="stable")[:5]]
    return [[name, float(shares[token])] for token, name in zip(best, tokenizer.token_texts(best), strict=True)]


def _model_shares(run_id: str, ids: list[int]) -> np.ndarray[Any, Any] | None:
    """What the run's Transformer gives each token after these; None where it counts itself, or saved nothing yet."""
    if models.is_counting(run_id) or not ids or not models.kept(run_id):
        return None
    from lm_core.generation.reader import Reader
    from lm_core.generation.sampling import softmax

    opened = models.open_model(run_id, models.nearest(run_id))
    return softmax(Reader(opened.model, use_cache=False).read(ids).logits)


def orders(run_id: str, question: Mapping[str, str]) -> dict[str, Any]:
    """Losses by order and smoothing, what was never seen, and where the runs on the same text stand."""
    added = _way(question, 5)[2]
    return {**_losses(runs.open_run(run_id).folder, run_id, added), "runs": standings(run_id)}


@lru_cache(maxsize=32)
def _losses(_folder: Path, run_id: str, added: float) -> dict[str, Any]:
    """Nats per token. Training text is what was counted: its loss is low where counts are learned by heart."""
    from lm_core.interpret.counting import never_seen

    text = counted(run_id)
    parts = {
        part: np.asarray(tokens[:MOST_GUESSED], dtype=np.int64)
        for part, tokens in (("validation", text.dataset.validation), ("training", text.dataset.train))
    }
    rows: dict[str, dict[str, list[float]]] = {}
    for smoothing in SMOOTHINGS:
        mixtures = [_mixture(run_id, k, smoothing, added) for k in range(1, len(text.tables) + 1)]
        rows[smoothing] = {
            part: [float(-np.log(mixture.of_tokens(tokens)).mean()) for mixture in mixtures]
            for part, tokens in parts.items()
        }
    unseen = never_seen(mixtures[-1], parts["validation"])
    return {
        "uniform": float(np.log(text.vocab_size)), "losses": rows, "unseen": unseen,
        "grams": [len(table.keys) for table in text.tables], "added": added,
        **extent(text),
        "guessed": {part: len(tokens) for part, tokens in parts.items()},
    }  # fmt: skip


def standings(run_id: str) -> list[dict[str, Any]]:
    """All measured runs on the same text, cut and split alike, this one among them."""
    own, rows = text_of(runs.config_of(run_id)), []
    for choice in runs.list_choices():
        try:
            config = runs.config_of(choice.run_id)
            status = runs.status_of(choice.run_id) if text_of(config) == own else None
        except LMError:
            continue  # its folder is gone
        if status and status["val_loss"] is not None:
            counts = config.model.architecture == "counts"
            way = {"order": config.model.order, "smoothing": config.model.smoothing} if counts else None
            name = choice.name or choice.run_id
            rows.append({"run": choice.run_id, "name": name, "loss": status["val_loss"], "counts": way})
    return rows


def text_of(config: RunConfig) -> tuple[Any, ...]:
    """What two runs must share for their losses to be of the same tokens."""
    corpus, tokenizer = config.corpus.model_dump(), config.tokenizer.model_dump()
    drop = {"title"}
    plain = [tuple(sorted((k, str(v)) for k, v in each.items() if k not in drop)) for each in (corpus, tokenizer)]
    return (*plain, config.train.validation_fraction, config.seed)


def samples(run_id: str, question: Mapping[str, str]) -> dict[str, Any]:
    """What every order writes from the same draws, and the Transformer beside it: {"samples": [{"order", "text"}]}."""
    from lm_core.generation.decode import generate

    text = counted(run_id)
    _order, smoothing, added = _way(question, len(text.tables))
    seed = question.get("seed", "0")
    sampling = parse_config(SamplingConfig, {"temperature": 1.0, "seed": int(seed) if seed.isdecimal() else seed})
    readable, _notes = readable_text(question.get("text", ""))
    prompt = text.tokenizer.encode(readable)[-LONGEST_CONTEXT:] or [int(text.dataset.validation[0])]
    rows = []
    for order in range(1, len(text.tables) + 1):
        model = _model_of(run_id, order, smoothing, added)
        steps = generate(model, prompt, sampling, n_tokens=WRITTEN)
        rows.append({"order": order, "text": text.tokenizer.decode([step.token_id for step in steps])})
    partner = _transformer(run_id)
    if partner:
        opened = models.open_model(partner["run"], models.nearest(partner["run"]))
        steps = generate(opened.model, prompt, sampling, n_tokens=WRITTEN)
        rows.append({"order": None, **partner, "text": text.tokenizer.decode([step.token_id for step in steps])})
    return {"samples": rows, "seed": sampling.seed, "prompt": readable}


def _model_of(run_id: str, order: int, smoothing: str, added: float) -> Any:
    from lm_core.models.count_model import CountModel

    config = ModelConfig(architecture="counts", order=order, smoothing=smoothing, added=added)
    return CountModel.of_mixture(config, _mixture(run_id, order, smoothing, added))


def _transformer(run_id: str) -> dict[str, Any] | None:
    """The run itself, or the newest Transformer on the same text that can be opened."""
    own = [row for row in standings(run_id) if row["run"] == run_id]
    for row in (*own, *standings(run_id)):
        if row["counts"] is None and models.kept(row["run"]):
            return {"run": row["run"], "name": row["name"]}
    return None
