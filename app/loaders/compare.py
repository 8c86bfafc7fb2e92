"""Runs side by side: all own and gallery runs in, one plain row each out, with every setting by its dotted name."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from app.loaders import runs
from app.sentences import translate_sentence
from lm_core.config import OWN_TEXT, RunConfig
from lm_core.errors import RunError
from lm_core.jobs.status import RunStatus, status_of_shipped
from lm_core.jobs.tags import tags_of_runs
from lm_core.runs.run import gallery_runs
from lm_core.tokenizers.registry import TOKENIZERS

MOST_ROWS = 500
NOT_COMPARED = ("format_version", "name", "group", "probe")  # they make no difference to what is learned
OF_COUNTS = ("model.order", "model.smoothing", "model.added")
OF_BOTH = (
    "model.architecture", "model.context_length", "train.steps", "train.validation_fraction", "train.eval_every",
    "train.eval_windows", "train.checkpoint_every",
)  # fmt: skip
FINGERPRINT = 8  # letters of a text's, enough to tell two texts apart


def rows(language: str) -> list[dict[str, Any]]:
    """Own runs, newest first, then those of the gallery; a run whose folder is damaged still has its line."""
    own, tags = runs.list_all(MOST_ROWS), tags_of_runs(runs.store())
    found = [_row(asdict(status), language) for status in (*own, *_shipped())]
    return [{**row, "tags": list(tags.get(row["id"], ()))} for row in found]


def _shipped() -> list[RunStatus]:
    found = []
    for run in gallery_runs():
        with suppress(RunError):  # damaged: there is nothing to compare
            found.append(status_of_shipped(run))
    return found


def _row(status: dict[str, Any], language: str) -> dict[str, Any]:
    """What the list shows of a run, and what it is compared by."""
    run_id, gallery = status["run_id"], status["owner"] == "gallery"
    shown = ("state", "step", "steps", "val_loss", "queue_position")
    name = status["name"] or run_id
    row = {
        "id": run_id,
        "name": translate_sentence(name, language) if gallery else name,
        "group": "",
        "gallery": gallery,
        "owner": status["owner"],
        "when": status["created_at"] or None,
        **runs.finite({key: status[key] for key in shown}),
    }
    try:
        fixed = _fixed(run_id, language)
    except RunError:  # its text is not prepared yet, or its files are damaged
        fixed = {**_configured(run_id), **dict.fromkeys(("parameters", "perByte", "trainPerByte"))}
    return {**row, **fixed}


def _configured(run_id: str) -> dict[str, Any]:
    try:
        config = runs.open_run(run_id).read_config()
    except RunError:
        return {"corpus": "", "tokenizer": "", "tokensPerStep": None, "settings": {}}
    return _of_config(config)


@lru_cache(maxsize=1024)
def _fixed(run_id: str, language: str) -> dict[str, Any]:
    """All that never changes once the worker has prepared the text; a refusal is not remembered."""
    run = runs.open_run(run_id)
    config, facts = run.read_config(), run.read_facts()
    own = config.corpus.name == OWN_TEXT  # whose title is the reader's own
    per_step = {}
    if config.model.architecture == "counts":
        per_step = {"tokensPerStep": facts.train_tokens / config.train.steps}
    return {
        **_of_config(config),
        **per_step,
        "corpus": facts.corpus_title if own else translate_sentence(facts.corpus_title, language),
        "parameters": facts.parameters,
        "perByte": facts.validation_tokens / facts.validation_bytes if facts.validation_bytes else None,
        "trainPerByte": facts.train_tokens / facts.train_bytes if facts.train_bytes else None,
    }


def _of_config(config: RunConfig) -> dict[str, Any]:
    counts = config.model.architecture == "counts"
    return {
        "corpus": config.corpus.title or config.corpus.name,
        "tokenizer": config.tokenizer.kind,
        "tokensPerStep": None if counts else config.train.batch_size * config.model.context_length,
        "settings": flat_settings(config),
        "group": config.group,
    }


def flat_settings(config: RunConfig) -> dict[str, Any]:
    """{"model.n_layers": 4, …, "seed": 1}: settings that have no effect in this run are left out.

    >>> flat_settings(RunConfig())["model.mlp_width"]
    512
    """
    values = config.model_dump()
    flat = {key: value for key, value in values.items() if not isinstance(value, dict) and key not in NOT_COMPARED}
    for group, inner in values.items():
        if isinstance(inner, dict):
            flat |= {f"{group}.{key}": value for key, value in inner.items()}
    flat["start"] = f"{config.start.run}, {config.start.step}" if config.start else None
    for key in ("model.d_mlp", "start.run", "start.step"):
        flat.pop(key, None)
    flat |= {"model.n_kv_heads": config.model.kv_heads, "model.mlp_width": config.model.mlp_width}
    if not TOKENIZERS[config.tokenizer.kind].info.learns:
        flat.pop("tokenizer.vocab_size")  # they count their own
    if config.tokenizer.kind != "bpe":
        flat.pop("tokenizer.split")
    flat = {name: value for name, value in flat.items() if has_effect(config, name)}
    flat.pop("corpus.title")
    flat.pop("tokenizer.title")
    if file_id := flat.pop("tokenizer.file_id"):
        flat["tokenizer.file_id"] = file_id[:FINGERPRINT]
    if text_id := flat.pop("corpus.text_id"):
        flat["corpus.text_id"] = text_id[:FINGERPRINT]
    return {key: value for key, value in flat.items() if not (isinstance(value, float) and not math.isfinite(value))}


def has_effect(config: RunConfig, name: str) -> bool:
    """Does this setting of model or train matter to this kind of model?"""
    if config.model.architecture == "counts":
        matters = not name.startswith(("model.", "train.")) or name in OF_BOTH
        return matters or (name in OF_COUNTS and (name != "model.added" or config.model.smoothing == "add-k"))
    return name not in OF_COUNTS


def forget(run_id: str) -> None:
    """A run was changed or has gone: read its files again."""
    _fixed.cache_clear()
    runs.config_of.clear(run_id)


def help_of_settings(language: str) -> dict[str, str]:
    """What each setting means, by its dotted name."""
    found = {}
    for name, field in RunConfig.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        for key, part in inner.items() if inner else ():
            found[f"{name}.{key}"] = translate_sentence(part.description or "", language)
        if not inner:
            found[name] = translate_sentence(field.description or "", language)
    return found | {"model.mlp_width": found["model.d_mlp"]}
