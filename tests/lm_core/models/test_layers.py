import math

import pytest
import torch
from torch import nn

from lm_core.config import ModelConfig
from lm_core.models.layers import (
    MLP,
    TokenShift,
    make_norm,
    mlp_width,
    rotary_tables,
    rotate,
    sinusoidal_table,
    squared_relu,
    to_unit_scale,
)


def tiny(**changes):
    return ModelConfig(**{"n_layers": 1, "n_heads": 2, "d_model": 16, "context_length": 8, **changes})


def test_rmsnorm_worked_example():
    norm = make_norm(tiny(norm="rmsnorm", d_model=8, n_heads=1))
    x = torch.tensor([3.0, 4.0, 0, 0, 0, 0, 0, 0])  # mean square 25/8
    torch.testing.assert_close(norm(x), x / math.sqrt(25 / 8), atol=1e-5, rtol=1e-5)


def test_rmsnorm_agrees_with_torch():
    norm, theirs = make_norm(tiny(norm="rmsnorm")), nn.RMSNorm(16, eps=1e-5)
    with torch.no_grad():
        norm.weight.uniform_()
        theirs.weight.copy_(norm.weight)
    x = torch.randn(2, 3, 16)
    torch.testing.assert_close(norm(x), theirs(x))


def test_the_gradient_of_unit_scale_is_the_slope():
    """Against finite differences, and the way back of a longer vector is that of the same direction, shrunk."""
    x = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(to_unit_scale, (x,))


def test_the_gradient_of_squared_relu_is_twice_what_is_left():
    x = torch.tensor([-2.0, 0.0, 3.0], requires_grad=True)
    squared_relu(x).sum().backward()
    assert x.grad.tolist() == [0, 0, 6]


def test_layernorm_takes_out_mean_and_scale():
    x = make_norm(tiny(norm="layernorm"))(5 + 3 * torch.randn(4, 16))
    torch.testing.assert_close(x.mean(-1), torch.zeros(4), atol=1e-5, rtol=0)
    torch.testing.assert_close(x.square().mean(-1), torch.ones(4), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("d_mlp", "width"), [(512, 344), (None, 40), (8, 8)])
def test_swiglu_gets_two_thirds_of_the_width_rounded_to_eight(d_mlp, width):
    assert mlp_width(tiny(activation="swiglu", d_mlp=d_mlp)) == width


@pytest.mark.parametrize("activation", ["gelu", "relu2", "swiglu"])
def test_every_mlp_computes_its_formula(activation):
    mlp, x = MLP(tiny(activation=activation)), torch.randn(3, 16)
    up = x @ mlp.up.weight.T
    if activation == "gelu":
        bent = up * (1 + torch.erf(up / math.sqrt(2))) / 2
    elif activation == "relu2":
        bent = torch.where(up > 0, up**2, 0.0)
    else:
        gate = x @ mlp.gate.weight.T
        bent = gate / (1 + torch.exp(-gate)) * up
    torch.testing.assert_close(mlp(x), bent @ mlp.down.weight.T)


def test_token_shift_worked_example():
    shift = TokenShift(tiny(d_model=8))
    with torch.no_grad():
        shift.weight.copy_(torch.tensor([0.5, 1.0, 0, 0, 0, 0, 0, 0]))
    a, b, c = torch.eye(8)[0] + torch.eye(8)[1], 4 * torch.eye(8)[0], 3 * torch.eye(8)[2]
    shifted = shift(torch.stack((a, b, c))[None])[0]
    assert shifted[:, :3].tolist() == [[0, 0, 0], [0.5, 1, 0], [2, 0, 0]]
    assert shift(c[None, None], before=b[None, None])[0, 0, 0] == 2


def test_a_fresh_token_shift_adds_nothing():
    assert TokenShift(tiny())(torch.randn(2, 3, 16)).count_nonzero() == 0


def test_sinusoids_worked_example():
    table = sinusoidal_table(3, 4)
    expected = [[math.sin(t), math.cos(t), math.sin(t / 100), math.cos(t / 100)] for t in range(3)]
    torch.testing.assert_close(table, torch.tensor(expected))


@pytest.mark.parametrize("base", [100.0, 10_000.0])
def test_rotation_agrees_with_complex_multiplication(base):
    x = torch.randn(2, 3, 5, 8, dtype=torch.float64)
    cosines, sines = rotary_tables(5, 8, base)
    pairs = torch.complex(x[..., :4], x[..., 4:])
    angles = torch.arange(5)[:, None] * base ** (-torch.arange(4) / 4)
    turned = pairs * torch.polar(torch.ones(5, 4, dtype=torch.float64), angles.double())
    expected = torch.cat((turned.real, turned.imag), dim=-1)
    torch.testing.assert_close(rotate(x, cosines.double(), sines.double()), expected, atol=1e-5, rtol=1e-5)


def test_after_rotation_only_the_distance_matters():
    cosines, sines = rotary_tables(32, 8, 10_000.0)
    q, k = torch.randn(8).expand(1, 1, 32, 8), torch.randn(8).expand(1, 1, 32, 8)
    scores = (rotate(q, cosines, sines) @ rotate(k, cosines, sines).transpose(-2, -1))[0, 0]
    torch.testing.assert_close(scores[20, 17], scores[5, 2], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(scores[31, 11], scores[20, 0], atol=1e-4, rtol=1e-4)
