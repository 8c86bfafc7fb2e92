"""How long each part of a model is, and how far a step moved it."""

import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.interpret.parts import part_moves, part_norms, part_of
from lm_core.models.registry import build_model


def test_a_worked_example():
    before = {"embed.weight": torch.tensor([3.0, 4.0]), "ln_final.weight": torch.ones(2)}
    after = {"embed.weight": torch.tensor([0.0, 0.0]), "ln_final.weight": torch.zeros(2)}
    assert part_norms(before) == {"embed": 5.0}
    assert part_moves(before, after) == {"embed": 5.0}
    assert part_of("blocks.3.attn.q.weight") == "blocks.3.attn"
    assert part_of("blocks.3.ln1.weight") is None


@pytest.mark.parametrize("tied", [False, True])
def test_every_matrix_of_a_model_belongs_to_one_part_and_the_parts_come_in_order(tied):
    torch.manual_seed(0)
    config = ModelConfig(n_layers=2, n_heads=2, d_model=16, context_length=8, tie_embeddings=tied, token_shift=True)
    weights = dict(build_model(config, 9).named_parameters())
    norms = part_norms(weights)
    blocks = ["blocks.0.attn", "blocks.0.mlp", "blocks.1.attn", "blocks.1.mlp"]
    assert list(norms) == ["embed", *blocks, *([] if tied else ["head"])]
    lone = [name for name in weights if part_of(name) is None]
    assert all(weights[name].dim() < 2 for name in lone)
    whole = torch.cat([weight.flatten() for name, weight in weights.items() if name not in lone]).norm().item()
    assert sum(norm**2 for norm in norms.values()) ** 0.5 == pytest.approx(whole, rel=1e-5)
