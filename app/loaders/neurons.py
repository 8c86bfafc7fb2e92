"""A run, a layer and a neuron in, the places of its text where that neuron is largest out: plain values."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app.loaders import models, runs
from app.loaders.probing import Question, Reading, rounded, whole_number
from app.sentences import translate_sentence
from lm_core.config import CorpusSpec
from lm_core.errors import LMError

if TYPE_CHECKING:
    from lm_core.interpret.neurons import Scan

WINDOW = 48  # tokens
SAMPLE = 12_000  # tokens that are looked at; fewer where the model is large
PRODUCTS = 2e11  # for the scan of one layer
READ = 400_000  # characters of a text that is encoded for that
SHOWN = 8
INSTEAD = "comedies"  # where the text that a model learned from is not here


def neurons(reading: Reading, question: Question) -> dict[str, Any]:
    """The strongest places of a neuron (`layer`, `neuron`; the most selective one) over a sample of the run's text, and
    what it does in the sentence.
    """
    from lm_core.interpret.forward import run_traced
    from lm_core.interpret.neurons import awake, selective, strongest

    layer = whole_number(question, "layer", reading.model.config.n_layers - 1)
    scan = scan_of(reading, layer)
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
        "title": translate_sentence(_some_text(reading.run_id)[1], question.get("lang")),
        "awake": rounded(share),
        "peak": rounded(peak),
        "places": [
            {
                "tokens": reading.token_names(place.ids.tolist()),
                "activations": rounded(place.activations),
                "position": place.position,
                "window": place.window,
            }
            for place in places
        ],
        "here": rounded(kept[f"blocks.{layer}.mlp_post"][0, :, neuron].numpy(force=True)),
    }


def scan_of(reading: Reading, layer: int) -> Scan:
    """What the neurons of a layer did over a sample of the run's text."""
    return _scanned(reading.run_id, reading.step, layer)


@lru_cache(maxsize=8)
def _scanned(run_id: str, step: int, layer: int) -> Scan:
    from lm_core.interpret.neurons import sample_windows, scan_layer

    opened = models.open_transformer(run_id, models.nearest(run_id, step))
    length = min(WINDOW, opened.model.config.context_length)
    weights = sum(weight.numel() for weight in opened.model.parameters())
    most = max(SHOWN * length, min(SAMPLE, int(PRODUCTS / (2 * weights))))
    return scan_layer(opened.model, sample_windows(_some_text(run_id)[0], length, most), layer)


@lru_cache(maxsize=4)
def _some_text(run_id: str) -> tuple[Any, str]:
    """Token ids of a text and its title: the run's own as it keeps them, else its corpus encoded again, or, for a model
    whose text is not here, one that comes with the app.
    """
    from lm_core.corpora.library import load_corpus
    from lm_core.data.dataset import open_dataset
    from lm_core.tokenizers.registry import load_tokenizer

    run, config = runs.open_run(run_id), runs.config_of(run_id)
    facts = runs.facts_of(run_id)
    if (run.tokens_folder / "dataset.json").exists():
        return open_dataset(run.tokens_folder).train, facts.corpus_title if facts else ""
    folder = runs.settings().texts_folder
    try:
        corpus = load_corpus(config.corpus, texts_folder=folder, seed=config.seed)
    except LMError:
        corpus = load_corpus(CorpusSpec(name=INSTEAD), texts_folder=folder, seed=config.seed)
    return np.asarray(load_tokenizer(run.tokenizer_folder).encode(corpus.text[:READ])), corpus.title
