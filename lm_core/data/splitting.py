"""Keeps a part of a corpus aside for testing: documents in, training and validation texts out, nothing in both.

many documents   [a][b][c][d][e][b]       shuffled; whole documents go aside, with all their copies
few documents    [aaaaaaa|a] [bbbb|b]     the last part of each goes aside, cut at a line end
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from lm_core.corpora.corpus import Corpus
from lm_core.errors import CorpusError

MANY_DOCUMENTS: Final = 200


def split_documents(corpus: Corpus, validation_fraction: float, seed: int) -> tuple[list[str], list[str]]:
    """Training and validation texts. About `validation_fraction` of the characters go aside.

    Many documents are shuffled by `seed` and go to one side whole: no validation document is also a training
    document. Of fewer documents, each keeps its last part aside.

    Raises:
        CorpusError: nothing would be left for one of the two parts.
    """
    documents = [document for document in corpus.documents if document]
    if len(documents) >= MANY_DOCUMENTS:
        training, validation = _whole_documents(documents, validation_fraction, seed)
    else:
        training, validation = _last_parts(documents, validation_fraction)
    if not training or not validation:
        raise CorpusError(
            f'"{corpus.title}" cannot be divided: training and testing need different texts, and this one holds '
            f"{corpus.characters:,} characters in {len(set(documents)):,} different documents. Choose a longer text."
        )
    return training, validation


def validation_places(corpus: Corpus, validation_fraction: float, seed: int) -> list[tuple[int, int]]:
    """Where in `corpus.text` the validation parts lie: [from, to) in characters, ascending, neighbours joined.

    Raises:
        CorpusError: as `split_documents` does.
    """
    documents = [document for document in corpus.documents if document]
    _training, validation = split_documents(corpus, validation_fraction, seed)
    aside = set(validation) if len(documents) >= MANY_DOCUMENTS else set()
    places: list[tuple[int, int]] = []
    end = 0
    for document in documents:
        start, end = end, end + len(document)
        if len(documents) < MANY_DOCUMENTS:
            start += _cut(document, validation_fraction)
        elif document not in aside:
            continue
        if places and places[-1][1] == start:
            places[-1] = (places[-1][0], end)
        elif start < end:
            places.append((start, end))
    return places


def _whole_documents(documents: Sequence[str], fraction: float, seed: int) -> tuple[list[str], list[str]]:
    shuffled = random.Random(seed).sample(documents, len(documents))
    distinct = list(dict.fromkeys(shuffled))
    wanted = fraction * sum(map(len, distinct))
    validation: list[str] = []
    for document in distinct[:-1]:  # one document at least is for training
        if wanted <= 0:
            break
        validation.append(document)
        wanted -= len(document)
    aside = set(validation)
    return [document for document in shuffled if document not in aside], validation


def _last_parts(documents: Sequence[str], fraction: float) -> tuple[list[str], list[str]]:
    cuts = [(document, _cut(document, fraction)) for document in documents]
    training = [document[:cut] for document, cut in cuts if cut > 0]
    return training, [document[cut:] for document, cut in cuts if cut < len(document)]


def _cut(document: str, fraction: float) -> int:
    """Where the last part begins: after the last line end before its share, or after a space, or right there.

    Line ends and spaces count only if that moves the cut by less than half of the share.
    """
    target = len(document) - round(fraction * len(document))
    earliest = max(0, target - round(fraction * len(document) / 2))
    for end in ("\n", " "):
        found = document.rfind(end, earliest, target)
        if found >= 0:
            return found + 1
    return target
