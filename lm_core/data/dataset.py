"""Token ids on disk: texts and a tokenizer in, two memory-mapped arrays of ids out.

folder/train.bin        uint16, or uint32 for more than 65,536 tokens, one id after the other
folder/validation.bin   likewise
folder/dataset.json     sizes and checksums, written last: without it, the other two are unfinished
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lm_core.config import ModelConfig
from lm_core.errors import CorpusError, RunError
from lm_core.files import write_atomically
from lm_core.tokenizers.base import Tokenizer

TokenIds = NDArray[np.uint16] | NDArray[np.uint32]

FORMAT_VERSION: Final = 1
RECORD_NAME: Final = "dataset.json"
PART_CHARACTERS: Final = 1_000_000  # encoded at once, so that memory stays small however long the text


@dataclass(frozen=True)
class TokenDataset:
    """The token ids of a corpus. The sizes in UTF-8 bytes serve bits per byte, which any two tokenizers share."""

    train: TokenIds  # (N,)
    validation: TokenIds  # (M,)
    vocab_size: int
    train_bytes: int
    validation_bytes: int


def write_dataset(
    train_texts: Sequence[str], validation_texts: Sequence[str], tokenizer: Tokenizer, folder: Path
) -> TokenDataset:
    """Encode the texts, one after the other, and write their ids into `folder`.

    Raises:
        CorpusError: one of the two parts is empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD_NAME).unlink(missing_ok=True)
    dtype = np.dtype("<u2" if tokenizer.vocab_size <= 65_536 else "<u4")
    record = {
        "format_version": FORMAT_VERSION,
        "vocab_size": tokenizer.vocab_size,
        "dtype": dtype.str,
        "train": _write_ids(train_texts, tokenizer, folder / "train.bin", dtype),
        "validation": _write_ids(validation_texts, tokenizer, folder / "validation.bin", dtype),
    }
    write_atomically(folder / RECORD_NAME, json.dumps(record, indent=1).encode("ascii"))
    return open_dataset(folder)


def open_dataset(folder: Path) -> TokenDataset:
    """The dataset that `write_dataset` wrote, memory-mapped: nothing is loaded before it is read.

    Raises:
        RunError: a file is missing, cut short or changed.
    """
    try:
        record = json.loads((folder / RECORD_NAME).read_bytes())
        train, validation = (_open_ids(folder, part, record) for part in ("train", "validation"))
        sizes = (int(record["vocab_size"]), int(record["train"]["bytes"]), int(record["validation"]["bytes"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            f"The token files in {folder} are missing or damaged ({error}). Start this run again as a new one."
        ) from None
    return TokenDataset(train, validation, *sizes)


def check_fits(dataset: TokenDataset, model: ModelConfig) -> None:
    """Refuse a text that is too short for the model's context.

    Raises:
        CorpusError: the training or validation part holds less than one window and its next token.
    """
    needed = model.context_length + 1
    for part, ids in (("training", dataset.train), ("validation", dataset.validation)):
        if len(ids) < needed:
            raise CorpusError(
                f"The text gives {len(ids):,} tokens for {part}, but a context of {model.context_length:,} needs at "
                f"least {needed:,}. Choose a longer text, or a context_length below {len(ids):,}."
            )


def _write_ids(texts: Sequence[str], tokenizer: Tokenizer, path: Path, dtype: np.dtype[Any]) -> dict[str, int]:
    """Append the ids of all texts to a fresh file; how many there are, of how many bytes of text, and their CRC-32."""
    tokens = text_bytes = checksum = 0
    with path.open("wb") as file:
        whole = tokenizer.crosses_lines
        for part in (part for text in texts for part in ([text] if whole else _parts(text))):
            data = np.array(tokenizer.encode(part), dtype=dtype).tobytes()
            file.write(data)
            tokens += len(data) // dtype.itemsize
            text_bytes += len(part.encode("utf-8", errors="surrogatepass"))
            checksum = zlib.crc32(data, checksum)
    if not tokens:
        raise CorpusError("One part of the text, training or validation, is empty. Choose a longer text.")
    return {"tokens": tokens, "bytes": text_bytes, "crc32": checksum}


def _parts(text: str) -> Iterator[str]:
    """The text in parts of about a million characters that end with a line, which no token crosses."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + PART_CHARACTERS - 1) + 1 or len(text)
        yield text[start:end]
        start = end


def _open_ids(folder: Path, part: str, record: dict[str, Any]) -> TokenIds:
    """The ids of one part, checked against the record: `ValueError` if they are not what was written."""
    if record["format_version"] != FORMAT_VERSION or record["dtype"] not in ("<u2", "<u4"):
        raise ValueError(f"{RECORD_NAME} is of another version")
    ids = np.memmap(folder / f"{part}.bin", dtype=record["dtype"], mode="r")
    if len(ids) != record[part]["tokens"] or zlib.crc32(ids.data) != record[part]["crc32"]:
        raise ValueError(f"{part}.bin is not what was written")
    if int(ids.max()) >= record["vocab_size"]:
        raise ValueError(f"{part}.bin holds ids outside the vocabulary")
    return ids
