"""A `tokenizer.json` and a number of rows in, the same file with as many tokens out.

Tables of vectors are often a little longer than the vocabulary, so that their length divides well; what the rows beyond
it say is nobody's token. They still take part in every softmax, so they get a name here: <|unused_50257|>.
"""

from __future__ import annotations

import json

from lm_core.errors import TokenizerError
from lm_core.interop.pretrained import refused
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer

MOST_UNUSED = 10_000


def fitting_tokenizer(data: bytes | None, rows: int) -> HuggingFaceTokenizer:
    """The tokenizer of a model whose tables have that many rows.

    Raises:
        ModelError: there is none, or it has more tokens than the model has rows.
        TokenizerError: the package `tokenizers` is not installed.
    """
    if data is None:
        raise refused("it has no tokenizer.json, so its numbers stand for no text")
    tokenizer = HuggingFaceTokenizer(data)
    if tokenizer.vocab_size > rows:
        raise refused(f"its tokenizer has {tokenizer.vocab_size:,} tokens, and its tables have {rows:,} rows")
    if tokenizer.vocab_size == rows:
        return tokenizer
    if rows - tokenizer.vocab_size > MOST_UNUSED:
        raise refused(f"its tokenizer has {tokenizer.vocab_size:,} tokens, and its tables have {rows:,} rows")
    settings = json.loads(data)
    plain = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    unused = [
        {"id": i, "content": f"<|unused_{i}|>", **plain, "special": True} for i in range(tokenizer.vocab_size, rows)
    ]
    settings["added_tokens"] = [*(settings.get("added_tokens") or []), *unused]
    padded = HuggingFaceTokenizer(json.dumps(settings, ensure_ascii=False).encode("utf-8"))
    if padded.vocab_size != rows:
        raise TokenizerError("The names of unused tokens are taken in this tokenizer. Choose another model.")
    return padded
