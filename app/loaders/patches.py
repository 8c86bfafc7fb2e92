"""Two sentences in front of one model in, where the difference between their answers is carried out: plain values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.loaders import probing
from app.loaders.probing import Question, Reading, rounded, whole_number
from lm_core.errors import ConfigError

BACK = 3  # tokens from the end, where the example is changed
MOST_PASSES = 4_000  # copies of the sentence that are run in all


def patching(reading: Reading, question: Question) -> dict[str, Any]:
    """Recovery by layer and position of stream, attention and MLP, and of whole heads, when the run of the sentence
    `other` gets activations of `text`. The two tokens (`target`, `rival`, ids) are those whose odds differ most.

    Raises:
        ConfigError: the sentences differ in length or give the same answer, or the work would take too long.
    """
    from lm_core.interpret.forward import run_traced
    from lm_core.interpret.patching import KINDS, patch_heads, patch_positions

    other = question.get("other", "")
    corrupted = probing.read(reading.run_id, other, reading.step) if other else _with_one_token_changed(reading)
    if len(reading.ids) == len(corrupted.ids):
        passes = len(reading.ids) * reading.model.config.n_layers * len(KINDS)
        if passes * reading.model.config.n_layers > MOST_PASSES:
            raise ConfigError(
                f"This would take {passes:,} forward passes. Choose a shorter sentence or a smaller model."
            )
        (says, _), (said, _) = (run_traced(reading.model, ids) for ids in (reading.ids, corrupted.ids))
        change = says[0, -1].log_softmax(-1) - said[0, -1].log_softmax(-1)
        weight = (says[0, -1].softmax(-1) + said[0, -1].softmax(-1)) / 2
        target = whole_number(question, "target", int((change * weight).argmax()))
        rival = whole_number(question, "rival", int((change * weight).argmin()))
    else:
        target = rival = 0  # refused below, with both lengths
    pair = (reading.model, reading.ids, corrupted.ids)
    maps = {kind: patch_positions(*pair, kind, target, rival) for kind in KINDS}
    heads = patch_heads(*pair, target, rival)
    shares = [run_traced(reading.model, ids)[0][0, -1].softmax(-1) for ids in (reading.ids, corrupted.ids)]
    names = reading.token_names([target, rival])
    return {
        "other": other,
        "otherTokens": list(corrupted.tokens),
        "target": {"id": target, "text": names[0], "shares": [rounded(float(each[target])) for each in shares]},
        "rival": {"id": rival, "text": names[1], "shares": [rounded(float(each[rival])) for each in shares]},
        "clean": rounded(heads.clean),
        "corrupted": rounded(heads.corrupted),
        "maps": {kind: rounded(found.recovery) for kind, found in maps.items()},
        "byHead": rounded(heads.recovery),
    }


def _with_one_token_changed(reading: Reading) -> Reading:
    """The same sentence where one token near its end is another one: the one that the model finds likeliest there."""
    from lm_core.interpret.forward import run_traced

    at = max(1, len(reading.ids) - BACK)
    logits, _ = run_traced(reading.model, reading.ids)
    order = logits[0, at - 1].argsort(descending=True, stable=True).tolist()
    changed = next(i for i in order if i != reading.ids[at])
    ids = (*reading.ids[:at], changed, *reading.ids[at + 1 :])
    return replace(reading, ids=ids, tokens=tuple(reading.token_names(ids)))
