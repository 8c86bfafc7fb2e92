"""A run and a step in, where its model is wrong on text that it never saw out: by place, kind and frequency of a token.

It is worked out in parts, each about a second; the picture asks on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app.loaders import models, runs
from app.loaders.dataset import dataset_of
from app.loaders.held_out import held_out
from app.loaders.probing import Question, go_on, one_at_a_time, rounded, whole_number, works
from app.sentences import translate_sentence
from lm_core.errors import RunError

if TYPE_CHECKING:
    from lm_core.training.scores import Scores

MOST_TOKENS = 20_000  # that are looked at; fewer where the model is large
PRODUCTS = 4e11  # for one step of a run: two for each weight and token
PRODUCTS_AT_ONCE = 4e10
FEWEST = 512
KS = (1, 2, 3, 5, 10, 20, 50, 100)
SECONDS = 1.0  # that one answer may work
EXAMPLES = 6  # tokens that name a class
REMEMBERED = 128  # answers of a few kB


@dataclass(frozen=True)
class Aside:
    """The text that a run was not trained on, as ids, its title, and how often training met each token, where known."""

    ids: Any
    title: str
    met: Any  # (V,) or None


@dataclass(frozen=True)
class Plan:
    """What is read of it: evenly spaced windows of one context, each token foretold from those of its window."""

    opened: models.Opened
    aside: Aside
    windows: int
    context: int


def wrong(run_id: str, question: Question) -> dict[str, Any]:
    """What is known so far of the kept model nearest to `step`; `left` tokens are still to be read.

    Raises:
        RunError: no such run, or it has saved no model yet.
    """
    step = whole_number(question, "step", -1)
    checkpoint = models.nearest(run_id, step)
    key = ("wrong", runs.open_run(run_id).folder, checkpoint)
    with one_at_a_time:
        if key in _finished:
            found = _finished[key]
        else:
            work = go_on(key, lambda: _begin(run_id, models.open_model(run_id, checkpoint)), SECONDS)
            found = _summed_up(work.about, work.done)
            if not found["left"]:
                _remember(key, found)
                works.pop(key)  # it holds the model
    return {**found, "title": translate_sentence(found["title"], question.get("lang"))}


_finished: dict[Any, dict[str, Any]] = {}


def _remember(key: Any, found: dict[str, Any]) -> None:
    _finished[key] = found
    while len(_finished) > REMEMBERED:
        del _finished[next(iter(_finished))]


def _begin(run_id: str, opened: models.Opened) -> tuple[Plan, Iterator[tuple[Scores, float]]]:
    from lm_core.data.batches import Batch, validation_windows
    from lm_core.training.scores import score_batch

    aside = _aside(run_id)
    weights = max(1, sum(weight.numel() for weight in opened.model.parameters()))
    most = max(FEWEST, min(MOST_TOKENS, int(PRODUCTS / (2 * weights))))
    context = min(opened.model.config.context_length, len(aside.ids) - 1, most)
    windows = max(1, min(most // context, (len(aside.ids) - 1) // context))

    at_once = max(1, int(PRODUCTS_AT_ONCE / (2 * weights * context)))

    def rows() -> Iterator[tuple[Scores, float]]:
        for batch in validation_windows(aside.ids, context_length=context, n_windows=windows):
            for part in zip(batch.inputs.split(at_once), batch.targets.split(at_once), strict=True):
                began = time.perf_counter()
                yield score_batch(opened.model, Batch(*part)), time.perf_counter() - began

    return Plan(opened, aside, windows, context), rows()


@lru_cache(maxsize=4)
def _aside(run_id: str) -> Aside:
    facts = runs.facts_of(run_id)
    try:
        dataset = dataset_of(run_id)
    except RunError:  # its text is not here: some other one, and nothing is known of what it met
        return Aside(*held_out(run_id), None)
    met = np.bincount(np.asarray(dataset.train, np.int64), minlength=dataset.vocab_size)
    return Aside(dataset.validation, facts.corpus_title if facts else "", met)


def _summed_up(plan: Plan, done: list[tuple[Scores, float]]) -> dict[str, Any]:
    from lm_core.training import scores
    from lm_core.training.evaluation import bits_per_byte

    found = scores.join([each for each, _seconds in done])
    sizes = np.array(
        [len(piece) for piece in plan.opened.tokenizer.token_bytes(range(plan.opened.tokenizer.vocab_size))]
    )
    total, n_bytes = scores.whole(found.losses), int(sizes[found.targets].sum())
    return {
        "step": plan.opened.step,
        "title": plan.aside.title,
        "own": plan.aside.met is not None,
        "tokens": total.n,
        "left": plan.windows * plan.context - total.n,
        "of": len(plan.aside.ids) - 1,
        "context": plan.context,
        "windows": plan.windows,
        "seconds": rounded(sum(seconds for _each, seconds in done)),
        "vocabulary": plan.opened.model.vocab_size,
        **_plain(total),
        "bitsPerByte": rounded(bits_per_byte(total.loss, total.n, n_bytes)) if n_bytes else None,
        "position": _by_position(found, plan.context),
        "classes": _by_class(found, plan.opened.tokenizer),
        "frequency": None if plan.aside.met is None else _by_frequency(found, plan.aside.met),
        "top": [
            {"k": k, **dict(zip(("share", "error"), rounded(scores.top_k(found.ranks, k)), strict=True))}
            for k in KS
            if k < plan.opened.model.vocab_size
        ],
        "calibration": {
            name: {"bins": _rows(bins), "error": rounded(scores.calibration_error(bins))}
            for name, bins in (("first", scores.of_first_choices(found)), ("all", scores.of_all_candidates(found)))
        },
    }


def _by_position(found: Scores, context: int) -> list[dict[str, Any]]:
    """By how many tokens of the window were read before the one that came."""
    from lm_core.training.scores import by_group, group_numbers, position_bounds

    bounds = position_bounds(context)
    groups = by_group(found.losses, group_numbers(found.positions, bounds), len(bounds))
    return _between(bounds, context, groups)


def _by_frequency(found: Scores, met: Any) -> list[dict[str, Any]]:
    """By how often training met the token that came; `kinds` says how many different tokens these are."""
    from lm_core.training.scores import by_group, frequency_bounds, group_numbers

    bounds = frequency_bounds(int(met.max()))
    numbers = group_numbers(met[found.targets], bounds)
    rows = _between(bounds, int(met.max()), by_group(found.losses, numbers, len(bounds)))
    kinds = [len(np.unique(found.targets[numbers == group])) for group in range(len(bounds))]
    return [{**row, "kinds": kind} for row, kind in zip(rows, kinds, strict=True) if row["n"]]


def _between(bounds: list[int], last: int, groups: Any) -> list[dict[str, Any]]:
    ends = [*(bound - 1 for bound in bounds[1:]), last]
    return [{"from": low, "to": high, **_plain(group)} for low, high, group in zip(bounds, ends, groups, strict=True)]


def _by_class(found: Scores, tokenizer: Any) -> list[dict[str, Any]]:
    """By what kind of token came, with the tokens that came most often."""
    from lm_core.training.scores import by_group
    from lm_core.training.token_classes import CLASSES, TokenClasses

    numbers = TokenClasses(tokenizer.vocabulary()).of(found.targets, found.before)
    rows = []
    for number, group in enumerate(by_group(found.losses, numbers, len(CLASSES))):
        if group.n:
            tokens, times = np.unique(found.targets[numbers == number], return_counts=True)
            most = tokens[np.argsort(-times, kind="stable")[:EXAMPLES]].tolist()
            rows.append({"name": CLASSES[number], "examples": list(tokenizer.token_texts(most)), **_plain(group)})
    return rows


def _plain(group: Any) -> dict[str, Any]:
    return {name: rounded(value) for name, value in asdict(group).items()}


def _rows(bins: Any) -> list[dict[str, Any]]:
    return [{**_plain(each), "error": rounded(each.error)} for each in bins]
