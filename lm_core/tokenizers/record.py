"""The file `tokenizer.json`: the values that rebuild a tokenizer in, the same values out, checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lm_core.errors import TokenizerError
from lm_core.files import write_atomically

FORMAT_VERSION = 1
RECORD_NAME = "tokenizer.json"


def write_record(folder: Path, kind: str, **values: Any) -> None:
    """Write kind and values to `folder/tokenizer.json`, whole or not at all."""
    record = {"format_version": FORMAT_VERSION, "kind": kind, **values}
    write_atomically(folder / RECORD_NAME, json.dumps(record, indent=1).encode("ascii"))


def read_record(folder: Path) -> dict[str, Any]:
    """The values that `write_record` wrote; "kind" is a string.

    Raises:
        TokenizerError: the file is missing, no JSON, or of another version.
    """
    path = folder / RECORD_NAME
    try:
        record = json.loads(path.read_bytes())
    except OSError:
        raise TokenizerError(f"There is no tokenizer in {folder}: {RECORD_NAME} cannot be read.") from None
    except ValueError:
        raise damaged(path, "it is not JSON") from None
    if not isinstance(record, dict) or not isinstance(record.get("kind"), str):
        raise damaged(path, "it does not name a kind of tokenizer")
    if record.get("format_version") != FORMAT_VERSION:
        raise TokenizerError(
            f"The tokenizer in {folder} has format {record.get('format_version')}; "
            f"this version reads format {FORMAT_VERSION}. Train it again, or use the version that wrote it."
        )
    return record


def damaged(path: Path, what: str) -> TokenizerError:
    """The sentence for a tokenizer file that does not hold what was written."""
    return TokenizerError(f"The tokenizer file {path} is damaged: {what}. Train the tokenizer again.")
