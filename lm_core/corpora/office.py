"""Reads .docx and .pdf files with packages that are not always installed: bytes in, plain text out."""

from __future__ import annotations

import io
import logging
import time
import zipfile
from typing import Final

from lm_core.corpora.archives import DAMAGED, open_archive, read_member
from lm_core.corpora.packages import missing_package
from lm_core.corpora.uploads import quoted
from lm_core.errors import CorpusError

WORD_PART: Final = "word/document.xml"
MOST_PAGES: Final = 3_000
MOST_SECONDS: Final = 60.0  # for one .pdf file
ROOM_FOR_PICTURES: Final = 5  # a .docx file unpacked may be so many times as large as a text
_ODD: Final = (  # what python-docx and pypdf let through where a file is not as it should be
    ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError, ArithmeticError,
    NotImplementedError, AssertionError, EOFError, OSError,
)  # fmt: skip


def read_docx(data: bytes, filename: str, *, max_bytes: int) -> str:
    """The paragraphs and tables of a Word document, one line each, in their order.

    Raises:
        CorpusError: python-docx is missing, or this is no Word document, or one that has been tampered with.
    """
    file = quoted(filename)
    archive = open_archive(data, filename, most_bytes=ROOM_FOR_PICTURES * max_bytes)
    unpacked = io.BytesIO()  # python-docx reads this: no part of it can be longer than its directory says
    with zipfile.ZipFile(unpacked, "w") as copy:
        for member in archive.infolist():
            content = read_member(archive, member, filename)
            if member.filename.endswith((".xml", ".rels")):
                _refuse_entities(content, file)
            copy.writestr(member.filename, content)
    if (missing := missing_package("docx")) is not None:
        raise CorpusError(f"{file} is a Word document. {missing}")
    import docx
    from docx.opc.exceptions import OpcError
    from docx.table import Table

    try:
        document = docx.Document(unpacked)
        lines = []
        for part in document.iter_inner_content():
            if isinstance(part, Table):
                lines += ["\t".join(cell.text for cell in row.cells) for row in part.rows]
            else:
                lines.append(part.text)
    except (OpcError, SyntaxError, *DAMAGED, *_ODD):
        raise CorpusError(
            f"{file} is damaged: Word may be able to repair it. Open it there and save it again."
        ) from None
    return "\n".join(lines).strip("\n") + "\n"


def _refuse_entities(xml: bytes, file: str) -> None:
    """Entities can make a small file grow without end; Word never writes any."""
    plain = xml.replace(b"\x00", b"")  # UTF-16 too
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise CorpusError(f"{file} has entities in its XML, which Word never writes. It was not read.")


def read_pdf(data: bytes, filename: str, *, max_bytes: int) -> str:
    """The text of a PDF document, page after page.

    Raises:
        CorpusError: pypdf is missing, or the file is locked, scanned, damaged, or takes too long.
    """
    file = quoted(filename)
    if (missing := missing_package("pypdf")) is not None:
        raise CorpusError(f"{file} is a PDF document. {missing}")
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it comments each oddity of a file in the server's log
    until = time.monotonic() + MOST_SECONDS
    pages: list[str] = []
    size = 0
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise _locked(file)
        if len(reader.pages) > MOST_PAGES:
            raise CorpusError(f"{file} has {len(reader.pages):,} pages; at most {MOST_PAGES:,} are possible.")
        for page in reader.pages:
            pages.append(page.extract_text())
            size += len(pages[-1].encode("utf-8", errors="replace"))
            if size > max_bytes or time.monotonic() > until:
                raise CorpusError(
                    f"{file} holds more text than can be read here ({len(pages):,} pages so far). Choose a part of it."
                )
    except pypdf.errors.DependencyError:
        raise _locked(file) from None
    except (PyPdfError, *_ODD):
        raise CorpusError(f"{file} is damaged: no text can be read from it. Save it again, or as .txt.") from None
    if not "".join(pages).strip():
        raise CorpusError(f"{file} holds no text: its pages were probably scanned. Recognise their text (OCR) first.")
    return "\n".join(page.strip("\n") for page in pages) + "\n"


def _locked(file: str) -> CorpusError:
    return CorpusError(f"{file} is locked with a password. Save a copy without one.")
