"""Tokens learned by joining bytes: merges in, a tokenizer out that can write any text, with every merge shown.

"the low" -> words            the  ␣low
             UTF-8 bytes      74 68 65 20 6C 6F 77
             merge "th"       th e ␣ l o w
             merge "the"      the ␣ l o w
             …
             token ids        the:262  ␣low:418

The same class is GPT-2's and GPT-4's tokenizer, with the merges that these were published with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain, pairwise, repeat
from math import ceil
from pathlib import Path
from typing import Any, Final, final

from lm_core.errors import TokenizerError, VocabularyError
from lm_core.tokenizers.base import (
    EncodingStep,
    Kind,
    Tokenizer,
    VocabularyEntry,
    byte_text,
    bytes_text,
    surrogates,
    without_surrogates,
)
from lm_core.tokenizers.bpe_training import BYTES, Pair, joined, learn_merges
from lm_core.tokenizers.merging import Merge, merge_steps, merges
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record, write_record
from lm_core.tokenizers.splitting import CROSS_LINES, SPLITS, Split, split_words

TRAINING_CHARACTERS: Final = 4_000_000  # more text changes the merges little
SHORT_WORD: Final = 48  # bytes; up to here looking at all pairs again after each merge is the quickest
MOST_REMEMBERED: Final = 200_000  # words whose ids are kept
LONGEST_TOKEN: Final = 10_000  # bytes, in a file; each merge could double the last one
LARGEST_VOCABULARY: Final = 10_000_000  # bytes of all tokens
IN_ORDER: Final = bytes(range(BYTES))


@final
class BytePairTokenizer(Tokenizer):
    """The 256 bytes, then one token a merge, then tokens that stand for no text, which `encode` never gives."""

    kind: Kind

    def __init__(
        self,
        pairs: Sequence[Pair],
        split: Split = "words",
        *,
        kind: Kind = "bpe",
        order: bytes = IN_ORDER,
        specials: Sequence[str] = (),
    ) -> None:
        """`pairs[i]` are the tokens that become token 256 + i; `order[i]` is the byte that token i stands for.

        Raises:
            ValueError: a merge of tokens that are not there yet, the same merge twice, or tokens of unlikely length.
        """
        self.kind, self.split, self.pairs, self.specials = kind, split, list(pairs), tuple(specials)
        self.crosses_lines = split in CROSS_LINES
        self._order = order
        self._first_ids = bytes(sorted(range(BYTES), key=order.__getitem__))  # of each byte: `order` turned around
        self._merged = {pair: BYTES + rank for rank, pair in enumerate(self.pairs)}
        self._tokens = _token_bytes(self.pairs, order)
        self.vocab_size = len(self._tokens) + len(self.specials)
        self._known: dict[str, list[int]] = {}

    @classmethod
    def train(cls, texts: Sequence[str], vocab_size: int, split: Split = "words") -> BytePairTokenizer:
        """Learn `vocab_size` - 256 merges from the texts (at most about four million characters, evenly spread).

        Raises:
            TokenizerError: the vocabulary has no room beside the bytes, or is larger than this text can fill.
        """
        if vocab_size <= BYTES:
            raise TokenizerError(
                f"A BPE vocabulary of {vocab_size} is too small: 256 places go to the single bytes. "
                "Choose 257 or more, or the char tokenizer."
            )
        pairs = [merge.pair for merge in learn_merges(count_words(texts, split), vocab_size - BYTES)]
        if len(pairs) + BYTES < vocab_size:
            raise _too_large(vocab_size, BYTES + len(pairs))
        return cls(pairs, split)

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """characters -> words that merges stay inside -> UTF-8 bytes -> merges -> token ids."""
        ids = self.encode(text)
        words = split_words(without_surrogates(text), self.split)
        data = "".join(words).encode("utf-8")
        return (
            EncodingStep("characters", tuple(text)),
            EncodingStep("words", tuple(words)),
            EncodingStep("UTF-8 bytes", tuple(f"{byte:02X}" for byte in data)),
            *merge_steps([bytes_text(bytes([byte])) for byte in data], self._merges_of(words)),
            EncodingStep("token ids", tuple(self.token_texts(ids)), tuple(ids)),
        )

    def encode(self, text: str) -> list[int]:
        known = self._known
        if len(known) > MOST_REMEMBERED:
            known.clear()
        ids: list[int] = []
        for word in split_words(without_surrogates(text), self.split):
            found = known.get(word)
            if found is None:
                found = self.encode_word(word.encode("utf-8"))
                if len(word) <= SHORT_WORD:
                    known[word] = found
            ids += found
        return ids

    def encode_word(self, word: bytes) -> list[int]:
        """One word: of all pairs that were learned, join the one learned first, everywhere; begin again."""
        ids: Sequence[int] = self.first_ids(word)
        if len(ids) > SHORT_WORD:
            return self._encode_long_word(ids)
        never = len(self._tokens)
        while len(ids) > 1:
            token = min(map(self._merged.get, pairwise(ids), repeat(never)))
            if token == never:
                break
            ids = joined(ids, self.pairs[token - BYTES], token)
        return list(ids)

    def first_ids(self, word: bytes) -> bytes:
        """The ids of the single bytes, before any merge."""
        return word.translate(self._first_ids)

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        tokens = self._bytes
        return b"".join([tokens[i] for i in ids]).decode("utf-8", errors="replace")

    def vocabulary(self) -> list[VocabularyEntry]:
        entries = [_entry(i, token) for i, token in enumerate(self._tokens)]
        return entries + [VocabularyEntry(len(entries) + i, name, "special") for i, name in enumerate(self.specials)]

    def uncovered(self, text: str) -> list[str]:
        return surrogates(text)

    def save(self, folder: Path) -> None:
        merged = [f"{first} {second}" for first, second in self.pairs]
        values: dict[str, Any] = {"split": self.split, "merges": merged}
        if self._order != IN_ORDER:
            values["bytes"] = self._order.hex()
        write_record(folder, self.kind, **values, specials=list(self.specials))

    @classmethod
    def load(cls, folder: Path) -> BytePairTokenizer:
        """The tokenizer that `save` wrote.

        Raises:
            TokenizerError: the record's merges are missing or impossible.
        """
        record = read_record(folder)
        specials, split = record.get("specials"), record.get("split")
        try:
            pairs = [_pair(line) for line in record["merges"]]
            order = bytes.fromhex(record.get("bytes", IN_ORDER.hex()))
            if split not in SPLITS or sorted(order) != list(IN_ORDER):
                raise ValueError
            if not isinstance(specials, list) or surrogates("".join(specials)):
                raise ValueError
            return cls(pairs, split, kind=record["kind"], order=order, specials=specials)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise damaged(folder / RECORD_NAME, "its merges are missing or impossible") from None

    @cached_property
    def _bytes(self) -> list[bytes]:
        return self._tokens + [b""] * len(self.specials)

    def join(self, first: int, second: int) -> tuple[float, int] | None:
        """The rank of a merge and the token that it makes; None where the two were never joined."""
        token = self._merged.get((first, second))
        return None if token is None else (token, token)

    def _encode_long_word(self, ids: Sequence[int]) -> list[int]:
        pieces = list(ids)
        for merge in merges(ids, self.join):
            pieces[merge.position] = merge.piece
            pieces[merge.position + 1 : merge.end] = [-1] * (merge.end - merge.position - 1)
        return [piece for piece in pieces if piece >= 0]

    def _merges_of(self, words: Sequence[str]) -> Iterator[Merge[str]]:
        """The merges of all words, the earliest learned first, with places counted from the first word's first byte."""
        found: list[Merge[int]] = []
        start = 0
        for word in words:
            data = word.encode("utf-8")
            for merge in merges(self.first_ids(data), self.join):
                found.append(Merge(start + merge.position, start + merge.end, merge.piece, merge.rank))
            start += len(data)
        for merge in sorted(found, key=lambda merge: (merge.rank, merge.position)):
            yield Merge(merge.position, merge.end, bytes_text(self._tokens[merge.piece]), merge.rank)


def count_words(texts: Sequence[str], split: Split) -> Counter[bytes]:
    """How often each word occurs, as bytes; of very long texts, in every second line, every third, …"""
    lines = [line for text in texts for line in without_surrogates(text).split("\n")]  # a line end joins nothing
    step = max(1, ceil(sum(map(len, lines)) / TRAINING_CHARACTERS))
    words = Counter(chain.from_iterable(split_words(line, split) for line in lines[::step]))
    return Counter({word.encode("utf-8"): times for word, times in words.items()})


def _token_bytes(pairs: Sequence[Pair], order: bytes) -> list[bytes]:
    tokens = [bytes([byte]) for byte in order]
    total = 0
    for first, second in pairs:
        if not (0 <= first < len(tokens) and 0 <= second < len(tokens)):
            raise ValueError("a merge of tokens that are not there yet")
        tokens.append(tokens[first] + tokens[second])
        total += len(tokens[-1])
        if len(tokens[-1]) > LONGEST_TOKEN or total > LARGEST_VOCABULARY:
            raise ValueError("tokens of unlikely length")
    if len(set(pairs)) < len(pairs):
        raise ValueError("the same merge twice")
    return tokens


def _pair(line: str) -> Pair:
    first, second = line.split(" ")
    return int(first), int(second)


def _entry(i: int, token: bytes) -> VocabularyEntry:
    try:
        return VocabularyEntry(i, token.decode("utf-8"), "text")
    except UnicodeDecodeError:
        shown = byte_text(token[0]) if len(token) == 1 else bytes_text(token)
        return VocabularyEntry(i, shown, "byte")


def _too_large(asked: int, largest: int) -> VocabularyError:
    if largest == BYTES:
        return VocabularyError(
            f"This text is too short for a BPE vocabulary of {asked}: no two bytes stand together twice. "
            "Choose the byte tokenizer, or a longer text."
        )
    return VocabularyError(
        f"This text is too short for a BPE vocabulary of {asked}: the largest possible is {largest}, where no pair of "
        f"tokens is left that occurs twice. Choose {largest} or less, or a longer text.",
        largest,
    )
