"""Two sentences in front of one model in, where the difference between their answers is carried out: plain values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.loaders import probing
from app.loaders.probing import Question, Reading, go_on, rounded, whole_number

BACK = 3  # tokens from the end, where the example is changed


def patching(reading: Reading, question: Question) -> dict[str, Any]:
    """Recovery by layer and position of stream, attention and MLP, and of whole heads, when the run of the sentence
    `other` gets activations of `text`; asked again, it goes on with the rows that are left. The two tokens (`target`,
    `rival`, ids) are those whose odds differ most.

    Raises:
        ConfigError: the sentences differ in length or give the same answer.
    """
    from lm_core.interpret.forward import run_traced
    from lm_core.interpret.patching import KINDS, patch_rows

    other, model = question.get("other", ""), reading.model
    corrupted = second_sentence(reading, question)
    first, second = (run_traced(model, ids)[0][0, -1].log_softmax(-1) for ids in (reading.ids, corrupted.ids))
    moved = (first - second) * (first.exp() + second.exp())
    target = whole_number(question, "target", int(moved.argmax()))
    rival = whole_number(question, "rival", int(moved.argmin()))
    key = ("patching", reading.run_id, reading.step, reading.ids, corrupted.ids, target, rival)
    work = go_on(key, lambda: patch_rows(model, reading.ids, corrupted.ids, target, rival))
    maps: dict[str, list[Any]] = {kind: [] for kind in (*KINDS, "heads")}
    for row in work.done:
        maps[row.kind].append(rounded(row.recovery))
    names = reading.token_names([target, rival])
    shares = [[rounded(float(says[i].exp())) for says in (first, second)] for i in (target, rival)]
    return {
        "other": other,
        "otherTokens": list(corrupted.tokens),
        "target": {"id": target, "text": names[0], "shares": shares[0]},
        "rival": {"id": rival, "text": names[1], "shares": shares[1]},
        "clean": rounded(work.about.clean),
        "corrupted": rounded(work.about.corrupted),
        "maps": {kind: maps[kind] for kind in KINDS},
        "byHead": maps["heads"],
        **work.progress(model.config.n_layers, len(maps)),
    }


def second_sentence(reading: Reading, question: Question) -> Reading:
    """The sentence `other`, or the first one with a token changed."""
    other = question.get("other", "")
    return probing.read(reading.run_id, {"text": other}, reading.step) if other else _with_one_token_changed(reading)


def _with_one_token_changed(reading: Reading) -> Reading:
    """The same sentence where one token near its end is another one: the one that the model finds likeliest there."""
    from lm_core.interpret.forward import run_traced

    at = max(1, len(reading.ids) - BACK)
    logits, _ = run_traced(reading.model, reading.ids)
    order = logits[0, at - 1].argsort(descending=True, stable=True).tolist()
    changed = next(i for i in order if i != reading.ids[at])
    ids = (*reading.ids[:at], changed, *reading.ids[at + 1 :])
    return replace(reading, ids=ids, tokens=tuple(reading.token_names(ids)))
