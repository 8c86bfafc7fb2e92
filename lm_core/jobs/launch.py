"""From a wish to a run: a configuration in, the id of a queued run out, or one sentence why not and no trace left."""

from __future__ import annotations

import shutil
from contextlib import ExitStack

import psutil  # type: ignore[import-untyped,unused-ignore]

from lm_core.config import RunConfig
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import load_corpus
from lm_core.data.splitting import split_documents
from lm_core.errors import CorpusError
from lm_core.jobs.store import Store
from lm_core.jobs.supervisor import ensure_supervisor
from lm_core.models.memory import refuse_if_too_large
from lm_core.runs.run import create_run
from lm_core.settings import Settings


def start_run(config: RunConfig, settings: Settings, store: Store, owner: str = "local") -> str:
    """Queue a run and see to it that somebody starts it.

    Raises:
        LMError: the text is missing or too short, or the model does not fit into memory.
    """
    corpus = load_corpus(config.corpus, texts_folder=settings.texts_folder, seed=config.seed)
    _refuse_if_too_short(corpus, config)
    available = int(psutil.virtual_memory().available)
    vocab_size, train = _vocabulary_bound(corpus, config), config.train
    refuse_if_too_large(config.model, vocab_size, train.batch_size, available, train.precision)
    with ExitStack() as undo:
        run = create_run(config, settings.runs_folder)
        undo.callback(shutil.rmtree, run.folder, ignore_errors=True)
        name = config.name or config.corpus.title or corpus.title
        store.submit(run.id, name[:200], config.to_json(), config.train.steps, owner)
        undo.pop_all()
    ensure_supervisor(settings)
    return run.id


def resume_run(run_id: str, settings: Settings, store: Store) -> None:
    """`Store.resume`, and see to it that somebody starts a worker if the run has none.

    Raises:
        RunError: there is no such run, or it cannot go on.
    """
    store.resume(run_id)
    ensure_supervisor(settings)


def _refuse_if_too_short(corpus: Corpus, config: RunConfig) -> None:
    """Both parts must fill one window and its next token. Pieces of BPE or unigram are bytes at the shortest, so
    there this is a first look only; the worker counts them.
    """
    context = config.model.context_length
    training, validation = split_documents(corpus, config.train.validation_fraction, config.seed)
    for part, texts in (("training", training), ("validation", validation)):
        if config.tokenizer.kind == "char":
            tokens = sum(map(len, texts))
        else:
            tokens = sum(len(text.encode(errors="surrogatepass")) for text in texts)
        if tokens <= context:
            raise CorpusError(
                f'"{corpus.title}" gives at most {tokens:,} tokens for {part}, but a context of {context:,} needs at '
                f"least {context + 1:,}. Choose a longer text or a context_length below {tokens:,}."
            )


def _vocabulary_bound(corpus: Corpus, config: RunConfig) -> int:
    """The number of tokens, or a little more."""
    if config.tokenizer.kind == "char":
        return len(set(corpus.text)) + 1
    return max(config.tokenizer.vocab_size, 260)
