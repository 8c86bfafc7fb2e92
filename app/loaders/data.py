"""What the data page shows and starts: corpora and own texts in, plain values and checked configurations out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from app.loaders import runs
from lm_core.config import OWN_TEXT, CorpusSpec, RunConfig
from lm_core.corpora.cleaning import DecodedText
from lm_core.corpora.corpus import Corpus, CorpusInfo
from lm_core.corpora.library import list_corpora
from lm_core.corpora.readers import read_files, title_of
from lm_core.corpora.uploads import clean_pasted_text, read_documents, safe_title, store_text
from lm_core.data.splitting import split_documents
from lm_core.errors import CorpusError, LMError
from lm_core.presets import PRESETS, preset_config
from lm_core.tokenizers.registry import tokenizer_info

SEED = RunConfig().seed
VALIDATION_FRACTION = RunConfig().train.validation_fraction
STORED = "stored"  # the encoding of a text that was clean already
SAMPLE = 1400  # characters of the text that are shown
MOST_FREQUENT = 36  # characters that are drawn


@dataclass(frozen=True)
class OwnText:
    """What became of a text of one's own: `read` when it can be learned from, else `refusal` says why not.

    Of several files, `left_out` says why some are not in it; `columns` are those of tables, by the file's name.
    """

    title: str
    read: DecodedText | None
    refusal: str = ""
    left_out: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def library() -> list[CorpusInfo]:
    """All built-in corpora, those that are not available here included."""
    return list_corpora()


def read_upload(data: bytes, filename: str) -> OwnText:
    """A file's bytes, whatever they are."""
    return read_uploads([(filename, data)], {})


def read_uploads(files: list[tuple[str, bytes]], columns: dict[str, str]) -> OwnText:
    """Several files as one text; `columns` says which column of a table to take, by the file's name."""
    try:
        found = read_files(files, max_bytes=runs.settings().max_text_bytes, columns=columns)
    except CorpusError as error:
        return OwnText(title_of([name for name, _data in files]), None, str(error))
    return OwnText(title_of(found.names), found.text, "", found.left_out, found.columns)


def read_stored(text_id: str, title: str) -> OwnText:
    """A text of one's own that was stored before, by its fingerprint."""

    def read() -> DecodedText:
        spec = CorpusSpec(name=OWN_TEXT, text_id=text_id, title=title)
        documents = read_documents(spec, texts_folder=runs.settings().texts_folder)
        return DecodedText("".join(documents), STORED, (), documents if len(documents) > 1 else ())

    return _own(safe_title(title), read)


def read_paste(text: str) -> OwnText:
    """A pasted text."""
    most = runs.settings().max_text_bytes

    def read() -> DecodedText:
        size = len(text.encode("utf-8", errors="surrogatepass"))
        if size > most:
            raise CorpusError(
                f"The pasted text has {size / 1e6:,.1f} MB, but at most {most / 1e6:,.0f} MB are possible. "
                "Take a part of it."
            )
        return clean_pasted_text(text)

    return _own("", read)


def _own(title: str, read: Callable[[], DecodedText]) -> OwnText:
    try:
        return OwnText(title, read())
    except CorpusError as error:
        return OwnText(title, None, str(error))


def picture_of(corpus: Corpus) -> dict[str, Any]:
    """Sizes, a sample, the most frequent characters and the split, of bounded size whatever the text's."""
    text = corpus.text
    codes, counts = _character_counts(text)
    order = np.argsort(-counts, kind="stable")
    shares = counts / max(1, len(text))
    try:
        training, validation = split_documents(corpus, VALIDATION_FRACTION, SEED)
        split = {"training": sum(map(len, training)), "validation": sum(map(len, validation)), "problem": ""}
    except CorpusError as error:
        split = {"training": 0, "validation": 0, "problem": str(error)}
    return {
        "characters": len(text),
        "bytes": len(text.encode("utf-8")),
        "documents": len(corpus.documents),
        "lines": text.count("\n") + (not text.endswith("\n")),
        "words": len(text.split()),
        "distinct": int(codes.size),
        "frequent": [[chr(codes[index]), int(counts[index])] for index in order[:MOST_FREQUENT]],
        "half": int(np.searchsorted(np.cumsum(shares[order]), 0.5) + 1),  # characters that make up half of the text
        "entropy": float(-(shares * np.log(shares)).sum()),  # nats per character
        "sample": text[:SAMPLE],
        "split": split,
    }


def _character_counts(text: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The distinct code points of a text, ascending, and how often each occurs."""
    counts = np.bincount(np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.int64))
    codes = np.flatnonzero(counts)
    return codes, counts[codes]


def vocabulary_size(kind: str, chosen: int, picture: dict[str, Any]) -> int:
    """How many tokens a tokenizer will have: known for characters and bytes, chosen for the learned ones."""
    return {"char": picture["distinct"] + 1, "byte": 256}.get(kind, chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def size_of(preset: str, vocab_size: int, recipe: str) -> dict[str, Any]:
    """What a preset means: parameters by part, layers, heads, context, steps, tokens read in training."""
    from lm_core.models.registry import count_parameters

    config = preset_config(preset, recipe)
    train = config.train
    return {
        "parameters": count_parameters(config.model, vocab_size)["total"],
        "layers": config.model.n_layers,
        "heads": config.model.n_heads,
        "context": config.model.context_length,
        "steps": train.steps,
        "tokens": train.steps * train.batch_size * config.model.context_length,
    }


def times_taken(recipe: str) -> dict[str, float]:
    """Seconds that the newest finished run of each preset took on this machine; presets never run are missing."""
    shapes = {name: preset_config(name, recipe) for name in PRESETS}
    taken: dict[str, float] = {}
    for status in runs.store().list(limit=50):
        if status.state != "done" or status.started_at is None or status.finished_at is None:
            continue
        try:
            config = runs.config_of(status.run_id)
        except LMError:
            continue  # its folder is gone
        for name, shape in shapes.items():
            if (config.model, config.train) == (shape.model, shape.train):
                taken.setdefault(name, status.finished_at - status.started_at)
    return taken


def new_config(
    corpus: str | DecodedText,
    *,
    title: str,
    kind: str,
    vocab_size: int,
    preset: str,
    recipe: str,
    name: str,
    probe: str,
    cleaning: Sequence[str] = (),
    model: Mapping[str, Any] | None = None,
) -> RunConfig:
    """A checked configuration; a text of one's own is stored first. `model` are settings of a model that counts.

    Raises:
        LMError: a setting is out of bounds, or the text cannot be stored.
    """
    spec = store_own(corpus, title) if isinstance(corpus, DecodedText) else CorpusSpec(name=corpus)
    tokenizer = {"kind": kind, "vocab_size": vocab_size} if tokenizer_info(kind).learns else {"kind": kind}
    choices = {"corpus": {**spec.model_dump(), "cleaning": list(cleaning)}, "tokenizer": tokenizer}
    if model:
        choices["model"] = {**preset_config(preset).model.model_dump(), **model}
    return preset_config(preset, recipe, name=name, **choices, probe=clean_line(probe), seed=SEED)


def store_own(own: DecodedText, title: str) -> CorpusSpec:
    """Keep a text of one's own, with the ends of its documents. Raises CorpusError."""
    return store_text(own.text, title=title, texts_folder=runs.settings().texts_folder, documents=own.documents)


def clean_line(text: str) -> str:
    """A probe sentence without what no text can hold: halves of characters, NUL."""
    return text.encode("utf-8", errors="replace").decode("utf-8").replace("\x00", "")
