"""Everything before the first step: a run's configuration in, its tokenizer, its token ids, and then its facts out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy
import torch

from lm_core.config import RunConfig
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import load_corpus
from lm_core.data.dataset import TokenDataset, check_fits, open_dataset, write_dataset
from lm_core.data.splitting import split_documents
from lm_core.errors import RunError, TokenizerError
from lm_core.models.compression import compressed_losses
from lm_core.models.counts import count_ngrams
from lm_core.models.ngram import baselines
from lm_core.models.registry import count_parameters
from lm_core.runs.facts import RunFacts
from lm_core.runs.run import Run
from lm_core.settings import Settings
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.registry import load_tokenizer, train_tokenizer

MOST_UNCOVERED = 1_000  # written down: unknown words may be many
COUNTED_TOKENS = 2_000_000  # of the training part, for the baselines: more would keep people waiting


@dataclass(frozen=True)
class Prepared:
    """What training starts from. `write_facts` takes a second or two, so it is called once the first loss is known."""

    tokenizer: Tokenizer
    dataset: TokenDataset
    write_facts: Callable[[], None]


def prepare(run: Run, config: RunConfig, settings: Settings) -> Prepared:
    """Read what an earlier worker prepared, or prepare it. Written facts say that the rest is whole.

    Raises:
        LMError: the text, or the tokenizer that was asked for, will not do.
    """
    return _found(run) or _made(run, config, settings)


def _found(run: Run) -> Prepared | None:
    if not run.facts_path.exists():
        return None
    try:
        tokenizer, dataset = load_tokenizer(run.tokenizer_folder), open_dataset(run.tokens_folder)
        return Prepared(tokenizer, dataset, write_facts=lambda: None)
    except (RunError, TokenizerError):  # cut short by a power cut: equal texts give equal tokens, so make them again
        return None


def _made(run: Run, config: RunConfig, settings: Settings) -> Prepared:
    corpus = load_corpus(config.corpus, texts_folder=settings.texts_folder, seed=config.seed)
    train_texts, validation_texts = split_documents(corpus, config.train.validation_fraction, config.seed)
    # A run that goes on from another brought its tokenizer along: its weights know no other numbers.
    tokenizer = (
        load_tokenizer(run.tokenizer_folder)
        if config.start
        else train_tokenizer(config.tokenizer, train_texts, files=settings.tokenizers_folder)
    )
    dataset = write_dataset(train_texts, validation_texts, tokenizer, run.tokens_folder)
    check_fits(dataset, config.model)
    tokenizer.save(run.tokenizer_folder)
    uncovered = tuple(tokenizer.uncovered("".join(validation_texts))[:MOST_UNCOVERED])
    packed = partial(
        compressed_losses,
        train_texts,
        validation_texts,
        tokens=len(dataset.validation),
        n_bytes=dataset.validation_bytes,
    )
    return Prepared(
        tokenizer, dataset, write_facts=partial(_write_facts, run, config, corpus, dataset, uncovered, packed)
    )


def _write_facts(
    run: Run,
    config: RunConfig,
    corpus: Corpus,
    dataset: TokenDataset,
    uncovered: tuple[str, ...],
    packed: Callable[[], dict[str, float]],
) -> None:
    counted = baselines(dataset.train[:COUNTED_TOKENS], dataset.validation[:COUNTED_TOKENS], dataset.vocab_size)
    if config.model.architecture == "counts":
        parts = count_ngrams(dataset.train, config.model.order, dataset.vocab_size)
    else:
        parts = count_parameters(config.model, dataset.vocab_size)
    facts = RunFacts(
        vocab_size=dataset.vocab_size,
        parameters=parts["total"],
        parameters_by_part={name: number for name, number in parts.items() if name != "total"},
        train_tokens=len(dataset.train),
        validation_tokens=len(dataset.validation),
        train_bytes=dataset.train_bytes,
        validation_bytes=dataset.validation_bytes,
        baselines={**counted, **packed()},
        corpus_title=config.corpus.title or corpus.title,
        tokenizer_kind=config.tokenizer.kind,
        uncovered=uncovered,
        corpus_licence=corpus.licence,
        corpus_source=corpus.source,
        versions={"torch": torch.__version__, "numpy": numpy.__version__},
    )
    run.write_facts(facts)
