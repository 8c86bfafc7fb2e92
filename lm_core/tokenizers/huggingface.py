"""A tokenizer of anybody's: the bytes of a Hugging Face `tokenizer.json` in, checked, a tokenizer out.

The file is data: normaliser, splitter, vocabulary, merges. The library `tokenizers` reads and runs it; here it gets the
same face as the others, so that spaces and single bytes look alike whatever their inventor wrote for them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, final

from lm_core.config import TokenizerSpec
from lm_core.errors import TokenizerError
from lm_core.files import write_atomically
from lm_core.tokenizers.base import (
    EncodingStep,
    Kind,
    Tokenizer,
    VocabularyEntry,
    bytes_text,
    entry_bytes,
    without_surrogates,
)
from lm_core.tokenizers.merging import Merge, apply_merges, bpe_merges, bytes_spelled, merge_steps
from lm_core.tokenizers.published import visible_bytes
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record, write_record

FILE_NAME: Final = "huggingface.json"
LARGEST_FILE: Final = 32_000_000  # bytes; that of the largest well-known models has 17 million
LARGEST_VOCABULARY: Final = 1_000_000
MOST_GROWTH: Final = 1_000  # of a text, by replacements; those of well-known models leave it as long as it was
_TRIAL: Final = "To be, or\nnot 你好 é 1999\t<s>"


def unavailable() -> str | None:
    """Why no such file can be read here, and what to do; None where it can."""
    if find_spec("tokenizers"):
        return None
    return "The package tokenizers is not installed. Run: make extras"


def store_tokenizer(data: bytes, *, title: str, folder: Path) -> TokenizerSpec:
    """Check an uploaded file and keep it under its fingerprint; the spec that names it.

    Raises:
        TokenizerError: it is no tokenizer.json, is too large, or the library is missing.
    """
    HuggingFaceTokenizer(data)
    file_id = hashlib.sha256(data).hexdigest()
    write_atomically(folder / f"{file_id}.json", data)
    return TokenizerSpec(kind="huggingface", file_id=file_id, title=title[:200])


def stored_tokenizer(spec: TokenizerSpec, folder: Path) -> HuggingFaceTokenizer:
    """The tokenizer that `store_tokenizer` kept.

    Raises:
        TokenizerError: it is no longer there, or was changed.
    """
    try:
        data = (folder / f"{spec.file_id}.json").read_bytes()
    except OSError:
        raise TokenizerError(
            f'The tokenizer "{spec.title or str(spec.file_id)[:8]}" is no longer here. Upload its file again.'
        ) from None
    if hashlib.sha256(data).hexdigest() != spec.file_id:
        raise TokenizerError(f'The file of the tokenizer "{spec.title}" was changed. Upload it again.')
    return HuggingFaceTokenizer(data)


@final
class HuggingFaceTokenizer(Tokenizer):
    """Any tokenizer of the `tokenizers` library; special tokens are never added to a text by themselves."""

    kind: Kind = "huggingface"
    crosses_lines = True  # some do

    def __init__(self, data: bytes) -> None:
        """`data`: a `tokenizer.json`.

        Raises:
            TokenizerError: it is too large, no JSON, no tokenizer, or one that cannot read text.
        """
        self._settings = _checked(data)
        if unavailable():
            raise TokenizerError("The package tokenizers is not installed. Run: make extras")
        import tokenizers

        self._data = data
        with _refusing():
            self._library = tokenizers.Tokenizer.from_str(data.decode("utf-8"))
            self._library.no_truncation()
            self._library.no_padding()
            self._ids: dict[str, int] = self._library.get_vocab(with_added_tokens=True)
            self._library.encode(_TRIAL, add_special_tokens=False)
        self.vocab_size = max(self._ids.values(), default=-1) + 1
        if not self._ids:
            raise refused("its vocabulary is empty")
        if self.vocab_size > LARGEST_VOCABULARY:
            raise refused(f"its ids go up to {self.vocab_size - 1:,}, and {LARGEST_VOCABULARY:,} tokens are the most")
        self._names: list[str | None] = [None] * self.vocab_size
        for token, i in self._ids.items():
            self._names[i] = token

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """characters -> what its normaliser makes of them -> words -> merges -> token ids, as far as it has these."""
        readable, ids = without_surrogates(text), self.encode(text)
        steps = [EncodingStep("characters", tuple(text))]
        words = [part for part in self._added.split(readable) if part]
        with _refusing():
            if (change := self._library.normalizer) is not None:
                words = [word if self._added.fullmatch(word) else change.normalize_str(word) for word in words]
                steps.append(EncodingStep("normalised text", tuple("".join(words))))
            if (cut := self._library.pre_tokenizer) is not None:
                alone = [[(part, 0)] if self._added.fullmatch(part) else cut.pre_tokenize_str(part) for part in words]
                words = [word for part in alone for word, _ in part]
                steps.append(EncodingStep("words", tuple(map(self._shown, words))))
        steps += self._merging(words, ids)
        return (*steps, EncodingStep("token ids", tuple(self.token_texts(ids)), tuple(ids)))

    def encode(self, text: str) -> list[int]:
        with _refusing():
            # of all its ways the one that does not keep each token's place, in half the time
            return list(self._library.encode_batch_fast([without_surrogates(text)], add_special_tokens=False)[0].ids)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Which characters of the text each token comes from: "The low" -> [(0, 3), (4, 7)], whatever became of them.

        Tokens that hold parts of one character all name that character.
        """
        with _refusing():
            return list(self._library.encode(without_surrogates(text), add_special_tokens=False).offsets)

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        with _refusing():
            return str(self._library.decode([int(i) for i in ids], skip_special_tokens=False))

    def vocabulary(self) -> list[VocabularyEntry]:
        return list(self._entries)

    def uncovered(self, text: str) -> list[str]:
        """The distinct characters that become the unknown token, or nothing at all."""
        unknown_id = self._ids.get(self._unknown) if self._unknown else None
        lost = []
        for character in sorted(set(text)):
            ids = self.encode(character)
            if unknown_id in ids or (not ids and not character.isspace()) or without_surrogates(character) != character:
                lost.append(character)
        return lost

    def learned_at(self) -> list[int | None]:
        """Of a BPE model, which merge made each token, counted from 1; None for those that no merge made."""
        found: list[int | None] = [None] * self.vocab_size
        for (left, right), rank in self._ranks.items():
            if (token := self._ids.get(left + right)) is not None and found[token] is None:
                found[token] = rank + 1
        return found

    def save(self, folder: Path) -> None:
        write_atomically(folder / FILE_NAME, self._data)
        write_record(folder, self.kind, file_sha256=hashlib.sha256(self._data).hexdigest())

    @classmethod
    def load(cls, folder: Path) -> HuggingFaceTokenizer:
        """The tokenizer that `save` wrote.

        Raises:
            TokenizerError: the file is missing or not the one that the record names, or the library is missing.
        """
        record = read_record(folder)
        try:
            data = (folder / FILE_NAME).read_bytes()
        except OSError:
            raise TokenizerError(f"There is no tokenizer in {folder}: {FILE_NAME} cannot be read.") from None
        if hashlib.sha256(data).hexdigest() != record.get("file_sha256"):
            raise damaged(folder / FILE_NAME, f"it is not the file that {RECORD_NAME} names")
        return cls(data)

    @property
    def source(self) -> bytes:
        """The file as it was uploaded."""
        return self._data

    @cached_property
    def _unknown(self) -> str | None:
        """The name of the token for what is not known; unigram models tell its id instead."""
        model = self._settings["model"]
        name, place = model.get("unk_token"), model.get("unk_id")
        if isinstance(place, int) and 0 <= place < self.vocab_size:
            return self._names[place]
        return name if isinstance(name, str) else None

    @cached_property
    def _added(self) -> re.Pattern[str]:
        """Tokens such as <|im_start|>, which are taken out of a text before it is cut."""
        names = sorted((str(token["content"]) for token in self._settings["added_tokens"]), key=len, reverse=True)
        return re.compile("(" + ("|".join(map(re.escape, filter(None, names))) or "(?!)") + ")")

    @cached_property
    def _bytes_of(self) -> dict[str, int]:
        """The byte that each sign stands for, of a tokenizer that writes bytes as GPT-2's does; else nothing."""
        byte_level = '"ByteLevel"' in json.dumps([self._settings.get("pre_tokenizer"), self._settings.get("decoder")])
        return {sign: byte for byte, sign in visible_bytes().items()} if byte_level else {}

    @cached_property
    def _entries(self) -> list[VocabularyEntry]:
        special = {token["content"] for token in self._settings["added_tokens"] if token.get("special")}
        return [
            _entry(i, name, special=name is None or name in special or name == self._unknown, bytes_of=self._bytes_of)
            for i, name in enumerate(self._names)
        ]

    @cached_property
    def _bytes(self) -> list[bytes]:
        """Without the marks that some models put to parts of words: "##ing" and "the</w>"."""
        model = self._settings["model"]
        before, behind = (str(model.get(key) or "") for key in ("continuing_subword_prefix", "end_of_word_suffix"))
        return [
            entry_bytes(entry)
            if entry.kind != "text"
            else (entry.text.removeprefix(before).removesuffix(behind) or entry.text).encode("utf-8")
            for entry in self._entries
        ]

    def _shown(self, name: str) -> str:
        """A piece in the library's own signs as people read it: "Ġthe" -> " the"."""
        return _entry(0, name, special=False, bytes_of=self._bytes_of).text

    def _merging(self, words: Sequence[str], ids: Sequence[int]) -> list[EncodingStep]:
        """The merges of a BPE model, told again from its file; nothing where they do not end in just these ids."""
        behind = self._settings["model"].get("end_of_word_suffix") or ""
        first, done = bpe_merges(words, self._ranks, whole=self._added.fullmatch, behind=behind)
        last = list(first)
        apply_merges(last, done)
        if not done or bytes_spelled(filter(None, last), self._ids) != [self._names[i] for i in ids]:
            return []
        steps = []
        if self._bytes_of and all(sign in self._bytes_of for sign in first):
            steps.append(EncodingStep("UTF-8 bytes", tuple(f"{self._bytes_of[sign]:02X}" for sign in first)))
        shown = (Merge(merge.position, merge.end, self._shown(merge.piece), merge.rank) for merge in done)
        return steps + list(merge_steps(list(map(self._shown, first)), shown))

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        """Which pairs a BPE model joins, and how early; of other models nothing."""
        joins = self._settings["model"].get("merges")
        pairs = [line.split(" ", 1) if isinstance(line, str) else line for line in joins or ()]
        return {(left, right): rank for rank, (left, right) in enumerate(pairs)}


def _entry(i: int, name: str | None, *, special: bool, bytes_of: dict[str, int]) -> VocabularyEntry:
    """A token as we show it: GPT-2's "Ġthe" and SentencePiece's "▁the" are both " the"."""
    if name is None or special:
        return VocabularyEntry(i, name or f"<|unused_{i}|>", "special")
    if bytes_of and all(sign in bytes_of for sign in name):
        data = bytes(bytes_of[sign] for sign in name)
        shown = bytes_text(data)
        return VocabularyEntry(i, shown, "text" if shown.encode("utf-8", "surrogatepass") == data else "byte")
    if len(name) == 6 and name.startswith("<0x") and name.endswith(">"):
        return VocabularyEntry(i, name, "byte")
    return VocabularyEntry(i, name.replace("▁", " "), "text")


def _checked(data: bytes) -> dict[str, Any]:
    """The JSON of a file that looks like a tokenizer; the library's own complaints come after this."""
    if len(data) > LARGEST_FILE:
        raise refused(f"it has {len(data) / 1e6:,.0f} MB, and {LARGEST_FILE / 1e6:,.0f} MB are the most")
    try:
        settings = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise refused("it is not JSON") from None
    model = settings.get("model") if isinstance(settings, dict) else None
    if not isinstance(settings, dict) or not isinstance(model, dict) or "vocab" not in model:
        raise refused("it has no vocabulary")
    if max(_growth(settings.get(part)) for part in ("normalizer", "pre_tokenizer", "decoder")) > MOST_GROWTH:
        raise refused(f"it could make a text more than {MOST_GROWTH} times longer")
    added = settings.setdefault("added_tokens", [])
    if not isinstance(added, list) or not all(isinstance(token, dict) and "content" in token for token in added):
        raise refused("its added tokens have no content")
    return settings


def _growth(part: Any) -> int:
    """How many times longer its replacements, one after the other, could make a text at most."""
    growth, left = 1, [part]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            if each.get("type") == "Replace":
                growth *= max(1, len(str(each.get("content"))))
            left += each.values()
        elif isinstance(each, list):
            left += each
    return growth


@contextmanager
def _refusing() -> Iterator[None]:
    """The library raises plain `Exception`, and a class below BaseException where its own code gave up."""
    try:
        yield
    except TokenizerError:
        raise
    except BaseException as error:
        if type(error) is Exception or type(error).__name__ == "PanicException":
            raise refused(f"the tokenizers library says: {str(error)[:200]}") from None
        raise


def refused(why: str) -> TokenizerError:
    return TokenizerError(
        f"This is no tokenizer that can be used here: {why}. Choose a tokenizer.json as Hugging Face models have it."
    )
