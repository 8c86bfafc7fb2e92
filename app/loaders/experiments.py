"""Models side by side that differ in one thing: a wish of the page Experiments in, runs that train out.

Break it on purpose     a whole model, and the same without one part
Ten years of tricks     the recipe "classic", the recipe "modern", and either with one trick more or less

The runs of one experiment share a `group`, the seed, the text and the size. They are runs like any others.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from app.i18n import _
from app.loaders import keeping, runs
from lm_core.config import RunConfig, parse_config
from lm_core.errors import ConfigError, LMError, RunError
from lm_core.presets import PRESETS, preset_config

SIZES = {  # preset, steps
    "glance": ("tiny", 120),
    "quick": ("tiny", 400),
    "longer": ("tiny", 1500),
    "wider": ("small", 800),
}
# What is broken on purpose is a plain model: rotary positions, RMSNorm and ReLU², learned by AdamW. The modern recipe's
# QK-norm, silent first blocks and Muon would hide what √d, the residual stream and the learning rate do.
PLAIN_RATES = {"tiny": 6e-3, "small": 4e-3}
MEASUREMENTS = 40  # of the validation loss, along a run

BREAKS: dict[str, dict[str, Any]] = {
    "mask": {"model.causal": False},
    "positions": {"model.positions": "none"},
    "residual": {"model.residual": False},
    "scale": {"model.scale_scores": False},
    "norm": {"model.norm": "none"},
    "steep": {"model.norm": "none"},
    "rate": {},  # the learning rate, times a hundred: it depends on the size
}
RATE_FACTOR = 100
STEEP_FACTOR = 10 / 3  # of the rate of both runs, where norms are missed only by larger steps

# All that the recipes "classic" and "modern" differ in, cut into tricks that can be tried one at a time.
TRICKS: dict[str, tuple[str, ...]] = {
    "init": ("model.init",),
    "untied": ("model.tie_embeddings",),
    "zero": ("model.zero_init",),
    "rmsnorm": ("model.norm",),
    "bfloat16": ("train.precision",),
    "decay_off": ("train.weight_decay",),
    "qknorm": ("model.qk_norm", "model.qk_gain"),
    "rotary": ("model.positions", "model.rotary_base"),
    "relu2": ("model.activation",),
    "shift": ("model.token_shift",),
    "linear": ("train.schedule", "train.warmup_steps", "train.final_lr_fraction"),
    "rate": ("train.learning_rate",),
    "muon": ("train.optimizer",),
}


def start(wish: Mapping[str, Any]) -> dict[str, str | None]:
    """Start what the page wishes; returns the view that shows it, as the address has it.

    Raises:
        LMError: it cannot be started, and why; nothing is left behind.
    """
    name = str(wish.get("name") or "")[:60]
    if wish.get("lab") == "break":
        ids = _train_all(broken_pair(_known(wish, "what", BREAKS), _known(wish, "size", SIZES), name))
        return {"lab": None, "trial": ",".join(ids), "part": wish["what"], "guess": str(wish.get("guess"))}
    if wish.get("lab") == "tricks":
        ids = _train_all(recipe_pair(_known(wish, "size", SIZES)))
    else:
        there = [str(run_id) for run_id in wish.get("runs") or []]
        way = _known(wish, "way", ("add", "remove"))
        ids = [*there, *_train_all([with_trick(there, _known(wish, "trick", TRICKS), way, name)])]
    return {"lab": "tricks", "trial": ",".join(ids), "part": None, "guess": None}


def broken_pair(what: str, size: str, name: str) -> list[RunConfig]:
    """The whole model and the broken one."""
    group = _new_group("break", what)
    whole = _sized(size, "plain", _("Whole model"), group)
    if what == "steep":
        whole = _faster(whole, STEEP_FACTOR)
    broken = _faster(whole, RATE_FACTOR) if what == "rate" else _changed(whole, BREAKS[what])
    return [whole, _changed(broken, {"name": name or what})]


def recipe_pair(size: str) -> list[RunConfig]:
    """The textbook's model of 2019 and today's."""
    group = _new_group("tricks", "all")
    return [_sized(size, "classic", _("Classic"), group), _sized(size, "modern", _("Modern"), group)]


def with_trick(there: Sequence[str], trick: str, way: str, name: str) -> RunConfig:
    """The first run of an experiment (classic) with the trick, or its second (modern) without.

    Raises:
        RunError: these runs are no such experiment.
    """
    pair = [runs.config_of(run_id) for run_id in there[:2]]
    if len(pair) < 2 or not all(config.group.startswith("tricks-") for config in pair):
        raise RunError("A trick is tried beside a classic and a modern model. Train these two first.")
    base, donor = pair if way == "add" else reversed(pair)
    values = {setting: _value(donor, setting) for setting in TRICKS[trick]}
    title = (_("Classic + {trick}") if way == "add" else _("Modern − {trick}")).format(trick=name or trick)
    return _changed(base, {**values, "name": title})


def _train_all(configs: Sequence[RunConfig]) -> list[str]:
    """Start them one after another; if one is refused, the others are taken back."""
    started: list[str] = []
    try:
        for config in configs:
            started.append(runs.train_new(config))
    except LMError:
        for run_id in started:
            with suppress(RunError):  # it trains already: then it is stopped, and stays in the list
                runs.control(run_id, "stop")
                keeping.delete(run_id)
        raise
    return started


def _sized(size: str, recipe: str, name: str, group: str) -> RunConfig:
    preset, steps = SIZES[size]
    if recipe == "plain":
        config = _changed(
            parse_config(RunConfig, {**PRESETS[preset], "name": name, "group": group}),
            {"train.learning_rate": PLAIN_RATES[preset]},
        )
    else:
        config = preset_config(preset, recipe, name=name, group=group)
    every = max(1, steps // MEASUREMENTS)
    return _changed(
        config, {"train.steps": steps, "train.eval_every": every, "train.checkpoint_every": max(every, steps // 4)}
    )


def _faster(config: RunConfig, factor: float) -> RunConfig:
    return _changed(config, {"train.learning_rate": min(1.0, round(config.train.learning_rate * factor, 4))})


def _changed(config: RunConfig, changes: Mapping[str, Any]) -> RunConfig:
    """Set fields by dotted name, all at once, since some go only together."""
    values = config.model_dump()
    for dotted, value in changes.items():
        *parents, field = dotted.split(".")
        (values[parents[0]] if parents else values)[field] = value
    return parse_config(RunConfig, values)


def _value(config: RunConfig, dotted: str) -> Any:
    part, field = dotted.split(".")
    return getattr(getattr(config, part), field)


def _new_group(lab: str, what: str) -> str:
    return f"{lab}-{what}-{secrets.token_hex(4)}"


def _known(wish: Mapping[str, Any], name: str, choices: Sequence[str] | Mapping[str, Any]) -> str:
    value = wish.get(name)
    if value not in choices:
        raise ConfigError(f'There is no {name} "{value}". Choose one of: {", ".join(choices)}.')
    return str(value)
