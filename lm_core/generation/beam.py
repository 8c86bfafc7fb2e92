"""A model and a prompt in, the likeliest continuations out, with every branch that was weighed on the way: beam search.

Greedy takes the likeliest token, and may end in a text that is less likely than another which began worse. A beam goes
on with the `width` likeliest texts at once (Graves 2012; Sutskever et al. 2014, section 3.2):

    prompt ──┬── a  -0.5  kept ──┬── ab  -2.1  cut           width 2: of four children each time
             │                   └── ad  -1.9  kept          the two with the highest total go on
             └── b  -1.1  kept ──┬── bb  -1.3  kept
                                 └── bc  -2.6  cut
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from lm_core.generation.reader import Reader, check_prompt
from lm_core.generation.sampling import Floats, log_softmax, ranking
from lm_core.models.registry import LanguageModel

# B texts that go on · V vocabulary

Fate: TypeAlias = Literal["kept", "ended", "cut"]

PROMPT = 0  # the root of the tree: its id, and the parent of the first tokens


@dataclass(frozen=True)
class BeamNode:
    """One token that was weighed as the next of one text. All logarithms are natural ones.

    id               counts from 1 in the order of the search; a tree is a list of nodes in this order
    parent           the id of the node before it, 0 for the prompt
    depth            how many tokens after the prompt: 1 for the first
    log_probability  ln p(token | everything before it), not above 0
    total            the sum of these from the prompt to here: ln p of the whole continuation
    score            total / depth ** length_penalty, by which continuations of different lengths are compared
    fate             "kept": the search goes on from here (or would, had it not come to its last token);
                     "ended": it is an end token, and the text is whole; "cut": others were likelier
    """

    id: int
    parent: int
    depth: int
    token_id: int
    log_probability: float
    total: float
    score: float
    fate: Fate


class _Text(NamedTuple):
    """One that goes on: all its ids, the node that it ends with, and the total of what was added."""

    ids: tuple[int, ...]
    node: int
    total: float


class _Child(NamedTuple):
    """A token that may come next in the text of this row."""

    row: int
    token_id: int
    nats: float
    total: float


def beam_search(
    model: LanguageModel,
    prompt_ids: Sequence[int],
    *,
    width: int,
    n_tokens: int,
    end_ids: Collection[int] = (),
    length_penalty: float = 0.0,
) -> Iterator[tuple[BeamNode, ...]]:
    """The nodes of each depth, highest total first: of each text that goes on, its likeliest `width` children.

    A text ends with one of `end_ids` if it is among the `width` likeliest of its depth; `width` others go on. Longer
    texts have lower totals, so where ends are possible a `length_penalty` of 0 favours short ones; 1 compares the mean
    per token (Wu et al. 2016, section 7, in the simple form of today). The search is over after `n_tokens`, or when
    nothing that goes on can still become one of the `width` best.

    Raises:
        ConfigError: the prompt is empty, or has an id that the model does not know.
    """
    assert width >= 1
    assert length_penalty >= 0
    check_prompt(prompt_ids, model.vocab_size)
    reader = Reader(model, n_texts=width)
    texts, n_nodes = [_Text(tuple(prompt_ids), PROMPT, 0.0)], 0
    ended: list[float] = []  # the best scores of texts that are whole
    for depth in range(1, n_tokens + 1):
        log_probabilities = log_softmax(reader.read_side_by_side([text.ids for text in texts]).logits)  # (B, V)
        level: list[BeamNode] = []
        going_on: list[tuple[int, _Text]] = []  # with the row of the text that each continues
        for rank, child in enumerate(_children(texts, log_probabilities, width + len(end_ids))):
            if child.token_id in end_ids:
                fate: Fate = "ended" if rank < width else "cut"
            else:
                fate = "kept" if len(going_on) < width else "cut"
            n_nodes += 1
            score = child.total / depth**length_penalty
            parent = texts[child.row]
            level.append(BeamNode(n_nodes, parent.node, depth, child.token_id, child.nats, child.total, score, fate))
            if fate == "kept":
                going_on.append((child.row, _Text((*parent.ids, child.token_id), n_nodes, child.total)))
        yield tuple(level)
        ended = sorted([*ended, *(node.score for node in level if node.fate == "ended")], reverse=True)[:width]
        best_to_come = max((text.total for _, text in going_on), default=-np.inf) / n_tokens**length_penalty
        if not going_on or (len(ended) == width and ended[-1] >= best_to_come):
            return
        reader.go_on_with([row for row, _ in going_on])
        texts = [text for _, text in going_on]


def best_of(nodes: Sequence[BeamNode], width: int) -> list[BeamNode]:
    """Where the `width` best continuations end, best first: whole ones, and those that came to the last depth."""
    deepest = nodes[-1].depth
    ends = [node for node in nodes if node.fate == "ended" or (node.fate == "kept" and node.depth == deepest)]
    return sorted(ends, key=lambda node: (-node.score, node.id))[:width]


def path_to(nodes: Sequence[BeamNode], node: BeamNode) -> list[BeamNode]:
    """From the first token after the prompt to this one; `nodes` are all of the tree, in the order of their ids."""
    path = [node]
    while path[-1].parent != PROMPT:
        path.append(nodes[path[-1].parent - 1])
    return path[::-1]


def _children(texts: Sequence[_Text], log_probabilities: Floats, count: int) -> list[_Child]:
    """The likeliest `count` next tokens of each text, (B, V) in, highest total first."""
    children = [
        _Child(row, int(token_id), float(nats[token_id]), text.total + float(nats[token_id]))
        for row, (text, nats) in enumerate(zip(texts, log_probabilities, strict=True))
        for token_id in ranking(nats, count)
    ]
    return sorted(children, key=lambda child: (-child.total, child.row, child.token_id))
