"""The game "guess the next token": a run in, text that it was not trained on, and what comes next once one has guessed.

A passage is `turn` (0, 1, 2, …), a round `number` the token in it that is hidden.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.loaders import models, runs, tokenizers
from app.loaders.held_out import held_out
from app.loaders.probing import Question, numbers, whole_number
from app.loaders.tokenizers import Source
from lm_core.errors import ConfigError

SHOWN = 160  # tokens before the hidden one, at most as many as the model sees at once
ROUNDS = 200  # of one passage
LIKELIEST = 6
GOLDEN = (5**0.5 - 1) / 2  # its multiples lie evenly between 0 and 1, in no order


def start_of(run_id: str) -> dict[str, Any]:
    """What the game begins with: what others cost on this run's validation text, in nats per token.

    Raises:
        RunError: there is no such run.
    """
    facts, status = runs.facts_of(run_id), runs.status_of(run_id)
    ladder = runs.finite(facts.baselines) if facts else {}
    return {"run": run_id, "ladder": ladder, "loss": status["val_loss"]}


def hidden(run_id: str, question: Question) -> dict[str, Any]:
    """The text before a token, without that token; with `words=1` also the vocabulary to guess from."""
    ids, at, before = _place(run_id, question)
    tokenizer = tokenizers.reader_of(Source(run=run_id)).tokenizer
    found = {"before": tokenizer.token_texts(before), "at": at, "of": len(ids), "vocabulary": tokenizer.vocab_size}
    if question.get("words") == "1":
        found["words"] = tokenizer.token_texts(range(tokenizer.vocab_size))
    return found


def revealed(run_id: str, question: Question) -> dict[str, Any]:
    """The hidden token, and what the run's newest model gave it, the likeliest ones, and those that were `guessed`."""
    from lm_core.generation.reader import Reader
    from lm_core.generation.sampling import softmax

    ids, at, before = _place(run_id, question)
    opened = models.open_model(run_id, models.nearest(run_id))
    shares = softmax(Reader(opened.model, use_cache=False).read(before).logits)
    truth = int(ids[at])
    guessed = [token for (token,) in numbers(question, "guessed", 1) if token < len(shares)]
    best = np.argsort(-shares, kind="stable")[:LIKELIEST].tolist()
    shown = list(dict.fromkeys([truth, *best, *guessed]))
    rows = zip(shown, opened.tokenizer.token_texts(shown), strict=True)
    return {
        "truth": truth,
        "step": opened.step,
        "rows": [{"id": token, "text": text, "share": float(shares[token])} for token, text in rows],
    }


def _place(run_id: str, question: Question) -> tuple[Any, int, list[int]]:
    """The validation text, the place of the hidden token, and the ids before it that model and student both see."""
    turn, number = (max(0, whole_number(question, name, 0)) for name in ("turn", "number"))
    if number >= ROUNDS:
        raise ConfigError(f"This passage has {ROUNDS} rounds. Take another one.")
    ids, _title = held_out(run_id)
    length = min(runs.config_of(run_id).model.context_length, SHOWN, len(ids) - 1)
    begin = length + int(turn * GOLDEN % 1 * max(1, len(ids) - length - ROUNDS))
    at = begin + number
    if at >= len(ids):
        raise ConfigError("This passage ends here. Take another one.")
    return ids, at, [int(token) for token in ids[at - length : at]]
