"""A run, a layer and a neuron in, the places of its text where that neuron is largest out: plain values."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app.loaders import models, runs
from app.loaders.probing import Question, Reading, rounded, whole_number
from lm_core.errors import LMError, RunError

if TYPE_CHECKING:
    from lm_core.interpret.neurons import Scan

WINDOW = 48  # tokens
SAMPLE = 12_000  # tokens that are looked at
READ = 400_000  # characters of a text that is encoded for that
SHOWN = 8


def neurons(reading: Reading, question: Question) -> dict[str, Any]:
    """The strongest places of a neuron (`layer`, `neuron`; the most selective one) over a sample of the run's text, and
    what it does in the sentence.
    """
    from lm_core.interpret.forward import run_traced
    from lm_core.interpret.neurons import awake, selective, strongest

    layer = whole_number(question, "layer", reading.model.config.n_layers - 1)
    scan = _scanned(reading.run_id, reading.step, layer)
    chosen = [int(one) for one in selective(scan)]
    neuron = whole_number(question, "neuron", chosen[0])
    places = strongest(scan, neuron, SHOWN)
    share, peak = awake(scan, neuron)
    _, kept = run_traced(reading.model, reading.ids, keep=f"blocks.{layer}.mlp_post".__eq__)
    return {
        "layer": layer,
        "neuron": neuron,
        "width": scan.activations.shape[-1],
        "selective": chosen,
        "looked": int(scan.ids.size),
        "awake": rounded(share),
        "peak": rounded(peak),
        "places": [
            {
                "tokens": reading.token_names(place.ids.tolist()),
                "activations": rounded(place.activations),
                "position": place.position,
            }
            for place in places
        ],
        "here": rounded(kept[f"blocks.{layer}.mlp_post"][0, :, neuron].numpy(force=True)),
    }


@lru_cache(maxsize=8)
def _scanned(run_id: str, step: int, layer: int) -> Scan:
    from lm_core.interpret.neurons import sample_windows, scan_layer

    opened = models.open_model(run_id, models.nearest(run_id, step))
    length = min(WINDOW, opened.model.config.context_length)
    return scan_layer(opened.model, sample_windows(_some_text(run_id), length, SAMPLE), layer)


@lru_cache(maxsize=4)
def _some_text(run_id: str) -> Any:
    """Token ids of the run's own text: as it keeps them, else from its corpus, encoded again."""
    from lm_core.corpora.library import load_corpus
    from lm_core.data.dataset import open_dataset
    from lm_core.tokenizers.registry import load_tokenizer

    run, config = runs.open_run(run_id), runs.config_of(run_id)
    if (run.tokens_folder / "dataset.json").exists():
        return open_dataset(run.tokens_folder).train
    try:
        text = load_corpus(config.corpus, texts_folder=runs.settings().texts_folder, seed=config.seed).text
    except LMError:
        raise RunError(
            "The text of this run is not on this machine, and its neurons are shown by it. Train a run of your own."
        ) from None
    return np.asarray(load_tokenizer(run.tokenizer_folder).encode(text[:READ]))
