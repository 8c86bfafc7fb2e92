"""The library of corpora: a `CorpusSpec` and a seed in, a `Corpus` out. Its entries stand on the shelves."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lm_core.config import OWN_TEXT, CorpusSpec
from lm_core.corpora.clean import clean_corpus
from lm_core.corpora.corpus import Corpus, CorpusInfo
from lm_core.corpora.entry import Entry
from lm_core.corpora.shelf_pairs import PAIRS
from lm_core.corpora.shelf_tasks import TASKS
from lm_core.corpora.shelf_texts import CODE, DIALOGUE, LITERATURE, NAMES, STORIES
from lm_core.corpora.uploads import read_documents
from lm_core.errors import CorpusError

DEFAULT: Final = "comedies"

_SHELVES: Final[dict[str, Entry]] = {**STORIES, **LITERATURE, **NAMES, **CODE, **DIALOGUE, **PAIRS, **TASKS}
CORPORA: Final[dict[str, Entry]] = {DEFAULT: _SHELVES[DEFAULT], **_SHELVES}  # the default comes first


def list_corpora() -> list[CorpusInfo]:
    """All built-in corpora, the default first. One whose package is missing says so in `unavailable`."""
    return [entry.info(name) for name, entry in CORPORA.items()]


def load_corpus(spec: CorpusSpec, *, texts_folder: Path, seed: int) -> Corpus:
    """The documents of a corpus, cleaned as its spec says: equal specs and seeds give equal documents, byte for byte.

    Raises:
        CorpusError: no such corpus, its package is not installed, the text of one's own is no longer stored, or
            cleaning leaves nothing of it.
    """
    return clean_corpus(_read_corpus(spec, texts_folder=texts_folder, seed=seed), spec.cleaning)


def _read_corpus(spec: CorpusSpec, *, texts_folder: Path, seed: int) -> Corpus:
    if spec.name == OWN_TEXT:
        title = spec.title or "Own text"
        return Corpus(OWN_TEXT, title, read_documents(spec, texts_folder=texts_folder), "Yours", "Your upload")
    if spec.name not in CORPORA:
        raise CorpusError(f'There is no corpus "{spec.name}". Choose one of: {", ".join(CORPORA)}, {OWN_TEXT}.')
    entry = CORPORA[spec.name]
    if (unavailable := entry.info(spec.name).unavailable) is not None:
        raise CorpusError(f'"{entry.title}" cannot be read. {unavailable}')
    return Corpus(spec.name, entry.title, entry.read(spec.examples, seed), entry.licence, entry.source)
