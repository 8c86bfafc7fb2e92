"""Texts from packages that are not always installed."""

import re
import sys

import pytest

from lm_core.corpora import extras
from lm_core.errors import CorpusError


def test_an_idiom_has_four_chinese_characters():
    lines = extras.idioms(1)
    assert all(re.fullmatch("[\u4e00-\u9fff]{4}\n", line) for line in lines)
    assert "画蛇添足\n" in lines
    assert lines != extras.idioms(2)


def test_each_character_of_a_word_has_one_syllable():
    for line in extras.pinyin(1):
        word, sound = line.removesuffix("\n").split(" -> ")
        assert len(word) == len(sound.split())
    known = set(extras.pinyin(1))
    assert {"银行 -> yín háng\n", "行走 -> xíng zǒu\n"} <= known, "one character, two sounds"


def test_an_emoji_comes_with_two_names_and_without_skin_tones():
    lines = extras.emoji_names(1)
    assert "🏦 -> bank -> 银行\n" in lines
    for line in lines:
        sign, english, chinese = line.removesuffix("\n").split(" -> ")
        assert not sign.isascii()
        assert english == english.lower()
        assert chinese
    assert not any("\U0001f3fb" <= sign <= "\U0001f3ff" for line in lines for sign in line)


@pytest.mark.parametrize("locale", ["zh_CN", "fr_FR"])
def test_a_sentence_of_a_program_is_one_line_in_two_languages(locale):
    for line in extras.screen_sentences(1, locale=locale):
        english, other = line.removesuffix("\n").split(" -> ")
        assert english != other
        assert len(english) <= extras.LONGEST_UI_SENTENCE
        assert not re.search(r"https?:|%|<|\{", line)


def test_two_take_turns_in_a_talk():
    talks = extras.dialogue()
    assert len(set(talks)) == len(talks)
    for talk in talks:
        speakers = [line[:3] for line in talk.removesuffix("\n\n").split("\n")]
        assert speakers == ["A: ", "B: "] * (len(speakers) // 2) + ["A: "] * (len(speakers) % 2)


def test_the_bible_has_its_books_and_verses_in_order():
    books = extras.king_james()
    assert (len(books), books[0][:9], books[-1][:12]) == (66, "GENESIS\n\n", "REVELATION\n\n"[:12])
    assert sum(len(line) > 0 for book in books for line in book.splitlines()[1:]) == 31_103
    assert books[0].startswith("GENESIS\n\nIn the beginning God created the heaven and the earth.\nAnd the earth was")


def test_files_are_read_without_importing_their_packages():
    extras.king_james()
    extras.dialogue()
    assert not {"bible", "chatterbot_corpus"} & set(sys.modules)


def test_a_package_without_its_texts_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(extras, "installed_folder", lambda package: tmp_path)
    for read in (extras.dialogue, lambda: extras.screen_sentences(1, locale="fr_FR")):
        with pytest.raises(CorpusError, match="Run: make extras"):
            read()
