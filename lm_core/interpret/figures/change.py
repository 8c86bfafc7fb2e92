"""Figures of what a change does in ("the loss without head 2.1", "the recovery of layer 3"), their sources out."""

from __future__ import annotations

import numpy as np

from lm_core.interpret.ablation import divergence, key_effects, outcome
from lm_core.interpret.figures.asked import (
    Asked,
    Figure,
    Figures,
    Found,
    head_weight,
    kept_at,
    less,
    mean_of,
    one,
    plain,
    row,
    weights,
)  # fmt: skip
from lm_core.interpret.forward import run_traced
from lm_core.interpret.patching import KINDS, patched_logits

# ------------------------------------------------- the model with parts switched off or set


def _cut_score(asked: Asked) -> Found:
    place, token = asked.index
    normed = kept_at(asked.model, asked.ids, _end(asked), asked.edits)[place]
    direction = weights(asked.model, "w", head_weight(asked.model), (token, 0), 1)
    value = float(plain(normed) @ direction.values)
    return Found("linear", value, (row("x", "cut.normed", (place, 0), 1, normed), direction))


def _end(asked: Asked) -> str:
    """The site that the head reads."""
    has_norm = asked.model.config.norm != "none"
    return "ln_final" if has_norm else f"blocks.{asked.model.config.n_layers - 1}.resid_post"


def _cut_share(asked: Asked) -> Found:
    place, token = asked.index
    scores = run_traced(asked.model, asked.ids, edits=asked.edits)[0][0, place]
    source = row("s", "cut.score", (place, 0), 1, scores)
    return Found("softmax", float(scores.softmax(-1)[token]), (source,), {"chosen": float(token)})


def _loss(asked: Asked, *, cut: bool) -> Found:
    """-ln p of the token that stands there; nothing comes before the first one."""
    place = max(1, asked.index[0])
    seen = outcome(asked.model, asked.ids, asked.edits if cut else None)
    token, of = asked.ids[place], "cut.share" if cut else "probabilities"
    share = one("p", of, (place - 1, token), seen.probabilities[place - 1, token])
    return Found("surprise", float(seen.losses[place]), (share,))


def _mean_loss(asked: Asked, *, cut: bool) -> Found:
    seen = outcome(asked.model, asked.ids, asked.edits if cut else None)
    return mean_of(row("x", "cut.loss" if cut else "plain.loss", (1,), 0, seen.losses[1:]))


def _cut_rise(asked: Asked) -> Found:
    with_edits, plainly = (outcome(asked.model, asked.ids, edits).loss for edits in (asked.edits, None))
    return less(one("x", "cut.mean", (), with_edits), one("y", "plain.mean", (), plainly))


def _cut_shift(asked: Asked) -> Found:
    (place,) = asked.index
    before, after = (outcome(asked.model, asked.ids, edits).probabilities for edits in (None, asked.edits))
    p, q = row("p", "probabilities", (place, 0), 1, before[place]), row("q", "cut.share", (place, 0), 1, after[place])
    return Found("divergence", float(divergence(before, after)[place]), (p, q))


def _cut_shifts(asked: Asked) -> Found:
    before, after = (outcome(asked.model, asked.ids, edits).probabilities for edits in (None, asked.edits))
    return mean_of(row("x", "cut.shift", (0,), 0, divergence(before, after)))


# --------------------------------------------------------- one row of a head: does it matter?


def _knock(asked: Asked, *, everywhere: bool) -> Found:
    """ln p with a weight of the row less ln p without it."""
    (key,) = asked.index
    at = (asked.layer, asked.head)
    place = None if everywhere else at
    says = run_traced(asked.model, asked.ids)[0][0, asked.position].log_softmax(-1)[asked.token]
    effect = key_effects(asked.model, asked.ids, asked.position, asked.token, place, keys=[key])[0]
    whole = one("x", "probabilities", (asked.position, asked.token), says.exp())
    return Found(
        "log_ratio", float(effect), (whole, one("y", "knock.share", (key,), np.exp(float(says) - float(effect))))
    )


# ----------------------------------------------------------------------------------- patching


def _difference(asked: Asked, name: str, ids: list[int]) -> Found:
    logits = run_traced(asked.model, ids)[0][0, -1]
    last, against = len(ids) - 1, asked.against or 0
    x, y = one("x", name, (last, asked.token), logits[asked.token]), one("y", name, (last, against), logits[against])
    return less(x, y)


def _patch_clean(asked: Asked) -> Found:
    return _difference(asked, "logits", asked.ids)


def _patch_corrupted(asked: Asked) -> Found:
    return _difference(asked, "other.logits", list(asked.other))


def _patch_patched(asked: Asked) -> Found:
    kind, layer, at = asked.index
    logits = patched_logits(asked.model, asked.ids, list(asked.other), _kind(kind), layer, [at])[-1]
    against = asked.against or 0
    x, y = ((*asked.index, each) for each in (asked.token, against))
    return less(one("x", "patch.logit", x, logits[asked.token]), one("y", "patch.logit", y, logits[against]))


def _kind(at: int) -> str:
    return (*KINDS, "heads")[at]


def _patch_recovery(asked: Asked) -> Found:
    patched, corrupted, clean = (find(asked).value for find in (_patch_patched, _patch_corrupted, _patch_clean))
    operands = (
        one("x", "patch.patched", asked.index, patched),
        one("y", "patch.corrupted", (), corrupted),
        one("z", "patch.clean", (), clean),
    )
    return Found("recovery", (patched - corrupted) / (clean - corrupted), operands)


def _other_share(asked: Asked) -> Found:
    place, token = asked.index
    scores = run_traced(asked.model, list(asked.other))[0][0, place]
    source = row("s", "other.logits", (place, 0), 1, scores)
    return Found("softmax", float(scores.softmax(-1)[token]), (source,), {"chosen": float(token)})


_OUTCOME = "lm_core.interpret.ablation._says"
_DIVERGENCE = ("lm_core.interpret.ablation.divergence", "np.log2")
_EFFECTS = "lm_core.interpret.ablation.key_effects"
_PATCHING = "lm_core.interpret.patching"

CHANGE: Figures = {
    "cut.score": Figure("TV", _cut_score, ("lm_core.models.gpt.GPT.forward", 'trace("logits"')),
    "cut.share": Figure("TV", _cut_share, (_OUTCOME, "log_softmax")),
    "cut.loss": Figure("T", lambda asked: _loss(asked, cut=True), (_OUTCOME, "says[:-1].gather")),
    "plain.loss": Figure("T", lambda asked: _loss(asked, cut=False), (_OUTCOME, "says[:-1].gather")),
    "cut.mean": Figure("", lambda asked: _mean_loss(asked, cut=True), (_OUTCOME, "losses.mean()")),
    "plain.mean": Figure("", lambda asked: _mean_loss(asked, cut=False), (_OUTCOME, "losses.mean()")),
    "cut.rise": Figure("", _cut_rise, ("lm_core.interpret.ablation.ablation_table", "loss - whole")),
    "cut.shift": Figure("T", _cut_shift, _DIVERGENCE),
    "cut.shifts": Figure("", _cut_shifts, ("lm_core.interpret.ablation.ablation_table", "shifts.mean()")),
    "knock.here": Figure("T", lambda asked: _knock(asked, everywhere=False), (_EFFECTS, "effects.append")),
    "knock.everywhere": Figure("T", lambda asked: _knock(asked, everywhere=True), (_EFFECTS, "effects.append")),
    "patch.recovery": Figure("KLX", _patch_recovery, (f"{_PATCHING}._Runs.row", "/ gap")),
    "patch.patched": Figure("KLX", _patch_patched, (f"{_PATCHING}._Runs.row", "target - other")),
    "patch.clean": Figure("", _patch_clean, (f"{_PATCHING}._Runs.of", "first, second")),
    "patch.corrupted": Figure("", _patch_corrupted, (f"{_PATCHING}._Runs.of", "first, second")),
    "other.share": Figure("TV", _other_share, (_OUTCOME, "log_softmax")),
}
