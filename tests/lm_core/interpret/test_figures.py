"""Where the numbers of the probes come from: each figure is what its source says, and so is each of its operands."""

import inspect
from pkgutil import resolve_name

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.errors import ConfigError
from lm_core.interpret.ablation import Cell, with_cells, without
from lm_core.interpret.figures import FIGURES, Asked, source_of_figure
from lm_core.interpret.figures.asked import sizes
from lm_core.interpret.forward import run_traced
from lm_core.interpret.neurons import scan_layer
from lm_core.interpret.walk_values import look, parts
from lm_core.models.registry import build_model

IDS = [1, 5, 2, 2, 9, 0, 7, 5, 2, 10, 3, 4, 1, 5]
OTHER = [1, 5, 2, 8, 9, 0, 7, 5, 2, 10, 3, 4, 1, 5]
SHAPES = {
    "today": {"n_kv_heads": 2, "qk_norm": True, "qk_gain": True, "token_shift": True},
    "GPT-2": {"norm": "layernorm", "activation": "gelu_tanh", "positions": "learned", "bias": True},
    "seeing ahead": {"activation": "swiglu", "norm": "none", "causal": False, "tie_embeddings": True},
}
# Numbers of a changed or a second pass, of gradients and of drawings: the figure that is made of them ends there.
LEAVES = {
    "grad.slope", "grad.stream", "cut.normed", "knock.share", "other.logits", "patch.logit", "name.row", "name.count",
    "name.random.text", "distance", "identity", "scan.mlp_pre", "scan.mlp_up", "scan.awake.window",
}  # fmt: skip


def asked_of(shape):
    torch.manual_seed(0)
    model = build_model(ModelConfig(n_layers=2, n_heads=4, d_model=16, context_length=16, **SHAPES[shape]), 11).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3 if shape == "today" else 0.2)
    edits = {**without(model, heads=[(0, 1)], mlps=[1]), **with_cells(model, [Cell(1, 2, 9, 3, 0.6)])}
    scan = scan_layer(model, np.random.default_rng(0).integers(0, 11, (5, 8)), 1)
    return Asked(
        model, IDS, (), position=11, token=4, against=7, layer=1, head=2, neuron=5, edits=edits, other=OTHER,
        scan=scan, tokens=[*"to be (or not)"],
    )  # fmt: skip


def at(asked, key, index):
    return source_of_figure(key, Asked(**{**vars(asked), "index": tuple(index)}))


def places_of(asked, key):
    far = sizes(asked)
    far |= {"P": 11, "X": far["H"], "E": 1}  # the first kind of head; not all have a "next token"
    return [far[axis] for axis in FIGURES[key].axes]


@pytest.fixture(scope="module", params=SHAPES)
def seen(request):
    """A model, what it is asked, and all numbers of its pass."""
    asked, tensors = asked_of(request.param), {}
    for part in parts(asked.model):
        tensors |= look(asked.model, IDS, part)
    return asked, tensors


def test_one_hundred_numbers_at_random_over_all_probes_are_what_their_operands_in_the_trace_make(seen):
    """Worked out a second time, in float64, from operands that are found again in the trace, weights, or figures."""
    asked, tensors = seen
    held = {**tensors, **{name: weight.detach().numpy() for name, weight in asked.model.named_parameters()}}
    chance, keys = np.random.default_rng(4), list(FIGURES)
    for number in range(100):
        key = keys[number % len(keys)]
        source = at(asked, key, (int(chance.integers(size)) for size in places_of(asked, key)))
        for operand in source.operands:
            place = list(operand.place)
            which = 0
            if operand.axis is not None:
                which = int(chance.integers(len(operand.values)))
                place[operand.axis] += which
            if operand.of in held:
                assert operand.is_weight == (operand.of not in tensors)
                assert operand.values[which] == pytest.approx(float(held[operand.of][tuple(place)]), rel=1e-4, abs=1e-5)
            elif operand.of in FIGURES:
                assert operand.values[which] == pytest.approx(at(asked, operand.of, place).value, rel=1e-4, abs=1e-5)
            else:
                assert operand.of in LEAVES, operand.of
        assert again(source) == pytest.approx(source.value, rel=2e-4, abs=3e-5), (key, source.index)


def again(source):
    rows = {operand.name: operand.values.astype(np.float64) for operand in source.operands}
    constants, first = source.constants, {name: row[0] for name, row in rows.items()}
    x, y, p, s = (rows.get(name, np.zeros(1)) for name in "xyps")
    column, epsilon = int(constants.get("chosen", source.index[-1] if source.index else 0)), constants.get("epsilon", 0)
    rules = {
        "same": lambda: x[0],
        "lookup": lambda: first["w"],
        "unit": lambda: x[column] / np.sqrt((x**2).mean() + epsilon) * first["w"],
        "layernorm": lambda: (x[column] - x.mean()) / np.sqrt(x.var() + epsilon) * first["w"] + first["b"],
        "frozen": lambda: (x[0] - constants["mean"]) * first["w"] * constants["scale"],
        "linear": lambda: x @ rows["w"],
        "softmax": lambda: (np.exp(s - s.max()) / np.exp(s - s.max()).sum())[column],
        "rank": lambda: 1 + (s > s[column]).sum(),
        "entropy": lambda: -(p * np.log2(p, out=np.zeros_like(p), where=p > 0)).sum(),
        "divergence": lambda: (p * np.log2(np.maximum(p, 1e-30) / np.maximum(rows["q"], 1e-30))).sum(),
        "surprise": lambda: -np.log(p[0]),
        "length": lambda: np.sqrt((x**2).sum()),
        "total": lambda: x.sum(),
        "mean": lambda: x.mean(),
        "largest": lambda: x.max(),
        "share_of": lambda: x[column] / x.sum(),
        "weighted": lambda: (x * rows["w"]).sum() / max(rows["w"].sum(), 1e-12),
        "count_share": lambda: x.sum() / (len(x) * constants["each"]),
        "less": lambda: x[0] - y[0],
        "log_ratio": lambda: np.log(x[0]) - np.log(y[0]),
        "recovery": lambda: (x[0] - y[0]) / (first["z"] - y[0]),
        "rollout": lambda: rows["a"] @ rows["r"] * (0.5 if "y" in rows else 1) + 0.5 * y[0],
        "cosine": lambda: x @ y / np.sqrt((x**2).sum() * (y**2).sum()),
        "relu2": lambda: max(x[0], 0) ** 2,
        "gelu_tanh": lambda: x[0] * (1 + np.tanh(np.sqrt(2 / np.pi) * (x[0] + 0.044715 * x[0] ** 3))) / 2,
        "swiglu": lambda: np.prod([o.values[0] for o in source.operands]) / (1 + np.exp(-source.operands[0].values[0])),
    }
    return rules[source.kind]()


def test_numbers_of_a_changed_pass_are_those_of_a_second_pass_made_by_hand():
    """What no trace of the whole model holds: a knocked-out weight, a patched run, a gradient by differences."""
    asked = asked_of("today")
    model, key = asked.model, 3

    def cut(pattern):
        pattern = pattern.clone()
        pattern[:, 2, 11, key] = 0
        pattern[:, 2, 11] /= pattern[:, 2, 11].sum()
        return pattern

    cut_logits, _ = run_traced(model, IDS, edits={"blocks.1.attn.pattern": cut})
    knocked = at(asked, "knock.here", (key,)).operands[1]
    assert knocked.values[0] == pytest.approx(float(cut_logits[0, 11].softmax(-1)[4]), rel=1e-4)

    _, kept = run_traced(model, IDS, keep="blocks.1.attn_out".__eq__)

    def patched(x):
        return torch.cat((x[:, :5], kept["blocks.1.attn_out"][:, 5:6], x[:, 6:]), dim=1)

    logits, _ = run_traced(model, OTHER, edits={"blocks.1.attn_out": patched})
    assert [operand.values[0] for operand in at(asked, "patch.patched", (1, 1, 5)).operands] == pytest.approx(
        logits[0, -1, [4, 7]].tolist(), rel=1e-4, abs=1e-5
    )

    slope = at(asked, "grad.score", (6,)).operands[1].values[3]
    ways = []
    for nudge in (1e-2, -1e-2):

        def nudged(x, nudge=nudge):
            x = x.clone()
            x[0, 6, 3] += nudge
            return x

        ways.append(float(run_traced(model, IDS, edits={"embed": nudged})[0][0, 11].log_softmax(-1)[4]))
    assert slope == pytest.approx((ways[0] - ways[1]) / 2e-2, rel=0.05, abs=1e-3)


def test_every_figure_names_a_line_that_is_there_and_refuses_other_places():
    asked = asked_of("today")
    for key, figure in FIGURES.items():
        dotted, fragment = figure.code
        assert fragment in inspect.getsource(resolve_name(dotted)), key
        if figure.axes:
            with pytest.raises(ConfigError, match="no such number"):
                at(asked, key, (99,) * len(figure.axes))
    wrong = {"lens.shar": (0, 0, 0), "lens.share": (0, 0), "who.value": (13,), "name.text": (0, 0, 1)}
    for key, index in wrong.items():
        with pytest.raises(ConfigError, match="no such number"):
            at(asked, key, index)
