"""Whatever files a person drops: each is read with its documents, or refused in a sentence of its own."""

import contextlib
import io
import json
import random
import struct
import sys
import time
import tracemalloc
import zipfile

import pytest

from lm_core.corpora import archives, office, packages
from lm_core.corpora.readers import read_files, title_of
from lm_core.corpora.uploads import read_text, store_text
from lm_core.errors import CorpusError

LIMIT = 5_000_000
LINE = "Es war einmal ein Mädchen, das hatte jedermann lieb.\n"
PAGE = LINE * 8
ROWS = ["Once upon a time there was a fox.", "The fox, who was red,\nliked grapes.", "They were sour."] * 4


def read(*files, **options):
    return read_files(files, **{"max_bytes": LIMIT, **options}).text


def columns_of(name, data):
    return read_files([(name, data)], max_bytes=LIMIT).columns[name]


def refusal(*files, **options):
    with pytest.raises(CorpusError) as caught:
        read(*files, **options)
    return str(caught.value)


def zipped(members, method=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def word(*paragraphs, cells=()):
    import docx

    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if cells:
        row = document.add_table(1, len(cells)).rows[0]
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def pdf(*lines, password=""):
    """A PDF of one page, written by hand as its standard says, locked by pypdf where asked for."""
    import pypdf

    drawn = "".join(f"({line}) Tj T* " for line in lines)
    content = f"BT /F1 12 Tf 72 720 Td 14 TL {drawn}ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"xref\n0 6\n0000000000 65535 f \n" + table
    body += b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % body.index(b"xref\n0 6")
    if not password:
        return body
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(body))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


# What can be read.


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a", "a.TXT"])
def test_one_text_is_one_document_as_it_is(name):
    reading = read((name, PAGE.encode("utf-16")))
    assert (reading.text, reading.encoding, reading.documents) == (PAGE, "utf-16-le", ())


def test_several_files_are_documents_in_their_order_and_their_encodings_are_named():
    reading = read(("b.txt", PAGE.encode("cp1252")), ("a.md", b"Short."))
    assert reading.documents == (PAGE + "\n", "Short.\n")
    assert reading.text == "".join(reading.documents)
    assert reading.encoding == "windows-1252, utf-8"
    assert title_of(["b.txt", "a.md", "c.md"]) == "b + 2"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_row_of_a_table_is_a_document_of_the_wordiest_column(delimiter):
    quoted = "".join(f'{place}{delimiter}"{row}"{delimiter}x\n' for place, row in enumerate(ROWS))
    table = f"id{delimiter}story{delimiter}mark\n{quoted}".encode()
    reading = read(("fox.csv", table))
    assert reading.documents == tuple(row + ("\n\n" if "\n" in row else "\n") for row in ROWS)
    assert reading.notes == ('The column "story" of "fox" was taken: 12 documents.',)
    assert columns_of("fox.csv", table) == ("story", "id", "mark")


def test_another_column_can_be_chosen_and_one_that_is_not_there_is_refused():
    table = ("name;story\n" + "".join(f"Anna{place};{LINE}" for place in range(60))).encode()
    assert read(("t.csv", table), columns={"t.csv": "name"}).documents[:2] == ("Anna0\n", "Anna1\n")
    said = refusal(("t.csv", table), columns={"t.csv": "age"})
    assert said == 'The column "age" of "t" holds no text. Choose one of: story, name.'


def test_a_first_line_that_is_a_row_gives_no_names():
    table = "".join(f"{place},Once there was a fox number {place}.\n" for place in range(30)).encode()
    reading = read(("t.csv", table))
    assert (len(reading.documents), reading.documents[0]) == (30, "Once there was a fox number 0.\n")
    assert columns_of("t.csv", table) == ("column 2", "column 1")


def test_each_object_of_a_jsonl_file_is_a_document_of_one_field():
    lines = "\n".join(json.dumps({"id": place, "text": row, "by": "A"}) for place, row in enumerate(ROWS)) + "\n\n"
    reading = read(("fox.jsonl", lines.encode()))
    assert [document.strip("\n") for document in reading.documents] == ROWS
    assert columns_of("fox.jsonl", lines.encode()) == ("text", "by")
    large = lines.replace('"id": 0', '"id": ' + "9" * 5000).encode()  # more digits than Python turns into a number
    assert read(("fox.jsonl", large)).documents == reading.documents
    plain = "\n".join(json.dumps(row) for row in ROWS).encode()
    assert read(("fox.jsonl", plain)).documents == reading.documents


def test_json_cannot_smuggle_in_what_no_text_should_hold():
    line = json.dumps({"text": "broken \ud800 half, NUL \x00, end \x1e " + LINE})
    reading = read(("x.jsonl", (line + "\n").encode() * 5))
    assert reading.documents[0] == "broken  half, NUL , end  " + LINE
    assert "\x1e" not in reading.text


def test_a_zip_of_texts_gives_one_document_a_file_and_names_what_it_left_out():
    members = {"b/2.txt": PAGE, "a/1.md": LINE, "__MACOSX/a/._1.md": "x", "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(90)}
    reading = read(("tales.zip", zipped({**members, ".DS_Store": b"x", "empty/": b"", "0.txt": b""})))
    assert reading.documents == (LINE, PAGE + "\n")
    assert reading.notes == ('Left out of "tales", as no text could be read from them: photo (1).',)


def test_a_table_in_a_zip_gives_its_rows():
    table = "story\n" + "".join(f"Fox number {place} ran over the hill.\n" for place in range(20))
    assert len(read(("t.zip", zipped({"t.csv": table, "u.txt": PAGE}))).documents) == 21


def test_a_word_document_is_read_in_order_whatever_its_name():
    data = word(LINE.strip(), "", "<b>bold</b> " * 20, cells=("left", "right"))
    for name in ("a.docx", "a.txt", "a.zip"):
        reading = read((name, data))
        assert reading.text.startswith(LINE + "\n<b>bold</b>")
        assert reading.text.endswith("left\tright\n")
        assert reading.encoding == "Word"


def test_a_pdf_is_read_page_by_page():
    reading = read(("a.pdf", pdf(*["Once upon a time there was a fox."] * 9)))
    assert reading.text == "Once upon a time there was a fox.\n" * 9
    assert reading.encoding == "PDF"


def test_what_was_read_is_stored_with_its_documents(tmp_path):
    reading = read(("b.txt", PAGE.encode()), ("a.md", b"Short."))
    spec = store_text(reading.text, title="Two", texts_folder=tmp_path, documents=reading.documents)
    assert read_text(spec, texts_folder=tmp_path) == reading.text


# What is refused, each in its own sentence.


def test_two_hundred_megabytes_are_refused_at_once_with_both_sizes():
    start = time.process_time()
    said = refusal(("big.txt", bytes(200_000_000)))
    assert said.startswith('"big" has 200.0 MB (200,000,000 bytes), but at most 5.0 MB')
    assert time.process_time() - start < 1


def test_several_files_together_must_fit_too():
    half = b"x" * (LIMIT // 2 + 1)
    said = "These 3 files hold more than 5.0 MB of text together. Choose fewer of them."
    assert refusal(("a.txt", half), ("b.txt", half), ("c.txt", half)) == said
    assert refusal(("a.txt", "é".encode() * (LIMIT // 4 + 1)), ("b.txt", half), ("c.txt", b"x")) == said


def test_a_file_that_cannot_be_read_costs_none_of_the_others():
    files = [("cut.zip", b"PK\x03\x04cut"), ("a.txt", PAGE.encode()), ("big.txt", bytes(LIMIT + 1))]
    files.append(("b.md", b"Short."))
    found = read_files(files, max_bytes=LIMIT)
    assert found.text.documents == (PAGE + "\n", "Short.\n")
    assert found.names == ("a.txt", "b.md")
    assert [sentence.split()[0] for sentence in found.left_out] == ['"cut"', '"big"']
    said = refusal(*files[::2], files[3])
    assert all(part in said for part in ('"cut" begins like', '"big" has 5.0 MB', "This text has 6 characters"))
    assert all(part in refusal(*files[::2]) for part in ('"cut" begins like', '"big" has 5.0 MB'))


def test_a_member_that_is_longer_than_its_directory_says_is_not_unpacked():
    lying = bytearray(zipped({"word/document.xml": "<x/>", "a.txt": bytes(30_000_000)}))
    struct.pack_into("<I", lying, lying.rindex(b"PK\x01\x02") + 24, 1000)
    tracemalloc.start()
    said = [refusal(("lies.zip", bytes(lying))), refusal(("lies.docx", bytes(lying)))]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said == ['"a" in "lies" is damaged. Pack it again.'] * 2
    assert peak < 3_000_000


BOMB = zipped({"a.txt": bytes(4_000_000)})
MANY = zipped({f"{place}.txt": b"x" for place in range(archives.MOST_MEMBERS + 1)})
LOCKED_ZIP = bytearray(zipped({"a.txt": PAGE}))
LOCKED_ZIP[6] |= 1  # the mark of a password, in the member's head and in the directory
LOCKED_ZIP[LOCKED_ZIP.index(b"PK\x01\x02") + 8] |= 1
DAMAGED_ZIP = zipped({"a.txt": PAGE}, zipfile.ZIP_STORED).replace(b"war einmal", b"xxx xxxxxx", 1)
LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><w:document xmlns:w="w">&a;</w:document>'
TABLE_OF_NULS = b"story,mark\n" + b"\x00\x00\x00\x00\x00\x00\x00\x00,\x00\n" * 90


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("empty.txt", b"", '"empty" is empty. Choose a file'),
        ("photo.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), '"photo" is a PNG picture, whatever its name says'),
        ("noise.txt", bytes(range(256)) * 40, '"noise" does not hold text'),
        ("short.txt", b"abc", "This text has 3 characters"),
        ("bomb.zip", BOMB, '"bomb" would grow from'),
        ("many.zip", MANY, '"many" holds 2,001 files; at most 2,000 are possible'),
        ("large.zip", zipped({"a.txt": PAGE * 15_000}, zipfile.ZIP_STORED), "Choose a part of it."),
        ("up.zip", zipped({"../../etc/passwd": PAGE}), 'A name in "up" leads outside of the archive'),
        ("root.zip", zipped({"/etc/passwd": PAGE}), 'A name in "root" leads outside of the archive'),
        ("drive.zip", zipped({"C:\\x.txt": PAGE}), 'A name in "drive" leads outside of the archive'),
        ("nest.zip", zipped({"in.zip": zipped({"a.txt": PAGE})}), '"nest" holds another archive'),
        ("nest.zip", zipped({"in.tar": PAGE}), '"nest" holds another archive or an office file ("in")'),
        ("locked.zip", bytes(LOCKED_ZIP), '"locked" is locked with a password. Pack it again'),
        ("cut.zip", zipped({"a.txt": PAGE})[:80], '"cut" begins like a ZIP archive but is damaged or cut off'),
        ("bad.zip", DAMAGED_ZIP, '"a" in "bad" is damaged'),
        ("none.zip", zipped({}), '"none" holds no files'),
        ("pics.zip", zipped({"a.png": b"\x89PNG\r\n" + bytes(99)}), 'No file in "pics" holds plain text'),
        ("no.zip", PAGE.encode(), '"no" is no .zip file, whatever its name says'),
        ("no.docx", PAGE.encode(), '"no" is no .docx file, whatever its name says'),
        ("no.docx", zipped({"a.txt": PAGE}), '"no" is no .docx file, whatever its name says'),
        ("no.docx", zipped({"word/document.xml": "<x/>"}), '"no" is damaged: Word may be able to repair it'),
        ("laugh.docx", zipped({"word/document.xml": LAUGHS}), '"laugh" has entities in its XML'),
        ("huge.docx", zipped({"word/document.xml": bytes(9_000_000)}), '"huge" would grow from'),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "is an old Word or Excel document"),
        ("sheet.xlsx", zipped({"xl/workbook.xml": "<x/>"}), '"sheet" is an Excel workbook. Save the sheet as .csv'),
        ("talk.pptx", zipped({"ppt/presentation.xml": "<x/>"}), '"talk" is a PowerPoint presentation'),
        ("book.epub", zipped({"META-INF/container.xml": "<x/>"}), '"book" is an e-book'),
        ("no.pdf", PAGE.encode(), '"no" is no .pdf file, whatever its name says'),
        ("bad.pdf", b"%PDF-1.7\n" + PAGE.encode(), '"bad" is damaged: no text can be read from it'),
        ("scan.pdf", pdf(), '"scan" holds no text: its pages were probably scanned'),
        ("locked.pdf", pdf("x" * 300, password="secret"), '"locked" is locked with a password. Save a copy'),
        ("broken.jsonl", b'{"text": "a"}\n{"text": "b"}\n{"text": \n', 'Line 3 of "broken" is not JSON'),
        ("deep.jsonl", b"[" * 100_000, 'Line 1 of "deep" is not JSON'),
        ("list.jsonl", b"[1, 2]\n", 'Line 1 of "list" holds no object with fields'),
        ("numbers.jsonl", b'{"a": 1}\n' * 90, 'No column of "numbers" holds text'),
        ("nul.csv", TABLE_OF_NULS, 'No column of "nul" holds text'),
        ("open.csv", b'a,b\n1,"open\n' + b"2,x\n" * 50_000, 'A field of "open", near line '),
        ("gaps.csv", b"a,b\n" + b",\n" * 99, 'No column of "gaps" holds text'),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)  # fmt: skip
def test_each_bad_file_gets_its_own_sentence(name, data, sentence):
    assert sentence in refusal((name, data))


def test_a_column_of_nul_does_not_hide_the_one_beside_it():
    table = b"story,mark\n" + b"Once there was a fox.,\x00\x00\x00\n" * 30
    reading = read(("t.csv", table))
    assert reading.documents[0] == "Once there was a fox.\n"
    assert "90 NUL bytes were taken out." in reading.notes or "90 control characters" in " ".join(reading.notes)


def test_a_bomb_is_refused_before_anything_is_unpacked(monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    refusal(("bomb.zip", BOMB))
    refusal(("bomb.docx", zipped({"word/document.xml": bytes(9_000_000)})))


def test_a_missing_package_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    install = "is not installed. Run: make extras, or pip install"
    assert f"The package python-docx {install} python-docx" in refusal(("a.docx", DOCX))
    assert f"The package pypdf {install} pypdf" in refusal(("a.pdf", b"%PDF-1.7\n"))


DOCX = word(LINE * 5)


def test_a_text_needs_neither_package():
    before = set(sys.modules)
    read(("a.txt", PAGE.encode()))
    assert not {"docx", "pypdf"} & (set(sys.modules) - before)


def test_a_pdf_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(office, "MOST_SECONDS", -1.0)
    assert "holds more text than can be read here (1 pages so far)" in refusal(("a.pdf", pdf("x")))


MUTATED = {
    "a.docx": DOCX,
    "a.pdf": pdf(*["Once upon a time there was a fox."] * 9),
    "a.zip": zipped({"a.txt": PAGE, "b.csv": "a,b\n1,2\n" * 50}),
    "a.csv": b"id,story\n" + b'1,"a b c"\n' * 60,
    "a.jsonl": b'{"text": "abc def"}\n' * 60,
}


@pytest.mark.parametrize("name", MUTATED)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(name):
    chance = random.Random(name)
    for _ in range(120):
        data = bytearray(MUTATED[name])
        for _ in range(chance.choice([1, 3, 20])):
            place = chance.randrange(len(data))
            data[place : place + chance.randrange(12)] = chance.randbytes(chance.randrange(12))
        with contextlib.suppress(CorpusError):
            read((name, bytes(data)))
