"""A sentence in front of a model in, what changes when parts are switched off or set by hand out: plain values."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from app.loaders import attention
from app.loaders.probing import TOP, Question, Reading, go_on, numbers, rounded, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

    from lm_core.models.trace import Edit

CUT_PRODUCTS = 4e10  # for the cuts of one comparison
FEWEST_CUTS = 6
FEWEST_FOR_MEAN = 8  # tokens
WRITING_SECONDS = 3.0
WRITTEN = 32  # tokens of a continuation


def table(reading: Reading, question: Question) -> dict[str, Any]:
    """Each head and each MLP switched off alone (`how`: zero or mean): {"loss", "effects", "all", "left"}; asked again,
    it goes on with those that are left.
    """
    from lm_core.interpret.ablation import Effect, ablation_table, outcome

    how = "mean" if question.get("how") == "mean" else "zero"

    def begin() -> tuple[float, Iterator[Effect]]:
        whole = outcome(reading.model, reading.ids)
        return whole.loss, ablation_table(reading.model, reading.ids, _means(reading, how))

    work = go_on(("parts", reading.run_id, reading.step, reading.ids, how), begin)
    effects = [{name: rounded(value) for name, value in asdict(effect).items()} for effect in work.done]
    config = reading.model.config
    mean_of = None if how == "zero" else "sample" if _sample(reading) else "sentence"
    found = {"how": how, "meanOf": mean_of, "loss": rounded(work.about), "effects": effects}
    return {**found, **work.progress(config.n_layers, config.n_heads + 1)}


def operate(reading: Reading, question: Question) -> dict[str, Any]:
    """The model as it is, and without `heads` (layer.head, …) and `mlps`, with `cells` (layer.head.query.key.weight, in
    thousandths) set: losses of each token, what may come after `position`, and what it writes on (`write`: 1).
    """
    from lm_core.interpret.ablation import divergence, outcome

    edits = edits_of(reading, question)
    position = reading.position(question)
    before, after = outcome(reading.model, reading.ids), outcome(reading.model, reading.ids, edits)
    ids = _union(before.probabilities[position], after.probabilities[position])
    answer = {
        "position": position,
        "before": {"loss": rounded(before.loss), "losses": rounded(before.losses)},
        "after": {"loss": rounded(after.loss), "losses": rounded(after.losses)},
        "shift": rounded(divergence(before.probabilities, after.probabilities)),
        "candidates": [
            {
                "id": i, "text": name, "before": rounded(float(before.probabilities[position, i])),
                "after": rounded(float(after.probabilities[position, i])),
            }
            for i, name in zip(ids, reading.token_names(ids), strict=True)
        ],
    }  # fmt: skip
    if whole_number(question, "write", 0):
        answer["written"] = _written(reading, edits)
    return answer


def matters(reading: Reading, question: Question) -> dict[str, Any]:
    """One row of one head (`layer`, `head`, `position`) beside two other witnesses of what mattered to the likeliest
    next token (or `token`): the weights, what cutting each is worth in ln p, in this head and in all, gradient x input.

    In a large model only the weights that stand out are cut; the others have None.
    """
    from lm_core.interpret.ablation import key_effects
    from lm_core.interpret.forward import need_layer, run_traced
    from lm_core.interpret.gradients import gradient_times_input

    layer, head = whole_number(question, "layer", 0), whole_number(question, "head", 0)
    need_layer(reading.model, layer, head)
    position = reading.position(question)
    logits, kept = run_traced(reading.model, reading.ids, keep=f"blocks.{layer}.attn.pattern".__eq__)
    token = whole_number(question, "token", int(logits[0, position].argmax()))
    scores, _ = gradient_times_input(reading.model, reading.ids, position, token)
    pattern = kept[f"blocks.{layer}.attn.pattern"][0, head].numpy(force=True)
    seen = position + 1 if reading.model.config.causal else len(reading.ids)
    standing_out = np.argsort(-(pattern[position] + abs(scores) / max(1e-9, abs(scores).max()))[:seen], kind="stable")
    keys = standing_out[: max(FEWEST_CUTS, reading.copies_within(CUT_PRODUCTS))].tolist()

    def worth(place: tuple[int, int] | None) -> list[float | None]:
        effects: list[float | None] = [None] * seen + [0.0] * (len(reading.ids) - seen)
        lone = seen == 1  # nothing can be cut where a token sees itself alone
        found = [0.0] if lone else key_effects(reading.model, reading.ids, position, token, place, keys=keys)
        for key, effect in zip(keys, found, strict=True):
            effects[key] = rounded(float(effect))
        return effects

    return {
        "position": position,
        "layer": layer,
        "head": head,
        "token": token,
        "name": reading.token_names([token])[0],
        "share": rounded(float(logits[0, position].softmax(-1)[token])),
        "attention": rounded(pattern[position]),
        "here": worth((layer, head)),
        "everywhere": worth(None),
        "gradient": rounded(scores),
        "pattern": rounded(pattern),
    }


def edits_of(reading: Reading, question: Question) -> dict[str, Edit]:
    """What `heads`, `mlps`, `cells` and `how` of a question change."""
    from lm_core.interpret.ablation import Cell, with_cells, without

    how = "mean" if question.get("how") == "mean" else "zero"
    heads = [(layer, head) for layer, head in numbers(question, "heads", 2)]
    mlps = [layer for (layer,) in numbers(question, "mlps", 1)]
    cells = [Cell(*place, weight / 1000) for *place, weight in numbers(question, "cells", 5)]
    off = without(reading.model, heads=heads, mlps=mlps, means=_means(reading, how))
    return {**off, **with_cells(reading.model, cells)}


def _means(reading: Reading, how: str) -> Mapping[str, Tensor] | None:
    """What parts say on average over what the run itself wrote last; over the sentence where there is too little."""
    from lm_core.interpret.ablation import mean_outputs

    return None if how == "zero" else mean_outputs(reading.model, _sample(reading) or reading.ids)


def _sample(reading: Reading) -> list[int]:
    """Ids of what the run wrote last; none where it wrote too little for an average."""
    film = attention.film_of(reading.run_id)
    sample = next((point.sample for point in reversed(film) if point.sample), "")
    ids = reading.tokenizer.encode(sample)[: reading.model.config.context_length] if sample else []
    return ids if len(ids) >= FEWEST_FOR_MEAN else []


def _union(before: Any, after: Any) -> list[int]:
    """The likeliest tokens of both, in the order of the first."""
    found = {int(i) for p in (before, after) for i in np.argsort(-p, kind="stable")[:TOP]}
    return sorted(found, key=lambda i: (-before[i], i))


def _written(reading: Reading, edits: Mapping[str, Edit]) -> dict[str, list[str]]:
    """What the model writes on, as trained and with `edits`, when it always takes the likeliest token, until its
    context or the time is full: token by token in turns, so that neither gets further than the other.
    """
    from lm_core.interpret.forward import run_traced

    texts, started = {"before": list(reading.ids), "after": list(reading.ids)}, time.monotonic()
    room = reading.model.config.context_length - len(reading.ids)
    for _token in range(min(WRITTEN, room)):
        for name, edited in (("before", {}), ("after", edits)) if edits else (("before", {}),):
            logits, _ = run_traced(reading.model, texts[name], edits=edited)
            texts[name].append(int(logits[0, -1].argmax()))
        if time.monotonic() - started > WRITING_SECONDS:
            break
    before, after = (reading.token_names(ids[len(reading.ids) :]) for ids in texts.values())
    return {"before": before, "after": after if edits else before}
