"""A run and a prompt in, its beam search level by level out, with the greedy and a drawn text beside it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from app.loaders import prompts
from app.loaders.probing import Question, go_on, whole_number
from app.loaders.prompts import Start
from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError

WIDEST, MOST_TOKENS, LARGEST_PENALTY = 6, 24, 2.0
USUAL_WIDTH, USUAL_COUNT = 3, 12
SECONDS = 0.5  # that one answer works; the picture asks again for what is left
STOPS = ".!?。！？"
ENDS = ("never", "line", "sentence")  # with which tokens a text is whole


def tree(run_id: str, question: Question) -> dict[str, Any]:
    """The levels after `have`, and whether more are `left`. Of each level: the nodes that a picture draws, `best` (the
    ids of the best continuations so far) and the tokens of the greedy text and of one drawn at temperature 1.
    """
    width, penalty, ends = _width(question), _penalty(question), question.get("ends") or "never"
    if ends not in ENDS:
        raise ConfigError(f'A text cannot end with "{ends}". Choose one of: {", ".join(ENDS)}.')
    one = prompts.start(run_id, question)
    count = prompts.count_of(question, USUAL_COUNT, MOST_TOKENS)
    drawing = prompts.sampling_of({"temperature": "1", "seed": question.get("seed", "")})

    def begin() -> tuple[dict[str, Any], Iterator[Any]]:
        return {}, _levels(one, drawing, width=width, count=count, penalty=penalty, end_ids=_end_ids(one, ends))

    work = go_on(("beam", one.run_id, one.step, one.text, width, count, penalty, ends, drawing), begin, SECONDS)
    have = max(0, whole_number(question, "have", 0))
    levels = [level for level in work.done if level is not None]
    return {
        **one.about(),
        "width": width,
        "penalty": penalty,
        "ends": ends,
        "seed": drawing.seed,
        "have": have,
        "rows": levels[have:],
        "left": len(levels) == len(work.done),
    }


def _levels(
    one: Start, drawing: SamplingConfig, *, width: int, count: int, penalty: float, end_ids: Collection[int]
) -> Iterator[dict[str, Any] | None]:
    """A level a token, and None when all three are over."""
    from lm_core.generation.beam import BeamNode, beam_search, best_of

    search = beam_search(one.model, one.ids, width=width, n_tokens=count, end_ids=end_ids, length_penalty=penalty)
    greedy = _text(one, SamplingConfig(temperature=0), count, penalty, end_ids)
    drawn = _text(one, drawing, count, penalty, end_ids)
    seen: list[BeamNode] = []
    for level, greedy_token, drawn_token in zip_longest(search, greedy, drawn):
        nodes = _drawn_nodes(level or (), width)
        seen += nodes
        names = one.token_names([node.token_id for node in nodes])
        yield {
            "nodes": [
                {
                    "id": node.id,
                    "parent": node.parent,
                    "token": node.token_id,
                    "text": name,
                    "nats": node.log_probability,
                    "total": node.total,
                    "score": node.score,
                    "fate": node.fate,
                }
                for node, name in zip(nodes, names, strict=True)
            ],
            "best": [node.id for node in best_of(seen, width)],
            "greedy": greedy_token,
            "drawn": drawn_token,
        }
    yield None


def _drawn_nodes(level: Sequence[Any], width: int) -> list[Any]:
    """Of each text its likeliest `width` children, and every other that was not cut: with many end tokens a level has
    hundreds more. What a model holds impossible is left out.
    """
    children: dict[int, int] = {}
    nodes = []
    for node in level:
        children[node.parent] = children.get(node.parent, 0) + 1
        if math.isfinite(node.total) and (node.fate != "cut" or children[node.parent] <= width):
            nodes.append(node)
    return nodes


def _text(
    one: Start, sampling: SamplingConfig, count: int, penalty: float, end_ids: Collection[int]
) -> Iterator[dict[str, Any]]:
    """One text token by token, under the model itself (temperature 1, nothing cut), to its end token or `count`."""
    from lm_core.generation.decode import generate
    from lm_core.generation.sampling import log_softmax

    total = 0.0
    for depth, step in enumerate(generate(one.model, one.ids, sampling, n_tokens=count), start=1):
        nats = float(log_softmax(step.logits)[step.token_id])
        total += nats
        [name] = one.token_names([step.token_id])
        token = {"token": step.token_id, "text": name, "nats": nats, "total": total, "score": total / depth**penalty}
        yield token
        if step.token_id in end_ids:
            return


def _end_ids(one: Start, ends: str) -> frozenset[int]:
    names = enumerate(one.token_names(range(one.model.vocab_size)) if ends != "never" else ())
    if ends == "line":
        return frozenset(token for token, name in names if "\n" in name)
    return frozenset(token for token, name in names if name.rstrip().endswith(tuple(STOPS)))


def _width(question: Question) -> int:
    width = whole_number(question, "width", USUAL_WIDTH)
    if not 1 <= width <= WIDEST:
        raise ConfigError(f"A beam that can be drawn is 1 to {WIDEST} wide.")
    return width


def _penalty(question: Question) -> float:
    try:
        penalty = float(question.get("length_penalty") or 0)
    except ValueError:
        penalty = math.nan
    if not 0 <= penalty <= LARGEST_PENALTY:
        raise ConfigError(f"The length penalty is a number from 0 to {LARGEST_PENALTY:g}.")
    return penalty
