"""Tokenizers side by side: one in, its figures out: size, speed, five languages, best loss in bits per byte."""

from __future__ import annotations

import math
import time
from functools import lru_cache
from typing import Any

from app.loaders import compare, runs, tokenizers
from app.loaders.tokenizers import COUNT_THEIR_OWN, Reader, Source
from lm_core.config import OWN_TEXT, CorpusSpec, TokenizerSpec
from lm_core.errors import LMError

MEASURED_BYTES = 200_000  # encoded to know the speed
TRIES = 3  # of which the quickest counts: the others had to share the machine
SENTENCES = {  # one meaning; written for this page
    "en": "The children are reading a book under the old tree.",
    "zh": "孩子们在那棵老树下看书。",
    "de": "Die Kinder lesen ein Buch unter dem alten Baum.",
    "ar": "يقرأ الأطفال كتابًا تحت الشجرة القديمة.",
    "hi": "बच्चे पुराने पेड़ के नीचे एक किताब पढ़ रहे हैं।",
}


def figures_of(source: Source, language: str = "en") -> dict[str, Any]:
    """All that does not depend on what is typed. Raises LMError where the tokenizer cannot be had."""
    reader = tokenizers.reader_of(source)
    corpus, spec = specs_of(source)
    return {
        "kind": reader.tokenizer.kind,
        "vocab_size": reader.tokenizer.vocab_size,
        "seconds": reader.seconds,
        "title": tokenizers.title_of(source, language),
        "speed": _speed(source.key, source),
        "languages": languages_of(reader),
        "best": best_run(corpus, spec, language),
    }


def specs_of(source: Source) -> tuple[CorpusSpec, TokenizerSpec]:
    """The text and the tokenizer that a source stands for."""
    if source.corpus is not None and source.tokenizer is not None:
        return source.corpus, source.tokenizer
    config = runs.config_of(source.run)
    return config.corpus, config.tokenizer


def languages_of(reader: Reader) -> list[dict[str, Any]]:
    """The same sentence in five languages: its tokens, how many of them are lost characters, against English."""
    counts = {code: reader.tokenizer.encode(sentence) for code, sentence in SENTENCES.items()}
    return [
        {
            "code": code,
            "sentence": SENTENCES[code],
            "tokens": len(ids),
            "lost": sum(reader.kinds[token] == "special" for token in ids),
            "times": len(ids) / len(counts["en"]),
        }
        for code, ids in counts.items()
    ]


@lru_cache(maxsize=64)
def _speed(key: str, source: Source) -> float | None:
    """Megabytes of text that a tokenizer encodes in a second, measured now; None where there is no text."""
    try:
        data = tokenizers.text_to_try(source).text.encode("utf-8")[:MEASURED_BYTES]
    except LMError:
        return None
    text, reader = data.decode("utf-8", errors="ignore"), tokenizers.reader_of(source)
    seconds = min(_seconds(reader, text) for _ in range(TRIES))
    return len(data) / 1e6 / seconds if seconds > 0 else None


def _seconds(reader: Reader, text: str) -> float:
    started = time.perf_counter()
    reader.tokenizer.encode(text)
    return time.perf_counter() - started


def best_run(corpus: CorpusSpec, spec: TokenizerSpec, language: str = "en") -> dict[str, Any] | None:
    """Of the runs with this text and tokenizer, that of the lowest validation loss; None where there is none.

    `bits` are bits per byte, which any two tokenizers share: nats per token x tokens per byte / ln 2. Unless one has
    `lost` characters: whoever writes <unk> for a rare word has less to guess.
    """
    found = []
    for row in compare.rows(language):
        if row["val_loss"] is None or not row["perByte"] or not _same(row["settings"], corpus, spec):
            continue
        bits = row["val_loss"] * row["perByte"] / math.log(2)
        found.append({"run": row["id"], "name": row["name"], "step": row["step"], "bits": bits})
    best = min(found, key=lambda run: run["bits"], default=None)
    if best is None:
        return None
    facts = runs.facts_of(best["run"])
    return {**best, "lost": facts is not None and bool(facts.uncovered)}


def _same(settings: dict[str, Any], corpus: CorpusSpec, spec: TokenizerSpec) -> bool:
    text = settings.get("corpus.text_id") if corpus.name == OWN_TEXT else None
    return (
        settings.get("corpus.name") == corpus.name
        and (corpus.name != OWN_TEXT or text == (corpus.text_id or "")[: compare.FINGERPRINT])
        and tuple(settings.get("corpus.cleaning") or ()) == corpus.cleaning
        and settings.get("tokenizer.kind") == spec.kind
        and settings.get("tokenizer.split", spec.split) == spec.split
        and settings.get("tokenizer.file_id", "") == (spec.file_id or "")[: compare.FINGERPRINT]
        and (spec.kind in COUNT_THEIR_OWN or settings.get("tokenizer.vocab_size") == spec.vocab_size)
    )
