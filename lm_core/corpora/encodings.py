"""Finds out how the bytes of a file stand for characters: bytes in, text and the name of the encoding out.

Asked in this order: a byte order mark; valid UTF-8; UTF-16 without a mark, which its NUL bytes give away; UTF-8 with
a few broken bytes; older encodings, guessed by charset-normalizer from the lines that tell them apart.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

MOST_UNREADABLE: Final = 0.02  # share of control and lost characters above which bytes are no text
SAMPLE_BYTES: Final = 100_000  # enough to guess an older encoding from

_MARKS: Final = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Python's names of the older encodings that texts still come in, commonest first, and the names that people know.
_OLDER: Final = {
    "cp1252": "windows-1252",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp874": "windows-874",
    "iso8859_2": "iso-8859-2",
    "koi8_r": "koi8-r",
    "gb18030": "gb18030",
    "big5": "big5",
    "cp932": "shift_jis",
    "euc_jp": "euc-jp",
    "cp949": "euc-kr",
}

_UNREADABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_GAP: Final = re.compile("[ \n\u3000-\u3002\uff0c]")  # blank, line end, and the blank and stops of Chinese and Japanese
_BEYOND_ASCII: Final = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True)
class Reading:
    """Bytes read as text, in which encoding, and sentences on what was guessed or lost."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def read_bytes(data: bytes) -> Reading | None:
    """The text that these bytes hold, or None if they hold none. A byte order mark stays in the text."""
    readings = (_by_mark, _as_utf8, _as_unmarked_utf16, _as_broken_utf8, _as_older_encoding)
    for read in readings:
        reading = read(data)
        if reading is not None and _is_text(reading.text):
            return reading
    return None


def _by_mark(data: bytes) -> Reading | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            reading = _replacing(data, encoding)
            if _is_text(reading.text):
                return reading
    return None


def _as_utf8(data: bytes) -> Reading | None:
    """UTF-8, in which a careless program may have written halves of characters: cleaning says what becomes of them."""
    try:
        return Reading(data.decode("utf-8", errors="surrogatepass"), "utf-8")
    except UnicodeDecodeError:
        return None


def _as_unmarked_utf16(data: bytes) -> Reading | None:
    """UTF-16 by its looks: in one of the two byte orders, characters that exist, with blanks or stops among them."""
    if data.count(0) < len(data) / 200:
        return None
    sample = data[: SAMPLE_BYTES // 2 * 2]
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, errors="replace")
        enough_gaps = len(_GAP.findall(text)) >= len(text) / 200
        if enough_gaps and sum(map(_exists, text)) >= (1 - MOST_UNREADABLE) * len(text):
            reading = _replacing(data, encoding)
            guess = f"The file does not name its encoding; {encoding} was guessed."
            return Reading(reading.text, encoding, (guess, *reading.notes))
    return None


def _as_broken_utf8(data: bytes) -> Reading | None:
    """UTF-8 in which at least ten characters beyond ASCII are whole for every broken one."""
    reading = _replacing(data, "utf-8")
    broken = reading.text.count("\ufffd")
    beyond_ascii = len(reading.text) - len(re.findall("[\x00-\x7f]", reading.text))
    return reading if beyond_ascii - broken >= 10 * broken else None


def _as_older_encoding(data: bytes) -> Reading | None:
    """The least odd reading (chaos), then the likeliest mix of letters (coherence), then the commonest encoding."""
    guesses = [match for sample in _samples(data) for match in from_bytes(sample, cp_isolation=[*_OLDER])]
    matches = [match for match in guesses if match.encoding in _OLDER]  # nothing to go by is reported as UTF-8
    if not matches:
        return None
    common = {encoding: place for place, encoding in enumerate(_OLDER)}
    best = min(matches, key=lambda match: (round(match.chaos, 2), -round(match.coherence, 2), common[match.encoding]))
    equal = (name for name in _OLDER if best.raw.decode(name, errors="replace") == str(best))
    encoding = next(equal, best.encoding)
    guess = (
        f"The file is not UTF-8; it was read as {_OLDER[encoding]}, which is a guess. "
        "If letters look wrong, save it as UTF-8 and choose it again."
    )
    reading = _replacing(data, encoding)
    return Reading(reading.text, _OLDER[encoding], (guess, *reading.notes))


def _samples(data: bytes) -> list[bytes]:
    """The first lines with bytes beyond ASCII, which alone tell encodings apart.

    A cut inside one very long line may split a character of up to four bytes, so such a sample comes in four lengths.
    """
    telling: list[bytes] = []
    size = 0
    for line in data.splitlines(keepends=True):
        if not line.isascii():
            telling.append(line)
            size += len(line)
            if size >= SAMPLE_BYTES:
                break
    sample = b"".join(telling)
    if len(sample) <= 2 * SAMPLE_BYTES:
        return [sample]
    start = _BEYOND_ASCII.search(sample)
    first = start.start() if start else 0
    return [sample[first : first + SAMPLE_BYTES - drop] for drop in range(4)]


def _replacing(data: bytes, encoding: str) -> Reading:
    """Decode; what stands for no character becomes U+FFFD, and a note says how often."""
    try:
        return Reading(data.decode(encoding), encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    where = "1 place" if lost == 1 else f"{lost:,} places"
    return Reading(text, encoding, (f"In {where}, bytes stood for no character of {encoding}; they show as \ufffd.",))


def _is_text(text: str) -> bool:
    return len(_UNREADABLE.findall(text)) <= MOST_UNREADABLE * len(text)


def _exists(character: str) -> bool:
    """Whether Unicode assigns it, and it is no control character but a tab or a line end."""
    return character in "\t\r\n" or (
        character != "\ufffd" and unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs")
    )
