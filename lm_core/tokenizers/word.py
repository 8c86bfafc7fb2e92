"""One token per word: the most frequent words of a text in, a vocabulary by frequency out; all others are <unk>.

"the cat the mat" -> vocabulary <unk> "the" " cat" " mat" " the", and "the dog" -> [1, 0]

A word takes the space before it along, as GPT-2's do, so that nothing is lost between two words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, final

from lm_core.errors import TokenizerError, VocabularyError
from lm_core.tokenizers.base import (
    REPLACEMENT,
    EncodingStep,
    Kind,
    Tokenizer,
    VocabularyEntry,
    surrogates,
    without_surrogates,
)
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record, write_record
from lm_core.tokenizers.splitting import split_words

UNKNOWN: Final = 0
UNKNOWN_TEXT: Final = "<unk>"


@final
class WordTokenizer(Tokenizer):
    """The commonest words of a text, most frequent first; whatever else is written becomes `<unk>`, and is lost."""

    kind: Kind = "word"

    def __init__(self, words: Sequence[str]) -> None:
        """`words`: distinct, in the order of their ids, which begin at 1."""
        assert len(set(words)) == len(words), "each word has one id"
        self.words = tuple(words)
        self.vocab_size = 1 + len(self.words)
        self._ids = {word: i for i, word in enumerate(self.words, start=1)}

    @classmethod
    def train(cls, texts: Sequence[str], vocab_size: int) -> WordTokenizer:
        """The `vocab_size` - 1 most frequent words; of equally frequent ones those that come first in Unicode's order.

        Raises:
            TokenizerError: the texts have fewer words than that.
        """
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(split_words(without_surrogates(text), "words"))
        if not counts:
            raise TokenizerError("The text is empty, so it has no words to number. Choose a longer text.")
        if len(counts) + 1 < vocab_size:
            largest = len(counts) + 1
            raise VocabularyError(
                f"This text has too few words for a vocabulary of {vocab_size}: the largest possible is {largest}. "
                f"Choose {largest} or less, or a longer text.",
                largest,
            )
        return cls(sorted(counts, key=lambda word: (-counts[word], word))[: vocab_size - 1])

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """characters -> words -> token ids."""
        ids = self.encode(text)
        return (
            EncodingStep("characters", tuple(text)),
            EncodingStep("words", tuple(split_words(without_surrogates(text), "words"))),
            EncodingStep("token ids", tuple(self.token_texts(ids)), tuple(ids)),
        )

    def encode(self, text: str) -> list[int]:
        known = self._ids
        return [known.get(word, UNKNOWN) for word in split_words(without_surrogates(text), "words")]

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        words = (REPLACEMENT, *self.words)
        return "".join([words[i] for i in ids])

    def vocabulary(self) -> list[VocabularyEntry]:
        known = [VocabularyEntry(i, word, "text") for i, word in enumerate(self.words, start=1)]
        return [VocabularyEntry(UNKNOWN, UNKNOWN_TEXT, "special"), *known]

    def uncovered(self, text: str) -> list[str]:
        words = set(split_words(without_surrogates(text), "words"))
        return sorted((words - self._ids.keys()).union(surrogates(text)))

    def save(self, folder: Path) -> None:
        write_record(folder, self.kind, words=list(self.words))

    @classmethod
    def load(cls, folder: Path) -> WordTokenizer:
        """The tokenizer that `save` wrote.

        Raises:
            TokenizerError: the record holds no list of distinct words.
        """
        words = read_record(folder).get("words")
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise damaged(folder / RECORD_NAME, "its words are missing or not distinct")
        if len(set(words)) < len(words) or surrogates("".join(words)):
            raise damaged(folder / RECORD_NAME, "its words are missing or not distinct")
        return cls(words)
