"""Reads whatever files a person drops: names and bytes in, one clean text with its documents out.

    one .txt, .md, .docx, .pdf     one document
    .csv, .tsv, .jsonl             one document per row
    .zip                           what its files give
    several files                  what each gives, in their order

A file is known by its content; its name only tells a table from other text. Nothing is changed without a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lm_core.corpora.archives import open_archive, text_members
from lm_core.corpora.cleaning import DecodedText, clean_text, refuse_too_short
from lm_core.corpora.office import WORD_PART, read_docx, read_pdf
from lm_core.corpora.tables import Table, read_csv, read_jsonl
from lm_core.corpora.uploads import decode_text, quoted, refuse_too_large, safe_title
from lm_core.errors import CorpusError

ZIP: Final = b"PK\x03\x04"
EMPTY_ZIP: Final = b"PK\x05\x06"
PDF: Final = b"%PDF-"
ENDINGS: Final = ("txt", "md", "csv", "tsv", "jsonl", "ndjson", "docx", "pdf", "zip")
NAMED: Final = 3  # how many files a note names before it only counts
_OFFICE: Final = {
    "xl/workbook.xml": "an Excel workbook. Save the sheet as .csv first.",
    "ppt/presentation.xml": "a PowerPoint presentation. Save its text as .txt first.",
    "META-INF/container.xml": "an e-book. Save its text as .txt first.",
    "content.xml": "an OpenDocument file. Save it as .docx or .txt first.",
}


@dataclass
class _Found:
    """What has been read so far, of one file or of several."""

    documents: list[str] = field(default_factory=list)
    encodings: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)  # a set that keeps its order

    def add(self, reading: DecodedText, documents: Sequence[str] = ()) -> None:
        self.documents += documents or [reading.text]
        self.encodings[reading.encoding] = None
        self.notes |= dict.fromkeys(reading.notes)


def read_files(
    files: Sequence[tuple[str, bytes]], *, max_bytes: int, columns: Mapping[str, str] | None = None
) -> DecodedText:
    """The text of these files; `columns` says by a file's name which column of a table to take.

    Raises:
        CorpusError: one of them cannot be read, or together they are too large or too short.
    """
    if len(files) > 1:
        refuse_too_large(sum(len(data) for _name, data in files), filename="", max_bytes=max_bytes)
    found = _Found()
    for name, data in files:
        _read(name, data, found, max_bytes, columns or {})
    documents = tuple(found.documents)
    if len(documents) > 1:
        documents = tuple(map(_ended, documents))
    text = "".join(documents)
    refuse_too_large(len(text.encode("utf-8")), filename=files[0][0], max_bytes=max_bytes)
    refuse_too_short(text)
    return DecodedText(text, ", ".join(found.encodings), tuple(found.notes), documents if len(documents) > 1 else ())


def columns_of(name: str, data: bytes, *, max_bytes: int) -> tuple[str, ...]:
    """The columns of a table that hold text, that with most text first; () for a file that is no table or not read."""
    if _ending(name) not in ("csv", "tsv", "jsonl", "ndjson") or data.startswith((ZIP, PDF)):
        return ()
    try:
        _reading, table = _read_table(name, data, max_bytes)
    except CorpusError:
        return ()  # reading it says why
    return table.columns


def title_of(names: Sequence[str]) -> str:
    """What to call several files: "Faust and 2 more"."""
    first = safe_title(names[0])
    return first if len(names) == 1 else f"{first} + {len(names) - 1}"


def _read(name: str, data: bytes, found: _Found, max_bytes: int, columns: Mapping[str, str]) -> None:
    refuse_too_large(len(data), filename=name, max_bytes=max_bytes)
    ending = _ending(name)
    if data.startswith((ZIP, EMPTY_ZIP)):
        _read_archive(name, data, found, max_bytes)
    elif data.startswith(PDF):
        found.add(_cleaned(read_pdf(data, name, max_bytes=max_bytes), "PDF"))
    elif data and ending in ("docx", "pdf", "zip"):
        raise CorpusError(f"{quoted(name)} is no .{ending} file, whatever its name says. Save it again, or as .txt.")
    elif ending in ("csv", "tsv", "jsonl", "ndjson"):
        reading, table = _read_table(name, data, max_bytes)
        documents = table.documents(quoted(name), columns.get(name))
        taken = columns.get(name, table.columns[0])
        note = f'The column "{taken}" of {quoted(name)} was taken: {len(documents):,} documents.'
        if "json" in ending:  # where \u0000 may have hidden what no text should hold
            documents = tuple(_cleaned(document, "").text for document in documents)
        found.add(DecodedText("", reading.encoding, (*reading.notes, note)), documents)
    else:
        found.add(decode_text(data, filename=name, max_bytes=max_bytes, least=1))


def _read_table(name: str, data: bytes, max_bytes: int) -> tuple[DecodedText, Table]:
    try:
        reading = decode_text(data, filename=name, max_bytes=max_bytes, least=1)
    except CorpusError:
        if b"\x00" not in data[:-1]:
            raise
        full = data.replace(b"\x00", b"")  # a column of nothing but NUL hides the others
        reading = decode_text(full, filename=name, max_bytes=max_bytes, least=1)
        lost = len(data) - len(full)
        reading = DecodedText(reading.text, reading.encoding, (*reading.notes, f"{lost:,} NUL bytes were taken out."))
    read = read_csv if _ending(name) in ("csv", "tsv") else read_jsonl
    return reading, read(reading.text, quoted(name))


def _read_archive(name: str, data: bytes, found: _Found, max_bytes: int) -> None:
    room = max_bytes if _ending(name) == "zip" else 5 * max_bytes  # pictures in an office file are no text
    archive = open_archive(data, name, most_bytes=room)
    inside = set(archive.namelist())
    if WORD_PART in inside:
        found.add(_cleaned(read_docx(data, name, max_bytes=max_bytes), "Word"))
        return
    for part, what in _OFFICE.items():
        if part in inside:
            raise CorpusError(f"{quoted(name)} is {what}")
    if _ending(name) == "docx":
        raise CorpusError(f"{quoted(name)} is no .docx file, whatever its name says. Save it again, or as .txt.")
    left_out: list[str] = []
    before = len(found.documents)
    for member, content in text_members(archive, name):
        try:
            _read(member, content, found, max_bytes, {})
        except CorpusError:
            left_out.append(safe_title(member))
    if len(found.documents) == before:
        raise CorpusError(f"No file in {quoted(name)} holds plain text. Choose an archive with texts in it.")
    if left_out:
        named = ", ".join(left_out[:NAMED]) + (" …" if len(left_out) > NAMED else "")
        found.notes[f"Left out of {quoted(name)}, as no text could be read from them: {named} ({len(left_out)})."] = (
            None
        )


def _cleaned(text: str, encoding: str) -> DecodedText:
    return clean_text(text, encoding=encoding, least=0)


def _ended(document: str) -> str:
    """One of several documents: a line ends with a newline, a longer one with an empty line, as plays do."""
    document = document.strip("\n")
    return document + ("\n\n" if "\n" in document else "\n")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
