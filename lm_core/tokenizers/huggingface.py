"""A tokenizer of anybody's: the bytes of a Hugging Face `tokenizer.json` in, checked, a tokenizer out.

The file is data: normaliser, splitter, vocabulary, merges. The library `tokenizers` reads and runs it; here it gets the
same face as the others, so that spaces and single bytes look alike whatever their inventor wrote for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, final

from lm_core.config import TokenizerSpec
from lm_core.errors import TokenizerError
from lm_core.files import write_atomically
from lm_core.tokenizers.base import EncodingStep, Kind, Tokenizer, VocabularyEntry, bytes_text, without_surrogates
from lm_core.tokenizers.published import visible_bytes
from lm_core.tokenizers.record import RECORD_NAME, damaged, read_record, write_record

FILE_NAME: Final = "huggingface.json"
LARGEST_FILE: Final = 32_000_000  # bytes; that of the largest well-known models has 17 million
LARGEST_VOCABULARY: Final = 1_000_000
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
            tokens: dict[str, int] = self._library.get_vocab(with_added_tokens=True)
            self._library.encode(_TRIAL, add_special_tokens=False)
        self.vocab_size = max(tokens.values(), default=-1) + 1
        if not 0 < self.vocab_size <= LARGEST_VOCABULARY:
            raise refused(f"its ids go up to {self.vocab_size - 1:,}, and {LARGEST_VOCABULARY:,} tokens are the most")
        self._names: list[str | None] = [None] * self.vocab_size
        for token, i in tokens.items():
            self._names[i] = token

    def explain(self, text: str) -> tuple[EncodingStep, ...]:
        """characters -> the text as its normaliser leaves it -> words -> token ids, as far as it has these."""
        readable, ids = without_surrogates(text), self.encode(text)
        steps = [EncodingStep("characters", tuple(text))]
        with _refusing():
            if self._library.normalizer is not None:
                readable = self._library.normalizer.normalize_str(readable)
                steps.append(EncodingStep("normalised text", tuple(readable)))
            if self._library.pre_tokenizer is not None:
                places = [place for _, place in self._library.pre_tokenizer.pre_tokenize_str(readable)]
                steps.append(EncodingStep("words", tuple(readable[start:end] for start, end in places)))
        return (*steps, EncodingStep("token ids", tuple(self.token_texts(ids)), tuple(ids)))

    def encode(self, text: str) -> list[int]:
        with _refusing():
            # of all its ways the one that does not keep each token's place, in half the time
            return list(self._library.encode_batch_fast([without_surrogates(text)], add_special_tokens=False)[0].ids)

    def decode(self, ids: Sequence[int]) -> str:
        self.check_ids(ids)
        with _refusing():
            return str(self._library.decode([int(i) for i in ids], skip_special_tokens=False))

    def vocabulary(self) -> list[VocabularyEntry]:
        return list(self._entries)

    def uncovered(self, text: str) -> list[str]:
        """The distinct characters that become the unknown token, or nothing at all."""
        unknown = self._settings["model"].get("unk_token")
        unknown_id = self._library.token_to_id(unknown) if isinstance(unknown, str) else None
        lost = []
        for character in sorted(set(text)):
            ids = self.encode(character)
            if unknown_id in ids or (not ids and not character.isspace()) or without_surrogates(character) != character:
                lost.append(character)
        return lost

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
    def _entries(self) -> list[VocabularyEntry]:
        special = {token["content"] for token in self._settings["added_tokens"] if token.get("special")}
        unknown = self._settings["model"].get("unk_token")
        byte_level = '"ByteLevel"' in json.dumps([self._settings.get("pre_tokenizer"), self._settings.get("decoder")])
        bytes_of = {sign: byte for byte, sign in visible_bytes().items()} if byte_level else {}
        return [
            _entry(i, name, special=name is None or name in special or name == unknown, bytes_of=bytes_of)
            for i, name in enumerate(self._names)
        ]


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
    added = settings.setdefault("added_tokens", [])
    if not isinstance(added, list) or not all(isinstance(token, dict) and "content" in token for token in added):
        raise refused("its added tokens have no content")
    return settings


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
