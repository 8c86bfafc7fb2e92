"""Is a text enough for a model? A cleaned text, a tokenizer, a model's size in; tokens and a verdict out.

Characters and bytes are counted. How many pieces a learned tokenizer makes of the text nobody knows before it has
learned them, so it learns them from a sample, and the share is measured there.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.loaders import text_views
from app.loaders.text_views import Steps, Text
from lm_core.config import TokenizerSpec, parse_config
from lm_core.corpora.statistics import even_sample
from lm_core.data.enough import FORGIVENESS, GOOD_READINGS, TOKENS_PER_PARAMETER, Enough
from lm_core.errors import LMError
from lm_core.tokenizers.registry import train_tokenizer

SAMPLE = 100_000  # characters that a learned tokenizer is tried on


def enough_view(
    text: Text, steps: Steps, kind: str, vocab_size: int, size: dict[str, Any], picture: dict[str, Any]
) -> dict[str, Any]:
    """Tokens in the training part, those that the rule asks for and those that the run reads; `tokens` may be None."""
    share = picture["split"]["training"] / picture["characters"]
    known = {"char": 1.0, "byte": picture["bytes"] / picture["characters"]}
    rate = known[kind] if kind in known else tokens_per_character(text, steps, kind, vocab_size)
    common = {
        "parameters": size["parameters"],
        "read": size["tokens"],
        "rule": TOKENS_PER_PARAMETER,
        "goodReadings": GOOD_READINGS,
        "wanted": TOKENS_PER_PARAMETER * size["parameters"],
        "exact": kind in known,
    }
    if not rate:
        return {**common, "tokens": None}
    found = Enough(rate * share * picture["characters"], size["parameters"], size["tokens"])
    return {
        **common,
        "tokens": round(found.tokens),
        "readings": found.readings,
        "perParameter": found.per_parameter,
        "worth": round(found.worth),
        "forgetting": round(FORGIVENESS),
        "verdict": found.verdict,
    }


@lru_cache(maxsize=64)
def tokens_per_character(text: Text, steps: Steps, kind: str, vocab_size: int) -> float | None:
    """Of a learned tokenizer, tried on a sample of the text; None where it cannot learn so many pieces from it."""
    corpus = text_views.cleaned(text, steps).corpus
    sample = even_sample(corpus.documents, SAMPLE) if corpus else []
    try:
        tokenizer = train_tokenizer(parse_config(TokenizerSpec, {"kind": kind, "vocab_size": vocab_size}), sample)
    except LMError:
        return None
    characters = sum(map(len, sample))
    return sum(len(tokenizer.encode(part)) for part in sample) / characters if characters else None
