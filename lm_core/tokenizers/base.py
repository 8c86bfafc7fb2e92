"""What every tokenizer can do: text in, token ids out, and every step between them.

"low" -> explain -> characters   l     o     w
                    merge "lo"   lo    w
                    token ids    lo:7  w:3         encode("low") == [7, 3], the last column
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from lm_core.errors import TokenizerError

Kind = Literal["char", "byte", "bpe", "sentencepiece-bpe", "unigram", "word", "gpt2", "cl100k", "o200k", "huggingface"]

REPLACEMENT = "\ufffd"  # what Unicode shows where a character was lost

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_BYTE_TEXT = re.compile("<0x([0-9A-F]{2})>")


@dataclass(frozen=True)
class EncodingStep:
    """One column on the way from text to numbers. Only the last column has ids, one per piece."""

    name: str
    pieces: tuple[str, ...]
    ids: tuple[int, ...] | None = None


@dataclass(frozen=True)
class VocabularyEntry:
    """One token: a piece of text, one that holds parts of characters, or a token that stands for no text.

    Parts of characters are spelled as bytes in the text: "<0xE4>", or " <0xE4><0xBD>" for a space and half of a 你.
    """

    id: int
    text: str
    kind: Literal["text", "byte", "special"]


class Tokenizer(ABC):
    """Text to token ids and back. Ids run from 0 to `vocab_size` - 1.

    For every text without uncovered characters, `decode(encode(text)) == text` (an uploaded tokenizer may also change
    letters on purpose). Unless `crosses_lines`, no token reaches across a line end, so a long text may be encoded a few
    lines at a time: `encode(a + b) == encode(a) + encode(b)` if `a` ends with a newline.
    """

    kind: Kind
    vocab_size: int
    crosses_lines: bool = False  # true of published vocabularies, which have tokens such as two line ends

    @abstractmethod
    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """Every step from the characters to the token ids, in order."""

    @abstractmethod
    def encode(self, text: str) -> list[int]:
        """The ids of the last step of `explain(text)`, by the shortest road."""

    @abstractmethod
    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids; what no text stands for becomes U+FFFD.

        Raises:
            TokenizerError: an id is outside the vocabulary.
        """

    @abstractmethod
    def vocabulary(self) -> list[VocabularyEntry]:
        """All tokens, by id."""

    @abstractmethod
    def uncovered(self, text: str) -> list[str]:
        """What this tokenizer cannot give back of `text`, sorted: distinct characters, or words if these are tokens."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` (and `tokenizer.model`) into `folder`, for `load_tokenizer`."""

    def token_texts(self, ids: Sequence[int]) -> list[str]:
        """The text of each token, for people: "the", "<unk>", or "<0xE4>" for one byte of a longer character.

        Raises:
            TokenizerError: an id is outside the vocabulary.
        """
        self.check_ids(ids)
        return [self._texts[i] for i in ids]

    def token_bytes(self, ids: Sequence[int]) -> list[bytes]:
        """The UTF-8 bytes that each token stands for; none for a special token. Joined they are the text's bytes.

        Raises:
            TokenizerError: an id is outside the vocabulary.
        """
        self.check_ids(ids)
        return [self._bytes[i] for i in ids]

    @cached_property
    def _texts(self) -> list[str]:
        return [entry.text for entry in self.vocabulary()]

    @cached_property
    def _bytes(self) -> list[bytes]:
        return [entry_bytes(entry) for entry in self.vocabulary()]

    def check_ids(self, ids: Sequence[int]) -> None:
        """Refuse ids outside the vocabulary.

        Raises:
            TokenizerError: names the first such id.
        """
        if len(ids) and not (min(ids) >= 0 and max(ids) < self.vocab_size):
            wrong = next(i for i in ids if not 0 <= i < self.vocab_size)
            raise TokenizerError(
                f"There is no token {wrong}: this vocabulary has {self.vocab_size} tokens, 0 to {self.vocab_size - 1}."
            )


def byte_text(byte: int) -> str:
    """How one byte is shown: 228 -> "<0xE4>"."""
    return f"<0x{byte:02X}>"


def bytes_text(data: bytes) -> str:
    """How a token's bytes are shown: whole characters, and parts of others as bytes. b" \\xe4" -> " <0xE4>"."""
    return _ESCAPED_BYTE.sub(
        lambda escaped: byte_text(ord(escaped[0]) - 0xDC00), data.decode("utf-8", errors="surrogateescape")
    )


def entry_bytes(entry: VocabularyEntry) -> bytes:
    """The UTF-8 bytes that a token stands for; none for a special token."""
    if entry.kind == "special":
        return b""
    if entry.kind == "text":
        return entry.text.encode("utf-8")
    parts = _BYTE_TEXT.split(entry.text)  # text, byte, text, byte, …
    return b"".join(bytes.fromhex(part) if place % 2 else part.encode("utf-8") for place, part in enumerate(parts))


def without_surrogates(text: str) -> str:
    """Halves of characters (U+D800 to U+DFFF), which no encoding of text can hold, become U+FFFD."""
    return _SURROGATE.sub(REPLACEMENT, text)


def surrogates(text: str) -> list[str]:
    """The distinct halves of characters in `text`, sorted."""
    return sorted(set(_SURROGATE.findall(text)))
