"""Takes in a text of one's own: the bytes of a file or a pasted string in, a clean text and its `CorpusSpec` out.

Whatever arrives is data: a page of HTML stays the text of that page, and a file is known by its content, not its name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path
from typing import Final

from lm_core.config import OWN_TEXT, CorpusSpec
from lm_core.corpora.cleaning import MIN_CHARACTERS, DecodedText, clean_text
from lm_core.corpora.encodings import read_bytes
from lm_core.errors import CorpusError
from lm_core.files import write_atomically

LONGEST_TITLE: Final = 60
DOCUMENT_END: Final = "\x1e"  # ASCII's "record separator" stands between stored documents: no clean text holds it

# How files begin that people take for texts, or rename to .txt.
_SIGNATURES: Final = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive, as Word, Excel and e-book files are"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word or Excel document"),
    (b"{\\rtf", "a Rich Text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
)


def decode_text(data: bytes, *, filename: str = "", max_bytes: int, least: int = MIN_CHARACTERS) -> DecodedText:
    """The clean text in the bytes of a file. Nothing is changed or guessed without a sentence in `notes`.

    Raises:
        CorpusError: the file is empty, larger than `max_bytes`, no text, or shorter than `least` characters.
    """
    file = quoted(filename)
    if not data:
        raise CorpusError(f"{file} is empty. Choose a file with at least {MIN_CHARACTERS} characters of text.")
    refuse_too_large(len(data), filename=filename, max_bytes=max_bytes)
    for signature, what in _SIGNATURES:
        if data.startswith(signature):
            raise CorpusError(f"{file} is {what}, whatever its name says. Save its text as plain text (.txt) first.")
    reading = read_bytes(data)
    if reading is None:
        raise CorpusError(f"{file} does not hold text: its bytes stand for no characters. Choose a plain text file.")
    return clean_text(reading.text, encoding=reading.encoding, notes=reading.notes, least=least)


def refuse_too_large(n_bytes: int, *, filename: str, max_bytes: int) -> None:
    """Do nothing if a file of `n_bytes` may be read.

    Raises:
        CorpusError: it is larger than `max_bytes`.
    """
    if n_bytes > max_bytes:
        file = quoted(filename)
        raise CorpusError(
            f"{file} has {_size(n_bytes)}, but at most {_size(max_bytes)} are possible. Choose a part of it."
        )


def clean_pasted_text(text: str) -> DecodedText:
    """The clean text of a string.

    Raises:
        CorpusError: fewer than `MIN_CHARACTERS` characters are left.
    """
    return clean_text(text, encoding="pasted")


def safe_title(filename: str) -> str:
    """A short, clean title from any file name: "../../My play.txt" -> "My play"."""
    name = re.split(r"[/\\]", filename)[-1]
    visible = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in name)
    title = re.sub(r"(?<=.)\.[A-Za-z]\w{0,4}$", "", " ".join(visible.split())).strip(" .")
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1].rstrip() + "…"
    return title or "Own text"


def store_text(text: str, *, title: str, texts_folder: Path, documents: tuple[str, ...] = ()) -> CorpusSpec:
    """Keep a clean text under its SHA-256 in `texts_folder`; the same text twice is kept once.

    `documents` are the parts that make up `text`, where there are several. Their ends are stored too and change the
    fingerprint: the same words in other documents are divided otherwise into a training and a validation part.

    Raises:
        CorpusError: the folder cannot be written to.
    """
    assert not documents or "".join(documents) == text, "the documents are the text, cut"
    data = (DOCUMENT_END.join(documents) or text).encode("utf-8")
    text_id = hashlib.sha256(data).hexdigest()
    try:
        write_atomically(_path(texts_folder, text_id), data)
    except OSError as error:
        raise CorpusError(f"The text cannot be stored in {texts_folder}: {error.strerror}. Free some space.") from None
    return CorpusSpec(name=OWN_TEXT, text_id=text_id, title=title[: LONGEST_TITLE + 1])


def read_text(spec: CorpusSpec, *, texts_folder: Path) -> str:
    """The text that `store_text` kept, all documents in a row; errors as `read_documents`."""
    return "".join(read_documents(spec, texts_folder=texts_folder))


def read_documents(spec: CorpusSpec, *, texts_folder: Path) -> tuple[str, ...]:
    """The documents that `store_text` kept; a text that was stored as one is one.

    Raises:
        CorpusError: it is no longer there, or has been changed.
    """
    assert spec.text_id is not None, "a spec of one's own text has a fingerprint"
    title = spec.title or "Own text"
    try:
        data = _path(texts_folder, spec.text_id).read_bytes()
    except OSError:
        raise CorpusError(f'The text "{title}" is not stored on this machine. Add it again on the Data page.') from None
    if hashlib.sha256(data).hexdigest() != spec.text_id:
        raise CorpusError(f'The stored text "{title}" has been changed or damaged. Add it again on the Data page.')
    return tuple(data.decode("utf-8").split(DOCUMENT_END))


def quoted(filename: str) -> str:
    """The name that sentences give a file: "../a.txt" -> '"a"'."""
    return f'"{safe_title(filename)}"' if filename else "This file"


def _path(texts_folder: Path, text_id: str) -> Path:
    return texts_folder / f"{text_id}.txt"


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB ({count:,} bytes)"
