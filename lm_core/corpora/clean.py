"""Cleans a corpus by named steps in a chosen order: documents and names of steps in, cleaner documents out.

    CLEANING_STEPS   what each step does, why, and on how much it looks at once; their order is the one to begin with

Equal documents and equal steps give equal documents, byte for byte. Steps may be done in any order, and some orders are
better: lines that differ in blank space alone are repeated lines only after the step "whitespace".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lm_core.config import CleaningStepName
from lm_core.corpora import cleaning_steps, document_lengths, near_duplicates, repetition
from lm_core.corpora.corpus import Corpus
from lm_core.errors import CorpusError

Documents = Sequence[str]


@dataclass(frozen=True)
class CleaningStep:
    """One step: `apply` keeps each document at its place, and makes one of which nothing is left an empty string."""

    title: str
    why: str
    apply: Callable[[Documents], list[str]]


def _each(change: Callable[[str], str]) -> Callable[[Documents], list[str]]:
    return lambda documents: [change(document) for document in documents]


CLEANING_STEPS: Final[dict[CleaningStepName, CleaningStep]] = {
    "line-ends": CleaningStep(
        "Line ends",
        "Windows, old Macs and web pages end lines in their own ways; one kind is enough to learn.",
        _each(cleaning_steps.line_ends),
    ),
    "control": CleaningStep(
        "Control characters",
        "Invisible signs, such as soft hyphens and zero-width blanks, would become tokens that nobody sees.",
        _each(cleaning_steps.control_characters),
    ),
    "nfc": CleaningStep(
        "Unicode, one form (NFC)",
        "An é can be one sign or two that look the same; afterwards it is always one.",
        _each(cleaning_steps.composed),
    ),
    "nfkc": CleaningStep(
        "Unicode, plain letters (NFKC)",
        "Ligatures, wide letters and circled numbers become plain ones; formulas lose their exponents.",
        _each(cleaning_steps.compatible),
    ),
    "html": CleaningStep(
        "HTML",
        "Tags, comments and scripts of web pages are not what people say; entities become their characters.",
        _each(cleaning_steps.without_html),
    ),
    "markdown": CleaningStep(
        "Markdown",
        "Headings, emphasis and links keep their words and lose their signs.",
        _each(cleaning_steps.without_markdown),
    ),
    "boilerplate": CleaningStep(
        "Boilerplate lines",
        "Licences, notes on cookies and lines that stand in many documents would be learned by heart.",
        repetition.without_boilerplate,
    ),
    "emails": CleaningStep(
        "E-mail addresses",
        "A model may repeat what it read, addresses of real people too; each becomes [email].",
        _each(cleaning_steps.masked_emails),
    ),
    "phones": CleaningStep(
        "Phone numbers",
        "The same for phone numbers; each becomes [phone]. Rules find most, not all.",
        _each(cleaning_steps.masked_phones),
    ),
    "lower": CleaningStep(
        "Small letters",
        "A smaller vocabulary, learned sooner; the model will never write a capital.",
        _each(cleaning_steps.lower_case),
    ),
    "whitespace": CleaningStep(
        "Blank space",
        "Blanks at line ends, double blanks and heaps of empty lines cost tokens and mean nothing.",
        _each(cleaning_steps.whitespace),
    ),
    "duplicate-lines": CleaningStep(
        "Repeated lines",
        "A long line that stood before teaches nothing new, and in both parts it would flatter the test.",
        repetition.without_repeated_lines,
    ),
    "near-duplicates": CleaningStep(
        "Near-copies",
        "Documents or paragraphs that are copies but for a few words weigh double and leak into the test.",
        near_duplicates.without_near_duplicates,
    ),
    "length": CleaningStep(
        "Odd lengths",
        "Documents a tenth of the usual length are rarely texts; those ten times as long drown the others.",
        document_lengths.without_odd_lengths,
    ),
}


@dataclass(frozen=True)
class Stage:
    """The documents before and after one step, each at its place; an empty one has gone."""

    name: CleaningStepName
    before: tuple[str, ...]
    after: tuple[str, ...]


def cleaning_stages(documents: Documents, steps: Sequence[CleaningStepName]) -> Iterator[Stage]:
    """One stage per step, in the steps' order. Each step sees only documents that are left."""
    before = tuple(document for document in documents if document)
    for name in steps:
        after = tuple(CLEANING_STEPS[name].apply(before))
        yield Stage(name, before, after)
        before = tuple(document for document in after if document)


def clean_documents(documents: Documents, steps: Sequence[CleaningStepName]) -> tuple[str, ...]:
    """The documents after all steps; those of which nothing, or only blank space, is left are gone."""
    left = tuple(documents)
    for stage in cleaning_stages(documents, steps):
        left = stage.after
    return tuple(document for document in left if document.strip()) if steps else left


def clean_corpus(corpus: Corpus, steps: Sequence[CleaningStepName]) -> Corpus:
    """The corpus, cleaned; without steps the very same.

    Raises:
        CorpusError: nothing is left of it.
    """
    if not steps:
        return corpus
    documents = clean_documents(corpus.documents, steps)
    if not documents:
        raise CorpusError(
            f'Cleaning has left nothing of "{corpus.title}". Switch off the step that takes out the most.'
        )
    return replace(corpus, documents=documents)
