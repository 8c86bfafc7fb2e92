"""One token per byte of UTF-8: any text in, numbers below 256 out, with nothing to learn.

"aé" -> characters a é -> bytes 61 C3 A9 -> [97, 195, 169]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

from lm_core.tokenizers.base import (
    EncodingStep,
    Kind,
    Tokenizer,
    VocabularyEntry,
    byte_text,
    surrogates,
    without_surrogates,
)
from lm_core.tokenizers.record import read_record, write_record


@final
class ByteTokenizer(Tokenizer):
    """The 256 bytes are the vocabulary: ASCII characters take one token, most others two to four (RFC 3629)."""

    kind: Kind = "byte"

    def __init__(self) -> None:
        self.vocab_size = 256

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """characters -> UTF-8 bytes -> token ids."""
        ids = tuple(without_surrogates(text).encode("utf-8"))
        return (
            EncodingStep("characters", tuple(text)),
            EncodingStep("UTF-8 bytes", tuple(f"{byte:02X}" for byte in ids)),
            EncodingStep("token ids", tuple(self.token_texts(ids)), ids),
        )

    def encode(self, text: str) -> list[int]:
        return list(without_surrogates(text).encode("utf-8"))

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        return bytes(list(ids)).decode("utf-8", errors="replace")

    def vocabulary(self) -> list[VocabularyEntry]:
        ascii_characters = [VocabularyEntry(byte, chr(byte), "text") for byte in range(128)]
        fragments = [VocabularyEntry(byte, byte_text(byte), "byte") for byte in range(128, 256)]
        return ascii_characters + fragments

    def uncovered(self, text: str) -> list[str]:
        return surrogates(text)

    def save(self, folder: Path) -> None:
        write_record(folder, self.kind)

    @classmethod
    def load(cls, folder: Path) -> ByteTokenizer:
        """The tokenizer that `save` wrote: there is only one.

        Raises:
            TokenizerError: the record is missing or damaged.
        """
        read_record(folder)
        return cls()
