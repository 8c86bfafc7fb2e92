"""Takes out of a text what no text should hold: any string in, a plain one and sentences on what changed out.

Kept: every character of every script, emoji, marks of writing direction, tabs, and anything that looks like HTML.
Changed: line ends become newlines. Taken out: control characters, and halves of characters without their other half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lm_core.errors import CorpusError

MIN_CHARACTERS: Final = 200  # less gives no training and validation part worth the name

_BYTE_ORDER_MARK: Final = "\ufeff"
_LINE_END: Final = re.compile("\r\n|[\r\v\f\x85]")  # of Windows and old Macs, of pages and columns
_CONTROL: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_HALVES: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # two halves of one character, as JavaScript counts them
_HALF: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class DecodedText:
    """A text ready to learn from, how its bytes were read, and what was changed, in sentences for its owner."""

    text: str
    encoding: str
    notes: tuple[str, ...]
    documents: tuple[str, ...] = ()  # the parts that `text` is made of, where it has several


def clean_text(text: str, *, encoding: str, notes: tuple[str, ...] = (), least: int = MIN_CHARACTERS) -> DecodedText:
    """`text` without what no text should hold; `notes` on how it was read come first in the result's notes.

    Raises:
        CorpusError: fewer than `least` characters are left, not counting blank space around them.
    """
    changes = list(notes)
    if text.startswith(_BYTE_ORDER_MARK):
        text = text[1:]
        changes.append("An invisible byte order mark at the start was taken out.")
    text, line_ends = _LINE_END.subn("\n", text)
    text, controls = _CONTROL.subn("", text)
    text = _HALVES.sub(_joined, text)
    text, halves = _HALF.subn("", text)
    if line_ends:
        changes.append(
            f"{_counted(line_ends, 'foreign line end')} turned into plain newlines, such as those of Windows."
        )
    if controls:
        changes.append(f"{_counted(controls, 'control character')} taken out: they have no visible form.")
    if halves:
        changes.append(f"{_counted(halves, 'broken half of a character', 'broken halves of characters')} taken out.")
    if least:
        refuse_too_short(text, least)
    return DecodedText(text, encoding, tuple(changes))


def refuse_too_short(text: str, least: int = MIN_CHARACTERS) -> None:
    """Do nothing if a model can learn from `text`; else raise CorpusError."""
    characters = len(text.strip())
    if characters == 0:
        raise CorpusError(f"There is no text here, only blank space. At least {MIN_CHARACTERS} characters are needed.")
    if characters < least:
        raise CorpusError(
            f"This text has {_counted(characters, 'character', verb=False)}; a model needs at least "
            f"{MIN_CHARACTERS} to learn from. A page or more works better."
        )


def _joined(halves: re.Match[str]) -> str:
    return halves[0].encode("utf-16-le", errors="surrogatepass").decode("utf-16-le")


def _counted(count: int, one: str, many: str = "", *, verb: bool = True) -> str:
    """1, "line end" -> "1 line end was"; 1204, "line end" -> "1,204 line ends were"."""
    thing, be = (one, " was") if count == 1 else (many or one + "s", " were")
    return f"{count:,} {thing}{be if verb else ''}"
