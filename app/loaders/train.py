"""What the Train page's picture must know before it asks for rows: a run id in, plain JSON values out."""

from __future__ import annotations

from typing import Any

from app.loaders import runs
from app.sentences import translate_sentence
from lm_core.config import OWN_TEXT, RunConfig

FIRST_RUN = "tiny"


def about(run_id: str) -> dict[str, Any]:
    """What never changes about a run. Raises RunError for an unknown or damaged one."""
    return {**describe(runs.config_of(run_id)), "gallery": runs.is_gallery(run_id)}


def describe(config: RunConfig) -> dict[str, Any]:
    """The sizes that the status line names, and how many tokens a step reads (for the time left)."""
    return {
        "steps": config.train.steps,
        "tokensPerStep": config.train.batch_size * config.model.context_length,
        "layers": config.model.n_layers,
        "heads": config.model.n_heads,
        "tokenizer": config.tokenizer.kind,
        "corpus": config.corpus.title,
    }


def facts(run_id: str, language: str = "en") -> dict[str, Any] | None:
    """The facts that the curves need (baselines, bytes, vocabulary), or None until the worker has prepared them."""
    found = runs.facts_of(run_id)
    if found is None:
        return None
    own = runs.config_of(run_id).corpus.name == OWN_TEXT  # whose title is the reader's own
    return {
        "parameters": found.parameters,
        "vocab_size": found.vocab_size,
        "validation_tokens": found.validation_tokens,
        "validation_bytes": found.validation_bytes,
        "baselines": runs.finite(found.baselines),
        "corpus_title": found.corpus_title if own else translate_sentence(found.corpus_title, language),
    }
