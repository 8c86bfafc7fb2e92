"""A run and a sentence in, the probability of each token after those before it out, and what their product comes to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from app.loaders import models, probing
from app.loaders.loss import measure
from app.loaders.reading import ids_that_fit, readable_text

TOP = 3
FORMATS = ("float16", "float32", "float64")


def sequence_of(run_id: str, text: str, step: int, *, turned: bool = False) -> dict[str, Any]:
    """What the kept model nearest to `step` (-1: the newest) makes of a sentence; the run's own where `text` is empty,
    with its words in the other order where `turned`.

    `logs` holds ln p of each token after those before it, None for the first, which is given; `bytes` are those of all
    tokens but the first. `products` holds the running product in each format.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the sentence has fewer than two tokens.
    """
    wanted = None if step < 0 else step
    readable, notes = readable_text(text)
    if not text:
        opened = models.open_model(run_id, models.nearest(run_id, wanted))
        length = min(opened.model.config.context_length, probing.OPENING)
        ids, _cut = ids_that_fit(opened.tokenizer, probing.own_sentence(run_id), length)
        written = opened.tokenizer.decode(ids)  # a field has one line
        readable = longest_line(written) if opened.tokenizer.uncovered(" ") else " ".join(written.split())
        readable = turn(readable) if turned else readable
    found, left_out = _measured(run_id, models.nearest(run_id, wanted).as_posix(), readable)
    return {"text": readable, **found, "notes": [*notes, *left_out] if text else []}


def longest_line(text: str) -> str:
    """What a model without a space can read of a text in one line: "Ada\\nGrace\\n" -> "Grace"."""
    return max(text.splitlines(), key=len, default="")


def turn(sentence: str) -> str:
    """The words of a sentence in the other order; the characters, where it has no words.

    >>> turn("the cat sat")
    'sat cat the'
    """
    words = sentence.split()
    return " ".join(reversed(words)) if len(words) > 2 else sentence[::-1]


@lru_cache(maxsize=64)
def _measured(run_id: str, checkpoint: str, text: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    from lm_core.interpret.sequence import running_products

    found = measure(run_id, checkpoint, text, TOP)
    logs = [-float(loss) for loss in found.losses[1:]]
    return {
        "step": found.opened.step,
        "tokens": found.tokens,
        "ids": list(found.ids),
        "counts": models.is_counting(run_id),
        "logs": [None, *(round(log, 6) for log in logs)],
        "bytes": sum(map(len, found.opened.tokenizer.token_bytes(found.ids[1:]))),
        "products": {kind: [1.0, *running_products(logs, kind)] for kind in FORMATS},  # type: ignore[arg-type]
        "top": found.top,
    }, found.notes
