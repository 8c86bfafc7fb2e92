"""One token per character: the distinct characters of a text in, a vocabulary in Unicode order out.

"banana" -> vocabulary <unk> a b n, and "ban" -> [2, 1, 3]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, final

from lm_core.errors import TokenizerError
from lm_core.tokenizers.base import (
    REPLACEMENT,
    EncodingStep,
    Kind,
    Tokenizer,
    VocabularyEntry,
    surrogates,
)
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record, write_record

UNKNOWN: Final = 0
UNKNOWN_TEXT: Final = "<unk>"


@final
class CharTokenizer(Tokenizer):
    """Every known character is one token; all others are token 0, `<unk>`."""

    kind: Kind = "char"

    def __init__(self, characters: str) -> None:
        """`characters`: distinct, in the order of their ids, which begin at 1."""
        assert len(set(characters)) == len(characters), "each character has one id"
        self.characters = characters
        self.vocab_size = 1 + len(characters)
        self._ids = {character: i for i, character in enumerate(characters, start=1)}

    @classmethod
    def train(cls, texts: Sequence[str]) -> CharTokenizer:
        """["banana"] -> the tokenizer of the characters "abn".

        Raises:
            TokenizerError: the texts hold no character.
        """
        characters: set[str] = set().union(*texts)
        characters.difference_update(surrogates("".join(characters)))
        if not characters:
            raise TokenizerError("The text is empty, so it has no characters to number. Choose a longer text.")
        return cls("".join(sorted(characters)))

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """characters -> token ids."""
        ids = self.encode(text)
        return (
            EncodingStep("characters", tuple(text)),
            EncodingStep("token ids", tuple(self.token_texts(ids)), tuple(ids)),
        )

    def encode(self, text: str) -> list[int]:
        known = self._ids
        return [known.get(character, UNKNOWN) for character in text]

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        characters = REPLACEMENT + self.characters
        return "".join([characters[i] for i in ids])

    def vocabulary(self) -> list[VocabularyEntry]:
        known = [VocabularyEntry(i, character, "text") for i, character in enumerate(self.characters, start=1)]
        return [VocabularyEntry(UNKNOWN, UNKNOWN_TEXT, "special"), *known]

    def uncovered(self, text: str) -> list[str]:
        return sorted(set(text) - self._ids.keys())

    def save(self, folder: Path) -> None:
        write_record(folder, self.kind, characters=self.characters)

    @classmethod
    def load(cls, folder: Path) -> CharTokenizer:
        """The tokenizer that `save` wrote.

        Raises:
            TokenizerError: the record holds no list of distinct characters.
        """
        characters = read_record(folder).get("characters")
        if not isinstance(characters, str) or len(set(characters)) != len(characters):
            raise damaged(folder / RECORD_NAME, "its characters are missing or not distinct")
        return cls(characters)
