"""A run in, text that it was not trained on out, as token ids: what its loss is measured on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from app.loaders import runs
from lm_core.config import CorpusSpec
from lm_core.errors import LMError

READ = 200_000  # characters of a text that is cut anew
INSTEAD = "comedies"  # for a model whose text is not here


@lru_cache(maxsize=4)
def held_out(run_id: str) -> tuple[Any, str]:
    """(N,) ids and the text's title: the validation part that the run keeps, else the same part of its corpus cut and
    encoded again, or, for a model whose text is not here, of one that comes with the app.
    """
    from lm_core.corpora.library import load_corpus
    from lm_core.data.dataset import open_dataset
    from lm_core.data.splitting import split_documents
    from lm_core.tokenizers.registry import load_tokenizer

    run, config = runs.open_run(run_id), runs.config_of(run_id)
    facts = runs.facts_of(run_id)
    if (run.tokens_folder / "dataset.json").exists():
        return open_dataset(run.tokens_folder).validation, facts.corpus_title if facts else ""
    folder = runs.settings().texts_folder
    try:
        corpus = load_corpus(config.corpus, texts_folder=folder, seed=config.seed)
    except LMError:
        corpus = load_corpus(CorpusSpec(name=INSTEAD), texts_folder=folder, seed=config.seed)
    _training, validation = split_documents(corpus, config.train.validation_fraction, config.seed)
    return np.asarray(load_tokenizer(run.tokenizer_folder).encode("".join(validation)[:READ])), corpus.title
