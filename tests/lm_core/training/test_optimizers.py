import pytest
import torch
from torch import nn

from lm_core.config import ModelConfig, TrainConfig
from lm_core.models.registry import build_model
from lm_core.training.choice import make_optimizer

TRAIN = TrainConfig(steps=100, warmup_steps=0, weight_decay=0.1, beta1=0.9, beta2=0.99)


def test_adamw_worked_example():
    """The first step of Adam is the learning rate itself, whatever the gradient's size; decay comes on top."""
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(2.0)
    optimizer = make_optimizer(model, TRAIN)
    model.weight.grad = torch.tensor([[123.0]])
    ratio = optimizer.step(0.01)
    assert model.weight.item() == pytest.approx(2.0 - 0.01 * 0.1 * 2.0 - 0.01)
    assert ratio == pytest.approx(0.01 / 2.0)


def test_our_adamw_agrees_with_torchs():
    torch.manual_seed(0)
    models = [build_model(ModelConfig(n_layers=1, n_heads=2, d_model=16, context_length=8), 11) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    ours = make_optimizer(models[0], TRAIN)
    named = dict(models[1].named_parameters())
    groups = [
        {"params": [w for name, w in named.items() if name in ours.decayed], "weight_decay": 0.1},
        {"params": [w for name, w in named.items() if name not in ours.decayed], "weight_decay": 0.0},
    ]
    theirs = torch.optim.AdamW(groups, lr=3e-3, betas=(0.9, 0.99))
    for step in range(10):
        for a, b in zip(models[0].parameters(), models[1].parameters(), strict=True):
            a.grad = torch.randn_like(a) * 10.0 ** (step % 3 - 1)
            b.grad = a.grad.clone()
        ours.step(3e-3)
        theirs.step()
    for a, b in zip(models[0].parameters(), models[1].parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-6, rtol=1e-5)


def test_only_matrices_that_every_batch_uses_decay():
    config = ModelConfig(n_layers=1, n_heads=2, d_model=16, context_length=8, positions="learned", norm="layernorm")
    optimizer = make_optimizer(build_model(config, 11), TRAIN)
    assert optimizer.weights.keys() - optimizer.decayed == {
        "embed.weight", "positions.weight", "ln_final.weight", "ln_final.bias",
        *(f"blocks.0.{norm}.{part}" for norm in ("ln1", "ln2") for part in ("weight", "bias")),
    }  # fmt: skip


def test_the_update_ratio_is_the_length_of_the_move_over_that_of_the_weights():
    torch.manual_seed(0)
    model = nn.Linear(8, 8)
    optimizer = make_optimizer(model, TRAIN.model_copy(update={"weight_decay": 0.0}))
    model(torch.randn(4, 8)).square().sum().backward()
    before = torch.cat([weight.detach().flatten().clone() for weight in model.parameters()])
    ratio = optimizer.step(0.01)
    after = torch.cat([weight.detach().flatten() for weight in model.parameters()])
    assert ratio == pytest.approx(((after - before).norm() / before.norm()).item(), rel=1e-3)
