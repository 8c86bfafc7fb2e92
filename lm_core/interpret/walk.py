"""A model in, every tensor of its forward pass in the order of their making out: how each is made, and of what.

The pass is cut into stops, each with one tensor or a few of one kind (q, k and v). What a model's configuration leaves
out has no stop: a model without norms goes from the stream to q, k and v.

    embed (shift) (positions) (sum)                                                   the ends' part "start"
      └─ block: (norm) heads (unit) (turn) (gain) products (scale) (mask) pattern mix join out + (norm) up bend down +
    (final norm) logits probabilities                                                 the ends' part "end"
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from torch import nn

from lm_core.models.gpt import GPT, Block

# T tokens · S tokens looked at · C = d_model · H heads (K of keys and values) · D = d_head · M = d_mlp · V vocabulary

Kind: TypeAlias = Literal[
    "lookup", "shift", "table", "sinusoid", "sum", "same", "unit", "layernorm", "linear", "turn", "gain", "dot",
    "divide", "mask", "softmax", "mix", "join", "gelu", "gelu_tanh", "relu2", "swiglu",
]  # fmt: skip

START, END = "start", "end"

_GPT = "lm_core.models.gpt.GPT.forward"
_BLOCK = "lm_core.models.gpt.Block.forward"
_PROJECT = "lm_core.models.attention.Attention._project"
_ALL_THREE = "lm_core.models.attention.Attention._all_three"
_WRITTEN_OUT = "lm_core.models.attention.Attention._written_out"
_ATTENTION = "lm_core.models.attention.Attention.forward"
_MLP = "lm_core.models.layers.MLP.forward"


@dataclass(frozen=True)
class Made:
    """One tensor of the pass.

    key      its name, e.g. "blocks.0.attn.pattern"; a trace's site where a trace has it
    stop     where the walk shows it; tensors of one stop follow each other
    kind     how its numbers are made
    reads    the tensors that they are made of, by key; weights: the parameters, by their names in the model
    axes     what its numbers are counted by, e.g. "HTD"; shape: how far
    code     the function that makes it, and what stands in its line
    """

    key: str
    stop: str
    kind: Kind
    reads: tuple[str, ...]
    weights: tuple[str, ...]
    axes: str
    shape: tuple[int, ...]
    code: tuple[str, str]


def walk_of(model: GPT, n_tokens: int) -> tuple[Made, ...]:
    """Every tensor of the pass of `n_tokens` tokens, first made first."""
    n_layers = model.config.n_layers
    inside = [made for layer in range(n_layers) for made in block_walk(model, layer, n_tokens)]
    return (*start_walk(model, n_tokens), *inside, *end_walk(model, n_tokens))


def part_of(key: str) -> str:
    """In which part of the pass a tensor is made: 'blocks.3.attn.q' -> 'blocks.3', 'embed' -> 'start'."""
    first, *rest = key.split(".")
    if first == "blocks":
        return "start" if key == "blocks.0.resid_pre" else f"blocks.{rest[0]}"
    return END if first in ("ln_final", "logits", "probabilities") else START


def start_walk(model: GPT, n_tokens: int) -> tuple[Made, ...]:
    """From ids to the vectors that the first block reads."""
    shape = (n_tokens, model.config.d_model)
    found = [Made("embed", "embed", "lookup", (), ("embed.weight",), "TC", shape, (_GPT, 'trace("embed"'))]
    if model.token_shift is not None:
        code = ("lm_core.models.layers.TokenShift.forward", "self.weight")
        found.append(Made("token_shift", "shift", "shift", ("embed",), ("token_shift.weight",), "TC", shape, code))
    if model.config.positions == "learned":
        code = ("lm_core.models.gpt.GPT._position_vectors", "table[start:end]")
        found.append(Made("pos_embed", "positions", "table", (), ("positions.weight",), "TC", shape, code))
    if model.config.positions == "sinusoidal":
        code = ("lm_core.models.layers.sinusoidal_table", "angles.sin()")
        found.append(Made("pos_embed", "positions", "sinusoid", (), (), "TC", shape, code))
    added = tuple(made.key for made in found)
    code = (_GPT, f'trace("{added[-1]}"') if len(added) > 1 else (_BLOCK, 'trace("resid_pre"')
    kind: Kind = "sum" if len(added) > 1 else "same"
    found.append(Made("blocks.0.resid_pre", "sum", kind, added, (), "TC", shape, code))
    return tuple(found)


def block_walk(model: GPT, layer: int, n_tokens: int) -> tuple[Made, ...]:
    """One block: what attention finds, added to the stream; then what the MLP finds."""
    return tuple(_of_block(model, f"blocks.{layer}.", layer, n_tokens))


def end_walk(model: GPT, n_tokens: int) -> tuple[Made, ...]:
    """From the stream after the last block to a probability for every token of the vocabulary."""
    width, last = model.config.d_model, f"blocks.{model.config.n_layers - 1}.resid_post"
    found = list(_norm(model.ln_final, "ln_final", "final norm", last, (n_tokens, width)))
    head = "head" if model.head is not None else "embed"
    read, scores = (found[-1].key if found else last), (n_tokens, model.vocab_size)
    found.append(_linear(model, "logits", "logits", read, head, "TV", scores, (_GPT, 'trace("logits"')))
    code = ("lm_core.interpret.surprise.log_probabilities", "np.exp(shifted)")
    found.append(Made("probabilities", "probabilities", "softmax", ("logits",), (), "TV", scores, code))
    return tuple(found)


def _of_block(model: GPT, at: str, layer: int, n_tokens: int) -> Iterator[Made]:
    block, config = model.blocks[layer], model.config
    assert isinstance(block, Block)
    stream = (n_tokens, config.d_model)
    before = at + "resid_pre"
    if layer > 0:
        read = (f"blocks.{layer - 1}.resid_post",)
        yield Made(before, "stream", "same", read, (), "TC", stream, (_BLOCK, 'trace("resid_pre"'))
    norm = tuple(_norm(block.ln1, at + "ln1", "norm 1", before, stream))
    yield from norm
    yield from _attention(model, at + "attn.", norm[-1].key if norm else before, n_tokens)
    code = (_ATTENTION, "self.o(")
    yield _linear(model, at + "attn_out", "out", at + "attn.joined", at + "attn.o", "TC", stream, code)
    yield _onto(model, at + "resid_mid", "stream 1", before, at + "attn_out", stream)
    norm = tuple(_norm(block.ln2, at + "ln2", "norm 2", at + "resid_mid", stream))
    yield from norm
    yield from _mlp(model, at, norm[-1].key if norm else at + "resid_mid", n_tokens)
    code = (_MLP, 'trace("mlp_post"')
    yield _linear(model, at + "mlp_out", "down", at + "mlp_post", at + "mlp.down", "TC", stream, code)
    yield _onto(model, at + "resid_post", "stream 2", at + "resid_mid", at + "mlp_out", stream)


def _norm(norm: nn.Module, key: str, stop: str, read: str, shape: tuple[int, int]) -> Iterator[Made]:
    """Nothing where the configuration leaves norms out."""
    if isinstance(norm, nn.LayerNorm):
        names = tuple(f"{key}.{name}" for name, _weight in norm.named_parameters())
        code = (_GPT, 'trace("ln_final"') if key == "ln_final" else (_BLOCK, f'trace("{key.split(".")[-1]}"')
        yield Made(key, stop, "layernorm", (read,), names, "TC", shape, code)
    elif not isinstance(norm, nn.Identity):
        code = ("lm_core.models.layers.RMSNorm.forward", "self.weight")
        yield Made(key, stop, "unit", (read,), (f"{key}.weight",), "TC", shape, code)


def _attention(model: GPT, at: str, read: str, n_tokens: int) -> Iterator[Made]:
    config = model.config
    across = (config.n_heads, n_tokens, n_tokens)
    yield from _heads(model, at, read, n_tokens)
    q_k = (at + "q", at + "k")
    scores = at + ("products" if config.scale_scores else "scores")
    yield Made(scores, "products", "dot", q_k, (), "HTS", across, (_WRITTEN_OUT, 'trace("products"'))
    if config.scale_scores:
        code = (_WRITTEN_OUT, 'trace("scores"')
        yield Made(at + "scores", "scale", "divide", (at + "products",), (), "HTS", across, code)
    seen = at + "scores"
    if config.causal:
        code = (_WRITTEN_OUT, 'trace("masked"')
        yield Made(at + "masked", "mask", "mask", (seen,), (), "HTS", across, code)
        seen = at + "masked"
    code = (_WRITTEN_OUT, 'trace("pattern"')
    yield Made(at + "pattern", "pattern", "softmax", (seen,), (), "HTS", across, code)
    shape = (config.n_heads, n_tokens, config.d_head)
    code = (_WRITTEN_OUT, "@ v")
    yield Made(at + "z", "mix", "mix", (at + "pattern", at + "v"), (), "HTD", shape, code)
    joined = (n_tokens, config.n_heads * config.d_head)
    yield Made(at + "joined", "join", "join", (at + "z",), (), "TC", joined, (_ATTENTION, "flatten(2)"))


def _heads(model: GPT, at: str, read: str, n_tokens: int) -> Iterator[Made]:
    """q and k through up to four steps, v through one: the last of q's and k's are those that are compared."""
    config = model.config
    steps: list[tuple[str, str, Kind, tuple[str, str], str]] = []
    if config.qk_norm:
        steps.append(("normed", "unit", "unit", (_PROJECT, "to_unit_scale(qk)"), "qk"))
    if config.positions == "rotary":
        steps.append(("turned", "turn", "turn", ("lm_core.models.layers.rotate", "x * cosines"), "qk"))
    if config.qk_gain:
        steps.append(("gained", "gain", "gain", (_PROJECT, "q * self.gain"), "q"))
    last = {name: max((i for i, step in enumerate(steps) if name in step[4]), default=-1) for name in "qk"}
    heads = {"q": config.n_heads, "k": config.kv_heads, "v": config.kv_heads}
    now: dict[str, str] = {}
    for name, count in heads.items():
        now[name] = at + (name if last.get(name, -1) < 0 else f"{name}_linear")
        shape = (count, n_tokens, config.d_head)
        code = (_ALL_THREE, "F.linear(")
        yield _linear(model, now[name], "heads", read, at + name, "HTD", shape, code)
    for i, (suffix, stop, kind, where, names) in enumerate(steps):
        for name in names:
            before, now[name] = now[name], at + (name if last[name] == i else f"{name}_{suffix}")
            shape = (heads[name], n_tokens, config.d_head)
            weights = (at + "gain",) if kind == "gain" else ()
            yield Made(now[name], stop, kind, (before,), weights, "HTD", shape, where)


def _mlp(model: GPT, at: str, read: str, n_tokens: int) -> Iterator[Made]:
    block = model.get_submodule(at.removesuffix("."))
    assert isinstance(block, Block)
    shape = (n_tokens, block.mlp.up.out_features)
    bent: Kind = model.config.activation
    if block.mlp.gate is not None:
        code = (_MLP, 'trace("mlp_pre", self.gate')
        yield _linear(model, at + "mlp_pre", "up", read, at + "mlp.gate", "TM", shape, code)
        yield _linear(model, at + "mlp_up", "up", read, at + "mlp.up", "TM", shape, (_MLP, 'trace("mlp_up"'))
        reads: tuple[str, ...] = (at + "mlp_pre", at + "mlp_up")
        where = (_MLP, "F.silu(pre)")
    else:
        yield _linear(model, at + "mlp_pre", "up", read, at + "mlp.up", "TM", shape, (_MLP, 'trace("mlp_pre", self.up'))
        reads = (at + "mlp_pre",)
        gelu = bent.startswith("gelu")
        where = (_MLP, "F.gelu(pre,") if gelu else ("lm_core.models.layers.squared_relu", "positive * positive")
    yield Made(at + "mlp_post", "bend", bent, reads, (), "TM", shape, where)


def _linear(
    model: GPT, key: str, stop: str, read: str, module: str, axes: str, shape: tuple[int, ...], code: tuple[str, str]
) -> Made:
    """A product with a matrix, and a bias where the model has one."""
    has_bias = getattr(model.get_submodule(module), "bias", None) is not None
    weights = (f"{module}.weight", f"{module}.bias") if has_bias else (f"{module}.weight",)
    return Made(key, stop, "linear", (read,), weights, axes, shape, code)


def _onto(model: GPT, key: str, stop: str, stream: str, found: str, shape: tuple[int, int]) -> Made:
    """The stream with what was found; where the residual is left out, what was found alone."""
    code = ("lm_core.models.gpt.Block._on", "stream + found")
    if model.config.residual:
        return Made(key, stop, "sum", (stream, found), (), "TC", shape, code)
    return Made(key, stop, "same", (found,), (), "TC", shape, code)
