"""Two models, one prompt and the same draws in, both texts with what either model gave each token of both out.

At every token of a text its own model and the other one stand before the same words and get the same draw u:

    text of A   "the c" ── A ──> slices of A ─┐
                        └─ B ──> slices of B ─┴─ one u ──> what A took, what B would have taken
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import prompts
from app.loaders.probing import Question, go_on, whole_number
from app.loaders.prompts import Start
from lm_core.config import SamplingConfig

MOST_TOKENS = 80
SHOWN = 12  # the likeliest of each line, which are sent for both
SECONDS = 0.5  # that one answer works; the picture asks again for what is left

Logits = npt.NDArray[np.float32]


def pair(run_id: str, question: Question) -> dict[str, Any]:
    """Both texts token by token: the rows after `have`, and whether more are `left` to be written.

    `other` and `other_step` name the second model; without `other` it is another step of the same run.
    """
    first = prompts.start(run_id, question)
    second = prompts.start(question.get("other") or run_id, question, step="other_step", text=first.text)
    sampling, count = prompts.sampling_of(question), prompts.count_of(question, 40, MOST_TOKENS)
    key = ("pair", *_name(first), *_name(second), first.text, count, sampling)
    work = go_on(key, lambda: (_about(first, second), rows(first, second, sampling, count)), SECONDS)
    have = max(0, whole_number(question, "have", 0))
    found = work.done[have:]
    texts = [_texts_of(first, found, 0), _texts_of(second, found, 1)]
    return {**work.about, "have": have, "rows": found, "texts": texts, "left": len(work.done) < count}


def _name(one: Start) -> tuple[str, int]:
    return one.run_id, one.step


def _about(first: Start, second: Start) -> dict[str, Any]:
    return {"models": [first.about(), second.about()], "sameTokens": same_tokens(first, second)}


def same_tokens(first: Start, second: Start) -> bool:
    """Whether a number means the same token to both."""
    if first.model.vocab_size != second.model.vocab_size:
        return False
    every = range(first.model.vocab_size)
    return first.run_id == second.run_id or first.token_names(every) == second.token_names(every)


def rows(first: Start, second: Start, sampling: SamplingConfig, count: int) -> Iterator[list[dict[str, Any]]]:
    """One row a token: [the token of the first text, that of the second], each under both models."""
    from lm_core.generation.sampling import numbers_from

    pairs, shared = ((first, second), (second, first)), same_tokens(first, second)
    alone = [_reader_along(own, own, True) for own, _other in pairs]
    along = [_reader_along(own, other, shared) for own, other in pairs]
    written: list[list[int]] = [[], []]
    numbers = numbers_from(sampling.seed, len(first.ids))  # for both, however many tokens the prompt is to the second
    for _place in range(count):
        row, u = [], float(numbers.random())
        for side, (own, other) in enumerate(pairs):
            mine, theirs = alone[side](written[side]), along[side](written[side])
            row.append(_token(u, mine, theirs, sampling, None if shared else (own, other)))
        for text, token in zip(written, row, strict=True):
            text.append(token["id"])
        yield row


def _reader_along(own: Start, other: Start, shared: bool) -> Callable[[Sequence[int]], Logits | None]:
    """What the other model says comes next after the same words; None where they end in no whole character."""
    from lm_core.generation.reader import Reader

    if shared:
        reader = Reader(other.model)
        return lambda written: reader.read([*own.ids, *written]).logits
    plain = Reader(other.model, use_cache=False)  # cut anew after each token, a text may be cut otherwise than before

    def read(written: Sequence[int]) -> Logits | None:
        text = own.text + own.tokenizer.decode(list(written)) if written else own.text
        return None if text.endswith("\ufffd") else plain.read(other.tokenizer.encode(text)).logits

    return read


def _token(
    u: float, logits: Any, seen: Logits | None, sampling: SamplingConfig, strangers: tuple[Start, Start] | None
) -> dict[str, Any]:
    """The token that u draws: `share` of its slice, `p` and `q` of the two models themselves, the slices of both.

    p and q are at temperature 1 with nothing cut, so that they can be compared and summed. `strangers` are the two
    models where a number does not mean the same token to both; q is None then, and texts are compared.
    """
    from lm_core.generation.sampling import distribution, draw, softmax

    mine = distribution(logits, sampling).final
    chosen = draw(mine, u)
    token = {"id": chosen, "u": u, "share": float(mine[chosen]), "p": float(softmax(logits)[chosen])}
    if seen is None:
        own = slices(mine, chosen, *_likeliest(mine))
        return {**token, "q": None, "would": None, "same": None, "own": own, "other": None}
    theirs = distribution(seen, sampling).final
    would = draw(theirs, u)
    if strangers is not None:
        same = strangers[0].token_names([chosen]) == strangers[1].token_names([would])
        lines = {"own": slices(mine, chosen, *_likeliest(mine)), "other": slices(theirs, would, *_likeliest(theirs))}
        return {**token, "q": None, "would": would, "same": same, **lines}
    both = (chosen, would, *_likeliest(mine), *_likeliest(theirs))  # so that each stands beside the other's
    lines = {"own": slices(mine, *both), "other": slices(theirs, *both)}
    return {**token, "q": float(softmax(seen)[chosen]), "would": would, "same": chosen == would, **lines}


def _likeliest(final: npt.NDArray[np.float64]) -> list[int]:
    from lm_core.generation.sampling import ranking

    return [int(token) for token in ranking(final, SHOWN)]


def slices(final: npt.NDArray[np.float64], *tokens: int) -> list[list[float]]:
    """[id, share, where its slice of the line begins] of these tokens, the likeliest first."""
    from lm_core.generation.sampling import ranking

    order = ranking(final)
    begins = np.zeros(len(final))
    begins[order[1:]] = np.cumsum(final[order])[:-1]
    wanted = set(tokens)
    ranked = [int(token) for token in order if int(token) in wanted]
    return [[token, float(f"{final[token]:.6g}"), round(float(begins[token]), 8)] for token in ranked]


def _texts_of(one: Start, found: Sequence[Sequence[dict[str, Any]]], side: int) -> dict[int, str]:
    """The texts of all tokens of this model's vocabulary that these rows name."""
    ids = set()
    for row in found:
        mine, theirs = row[side], row[1 - side]
        ids |= {mine["id"], *(each[0] for each in mine["own"])}
        ids |= {each[0] for each in theirs["other"] or []} | ({theirs["would"]} - {None})
    named = sorted(int(each) for each in ids)
    return dict(zip(named, one.token_names(named), strict=True))
