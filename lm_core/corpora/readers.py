"""Reads whatever files a person drops: names and bytes in, one clean text with its documents out.

    one .txt, .md, .docx, .pdf     one document
    .csv, .tsv, .jsonl             one document per row
    .zip                           what its files give
    several files                  what each gives, in their order; one that cannot be read is left out

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
NAMED: Final = 3  # how many files a sentence names
_OFFICE: Final = {
    "xl/workbook.xml": "an Excel workbook. Save the sheet as .csv first.",
    "ppt/presentation.xml": "a PowerPoint presentation. Save its text as .txt first.",
    "META-INF/container.xml": "an e-book. Save its text as .txt first.",
    "content.xml": "an OpenDocument file. Save it as .docx or .txt first.",
}


@dataclass(frozen=True)
class FilesRead:
    """The text of some files; the files that it is of; why the others were left out, a sentence each.

    `columns` are those of tables that hold text, that with most text first, by the table's file.
    """

    text: DecodedText
    names: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class _Found:
    """What has been read so far, of one file or of several."""

    documents: list[str] = field(default_factory=list)
    encodings: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)  # a set that keeps its order
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, other: _Found) -> None:
        self.documents += other.documents
        self.encodings |= other.encodings
        self.notes |= other.notes
        self.columns |= other.columns

    def add(self, reading: DecodedText, documents: Sequence[str] = ()) -> None:
        self.documents += documents or [reading.text]
        self.encodings[reading.encoding] = None
        self.notes |= dict.fromkeys(reading.notes)


def read_files(
    files: Sequence[tuple[str, bytes]], *, max_bytes: int, columns: Mapping[str, str] | None = None
) -> FilesRead:
    """The text of these files; `columns` says by a file's name which column of a table to take.

    Raises:
        CorpusError: none of them can be read, or together they are too large or too short.
    """
    found, names, refusals, size = _Found(), [], [], 0
    for name, data in files:
        one = _Found()
        try:
            _read(name, data, one, max_bytes, columns or {})
        except CorpusError as error:
            refusals.append(str(error))
            continue
        found.take(one)
        names.append(name)
        size += sum(map(len, one.documents))
        if len(files) > 1 and size > max_bytes:  # before more is read
            raise _too_much(len(files), max_bytes)
    if not found.documents:
        raise _all_of(refusals)
    documents = tuple(map(_ended, found.documents) if len(found.documents) > 1 else found.documents)
    text = "".join(documents)
    size = len(text.encode("utf-8"))
    if len(files) > 1 and size > max_bytes:
        raise _too_much(len(files), max_bytes)
    refuse_too_large(size, filename=files[0][0], max_bytes=max_bytes)
    try:
        refuse_too_short(text)
    except CorpusError as error:
        raise _all_of([str(error), *refusals]) from None
    reading = DecodedText(text, ", ".join(found.encodings), tuple(found.notes), documents if len(documents) > 1 else ())
    return FilesRead(reading, tuple(names), tuple(refusals), found.columns)


def _all_of(refusals: list[str]) -> CorpusError:
    return CorpusError(" ".join(refusals[:NAMED]))


def _too_much(n_files: int, max_bytes: int) -> CorpusError:
    return CorpusError(
        f"These {n_files:,} files hold more than {max_bytes / 1e6:,.1f} MB of text together. Choose fewer of them."
    )


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
        found.columns[name] = table.columns
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
