"""What is taken out of a text, and what stays."""

import pytest

from lm_core.corpora.cleaning import MIN_CHARACTERS, clean_text
from lm_core.errors import CorpusError

FILLER = "words " * 40


def clean(text):
    return clean_text(FILLER + text, encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "😀👩\u200d👧 e\u0301 \u202eright\u202c שלום مرحبا 你好",
        "tab\there\nand a\u00a0hard space\u2028line",
        "\ufffd \ufeff in the middle",
        "=1+1 -- %s {0} $(id) ' OR 1=1",
    ],
)
def test_text_of_every_kind_stays_as_it_is(text):
    assert clean(text).text == FILLER + text
    assert clean(text).notes == ()


@pytest.mark.parametrize(
    ("text", "result", "note"),
    [
        ("a\r\nb\r\n", "a\nb\n", "2 foreign line ends were turned into plain newlines, such as those of Windows."),
        ("a\rb", "a\nb", "1 foreign line end was turned into plain newlines, such as those of Windows."),
        ("a\fb", "a\nb", "1 foreign line end was turned into plain newlines, such as those of Windows."),
        ("a\x00b\x1b\x9fc", "abc", "3 control characters were taken out: they have no visible form."),
        ("a\x00b", "ab", "1 control character was taken out: they have no visible form."),
        ("a\ud83db", "ab", "1 broken half of a character was taken out."),
        ("\udc00\ude00", "", "2 broken halves of characters were taken out."),
    ],
)
def test_each_change_is_told_in_a_sentence(text, result, note):
    assert clean(text).text == FILLER + result
    assert clean(text).notes == (note,)


def test_two_halves_of_one_character_are_joined_not_lost():
    assert clean("\ud83d\ude00") == clean("😀")


def test_a_byte_order_mark_is_taken_from_the_start_only():
    cleaned = clean_text("\ufeff" + FILLER + "\ufeff", encoding="utf-8")
    assert cleaned.text == FILLER + "\ufeff"
    assert cleaned.notes == ("An invisible byte order mark at the start was taken out.",)


def test_notes_on_the_reading_come_first():
    assert clean_text("\r\n" + FILLER, encoding="x", notes=("Guessed.",)).notes[0] == "Guessed."


@pytest.mark.parametrize("text", ["abc", "x" * (MIN_CHARACTERS - 1), "abc" + " " * 1000])
def test_a_short_text_is_refused_with_both_numbers(text):
    with pytest.raises(CorpusError, match=rf"This text has \d+ characters; a model needs at least {MIN_CHARACTERS}"):
        clean_text(text, encoding="utf-8")


def test_one_character_is_not_called_characters():
    with pytest.raises(CorpusError, match="This text has 1 character; a model"):
        clean_text("x", encoding="utf-8")


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00" * 500, "\ud800" * 500, "\ufeff", "\u00a0" * 300])
def test_nothing_but_blank_space_is_refused(text):
    with pytest.raises(CorpusError, match="There is no text here, only blank space"):
        clean_text(text, encoding="utf-8")


def test_the_shortest_text_passes():
    assert len(clean_text("x" * MIN_CHARACTERS, encoding="utf-8").text) == MIN_CHARACTERS
