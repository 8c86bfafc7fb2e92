"""A run in, the token ids that it learned from and was tested on out: its own, or made again from the same text."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.loaders import runs
from lm_core.errors import LMError, RunError
from lm_core.runs.run import Run

if TYPE_CHECKING:
    from lm_core.data.dataset import TokenDataset

_one_at_a_time = threading.Lock()  # two that make the same files would meet in them


def has_text(run: Run) -> bool:
    """Whether the run's own token ids are here; a run that was given away has none."""
    return (run.tokens_folder / "dataset.json").exists()


def dataset_of(run_id: str) -> TokenDataset:
    """Its ids, memory-mapped; made again once where they were not given away with the run.

    Raises:
        RunError: its text is not here, or it is another edition of it.
    """
    from lm_core.corpora.library import load_corpus
    from lm_core.data.dataset import open_dataset, write_dataset
    from lm_core.data.splitting import split_documents
    from lm_core.tokenizers.registry import load_tokenizer

    run, config = runs.open_run(run_id), runs.config_of(run_id)
    if has_text(run):
        return open_dataset(run.tokens_folder)
    folder = runs.settings().home / "cache" / f"tokens-{run.id}"
    with _one_at_a_time:
        if (folder / "dataset.json").exists():
            return open_dataset(folder)
        try:
            corpus = load_corpus(config.corpus, texts_folder=runs.settings().texts_folder, seed=config.seed)
        except LMError:
            raise RunError("The text of this run is not on this machine. Train a run of your own.") from None
        texts = split_documents(corpus, config.train.validation_fraction, config.seed)
        dataset, facts = write_dataset(*texts, load_tokenizer(run.tokenizer_folder), folder), run.read_facts()
        if (len(dataset.train), len(dataset.validation)) != (facts.train_tokens, facts.validation_tokens):
            (folder / "dataset.json").unlink()
            raise RunError("This run learned from another edition of its text than the one on this machine.")
        return dataset
