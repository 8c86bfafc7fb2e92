"""A tokenizer to look at, a run's or one trained here and now: an address in, the tokenizer and counts out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from app.loaders import runs
from app.sentences import translate_sentence
from lm_core.config import OWN_TEXT, PRETRAINED, CorpusSpec, RunConfig, TokenizerSpec, parse_config
from lm_core.corpora.library import load_corpus
from lm_core.data.dataset import RECORD_NAME, open_dataset
from lm_core.errors import LMError, TokenizerError
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.registry import TOKENIZERS, list_tokenizers, load_tokenizer, tokenizer_info, train_tokenizer

MOST_BYTES = 1_000_000  # of a text that a tokenizer is trained on while somebody waits
COUNT_THEIR_OWN = tuple(info.kind for info in list_tokenizers() if not info.learns)  # they have the size they have
UPLOADED = "huggingface"  # the kind that comes in a file of the reader's
SMALLEST = 16  # tokens, in a configuration
SIZES = (300, 400, 512, 768, 1024, 2048, 4096, 8192)
MOST_KNOWN = 1000
SEED = RunConfig().seed
LONGEST_TITLE = 200

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Source:
    """Which tokenizer: that of a run, or one of `tokenizer` trained on `corpus`."""

    run: str = ""
    corpus: CorpusSpec | None = None
    tokenizer: TokenizerSpec | None = None

    def address(self) -> dict[str, str]:
        """What names it in an address: {"run": …} or {"corpus": …, "kind": …, "vocab": …}."""
        if self.corpus is None or self.tokenizer is None:
            return {"run": self.run}
        return {**address_of(self.corpus), "kind": self.tokenizer.kind, **self._which()}

    def _which(self) -> dict[str, str]:
        """What tells it from others of its kind: the size of the vocabulary, or the file."""
        assert self.tokenizer is not None
        if self.tokenizer.file_id is not None:
            return {"file": self.tokenizer.file_id, "name": self.tokenizer.title}
        if self.tokenizer.kind in COUNT_THEIR_OWN:
            return {}
        cut = {"cut": self.tokenizer.split} if self.tokenizer.split != "words" else {}
        return {"vocab": str(self.tokenizer.vocab_size), **cut}

    @property
    def key(self) -> str:
        """One text for each tokenizer, to remember what was made of it."""
        return json.dumps(self.address(), sort_keys=True)


def address_of(corpus: CorpusSpec) -> dict[str, str]:
    """What names a text in an address: {"corpus": …}, of one's own also {"text": …, "title": …}, {"cleaning": …}."""
    own = {"text": corpus.text_id or "", "title": corpus.title} if corpus.text_id else {}
    return {"corpus": corpus.name, **own, **({"cleaning": ",".join(corpus.cleaning)} if corpus.cleaning else {})}


def corpus_at(address: Mapping[str, str]) -> CorpusSpec:
    """The text that an address names. Raises ConfigError where a value is impossible."""
    values: dict[str, Any] = {"name": address.get("corpus", "")}
    if values["name"] == OWN_TEXT:
        values |= {"text_id": address.get("text"), "title": address.get("title", "")[:LONGEST_TITLE]}
    if cleaning := address.get("cleaning"):
        values["cleaning"] = cleaning.split(",")
    return parse_config(CorpusSpec, values)


def source_at(address: Mapping[str, str]) -> Source:
    """The tokenizer that an address names.

    Raises:
        ConfigError: a value is impossible.
        TokenizerError: no kind of tokenizer is named.
    """
    if run := address.get("run"):
        return Source(run=run)
    corpus = corpus_at(address)
    kind = address.get("kind", "")
    if kind == UPLOADED:
        uploaded = {"kind": kind, "file_id": address.get("file"), "title": address.get("name", "")[:LONGEST_TITLE]}
        return Source(corpus=corpus, tokenizer=parse_config(TokenizerSpec, uploaded))
    spec = spec_of(kind, address.get("vocab", ""), address.get("cut", ""))
    if kind not in COUNT_THEIR_OWN and spec.vocab_size > SIZES[-1]:
        raise TokenizerError(
            f"To learn {spec.vocab_size:,} tokens would take too long while you wait. Choose {SIZES[-1]:,} or less."
        )
    return Source(corpus=corpus, tokenizer=spec)


def spec_of(kind: str, size: str, cut: str = "") -> TokenizerSpec:
    """A kind and, for those that learn their pieces, the size of the vocabulary and what BPE's stay inside, as an
    address writes them.
    """
    if kind not in TOKENIZERS:
        raise TokenizerError(f'There is no tokenizer "{kind}". Choose one of: {", ".join(TOKENIZERS)}.')
    values: dict[str, Any] = {"kind": kind}
    if kind not in COUNT_THEIR_OWN and size:
        values["vocab_size"] = int(size) if size.isascii() and size.isdecimal() and len(size) < 10 else size
    if kind == "bpe" and cut:
        values["split"] = cut
    return parse_config(TokenizerSpec, values)


@dataclass(frozen=True)
class TrainingText:
    """The beginning of a text, at most MOST_BYTES of it; `left_out` characters come after."""

    text: str
    title: str
    left_out: int


@dataclass(frozen=True)
class Reader:
    """A tokenizer with its vocabulary spelled out once; `seconds` that its training took, where it was trained here."""

    tokenizer: Tokenizer
    texts: tuple[str, ...]
    kinds: tuple[str, ...]
    seconds: float | None = None

    def bytes_of(self, token: int) -> bytes:
        """The UTF-8 bytes that a token stands for; none for a special token."""
        return self.tokenizer.token_bytes([token])[0]


@dataclass(frozen=True)
class Counted:
    """A training text as ids, how often each token of the vocabulary occurs, and what was left out, in characters."""

    ids: np.ndarray[Any, Any]
    times: np.ndarray[Any, np.dtype[np.int64]]
    left_out: int


@st.cache_resource(max_entries=6, show_spinner=False)
def training_text(corpus: CorpusSpec, seed: int = SEED) -> TrainingText:
    """What a new tokenizer learns from. Raises CorpusError where the text cannot be read."""
    read = load_corpus(corpus, texts_folder=runs.settings().texts_folder, seed=seed)
    whole = read.text
    data = whole.encode("utf-8")
    if len(data) <= MOST_BYTES:
        return TrainingText(whole, read.title, 0)
    part = data[:MOST_BYTES].decode("utf-8", errors="ignore")
    part = part[: part.rfind("\n") + 1] or part
    return TrainingText(part, read.title, len(whole) - len(part))


def reader_of(source: Source) -> Reader:
    """The tokenizer, trained now if it has to be. Raises LMError with a sentence where that is impossible."""
    return _run_reader(source.run) if source.run else _trained(source.key, source)


def is_trained(source: Source) -> bool:
    """Whether it is here already, so that nobody has to wait."""
    return bool(source.run) or source.key in _known


_known: set[str] = set()


@st.cache_resource(max_entries=16, show_spinner=False)
def _run_reader(run_id: str) -> Reader:
    return _spelled_out(load_tokenizer(runs.open_run(run_id).tokenizer_folder), None)


@st.cache_resource(max_entries=24, show_spinner=False)
def _trained(key: str, _source: Source) -> Reader:
    assert _source.corpus is not None
    assert _source.tokenizer is not None
    learned_from = training_text(_source.corpus)
    with _one_at_a_time:
        started = time.perf_counter()
        tokenizer = train_tokenizer(_source.tokenizer, [learned_from.text], files=runs.settings().tokenizers_folder)
        seconds = time.perf_counter() - started
    if len(_known) >= MOST_KNOWN:
        _known.clear()
    _known.add(key)
    learned = tokenizer_info(_source.tokenizer.kind).small  # others came ready-made
    return _spelled_out(tokenizer, seconds if learned else None)


def _spelled_out(tokenizer: Tokenizer, seconds: float | None) -> Reader:
    entries = tokenizer.vocabulary()
    return Reader(tokenizer, tuple(entry.text for entry in entries), tuple(entry.kind for entry in entries), seconds)


def counted(source: Source) -> Counted:
    """How often each token occurs in the text that the tokenizer was made for.

    Raises:
        LMError: that text cannot be read any more.
    """
    return _counted(source.key, source)


@st.cache_resource(max_entries=8, show_spinner=False)
def _counted(key: str, _source: Source) -> Counted:
    reader = reader_of(_source)
    ids, left_out = _stored_ids(_source.run), 0
    if ids is None:
        learned_from = text_of(_source)
        ids = np.array(reader.tokenizer.encode(learned_from.text), dtype=np.uint32)
        left_out = learned_from.left_out
    times = np.bincount(ids, minlength=reader.tokenizer.vocab_size)
    return Counted(ids, times, left_out)


def _stored_ids(run_id: str) -> np.ndarray[Any, Any] | None:
    """What a run of this machine learns from is on the disk already, as ids; None where it is not."""
    if not run_id:
        return None
    folder = runs.open_run(run_id).tokens_folder
    return open_dataset(folder).train if (folder / RECORD_NAME).exists() else None


def text_of(source: Source) -> TrainingText:
    """The beginning of the text that a tokenizer was made for. Raises LMError where it cannot be read."""
    if source.corpus is not None:
        return training_text(source.corpus)
    config = runs.config_of(source.run)
    return training_text(config.corpus, config.seed)


def made_elsewhere(source: Source) -> bool:
    """Whether it came with a pretrained model, whose text is not here."""
    return bool(source.run) and runs.config_of(source.run).corpus.name == PRETRAINED


def text_beside(source: Source) -> CorpusSpec:
    """What others learn from to be compared with a tokenizer: its own text, or where that is not here one of ours."""
    if made_elsewhere(source):
        return CorpusSpec()
    return source.corpus or runs.config_of(source.run).corpus


def text_to_try(source: Source) -> TrainingText:
    """The beginning of that text. Raises LMError where it cannot be read."""
    return training_text(text_beside(source)) if made_elsewhere(source) else text_of(source)


def title_of(source: Source, language: str = "en") -> str:
    """What people call the text that a tokenizer learned from, one of the library in `language`; "": nobody knows."""
    try:
        title = text_of(source).title
        corpus = source.corpus or runs.config_of(source.run).corpus
    except LMError:
        return ""
    return title if corpus.name == OWN_TEXT else translate_sentence(title, language)


def suggested_size(corpus: CorpusSpec) -> int:
    """A vocabulary that a text can fill: a short one has no thousand different pieces."""
    try:
        length = len(training_text(corpus).text)
    except LMError:
        return SIZES[0]
    return 300 if length < 20_000 else 512 if length < 200_000 else 1024


def sizes_up_to(largest: int | None) -> tuple[int, ...]:
    """The sizes to choose from; where a text fills no more than `largest`, those below and that one.

    >>> sizes_up_to(361)
    (300, 361)
    """
    return SIZES if largest is None else (*(size for size in SIZES if size < largest), largest)


def keep_upload(data: bytes, filename: str) -> TokenizerSpec:
    """Keep an uploaded tokenizer.json. Raises TokenizerError with a sentence where it is none."""
    from lm_core.tokenizers.huggingface import LARGEST_FILE, store_tokenizer

    if len(data) > LARGEST_FILE:
        raise TokenizerError(
            f"The file has {len(data) / 1e6:,.0f} MB; a tokenizer.json may have {LARGEST_FILE / 1e6:,.0f} MB."
        )
    return store_tokenizer(data, title=filename, folder=runs.settings().tokenizers_folder)


def left_out(source: Source) -> int:
    """How many characters of its text a new tokenizer did not learn from, as nobody would wait so long."""
    try:
        return training_text(source.corpus).left_out if source.corpus is not None else 0
    except LMError:
        return 0


def forget() -> None:
    """As a server that has read nothing yet."""
    _known.clear()
    for cached in (training_text, _run_reader, _trained, _counted):
        cached.clear()
