"""Two models and a prompt in, the text that A writes where B is taken off it out, with what both gave each token."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from app.loaders import prompts, together
from app.loaders.probing import Question, go_on, whole_number
from app.loaders.prompts import Start
from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError

USUAL_ALPHA = 0.1
SECONDS = 0.5  # that one answer works; the picture asks again for what is left


def contrast(run_id: str, question: Question) -> dict[str, Any]:
    """The tokens after `have`, asked for with the words of `together.pair` and `alpha`.

    Raises:
        ConfigError: the tokens of the two differ, or alpha is not in 0 to 1.
    """
    expert = prompts.start(run_id, question)
    amateur = prompts.start(question.get("other") or run_id, question, step="other_step", text=expert.text)
    sampling, alpha = prompts.sampling_of(question), _alpha(question)
    count = prompts.count_of(question, 40, together.MOST_TOKENS)
    key = ("contrast", expert.run_id, expert.step, amateur.run_id, amateur.step, expert.text, count, sampling, alpha)

    def begin() -> tuple[dict[str, Any], Iterator[Any]]:
        if together.same_tokens(expert, amateur):
            return {}, _rows(expert, amateur, sampling, alpha, count)
        raise ConfigError("B can be taken off A where both have the same tokens. Choose two runs with one tokenizer.")

    work = go_on(key, begin, SECONDS)
    have = max(0, whole_number(question, "have", 0))
    found = work.done[have:]
    ids = sorted({each[0] for row in found for line in row["lines"] for each in line})
    texts = dict(zip(ids, expert.token_names(ids), strict=True))
    return {"have": have, "rows": found, "texts": texts, "left": len(work.done) < count}


def _rows(
    expert: Start, amateur: Start, sampling: SamplingConfig, alpha: float, count: int
) -> Iterator[dict[str, Any]]:
    """Each token with `p` and `q` of the two models, and under its one draw u three lines: of A, of B, of A without B;
    `taken` is where u falls on each.
    """
    from lm_core.generation.contrastive import generate_contrasted
    from lm_core.generation.sampling import distribution, draw, ranking

    steps = generate_contrasted(expert.model, amateur.model, expert.ids, sampling, alpha=alpha, n_tokens=count)
    for step in steps:
        with np.errstate(divide="ignore"):  # ln 0 is -inf: a slice without width
            finals = [distribution(np.log(own), sampling).final for own in (step.expert, step.amateur)]
        finals.append(step.stages.final)
        taken = [draw(final, step.u) for final in finals]
        both = {*taken, *(int(token) for final in finals for token in ranking(final, together.SHOWN))}
        yield {
            "id": step.token_id,
            "u": step.u,
            "p": float(step.expert[step.token_id]),
            "q": float(step.amateur[step.token_id]),
            "kept": int(np.isfinite(step.scores).sum()),
            "taken": taken,
            "lines": [together.slices(final, *both) for final in finals],
        }


def _alpha(question: Question) -> float:
    try:
        alpha = float(question.get("alpha") or USUAL_ALPHA)
    except ValueError:
        alpha = math.nan
    if not 0 <= alpha <= 1:
        raise ConfigError("alpha is a number from 0 to 1.")
    return alpha
