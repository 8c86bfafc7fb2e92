"""Fifty seeded steps of one tiny model per pairing of parts, compared with the losses they had when last changed.

After a change that is meant to move them:  python tests/lm_core/training/test_golden.py
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lm_core.config import RunConfig, parse_config
from lm_core.data.dataset import TokenDataset
from lm_core.training.events import StepMetrics
from lm_core.training.loop import train
from lm_core.training.state import new_state

FILE = Path(__file__).parents[2] / "golden" / "losses.json"
POINTS = (1, 2, 5, 10, 20, 50)
PAIRINGS = {
    f"{positions}-{norm}-{activation}": {"positions": positions, "norm": norm, "activation": activation}
    for positions in ("learned", "sinusoidal", "rotary")
    for norm in ("layernorm", "rmsnorm")
    for activation in ("gelu", "relu2", "swiglu")
}


def text():
    """Tokens where each is mostly the one before it plus one, modulo 13; drawn by arithmetic, the same everywhere."""
    values, state, token = [], 1, 0
    for _ in range(2000):
        state = state * 16_807 % 2_147_483_647
        token = (token + (1 if state % 10 < 8 else state // 10 % 13)) % 13
        values.append(token)
    ids = np.array(values, dtype=np.uint16)
    return TokenDataset(ids[:1800], ids[1800:], vocab_size=13, train_bytes=1800, validation_bytes=200)


def losses(model):
    config = parse_config(
        RunConfig,
        {
            "model": {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 16, **model},
            "train": {
                "steps": 50, "batch_size": 4, "learning_rate": 5e-3, "schedule": "cosine", "warmup_steps": 5,
                "final_lr_fraction": 0.1, "weight_decay": 0.05, "beta1": 0.9, "beta2": 0.99, "grad_clip": 1.0,
                "eval_every": 50,
            },
        },
    )  # fmt: skip
    events = train(new_state(config, 13), text(), config)
    return {
        str(event.step): round(event.values["loss"], 5)
        for event in events
        if isinstance(event, StepMetrics) and event.step in POINTS
    }


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_the_losses_are_those_of_the_golden_file(pairing):
    golden = json.loads(FILE.read_text(encoding="utf-8"))
    assert losses(PAIRINGS[pairing]) == pytest.approx(golden[pairing], abs=2e-3)


if __name__ == "__main__":
    torch.set_num_threads(1)
    found = {pairing: losses(model) for pairing, model in PAIRINGS.items()}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
