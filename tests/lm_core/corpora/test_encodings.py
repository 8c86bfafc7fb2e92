"""Bytes read as the text that was written."""

import random

import pytest

from lm_core.corpora.encodings import SAMPLE_BYTES, read_bytes

FRENCH = "L’été dernier, nous avons mangé des crêpes à la plage. Où êtes-vous allés ? Ça s’est bien passé.\n" * 4
GERMAN = "Über den Wolken muss die Freiheit wohl grenzenlos sein. Größe, Maß und Straße – alles schön.\n" * 4
PORTUGUESE = "São Paulo não é a capital; coração, ações, irmãos.\n" * 6
CHINESE = "今天天气很好，我们一起去公园散步吧。语言模型通过预测下一个词来学习。\n" * 8
TRADITIONAL = "今天天氣很好，我們一起去公園散步吧。語言模型透過預測下一個詞來學習。\n" * 8
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。\n" * 8
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n" * 4
POLISH = "W Szczebrzeszynie chrząszcz brzmi w trzcinie. Zażółć gęślą jaźń. Każdy żółw śpi.\n" * 4
KOREAN = "나는 오늘 학교에 갔습니다. 언어 모델은 다음 단어를 예측하면서 배웁니다.\n" * 6
ARABIC = "السلام عليكم ورحمة الله وبركاته كيف حالك اليوم يا صديقي\n" * 6
HEBREW = (
    "בראשית ברא אלהים את השמים ואת הארץ והארץ היתה תהו ובהו וחשך על פני תהום ורוח אלהים מרחפת על פני המים\n"
    "ויאמר אלהים יהי אור ויהי אור וירא אלהים את האור כי טוב ויבדל אלהים בין האור ובין החשך\n"
) * 2
GREEK = "Η γλώσσα είναι ένα σύστημα επικοινωνίας. Καλημέρα σας.\n" * 6
THAI = "สวัสดีครับ วันนี้อากาศดีมาก เราไปเดินเล่นกันเถอะ\n" * 6
ENGLISH = "It was the best of times, it was the worst of times.\n" * 8
EVERYTHING = {
    name: text for name, text in list(globals().items()) if name.isupper() and isinstance(text, str) and text != ""
}


@pytest.mark.parametrize("text", EVERYTHING.values(), ids=EVERYTHING)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_with_and_without_a_mark(text, encoding):
    reading = read_bytes(text.encode(encoding))
    assert reading.text.removeprefix("\ufeff") == text
    assert reading.encoding in encoding or encoding in reading.encoding or encoding == "utf-8-sig"


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_both_byte_orders_are_told_by_their_mark(mark):
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    reading = read_bytes(mark + GERMAN.encode(encoding))
    assert (reading.text, reading.encoding, reading.notes) == ("\ufeff" + GERMAN, encoding, ())


def test_utf16_without_a_mark_is_called_a_guess():
    assert read_bytes(GERMAN.encode("utf-16-le")).notes == (
        "The file does not name its encoding; utf-16-le was guessed.",
    )


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (FRENCH, "cp1252", "windows-1252"),
        (GERMAN, "cp1252", "windows-1252"),
        (PORTUGUESE, "cp1252", "windows-1252"),
        (CHINESE, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "euc_jp", "euc-jp"),
        (RUSSIAN, "koi8_r", "koi8-r"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (POLISH, "cp1250", "windows-1250"),
        (KOREAN, "cp949", "euc-kr"),
        (ARABIC, "cp1256", "windows-1256"),
        (HEBREW, "cp1255", "windows-1255"),
        (GREEK, "cp1253", "windows-1253"),
        (THAI, "cp874", "windows-874"),
    ],
)
def test_older_encodings_are_guessed_and_said_to_be_guessed(text, encoding, name):
    reading = read_bytes(text.encode(encoding))
    assert (reading.text, reading.encoding) == (text, name)
    assert reading.notes == (
        f"The file is not UTF-8; it was read as {name}, which is a guess. "
        "If letters look wrong, save it as UTF-8 and choose it again.",
    )


def test_one_accent_after_much_english_is_still_found():
    text = ENGLISH * 1000 + "C’était l’été à la plage, déjà mangé.\n"
    assert read_bytes(text.encode("cp1252")).text == text


@pytest.mark.parametrize("extra", range(4))
def test_one_long_line_without_spaces_is_guessed_wherever_the_sample_ends(extra):
    text = "x" * extra + CHINESE.replace("\n", "") * (SAMPLE_BYTES // 100)
    assert read_bytes(text.encode("gb18030")).text == text


def test_a_file_cut_within_a_character_keeps_the_rest():
    reading = read_bytes(CHINESE.strip().encode()[:-1])
    assert reading.text == CHINESE.strip()[:-1] + "\ufffd"
    assert reading.encoding == "utf-8"
    assert reading.notes == ("In 1 place, bytes stood for no character of utf-8; they show as \ufffd.",)


def test_a_utf16_file_cut_within_a_character_keeps_the_rest():
    reading = read_bytes(GERMAN.encode("utf-16")[:-1])
    assert reading.text == "\ufeff" + GERMAN[:-1] + "\ufffd"
    assert len(reading.notes) == 1


def test_a_nul_here_and_there_does_not_hide_a_text():
    assert read_bytes(ENGLISH.encode() + b"\x00" + GERMAN.encode()).encoding == "utf-8"


@pytest.mark.parametrize(
    "data",
    [
        random.Random(0).randbytes(5000),
        bytes(5000),
        b"\x7fname\x03\x00\x01\x02\x05" * 500,
        b"\xff\xfe" + random.Random(1).randbytes(5000),
        bytes(range(256)) * 20,
    ],
    ids=["noise", "NULs", "records", "noise with a mark", "all bytes"],
)
def test_bytes_that_are_no_text_are_not_read(data):
    assert read_bytes(data) is None
