"""What the Data page shows of a text beyond its first look: a text and cleaning steps in, plain values out.

A text is a corpus of the library by its name, or a text of one's own. Everything is kept by text and steps in memory, a
few of each, so that a switch that is flipped back costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from app.loaders import data, runs
from lm_core.config import OWN_TEXT, CleaningStepName, CorpusSpec
from lm_core.corpora.clean import CLEANING_STEPS, Stage, cleaning_stages
from lm_core.corpora.cleaning import DecodedText
from lm_core.corpora.cleaning_report import StepReport, report_of, report_of_all
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import load_corpus
from lm_core.corpora.statistics import text_statistics
from lm_core.data.leakage import LEAK, NOTICEABLE, STRETCH, find_leaks
from lm_core.data.splitting import MANY_DOCUMENTS, split_documents, validation_places
from lm_core.errors import CorpusError

Text = str | DecodedText
Steps = tuple[CleaningStepName, ...]
STRIPS = 480  # parts of the text that the picture of the split tells apart
LARGE = 3_000_000  # characters; larger texts are not kept after every single step
LONGEST_EXAMPLE = 160


@dataclass(frozen=True)
class Cleaned:
    """A corpus after its steps, and what each did; `corpus` is None where nothing was left, and `problem` says so."""

    corpus: Corpus | None
    problem: str
    stages: tuple[StepReport, ...]
    whole: StepReport | None


@lru_cache(maxsize=4)
def raw_corpus(text: Text) -> Corpus:
    """The text as it came. Raises CorpusError where it cannot be read."""
    if isinstance(text, DecodedText):
        return Corpus(OWN_TEXT, "", text.documents or (text.text,), "", "")
    return load_corpus(CorpusSpec(name=text), texts_folder=runs.settings().texts_folder, seed=data.SEED)


@lru_cache(maxsize=24)
def _stage(text: Text, steps: Steps) -> tuple[Stage, StepReport]:
    """The last of the steps, done on what the others leave."""
    before = _stage(text, steps[:-1])[0].after if steps[:-1] else raw_corpus(text).documents
    [stage] = cleaning_stages(before, steps[-1:])
    return stage, report_of(stage)


def _stages(text: Text, steps: Steps) -> list[tuple[Stage, StepReport]]:
    if raw_corpus(text).characters <= LARGE:
        return [_stage(text, steps[:end]) for end in range(1, len(steps) + 1)]
    return [(stage, report_of(stage)) for stage in cleaning_stages(raw_corpus(text).documents, steps)]


@lru_cache(maxsize=6)
def cleaned(text: Text, steps: Steps) -> Cleaned:
    """The text after the steps, with counts and examples of what each step changed."""
    raw = raw_corpus(text)
    if not steps:
        return Cleaned(raw, "", (), None)
    done = _stages(text, steps)
    stages, reports = [stage for stage, _report in done], tuple(report for _stage, report in done)
    left = tuple(document for document in stages[-1].after if document.strip())
    corpus = Corpus(raw.name, raw.title, left, raw.licence, raw.source)
    problem = "" if left else "Cleaning has left nothing of this text. Switch off the step that takes out the most."
    return Cleaned(corpus if left else None, problem, reports, report_of_all(stages))


@lru_cache(maxsize=16)
def picture(text: Text, steps: Steps) -> dict[str, Any] | None:
    """The first look at the cleaned text; None where nothing is left."""
    corpus = cleaned(text, steps).corpus
    return data.picture_of(corpus) if corpus else None


def cleaning_view(text: Text, steps: Steps) -> dict[str, Any]:
    """All steps, those that are on, and what they did."""
    found = cleaned(text, steps)
    return {
        "names": list(CLEANING_STEPS),
        "chosen": list(steps),
        "reports": {str(report.name): _plain_report(report) for report in found.stages},
        "whole": _plain_report(found.whole) if found.whole else None,
        "characters": raw_corpus(text).characters,
    }


def _plain_report(report: StepReport) -> dict[str, Any]:
    return {
        "characters": report.characters,
        "lines": report.lines,
        "documents": report.documents,
        "changed": report.changed,
        "examples": [[[piece.kind, piece.text] for piece in passage] for passage in report.examples],
    }


@lru_cache(maxsize=8)
def statistics_view(text: Text, steps: Steps) -> dict[str, Any] | None:
    """The cleaned text in numbers; None where nothing is left."""
    corpus = cleaned(text, steps).corpus
    return asdict(text_statistics(corpus.documents)) if corpus else None


@lru_cache(maxsize=8)
def split_view(text: Text, steps: Steps) -> dict[str, Any] | None:
    """Where the validation part lies, and what of it stands in the training part too; None where nothing is left."""
    corpus = cleaned(text, steps).corpus
    if corpus is None:
        return None
    many = len([document for document in corpus.documents if document]) >= MANY_DOCUMENTS
    common = {"many": many, "manyDocuments": MANY_DOCUMENTS, "documents": len(corpus.documents)}
    try:
        training, validation = split_documents(corpus, data.VALIDATION_FRACTION, data.SEED)
        places = validation_places(corpus, data.VALIDATION_FRACTION, data.SEED)
    except CorpusError as error:
        return {**common, "problem": str(error)}
    leaks = find_leaks(training, validation, whole_documents=many)
    return {
        **common,
        "problem": "",
        "training": sum(map(len, training)),
        "validation": sum(map(len, validation)),
        "trainingTexts": len(training),
        "strips": strips(places, corpus.characters),
        "leaks": {
            **asdict(leaks),
            "characters": [[length, share] for length, share in leaks.characters.items()],
            "words": [[length, share] for length, share in leaks.words.items()],
            "examples": [example[:LONGEST_EXAMPLE] for example in leaks.examples],
            "verdict": leaks.verdict,
            "stretch": STRETCH,
            "noticeable": NOTICEABLE,
            "leak": LEAK,
        },
    }


def strips(places: Sequence[tuple[int, int]], characters: int) -> list[float]:
    """The share of validation text in each of `STRIPS` equal parts of the text.

    >>> strips([(0, 50)], 100)[:1], strips([(0, 50)], 100)[-1:]
    ([1.0], [0.0])
    """
    edges = np.linspace(0, characters, STRIPS + 1)
    bounds = np.asarray([[0, 0], *places], dtype=np.float64)
    inside = np.concatenate(([0.0], np.cumsum(bounds[:, 1] - bounds[:, 0])))
    # How many validation characters lie before each edge: whole parts, and the beginning of the one that it cuts.
    part = np.searchsorted(bounds[:, 0], edges, side="right")
    before = inside[part - 1] + np.clip(edges - bounds[part - 1, 0], 0, bounds[part - 1, 1] - bounds[part - 1, 0])
    width = max(characters / STRIPS, 1e-9)
    return [round(float(share), 3) for share in np.clip(np.diff(before) / width, 0, 1)]
