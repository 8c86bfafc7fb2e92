"""Reads .zip archives without trusting them: bytes in, the members that may be read out, all in memory.

The directory of an archive is looked at first: how many members, how large unpacked, where their names lead. Nothing is
ever written to the disk, and no more bytes of a member are unpacked than the directory says.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from typing import Final

from lm_core.corpora.uploads import quoted, safe_title
from lm_core.errors import CorpusError

MOST_MEMBERS: Final = 2_000
MOST_TIMES: Final = 200  # unpacked over packed size; English prose packs to a third, a line repeated to a thousandth
DAMAGED: Final = (  # what zipfile lets through where an archive is not as it should be
    zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError,
)  # fmt: skip
SUSPECT: Final = 100_000  # bytes unpacked, below which no member can do harm
NESTED: Final = (b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b")
_NESTED_NAME: Final = re.compile(r"\.(zip|7z|rar|gz|tgz|tar|bz2|xz)$", re.I)
_DUST: Final = re.compile(r"(^|/)(__MACOSX/|\.)|(^|/)(Thumbs\.db|desktop\.ini)$")


def open_archive(data: bytes, filename: str, *, most_bytes: int) -> zipfile.ZipFile:
    """The archive, once its directory has been found harmless.

    Raises:
        CorpusError: it is damaged or locked, holds too many files, would be larger than `most_bytes` unpacked, packs
            too well to be meant, or a name in it leads outside.
    """
    file = quoted(filename)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGED:
        raise CorpusError(f"{file} begins like a ZIP archive but is damaged or cut off. Save it again.") from None
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise CorpusError(f"{file} holds {len(members):,} files; at most {MOST_MEMBERS:,} are possible. Choose fewer.")
    unpacked = sum(member.file_size for member in members)
    bomb = any(m.file_size > SUSPECT and m.file_size > MOST_TIMES * max(1, m.compress_size) for m in members)
    if bomb or unpacked > max(SUSPECT, MOST_TIMES * len(data)):
        raise CorpusError(
            f"{file} would grow from {len(data):,} to {unpacked:,} bytes, as only archives made to do harm do. "
            "It was not unpacked."
        )
    if unpacked > most_bytes:
        raise CorpusError(
            f"{file} holds {unpacked / 1e6:,.1f} MB unpacked, but at most {most_bytes / 1e6:,.1f} MB are possible. "
            "Choose a part of it."
        )
    for member in members:
        _refuse_member(member, file)
    return archive


def _refuse_member(member: zipfile.ZipInfo, file: str) -> None:
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in name.split("/"):
        raise CorpusError(f"A name in {file} leads outside of the archive. It was not unpacked. Pack the files anew.")
    if member.flag_bits & 1:
        raise CorpusError(f"{file} is locked with a password. Pack it again without one.")


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, filename: str) -> bytes:
    """All bytes of a member, as many as the directory says: `archive.read` unpacks what there is before it counts.

    Raises:
        CorpusError: it is damaged, or longer than it says, or packed in a way that Python does not know.
    """
    try:
        with archive.open(member) as packed:
            return packed.read(member.file_size)
    except DAMAGED:
        raise CorpusError(f'"{safe_title(member.filename)}" in {quoted(filename)} is damaged. Pack it again.') from None


def text_members(archive: zipfile.ZipFile, filename: str) -> list[tuple[str, bytes]]:
    """The files of an archive by their names, folders and what systems leave behind left out.

    Raises:
        CorpusError: another archive lies in it, or it is empty or damaged.
    """
    found: list[tuple[str, bytes]] = []
    for member in sorted(archive.infolist(), key=lambda member: member.filename):
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if member.is_dir() or is_link or _DUST.search(member.filename) or not member.file_size:
            continue
        data = read_member(archive, member, filename)
        if data.startswith(NESTED) or _NESTED_NAME.search(member.filename):
            raise CorpusError(
                f'{quoted(filename)} holds another archive or an office file ("{safe_title(member.filename)}"). '
                "Unpack that first, and choose its files."
            )
        found.append((member.filename, data))
    if not found:
        raise CorpusError(f"{quoted(filename)} holds no files. Choose an archive with texts in it.")
    return found
