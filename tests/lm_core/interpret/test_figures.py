"""Where the numbers of the probes come from: each figure is what its source says, and so is each of its operands."""

import inspect
from pkgutil import resolve_name

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig, SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.sampling import distribution, draw, numbers_from
from lm_core.interpret.ablation import Cell, with_cells, without
from lm_core.interpret.figures import FIGURES, Asked, Choice, source_of_figure
from lm_core.interpret.figures.asked import sizes
from lm_core.interpret.forward import run_traced
from lm_core.interpret.neurons import scan_layer
from lm_core.interpret.text_loss import read_text, windows_of
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
        scan=scan, tokens=[*"to be (or not)"], first=3, penalty=0.7,
        window=lambda at: (5 * (at // 8), 5 * (at // 8) + 8), n_bytes=19, choice=choice_after(model, SAMPLING[shape]),
    )  # fmt: skip


SAMPLING = {
    "today": {"temperature": 0.8, "top_k": 6, "top_p": 0.8, "min_p": 0.3, "repetition_penalty": 1.3},
    "GPT-2": {"temperature": 0.0, "presence_penalty": 0.4},
    "seeing ahead": {"temperature": 1.4, "top_p": 0.6, "frequency_penalty": 0.2, "seed": 5},
}


def choice_after(model, settings):
    """How the token after IDS is drawn."""
    sampling = SamplingConfig(**settings)
    stages = distribution(run_traced(model, IDS)[0][0, -1].numpy(), sampling, seen=[3, *IDS])
    return Choice(sampling, [3, *IDS], stages, float(numbers_from(sampling.seed, 15).random()), 15)


def at(asked, key, index):
    return source_of_figure(key, Asked(**{**vars(asked), "index": tuple(index)}))


def places_of(asked, key):
    far = sizes(asked)
    far |= {"P": 11, "X": far["H"], "E": 1}  # the first kind of head; not all have a "next token"
    least = {"text": 1, "product": 3, "beam": 3, "written": 3}.get(
        key.partition(".")[0], 0
    )  # nobody foretells what comes first
    return [(least if axis == "T" else 0, far[axis]) for axis in FIGURES[key].axes]


@pytest.fixture(scope="module", params=SHAPES)
def seen(request):
    """A model, what it is asked, and all numbers of its pass."""
    asked, tensors = asked_of(request.param), {}
    for part in parts(asked.model):
        tensors |= look(asked.model, IDS, part)
    return asked, tensors


def test_numbers_at_random_over_all_pages_are_what_their_operands_in_the_trace_make(seen):
    """Worked out a second time, in float64, from operands that are found again in the trace, weights, or figures."""
    asked, tensors = seen
    held = {**tensors, **{name: weight.detach().numpy() for name, weight in asked.model.named_parameters()}}
    chance, keys = np.random.default_rng(4), list(FIGURES)
    for number in range(max(100, len(keys))):
        key = keys[number % len(keys)]
        source = at(asked, key, (int(chance.integers(*bounds)) for bounds in places_of(asked, key)))
        here = held
        if source.ids is not None:  # in the pass of a window
            here = held | {"logits": run_traced(asked.model, list(source.ids))[0][0].numpy()}
        for operand in source.operands:
            place = list(operand.place)
            which = 0
            if operand.axis is not None and len(operand.values):
                which = int(chance.integers(len(operand.values)))
                place[operand.axis] += which
            if not len(operand.values):
                continue  # nothing comes before the first slice
            if operand.of in here:
                assert operand.is_weight == (operand.of not in tensors)
                assert operand.values[which] == pytest.approx(float(here[operand.of][tuple(place)]), rel=1e-4, abs=1e-5)
            elif operand.of in FIGURES:
                assert operand.values[which] == pytest.approx(at(asked, operand.of, place).value, rel=1e-4, abs=1e-5)
            else:
                assert operand.of in LEAVES, operand.of
        assert again(source) == pytest.approx(source.value, rel=2e-4, abs=3e-5), (key, source.index)


def again(source):
    rows = {operand.name: operand.values.astype(np.float64) for operand in source.operands}
    constants, first = source.constants, {name: row[0] for name, row in rows.items() if len(row)}
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
        "log_softmax": lambda: s[column] - s.max() - np.log(np.exp(s - s.max()).sum()),
        "place": lambda: 1 + (s > s[column]).sum() + (s[:column] == s[column]).sum(),
        "expected": lambda: -(p * np.log(p)).sum(),
        "in_bits": lambda: x[0] / np.log(2),
        "per_byte": lambda: x[0] / np.log(2) / constants["bytes"],
        "by_length": lambda: x[0] / constants["length"] ** constants["penalty"],
        "bits_each": lambda: -x[0] / np.log(2) / constants["length"],
        "power": lambda: np.exp(x[0]),
        "power_of_two": lambda: 2 ** x[0],
        "power_of_difference": lambda: np.exp(x[0] - y[0]),
        "penalise": lambda: (
            (x[0] / constants["repetition"] if x[0] > 0 else x[0] * constants["repetition"])
            - constants["presence"]
            - constants["frequency"] * constants["count"]
            if constants["count"]
            else x[0]
        ),
        "by_temperature": lambda: x[0] / constants["temperature"],
        "coldest": lambda: s[column] if s.argmax() == column else -np.inf,
        "keep": lambda: -np.inf if constants["cut"] else x[0],
        "random": lambda: constants["digits"] / 2**53,
        "falls": lambda: 1 + (rows["x"] <= rows["u"][0]).sum(),
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


def test_costs_and_choices_are_those_that_the_pages_show():
    """A text longer than a window, as `read_text` measures it; the final shares, as they are drawn from."""
    asked = asked_of("today")
    windows = {at: (one.begin, one.end) for one in windows_of(len(IDS), 8, 4) for at in range(one.first, one.end + 1)}
    asked = Asked(**{**vars(asked), "window": windows.__getitem__})
    asked.model.config = asked.model.config.model_copy(update={"context_length": 8})
    found = read_text(asked.model, IDS, k=1, stride=4)
    for key, values in {"loss": found.losses, "rank": found.ranks, "expected": found.entropies}.items():
        assert [at(asked, f"text.{key}", (place,)).value for place in range(1, len(IDS))] == pytest.approx(
            values[1:].tolist(), rel=1e-4
        )
    assert at(asked, "text.mean", ()).value == pytest.approx(found.losses[1:].mean(), rel=1e-5)
    final = [at(asked, "choice.final", (token,)).value for token in range(11)]
    assert final == pytest.approx(asked.choice.stages.final.tolist(), abs=1e-12)
    place = int(at(asked, "choice.drawn", ()).value) - 1
    assert asked.choice.order[place] == draw(asked.choice.stages.final, asked.choice.u)


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
