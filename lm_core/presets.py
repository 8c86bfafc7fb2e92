"""A size and a recipe by name in, a whole experiment out: `preset_config("tiny", "classic")`."""

from __future__ import annotations

from typing import Any

from lm_core.config import RunConfig, parse_config
from lm_core.errors import ConfigError

# Sizes, and what goes with them whatever the recipe.
PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "tiny": {
        "model": {"n_layers": 4, "n_heads": 4, "d_model": 64, "context_length": 64},
        "train": {"steps": 1000, "batch_size": 12},
    },
    "small": {
        "model": {"n_layers": 4, "n_heads": 4, "d_model": 128, "context_length": 64},
        "train": {"steps": 2000, "batch_size": 16},
    },
    "medium": {
        "model": {"n_layers": 6, "n_heads": 6, "d_model": 192, "context_length": 128},
        "train": {"steps": 2000, "batch_size": 16, "eval_every": 100},
    },
}

# No size: a model that counts, through the text once, in a hundred pieces.
COUNTS = "counts"
COUNTING: dict[str, dict[str, Any]] = {
    "model": {"architecture": "counts"},
    "train": {"steps": 100, "warmup_steps": 0, "eval_every": 5, "checkpoint_every": 20},
}

# Two ways to build and train a model of the same size, seven years apart. Each line is one switch.
RECIPES: dict[str, dict[str, dict[str, Any]]] = {
    "classic": {  # the textbook GPT (Radford et al. 2019)
        "model": {
            "positions": "learned",
            "rotary_base": 10_000.0,
            "norm": "layernorm",
            "activation": "gelu",
            "tie_embeddings": True,
            "init": "gpt2",
            "qk_norm": False,
            "qk_gain": False,
            "zero_init": False,
            "token_shift": False,
        },
        "train": {
            "optimizer": "adamw",
            "precision": "float32",
            "learning_rate": 1e-3,
            "schedule": "cosine",
            "warmup_steps": 100,
            "final_lr_fraction": 0.1,
            "weight_decay": 0.1,
            "beta1": 0.9,
            "beta2": 0.99,
        },
    },
    "modern": {  # what learns most in a minute today, a processor's minute too
        "model": {
            "positions": "rotary",
            "rotary_base": 100.0,
            "norm": "rmsnorm",
            "activation": "relu2",
            "tie_embeddings": False,
            "init": "by_width",
            "qk_norm": True,
            "qk_gain": True,
            "zero_init": True,
            "token_shift": True,
        },
        "train": {
            "optimizer": "muon",
            "precision": "auto",
            "learning_rate": 2e-2,
            "schedule": "linear",
            "warmup_steps": 0,
            "final_lr_fraction": 0.0,
            "weight_decay": 0.0,
            "beta1": 0.9,
            "beta2": 0.99,
        },
    },
}


def preset_config(preset: str, recipe: str = "modern", **changes: Any) -> RunConfig:
    """A `RunConfig` with a preset's size, made by a recipe; `changes` replace whole top-level fields. "counts" is a
    model that counts, whatever the recipe.

    Raises:
        ConfigError: there is no such preset or recipe.
    """
    if preset == COUNTS:
        return parse_config(RunConfig, {**COUNTING, **changes})
    if preset not in PRESETS:
        raise ConfigError(f'There is no preset "{preset}". Choose one of: {", ".join([*PRESETS, COUNTS])}.')
    if recipe not in RECIPES:
        raise ConfigError(f'There is no recipe "{recipe}". Choose one of: {", ".join(RECIPES)}.')
    parts = {part: {**values, **RECIPES[recipe][part]} for part, values in PRESETS[preset].items()}
    return parse_config(RunConfig, {**parts, **changes})
