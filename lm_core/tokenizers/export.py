"""Hands a tokenizer to other programs: any tokenizer in; a `tokenizer.json`, or its vocabulary as JSON or CSV, out.

The `tokenizer.json` is read by Hugging Face's `tokenizers` library and gives the same ids there; tests hold that. It is
written by hand, so the library need not be installed here. SentencePiece's pieces have plain spaces there: its own sign
for a space, "▁", may stand in a text too.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from lm_core.errors import TokenizerError
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.bpe_training import BYTES
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer
from lm_core.tokenizers.published import visible_bytes
from lm_core.tokenizers.sentencepiece import SentencePieceTokenizer
from lm_core.tokenizers.sentencepiece_training import SPACE
from lm_core.tokenizers.splitting import Split
from lm_core.tokenizers.word import UNKNOWN_TEXT, WordTokenizer

_CONTRACTION: Final = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_CAPITALS, _SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_REST: Final = r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n%s]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS: Final[Mapping[Split, str]] = {  # as published; `splitting.py` has the same in Python's terms
    "lines": r"\n|[^\n]+",
    "words": r"\n|'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|[^\S\n]+(?!\S)|[^\S\n]+",
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+" + _REST % "",
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?{_CAPITALS}*{_SMALL}+{_CONTRACTION}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?{_CAPITALS}+{_SMALL}*{_CONTRACTION}?" + _REST % "/",
}
_IN_BYTES: Final = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}


def to_huggingface(tokenizer: Tokenizer) -> bytes:
    """The `tokenizer.json` of a tokenizer: the library reads it and gives the same ids.

    Raises:
        TokenizerError: the form has no room for this tokenizer.
    """
    if isinstance(tokenizer, HuggingFaceTokenizer):
        return tokenizer.source
    if isinstance(tokenizer, CharTokenizer):
        parts = _of_words([UNKNOWN_TEXT, *tokenizer.characters], r"[\s\S]")
    elif isinstance(tokenizer, WordTokenizer):
        parts = _of_words([UNKNOWN_TEXT, *tokenizer.words], PATTERNS["words"])
    elif isinstance(tokenizer, ByteTokenizer):
        parts = _of_bytes(BytePairTokenizer([], "lines"))
    elif isinstance(tokenizer, BytePairTokenizer):
        parts = _of_bytes(tokenizer)
    elif isinstance(tokenizer, SentencePieceTokenizer):
        parts = _of_pieces(tokenizer)
    else:
        raise TokenizerError(f"A tokenizer of the kind {tokenizer.kind} cannot be saved as tokenizer.json.")
    whole = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "post_processor": None, **parts,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False, indent=1).encode("utf-8")


def vocabulary_rows(tokenizer: Tokenizer) -> list[dict[str, Any]]:
    """One row a token: id, text, kind, its bytes in hexadecimal, and of BPE which merge made it, counted from 1."""
    entries = tokenizer.vocabulary()
    rows: list[dict[str, Any]] = [
        {"id": entry.id, "text": entry.text, "kind": entry.kind, "bytes": data.hex(" ").upper()}
        for entry, data in zip(entries, tokenizer.token_bytes(range(tokenizer.vocab_size)), strict=True)
    ]
    if isinstance(tokenizer, BytePairTokenizer):
        for number, pair in enumerate(tokenizer.pairs, start=1):
            rows[BYTES + number - 1] |= {"merge": number, "left": pair[0], "right": pair[1]}
    return rows


def vocabulary_json(tokenizer: Tokenizer) -> str:
    """All tokens as JSON, one line each."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in vocabulary_rows(tokenizer))
    return f"[\n{lines}\n]\n"


def vocabulary_csv(tokenizer: Tokenizer) -> str:
    """All tokens as CSV with a line of names; columns that a token lacks are empty."""
    rows = vocabulary_rows(tokenizer)
    names = max(rows, key=len).keys()
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n", restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _split(pattern: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def _of_words(names: Sequence[str], pattern: str) -> dict[str, Any]:
    if UNKNOWN_TEXT in names[1:]:
        raise TokenizerError(
            f'This tokenizer has a word "{UNKNOWN_TEXT}" beside the unknown one, which tokenizer.json cannot tell.'
        )
    ids = {name: i for i, name in enumerate(names)}
    return {
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": UNKNOWN_TEXT},
        "pre_tokenizer": _split(pattern),
        "decoder": {"type": "Fuse"},
    }


def _of_bytes(tokenizer: BytePairTokenizer) -> dict[str, Any]:
    signs = visible_bytes()
    tokens = tokenizer.token_bytes(range(BYTES + len(tokenizer.pairs)))
    names = ["".join(signs[byte] for byte in token) for token in tokens]
    ids = {name: i for i, name in enumerate([*names, *tokenizer.specials])}
    if len(ids) < tokenizer.vocab_size:
        raise TokenizerError("Two tokens of this tokenizer have the same bytes, which tokenizer.json cannot tell.")
    merges = [[names[first], names[second]] for first, second in tokenizer.pairs]
    return {
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": ids, "merges": merges,
        },
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [_split(PATTERNS[tokenizer.split]), _IN_BYTES]},
        "decoder": _IN_BYTES,
    }  # fmt: skip


def _of_pieces(tokenizer: SentencePieceTokenizer) -> dict[str, Any]:
    pieces = [(name.replace(SPACE, " "), score) for name, score in tokenizer.pieces()]
    learned = {entry.text for entry in tokenizer.vocabulary() if entry.kind == "text"}
    ids = {name: i for i, (name, _) in enumerate(pieces)}
    cut = _split(PATTERNS["lines"])
    if tokenizer.kind == "unigram":
        model = {"type": "Unigram", "unk_id": 0, "vocab": [list(piece) for piece in pieces], "byte_fallback": True}
        cut = {"type": "Sequence", "pretokenizers": [cut, _cut_in_names(pieces[0][0], learned)]}
    else:
        joins = _joins([piece for piece in pieces if piece[0] in learned], ids)
        model = {
            "type": "BPE", "dropout": None, "unk_token": pieces[0][0], "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": True, "vocab": ids, "merges": joins,
        }  # fmt: skip
    decoder = {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}
    return {"model": model, "pre_tokenizer": cut, "decoder": decoder}


def _joins(learned: Sequence[tuple[str, float]], ids: Mapping[str, int]) -> list[list[str]]:
    """All ways in which two pieces make a third, the earliest learned piece first: SentencePiece takes any of them."""
    by_rank = sorted(learned, key=lambda piece: -piece[1])
    halves = ((name[:place], name[place:]) for name, _ in by_rank for place in range(1, len(name)))
    return [[left, right] for left, right in halves if left in ids and right in ids]


def _cut_in_names(unknown: str, learned: Collection[str]) -> dict[str, Any]:
    """Cuts, where no piece crosses, a text that spells "<unk>" or "<0x41>": the library would take it for one."""

    def halves(name: str) -> tuple[str, str]:
        free = (i for i in range(1, len(name)) if not any(name[i - 1 : i + 1] in piece for piece in learned))
        place = next(free, 1)
        return name[:place], name[place:]

    (left, right), (before, after) = halves(unknown), halves("<0x")
    pattern = rf"{left}(?={right})|{before}(?={after}[0-9A-F]{{2}}>)"
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "MergedWithPrevious", "invert": False}
