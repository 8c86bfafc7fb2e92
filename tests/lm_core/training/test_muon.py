import math

import pytest
import torch

from lm_core.config import ModelConfig, TrainConfig
from lm_core.models.registry import build_model
from lm_core.training.choice import make_optimizer
from lm_core.training.muon import SIZE, Muon, orthogonalised

TRAIN = TrainConfig(steps=100, warmup_steps=0, weight_decay=0.0, beta1=0.9, beta2=0.99, optimizer="muon")


def model(**changes):
    torch.manual_seed(0)
    return build_model(ModelConfig(**{"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 8, **changes}), 11)


def with_singular_values(values, columns):
    """A matrix of random directions with exactly these singular values."""
    u, _, vt = torch.linalg.svd(torch.randn(len(values), columns), full_matrices=False)
    return u @ torch.diag(torch.tensor(values)) @ vt


def test_an_update_worked_example():
    """A diagonal matrix stays diagonal: each entry goes through the polynomial five times, and ends near 1 or -1."""
    out = orthogonalised(torch.diag(torch.tensor([1.0, -0.5, 0.01]))[None])[0]
    assert out.diagonal().tolist() == pytest.approx(
        [_five_times(s / math.hypot(1, 0.5, 0.01)) for s in (1, -0.5, 0.01)]
    )
    assert out.count_nonzero() == 3
    assert all(0.6 < abs(number) < 1.25 for number in out.diagonal().tolist())


def _five_times(s):
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    return s


@pytest.mark.parametrize("columns", [8, 20])
@pytest.mark.parametrize("products", [torch.float32, torch.bfloat16])
def test_the_update_is_near_the_polar_factor_of_a_singular_value_decomposition(columns, products):
    torch.manual_seed(0)
    matrix = with_singular_values([5.0, 3.0, 2.0, 1.0, 0.7, 0.5, 0.3, 0.1], columns)
    u, _, vt = torch.linalg.svd(matrix, full_matrices=False)
    update = orthogonalised(matrix[None].to(products))[0].float()
    singular_values = torch.linalg.svdvals(update)
    assert 0.6 < singular_values.min() < singular_values.max() < 1.25  # 50 : 1 before
    assert torch.cosine_similarity(update.flatten(), (u @ vt).flatten(), dim=0) > 0.97
    torch.testing.assert_close(u.T @ update @ vt.T, (u.T @ update @ vt.T).diagonal().diag(), atol=0.05, rtol=0)


def test_a_batch_of_matrices_is_each_by_itself():
    batch = torch.randn(3, 6, 9)
    each = torch.stack([orthogonalised(matrix[None])[0] for matrix in batch])
    torch.testing.assert_close(orthogonalised(batch), each)


def test_a_gradient_of_zero_moves_nothing():
    assert orthogonalised(torch.zeros(1, 4, 4)).count_nonzero() == 0


def test_muon_has_the_matrices_of_the_blocks_and_adam_the_rest():
    optimizer = make_optimizer(model(token_shift=True, positions="learned"), TRAIN)
    assert isinstance(optimizer, Muon)
    parts = {name.split(".", 2)[-1] for name in optimizer.matrices}
    assert parts == {*(f"attn.{part}.weight" for part in "qkvo"), "mlp.up.weight", "mlp.down.weight"}
    assert optimizer.rest.weights.keys() == {
        "embed.weight", "token_shift.weight", "positions.weight", "ln_final.weight", "head.weight",
        *(f"blocks.{layer}.{norm}.weight" for layer in range(2) for norm in ("ln1", "ln2")),
    }  # fmt: skip


@pytest.mark.parametrize("changes", [{}, {"n_kv_heads": 1}, {"activation": "swiglu"}])
def test_every_matrix_moves_along_its_own_polar_factor(changes):
    """Batched with others and lying on its side or not, each matrix gets what a decomposition by itself would give."""
    net = model(**changes)
    optimizer = make_optimizer(net, TRAIN)
    before = {name: weight.detach().clone() for name, weight in optimizer.matrices.items()}
    for weight in net.parameters():
        weight.grad = torch.randn_like(weight)
    optimizer.step(0.01)
    for name, weight in optimizer.matrices.items():
        u, _, vt = torch.linalg.svd(weight.grad, full_matrices=False)  # the mean of one gradient is that gradient
        move = (before[name] - weight.detach()) / (0.01 * SIZE * math.sqrt(max(weight.shape)))
        assert torch.cosine_similarity(move.flatten(), (u @ vt).flatten(), dim=0) > 0.95, name
        assert torch.linalg.svdvals(move).max() < 1.3, name


def test_an_update_is_about_as_large_as_adams_whatever_the_shape():
    net = model(d_model=32)
    optimizer = make_optimizer(net, TRAIN)
    before = {name: weight.detach().clone() for name, weight in optimizer.matrices.items()}
    for weight in net.parameters():
        weight.grad = 1e-3 * torch.randn_like(weight)
    optimizer.step(1.0)
    for name, weight in optimizer.matrices.items():
        assert (before[name] - weight).square().mean().sqrt().item() == pytest.approx(SIZE, rel=0.25), name


def test_the_update_ratio_is_the_length_of_the_move_over_that_of_the_weights():
    net = model()
    optimizer = make_optimizer(net, TRAIN)
    before = torch.cat([weight.detach().flatten().clone() for weight in net.parameters()])
    for weight in net.parameters():
        weight.grad = torch.randn_like(weight)
    ratio = optimizer.step(0.01)
    after = torch.cat([weight.detach().flatten() for weight in net.parameters()])
    assert ratio == pytest.approx(((after - before).norm() / before.norm()).item(), rel=1e-3)


def test_weights_decay_apart_from_the_gradient():
    net = model()
    optimizer = make_optimizer(net, TRAIN.model_copy(update={"weight_decay": 0.5}))
    before = optimizer.matrices["blocks.0.attn.q.weight"].detach().clone()
    for weight in net.parameters():
        weight.grad = torch.zeros_like(weight)
    optimizer.step(0.1)
    torch.testing.assert_close(optimizer.matrices["blocks.0.attn.q.weight"].detach(), 0.95 * before)
