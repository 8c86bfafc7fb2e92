"""Tokens that are learned pieces of words, by the SentencePiece library: BPE or unigram, with every step shown.

"the low" -> characters       t  h  e  ␣  l  o  w
             merge "th"       th    e  ␣  l  o  w
             merge "the"      the      ␣  l  o  w
             …
             token ids        the:262  ␣low:418
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from itertools import chain, groupby
from pathlib import Path
from typing import Final, final

import sentencepiece

from lm_core.errors import TokenizerError
from lm_core.files import write_atomically
from lm_core.tokenizers.base import EncodingStep, Tokenizer, VocabularyEntry, surrogates, without_surrogates
from lm_core.tokenizers.merging import merge_steps, merges
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record, write_record
from lm_core.tokenizers.sentencepiece_training import SPACE, PieceKind, train_model

MODEL_NAME: Final = "tokenizer.model"

# What the library gets at once: lines, and of very long lines parts that end with a word, which no piece crosses. It
# takes less time for many short texts than for one long one. It reads "▁" as a space, so a real "▁" goes around it.
_SEGMENT = re.compile(f"{SPACE}|\n|[^{SPACE}\n]{{5000}}[^{SPACE}\n]*?[^{SPACE}\n ](?= )|[^{SPACE}\n]+")


@final
class SentencePieceTokenizer(Tokenizer):
    """Pieces learned from a text; a character that has no piece is spelled in its UTF-8 bytes, so nothing is lost."""

    kind: PieceKind

    def __init__(self, model: bytes, kind: PieceKind) -> None:
        """`model`: a SentencePiece model as `train_model` makes it."""
        self.kind = kind
        self._model = model
        self._library = sentencepiece.SentencePieceProcessor(model_proto=model)
        self.vocab_size = self._library.get_piece_size()
        self._space_sign = [self._library.piece_to_id(f"<0x{byte:02X}>") for byte in SPACE.encode("utf-8")]

    @classmethod
    def train(cls, texts: Sequence[str], kind: PieceKind, vocab_size: int) -> SentencePieceTokenizer:
        """Learn `vocab_size` pieces from the texts.

        Raises:
            TokenizerError: the vocabulary is too small, or larger than this text can fill.
        """
        return cls(train_model(texts, kind=kind, vocab_size=vocab_size), kind)

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """BPE: characters -> merges -> token ids. Unigram: characters -> most probable segmentation -> token ids."""
        ids = self.encode(text)
        characters = EncodingStep("characters", tuple(text))
        if self.kind == "unigram":
            between = [self._best_segmentation(ids)]
        else:
            signs = without_surrogates(text)
            between = list(merge_steps(signs, merges(signs, self._join)))
        return (characters, *between, EncodingStep("token ids", tuple(self.token_texts(ids)), tuple(ids)))

    def encode(self, text: str) -> list[int]:
        segments = _SEGMENT.findall(without_surrogates(text))
        encoded: list[list[int]] = self._library.encode(segments, num_threads=1)
        return list(chain.from_iterable(map(self._segment_ids, segments, encoded)))

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        return str(self._library.decode([int(i) for i in ids]))

    def vocabulary(self) -> list[VocabularyEntry]:
        return [self._entry(i) for i in range(self.vocab_size)]

    def uncovered(self, text: str) -> list[str]:
        return surrogates(text)

    def pieces(self) -> list[tuple[str, float]]:
        """Every piece as the library has it ("▁" for a space) and its score: ln P of unigram, minus a rank of BPE."""
        library = self._library
        return [(library.id_to_piece(i), library.get_score(i)) for i in range(self.vocab_size)]

    def log_probabilities(self) -> dict[str, float]:
        """ln P of each learned piece of a unigram model; the newline, <unk> and the single bytes have none."""
        skip = {"\n", *(entry.text for entry in self.vocabulary() if entry.kind != "text")}
        return {piece: score for piece, score in self.pieces() if piece not in skip}

    def save(self, folder: Path) -> None:
        write_atomically(folder / MODEL_NAME, self._model)
        write_record(folder, self.kind, model_sha256=hashlib.sha256(self._model).hexdigest())

    @classmethod
    def load(cls, folder: Path) -> SentencePieceTokenizer:
        """The tokenizer that `save` wrote.

        Raises:
            TokenizerError: the model is missing, or is not the one that the record names.
        """
        record = read_record(folder)
        try:
            model = (folder / MODEL_NAME).read_bytes()
        except OSError:
            raise TokenizerError(f"There is no tokenizer in {folder}: {MODEL_NAME} cannot be read.") from None
        if hashlib.sha256(model).hexdigest() != record.get("model_sha256"):
            raise damaged(folder / MODEL_NAME, f"it is not the model that {RECORD_NAME} names")
        return cls(model, "unigram" if record["kind"] == "unigram" else "sentencepiece-bpe")  # once called "bpe"

    def _segment_ids(self, segment: str, ids: list[int]) -> list[int]:
        return self._space_sign if segment == SPACE else ids

    def _entry(self, i: int) -> VocabularyEntry:
        piece = self._library.id_to_piece(i)
        if self._library.is_unknown(i):
            return VocabularyEntry(i, piece, "special")
        if self._library.is_byte(i):
            return VocabularyEntry(i, piece, "byte")
        return VocabularyEntry(i, piece.replace(SPACE, " "), "text")

    @cached_property
    def _ranks(self) -> dict[str, float]:
        """How early each piece was learned by BPE: the library's score, negated; single characters are no merges."""
        texts = [entry.text for entry in self.vocabulary() if entry.kind == "text" and len(entry.text) > 1]
        return {text: -self._library.get_score(self._library.piece_to_id(text.replace(" ", SPACE))) for text in texts}

    def _join(self, left: str, right: str) -> tuple[float, str] | None:
        rank = self._ranks.get(left + right)
        return None if rank is None else (rank, left + right)

    def _best_segmentation(self, ids: Sequence[int]) -> EncodingStep:
        """The pieces whose probabilities have the largest product; bytes are shown as the character they spell."""
        pieces: list[str] = []
        for spelled, run in groupby(ids, key=self._library.is_byte):
            alike = list(run)
            pieces += list(self.decode(alike)) if spelled else self.token_texts(alike)
        return EncodingStep("most probable pieces", tuple(pieces))
