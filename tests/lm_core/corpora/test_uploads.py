"""Texts of one's own, from whatever a person gives."""

import hashlib
import random
import time

import pytest

from lm_core.config import CorpusSpec, parse_config
from lm_core.corpora.library import load_corpus
from lm_core.corpora.uploads import (
    DOCUMENT_END,
    LONGEST_TITLE,
    clean_pasted_text,
    decode_text,
    read_text,
    safe_title,
    store_text,
)
from lm_core.errors import CorpusError

TEXT = "Ein Satz mit Größe, ein Satz ohne.\n" * 20
LIMIT = 20_000_000


def test_a_plain_file_is_read_without_notes():
    decoded = decode_text(TEXT.encode(), filename="a.txt", max_bytes=LIMIT)
    assert (decoded.text, decoded.encoding, decoded.notes) == (TEXT, "utf-8", ())


def test_a_windows_file_is_read_with_a_note_for_each_change():
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    decoded = decode_text(data, max_bytes=LIMIT)
    assert decoded.text == TEXT
    assert decoded.notes == (
        "An invisible byte order mark at the start was taken out.",
        "20 foreign line ends were turned into plain newlines, such as those of Windows.",
    )


def test_halves_of_characters_in_a_file_are_joined_or_taken_out():
    data = (TEXT + "\ud83d\ude00 and \ud83d alone").encode("utf-8", errors="surrogatepass")
    decoded = decode_text(data, max_bytes=LIMIT)
    assert (decoded.text, decoded.encoding) == (TEXT + "😀 and  alone", "utf-8")
    assert decoded.notes == ("1 broken half of a character was taken out.",)


def test_a_page_of_html_is_a_text_like_any_other():
    page = "<script>alert('x')</script><img src=x onerror=alert(1)>\n" * 10
    assert decode_text(page.encode(), max_bytes=LIMIT).text == page
    assert clean_pasted_text(page).text == page


def test_a_picture_named_txt_is_known_by_its_content():
    with pytest.raises(CorpusError) as refusal:
        decode_text(b"\x89PNG\r\n\x1a\n" + bytes(500), filename="photo.png.txt", max_bytes=LIMIT)
    assert str(refusal.value) == (
        '"photo.png" is a PNG picture, whatever its name says. Save its text as plain text (.txt) first.'
    )


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"\xff\xd8\xff\xe0", "a JPEG picture"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive, as Word, Excel and e-book files are"),
        (b"{\\rtf1 ", "a Rich Text document"),
        (b"\x1f\x8b\x08", "a gzip archive"),
    ],
)
def test_documents_that_are_no_plain_text_are_named(start, what):
    with pytest.raises(CorpusError, match=f"This file is {what}"):
        decode_text(start + TEXT.encode(), max_bytes=LIMIT)


@pytest.mark.parametrize("data", [random.Random(0).randbytes(3000), bytes(3000), b"a\x00" * 3 + bytes(300)])
def test_bytes_that_are_no_text_are_refused(data):
    with pytest.raises(CorpusError, match="does not hold text: its bytes stand for no characters"):
        decode_text(data, filename="x.txt", max_bytes=LIMIT)


def test_an_empty_file_is_refused():
    with pytest.raises(CorpusError, match=r'"notes" is empty. Choose a file with at least 200 characters'):
        decode_text(b"", filename="notes.txt", max_bytes=LIMIT)


def test_three_characters_are_refused():
    with pytest.raises(CorpusError, match="This text has 3 characters; a model needs at least 200"):
        decode_text(b"abc", max_bytes=LIMIT)
    with pytest.raises(CorpusError, match="This text has 3 characters; a model needs at least 200"):
        clean_pasted_text("abc")


def test_fifty_megabytes_are_refused_with_both_sizes():
    with pytest.raises(CorpusError) as refusal:
        decode_text(b"x" * 50_000_000, filename="big.txt", max_bytes=LIMIT)
    assert str(refusal.value) == (
        '"big" has 50.0 MB (50,000,000 bytes), but at most 20.0 MB (20,000,000 bytes) are possible. '
        "Choose a part of it."
    )


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_one_line_of_many_megabytes_is_read_quickly(encoding):
    data = ("Ein Wort über alles " * 700_000).encode(encoding)[:15_000_000]
    start = time.process_time()
    assert len(decode_text(data, max_bytes=LIMIT).text) > 7_000_000
    assert time.process_time() - start < 10  # of the processor, however busy the machine; usually one


def test_pasted_text_loses_only_what_no_text_holds():
    cleaned = clean_pasted_text(TEXT.replace("\n", "\r\n") + "\x00\ud800😀")
    assert cleaned.text == TEXT + "😀"
    assert len(cleaned.notes) == 3


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("../../x", "x"),
        ("C:\\fakepath\\My play.txt", "My play"),
        ("photo.png.txt", "photo.png"),
        ("a\x00b\ncd\u202etxt.exe", "a b cd txt"),
        ("  spaces   here .md", "spaces here"),
        ("version 1.25", "version 1.25"),
        (".txt", "txt"),
        ("", "Own text"),
        ("///", "Own text"),
        ("...", "Own text"),
        ("\ud800.txt", "txt"),
        ("红楼梦.txt", "红楼梦"),
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>"),
    ],
)
def test_any_file_name_gives_a_short_clean_title(filename, title):
    assert safe_title(filename) == title


def test_a_very_long_name_is_cut_with_a_mark():
    title = safe_title("x" * 300 + ".txt")
    assert len(title) == LONGEST_TITLE
    assert title.endswith("…")


def test_a_stored_text_comes_back(tmp_path):
    folder = tmp_path / "texts"
    spec = store_text(TEXT, title="Sätze", texts_folder=folder)
    assert spec == CorpusSpec(name="own-text", text_id=spec.text_id, title="Sätze")
    assert [path.name for path in folder.iterdir()] == [f"{spec.text_id}.txt"]
    assert read_text(spec, texts_folder=folder) == TEXT


def test_documents_come_back_one_by_one_and_have_a_fingerprint_of_their_own(tmp_path):
    rows = ("Emma\n", "Zoë\n", "李雷\n")
    apart = store_text("".join(rows), title="Names", texts_folder=tmp_path, documents=rows)
    together = store_text("".join(rows), title="Names", texts_folder=tmp_path)
    assert apart.text_id != together.text_id
    assert load_corpus(apart, texts_folder=tmp_path, seed=1).documents == rows
    assert load_corpus(together, texts_folder=tmp_path, seed=1).documents == ("".join(rows),)
    assert read_text(apart, texts_folder=tmp_path) == read_text(together, texts_folder=tmp_path) == "".join(rows)


def test_a_text_stored_before_there_were_documents_still_loads(tmp_path):
    text_id = hashlib.sha256(TEXT.encode()).hexdigest()
    (tmp_path / f"{text_id}.txt").write_bytes(TEXT.encode())
    spec = parse_config(CorpusSpec, {"name": "own-text", "text_id": text_id})
    assert load_corpus(spec, texts_folder=tmp_path, seed=1).documents == (TEXT,)


def test_no_cleaned_text_can_forge_the_end_of_a_document():
    assert DOCUMENT_END not in clean_pasted_text(TEXT + DOCUMENT_END + TEXT).text


def test_the_same_text_is_stored_once(tmp_path):
    first, second = (store_text(TEXT, title=title, texts_folder=tmp_path / "texts") for title in ("one", "two"))
    assert first.text_id == second.text_id
    assert len(list((tmp_path / "texts").iterdir())) == 1


def test_a_text_that_is_gone_or_changed_is_refused(tmp_path):
    spec = store_text(TEXT, title="Mine", texts_folder=tmp_path)
    (stored,) = tmp_path.glob("*.txt")
    stored.write_text("other", encoding="utf-8")
    with pytest.raises(CorpusError, match='The stored text "Mine" has been changed or damaged'):
        read_text(spec, texts_folder=tmp_path)
    stored.unlink()
    with pytest.raises(CorpusError, match='The text "Mine" is not stored on this machine'):
        read_text(spec, texts_folder=tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CorpusError, match="The text cannot be stored in"):
        store_text(TEXT, title="Mine", texts_folder=tmp_path / "file")
