"""The section Guess of the page Loss: a place of a run's unseen text in, the text before it out.

What comes next leaves the server with the answer to a guess alone.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.loaders import counting, models, pretrained, runs, tokenizers
from app.loaders.dataset import dataset_of
from app.loaders.probing import Question, numbers, whole_number
from app.loaders.tokenizers import Source
from app.sentences import translate_sentence
from lm_core.errors import ConfigError, RunError

READ = 128  # tokens before the place, fewer where the model reads fewer: who guesses sees just what it sees
AFTER = 40  # tokens with which the text goes on
LIKELIEST = 5
MOST_NAMED = 3
MOST_BUTTONS = 100  # a larger vocabulary is typed, not picked
LONGEST_TYPED = 60
BLANKS = (" ", "\n")  # tokens that can be picked from any vocabulary
GOLDEN = (5**0.5 - 1) / 2  # its multiples lie evenly between 0 and 1, in no order
COUNTS = ("unigram", "bigram", "trigram")


def guess(run_id: str, question: Question) -> dict[str, Any]:
    """The place number `turn`, without what stands there: the text before it, tokens to pick from, losses to beat.

    Raises:
        RunError: no such run, no model or text of it is here.
        ConfigError: its unseen text is too short.
    """
    before, _rest = _place(run_id, question)
    models.nearest(run_id)  # says so where none is saved yet
    facts = _facts(run_id)
    return {
        "turn": whole_number(question, "turn", 0),
        "title": translate_sentence(facts.corpus_title, question.get("lang", "")),
        "before": _tokenizer(run_id).token_texts(before),
        "vocabulary": facts.vocab_size,
        "most": min(MOST_NAMED, facts.vocab_size - 1),
        "pick": _to_pick(runs.open_run(run_id).folder, run_id),
        "ladder": {name: loss for name, loss in facts.baselines.items() if name in ("uniform", *COUNTS)},
        "model": runs.status_of(run_id)["val_loss"],
    }


def first(run_id: str, question: Question) -> dict[str, Any]:
    """The token [id, text] that `typed` begins with after the text of the place, and that of the same after a space."""
    typed = question.get("typed", "")[:LONGEST_TYPED]
    if not typed:
        raise ConfigError("Type what you think comes next.")
    before, _rest = _place(run_id, question)
    found = dict.fromkeys((_first(run_id, before, typed), _first(run_id, before, " " + typed)))
    names = _tokenizer(run_id).token_texts(list(found))
    # The second is of use where it holds what was typed, as " the" does for "the", and not where it is a lone space.
    kept = [pair for at, pair in enumerate(zip(found, names, strict=True)) if at == 0 or pair[1].strip()]
    return {"tokens": [list(pair) for pair in kept]}


def reveal(run_id: str, question: Question) -> dict[str, Any]:
    """What came, and the probability that each gave it: `guess` is "id.percent,…", up to MOST_NAMED tokens.

    `logs` are ln p: of "you", "uniform", the counts and the "model"; `top` are the model's likeliest tokens, with what
    came and what was named among them.

    Raises:
        RunError, ConfigError: as above, or it is no such guess.
    """
    from lm_core.interpret.guessing import spread

    size = _facts(run_id).vocab_size
    named = _named(question, size)
    before, rest = _place(run_id, question)
    came, names = rest[0], _tokenizer(run_id).token_texts
    step, logs = _model_logs(run_id, before)
    mixed = counting.shares_by_order(run_id, before, len(COUNTS))
    shares = {"you": spread({token: percent / 100 for token, percent in named}, size)[came], "uniform": 1 / size}
    shares |= {name: order[came] for name, order in zip(COUNTS, mixed, strict=False)}
    likeliest = [int(token) for token in np.argsort(-logs, kind="stable")[:LIKELIEST]]
    others = [token for token in dict.fromkeys((came, *(token for token, _share in named))) if token not in likeliest]
    shown = sorted([*likeliest, *others], key=lambda token: -logs[token])
    percents = dict(named)
    return {
        "step": step,
        **counting.extent(counting.counted(run_id)),
        "came": [came, names([came])[0]],
        "after": names(rest[1:]),
        "logs": {**{name: float(np.log(share)) for name, share in shares.items()}, "model": float(logs[came])},
        "top": [
            {"text": text, "log": float(logs[token]), "came": token == came, "percent": percents.get(token)}
            for token, text in zip(shown, names(shown), strict=True)
        ],
    }


def _place(run_id: str, question: Question) -> tuple[list[int], list[int]]:
    """The tokens before the place number `turn`, and those from it on."""
    if pretrained.is_pretrained(run_id):
        raise RunError("This model was trained elsewhere, on a text that is not here. Choose another run.")
    _facts(run_id)
    ids = dataset_of(run_id).validation
    read = min(READ, runs.config_of(run_id).model.context_length, len(ids) - 1)
    if read < 1:
        raise ConfigError("The unseen text of this run is too short to guess in. Choose another run.")
    turn = max(0, whole_number(question, "turn", 0))
    at = read + int((turn + 1) * GOLDEN % 1 * (len(ids) - read))
    return [int(one) for one in ids[at - read : at]], [int(one) for one in ids[at : at + 1 + AFTER]]


def _facts(run_id: str) -> Any:
    return runs.open_run(run_id).read_facts()  # says so where the text is not prepared yet


def _tokenizer(run_id: str) -> Any:
    return tokenizers.reader_of(Source(run=run_id)).tokenizer


def _first(run_id: str, before: list[int], typed: str) -> int:
    """The token that a typed text begins with where it stands; on its own where it would melt into the text before."""
    tokenizer = _tokenizer(run_id)
    text = tokenizer.decode(before)
    alone, both = tokenizer.encode(text), tokenizer.encode(text + typed)
    fits = len(both) > len(alone) and both[: len(alone)] == alone
    found = both[len(alone) :] if fits else tokenizer.encode(typed)
    if not found:
        raise ConfigError("Type what you think comes next.")
    return int(found[0])


def _named(question: Question, size: int) -> list[tuple[int, ...]]:
    """[(id, percent), …] as they may be: different tokens of the vocabulary, at least 1 % each and at most 99 % in all.

    Raises:
        ConfigError: they are not.
    """
    named = numbers(question, "guess", 2)
    known = all(token < size and percent >= 1 for token, percent in named)
    different = len({token for token, _percent in named}) == len(named)
    if not (1 <= len(named) <= min(MOST_NAMED, size - 1) and known and different and sum(p for _t, p in named) <= 99):
        raise ConfigError("A guess names one to three different tokens, at least 1 % each and at most 99 % in all.")
    return named


def _model_logs(run_id: str, before: list[int]) -> tuple[int, Any]:
    """The step of the newest model, and (V,) its ln p of what comes next."""
    import torch

    from lm_core.interpret.surprise import log_probabilities
    from lm_core.models.inference import reading

    opened = models.open_model(run_id, models.nearest(run_id))
    with reading(opened.model):
        scores = opened.model(torch.tensor([before]))
    return opened.step, log_probabilities(scores[:, -1].numpy(force=True))[0]


@lru_cache(maxsize=16)
def _to_pick(_folder: Path, run_id: str) -> list[list[Any]]:
    """The tokens that are buttons: all of a small vocabulary, else the blanks that are hard to type."""
    entries = [entry for entry in _tokenizer(run_id).vocabulary() if entry.kind != "special"]
    small = len(entries) <= MOST_BUTTONS
    return [[entry.id, entry.text] for entry in entries if small or entry.text in BLANKS]
