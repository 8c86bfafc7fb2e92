import pytest
import torch
from safetensors.torch import load, save

from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError
from lm_core.training.state import new_state


def config(**model):
    values = {"n_layers": 1, "n_heads": 2, "d_model": 16, "context_length": 8, **model}
    return parse_config(RunConfig, {"model": values, "train": {"steps": 10, "warmup_steps": 0}, "seed": 3})


def test_equal_seeds_give_equal_states():
    one, two = new_state(config(), 11).tensors(), new_state(config(), 11).tensors()
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("tie", [False, True])
def test_a_state_survives_safetensors(tie):
    state = new_state(config(tie_embeddings=tie), 11)
    state.model(torch.zeros(1, 4, dtype=torch.int64)).sum().backward()
    state.optimizer.step(0.1)
    state.step = 1
    data = save(state.tensors())
    other = new_state(config(tie_embeddings=tie).model_copy(update={"seed": 99}), 11)
    other.load_tensors(load(data))
    assert other.step == other.optimizer.steps == 1
    assert all(torch.equal(a, b) for a, b in zip(state.tensors().values(), other.tensors().values(), strict=True))


def test_a_checkpoint_of_another_shape_is_refused_and_changes_nothing():
    state, other = new_state(config(), 11), new_state(config(d_model=32), 11)
    before = state.model.embed.weight.clone()
    with pytest.raises(RunError, match=r"another model: .* has the shape \(.*\), and \(.*\) is expected"):
        state.load_tensors(other.tensors())
    assert torch.equal(before, state.model.embed.weight)


def test_a_checkpoint_with_other_names_is_refused():
    state, deeper = new_state(config(), 11), new_state(config(n_layers=2), 11)
    with pytest.raises(RunError, match=r"has the unknown model\.blocks\.1"):
        state.load_tensors(deeper.tensors())
    with pytest.raises(RunError, match=r"lacks model\.blocks\.1"):
        deeper.load_tensors(state.tensors())
