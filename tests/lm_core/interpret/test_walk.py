"""The walk through a forward pass: every tensor is there, and every number is what its source says."""

import inspect
from math import erf
from pkgutil import resolve_name

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.interpret.walk import part_of, walk_of
from lm_core.interpret.walk_source import source_of
from lm_core.interpret.walk_values import look, parts
from lm_core.models.registry import build_model

IDS = [1, 5, 2, 2, 9, 0, 7]
SHAPES = {
    "today": {"n_kv_heads": 2, "qk_norm": True, "qk_gain": True, "token_shift": True},
    "classic": {"norm": "layernorm", "activation": "gelu", "positions": "learned", "tie_embeddings": True},
    "GPT-2": {
        "norm": "layernorm",
        "activation": "gelu_tanh",
        "positions": "learned",
        "bias": True,
        "norm_epsilon": 1e-2,
    },
    "Llama": {"activation": "swiglu", "bias": True, "norm_epsilon": 1e-2, "d_mlp": 20, "exact_mlp": True},
    "gated": {"activation": "swiglu", "positions": "sinusoidal", "qk_norm": True},
    "bare": {"norm": "none", "positions": "none", "causal": False, "scale_scores": False, "residual": False},
    "turned": {"n_kv_heads": 1, "token_shift": True, "positions": "learned", "qk_gain": True, "qk_norm": True},
}


def awake(**switches):
    torch.manual_seed(0)
    model = build_model(ModelConfig(n_layers=2, n_heads=4, d_model=16, context_length=12, **switches), 11).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.4)
    return model


@pytest.fixture(params=SHAPES)
def seen(request):
    """A model of each kind, its walk, and all numbers of its pass."""
    model = awake(**SHAPES[request.param])
    tensors = {}
    for part in parts(model):
        tensors |= look(model, IDS, part)
    return model, walk_of(model, len(IDS)), tensors


def test_every_tensor_has_the_shape_that_the_walk_names(seen):
    model, walk, tensors = seen
    assert {made.key: made.shape for made in walk} == {key: x.shape for key, x in tensors.items()}
    assert all(len(made.axes) == len(made.shape) for made in walk)
    assert all(made.key in look(model, IDS, part_of(made.key)) for made in walk)


def test_what_is_read_was_made_before_and_each_weight_is_read(seen):
    model, walk, _tensors = seen
    made_before, read = set(), set()
    for made in walk:
        assert set(made.reads) <= made_before, made.key
        made_before.add(made.key)
        read |= set(made.weights)
    assert read == {name for name, _weight in model.named_parameters()}


def test_the_logits_of_the_walk_are_those_of_the_plain_forward_pass(seen):
    model, _walk, tensors = seen
    with torch.inference_mode():
        plain = model(torch.tensor([IDS]))[0]
    np.testing.assert_allclose(tensors["logits"], plain.numpy(), atol=1e-5, rtol=1e-5)
    np.testing.assert_allclose(tensors["probabilities"], plain.softmax(-1).numpy(), atol=1e-6)


def test_one_hundred_numbers_at_random_are_what_the_numbers_before_them_make(seen):
    """Worked out a second time: from the operands' places alone, in float64."""
    model, walk, tensors = seen
    chance = np.random.default_rng(3)
    for _number in range(100):
        made = walk[chance.integers(len(walk))]
        index = tuple(int(chance.integers(size)) for size in made.shape)
        source = source_of(model, IDS, made, tensors, index)
        held = {**tensors, **{name: weight.detach().numpy() for name, weight in model.named_parameters()}}
        for operand in source.operands:
            assert operand.of in (made.weights if operand.is_weight else made.reads)
            assert operand.values[operand.place[operand.axis] if operand.axis is not None else 0] == pytest.approx(
                float(held[operand.of][operand.place])
            )
        again = remade(source)
        if np.isinf(again):
            assert again == source.value
        else:
            assert again == pytest.approx(source.value, rel=2e-4, abs=2e-5), (made, index)


def remade(source):
    values = {}
    for operand in source.operands:
        values.setdefault(operand.name, []).append(operand.values.astype(np.float64))
    constants = source.constants
    x = [row[0] for row in values.get("x", [])]
    row = values.get("x", [np.zeros(1)])[0]
    first = {name: rows[0][0] for name, rows in values.items()}
    rules = {
        "lookup": lambda: first["w"],
        "table": lambda: first["w"],
        "shift": lambda: first["a"] * (x[0] if x else constants["before"]),
        "sinusoid": lambda: [np.sin, np.cos][int(constants["cosine"])](constants["position"] * constants["frequency"]),
        "sum": lambda: sum(x),
        "same": lambda: x[0],
        "join": lambda: x[0],
        "unit": lambda: (row / np.sqrt(np.mean(row**2) + constants["epsilon"]))[source.index[-1]] * first.get("w", 1),
        "layernorm": lambda: (
            ((row - row.mean()) / np.sqrt(row.var() + constants["epsilon"]))[source.index[-1]] * first["w"] + first["b"]
        ),
        "linear": lambda: row @ values["w"][0] + first.get("b", 0),
        "turn": lambda: x[0] * constants["cosine"] + first["y"] * constants["sine"],
        "gain": lambda: x[0] * first["g"],
        "dot": lambda: values["q"][0] @ values["k"][0],
        "divide": lambda: x[0] / constants["divisor"],
        "mask": lambda: -np.inf if constants["hidden"] else x[0],
        "softmax": lambda: (np.exp(values["s"][0] - values["s"][0].max()) / partition(values["s"][0]))[
            source.index[-1]
        ],
        "mix": lambda: values["a"][0] @ values["v"][0],
        "gelu": lambda: x[0] * (1 + erf(x[0] / np.sqrt(2))) / 2,
        "gelu_tanh": lambda: x[0] * (1 + np.tanh(np.sqrt(2 / np.pi) * (x[0] + 0.044715 * x[0] ** 3))) / 2,
        "relu2": lambda: max(x[0], 0) ** 2,
        "swiglu": lambda: x[0] / (1 + np.exp(-x[0])) * x[1],
    }
    return rules[source.kind]()


def partition(scores):
    return np.exp(scores - scores.max()).sum()


def test_every_tensor_names_a_line_that_is_there(seen):
    for dotted, fragment in {made.code for made in seen[1]}:
        lines = inspect.getsource(resolve_name(dotted)).splitlines()
        assert any(fragment in line for line in lines), f"{dotted} has no line with {fragment}"


def test_what_a_model_leaves_out_has_no_stop():
    stops = {made.stop for made in walk_of(awake(**SHAPES["bare"]), 3)}
    assert not stops & {"norm 1", "norm 2", "final norm", "positions", "shift", "unit", "turn", "gain", "scale", "mask"}
    assert {"heads", "products", "pattern", "mix", "bend", "logits"} <= stops
