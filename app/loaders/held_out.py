"""A run in, text that it was not trained on out, as token ids: what its loss is measured on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from app.loaders import runs
from app.loaders.dataset import dataset_of
from lm_core.config import CorpusSpec
from lm_core.errors import RunError

READ = 200_000  # characters of a text that is cut anew
INSTEAD = "comedies"  # for a model whose text is not here


@lru_cache(maxsize=4)
def held_out(run_id: str) -> tuple[Any, str]:
    """(N,) ids and the text's title: the run's own validation part, or, for a model whose text is not here, that of one
    that comes with the app.
    """
    from lm_core.corpora.library import load_corpus
    from lm_core.data.splitting import split_documents
    from lm_core.tokenizers.registry import load_tokenizer

    facts, config = runs.facts_of(run_id), runs.config_of(run_id)
    try:
        return dataset_of(run_id).validation, facts.corpus_title if facts else ""
    except RunError:
        corpus = load_corpus(CorpusSpec(name=INSTEAD), texts_folder=runs.settings().texts_folder, seed=config.seed)
    _training, validation = split_documents(corpus, config.train.validation_fraction, config.seed)
    tokenizer = load_tokenizer(runs.open_run(run_id).tokenizer_folder)
    return np.asarray(tokenizer.encode("".join(validation)[:READ])), corpus.title
