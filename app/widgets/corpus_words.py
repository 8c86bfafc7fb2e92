"""Names and descriptions of the built-in corpora in the reader's language: what lm_core says in, translated out."""

from __future__ import annotations

from app.i18n import _
from lm_core.corpora.corpus import CorpusInfo


def corpus_title(info: CorpusInfo) -> str:
    """What people call the corpus."""
    return _(info.title)


def corpus_description(info: CorpusInfo) -> str:
    """One or two sentences on what it holds."""
    return _(info.description)


def sentences() -> list[str]:
    """The library's own words, written once more so that they are collected for translation; a test compares them."""
    return [
        _("Shakespeare's comedies"),
        _("Eight plays, such as Twelfth Night. A model soon learns names, line ends and verse."),
        _("All of Shakespeare's plays"),
        _("All 38 plays: comedies, tragedies, histories, romances. Longer, so harder to learn by heart."),
        _("First names"),
        _("First names from some eighty places in plain letters, one per line. A model invents new ones."),
        _("First names in all scripts"),
        _(
            "The same in the letters of their own countries: Latin, Cyrillic, Arabic, Hindi, Chinese and more. A "
            "test for tokenizers."
        ),
        _("Python's standard library"),
        _("A hundred modules of the Python that runs this. A model learns to indent and to close brackets."),
        _("Dates to numbers"),
        _(
            "Dates as English, German, French, Spanish and Chinese write them, then as ISO 8601 does. Where the "
            "model looks to write the month can be seen in its attention."
        ),
        _("Copy"),
        _("copy: kqz -> kqz. The smallest task that needs attention: look back, say it again."),
        _("Reverse"),
        _("reverse: kqz -> zqk. Attention walks backwards."),
        _("Sort"),
        _("sort: 7203 -> 0237. Each digit depends on all the others."),
    ]
