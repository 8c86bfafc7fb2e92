import math
from itertools import product

import pytest
import torch
from torch import nn

from lm_core.config import ModelConfig
from lm_core.models.attention import causal_mask
from lm_core.models.cache import KVCache
from lm_core.models.gpt import GPT
from lm_core.models.trace import Trace

VARIANTS = list(product(["learned", "sinusoidal", "rotary"], ["layernorm", "rmsnorm"], ["gelu", "relu2", "swiglu"]))

SWITCHES = [
    {"qk_norm": True},
    {"qk_norm": True, "qk_gain": True},
    {"token_shift": True},
    {"qk_norm": True, "token_shift": True, "zero_init": True},
]


def tiny(**changes):
    return ModelConfig(**{"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 12, **changes})


def awake(config, vocab_size=11):
    """A model whose every part matters: fresh ones are nearly silent."""
    torch.manual_seed(0)
    model = GPT(config, vocab_size).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


@pytest.fixture
def ids():
    return torch.randint(11, (2, 10), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("positions", "norm", "activation"), VARIANTS)
def test_a_later_token_never_changes_an_earlier_logit(ids, positions, norm, activation):
    model = awake(tiny(positions=positions, norm=norm, activation=activation))
    changed = ids.clone()
    changed[:, 6:] = (changed[:, 6:] + 1) % 11
    before, after = model(ids), model(changed)
    torch.testing.assert_close(before[:, :6], after[:, :6])
    assert not torch.allclose(before[:, 6:], after[:, 6:])


@pytest.mark.parametrize(("positions", "norm", "activation"), VARIANTS)
def test_a_traced_pass_gives_the_logits_of_an_untraced_one(ids, positions, norm, activation):
    model = awake(tiny(positions=positions, norm=norm, activation=activation))
    torch.testing.assert_close(model(ids, trace=Trace()), model(ids))


@pytest.mark.parametrize("switches", SWITCHES)
@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_no_switch_lets_a_later_token_change_an_earlier_logit(ids, switches, positions):
    model = awake(tiny(**switches, positions=positions))
    for place in range(1, 10):
        changed = ids.clone()
        changed[:, place:] = (changed[:, place:] + 1) % 11
        torch.testing.assert_close(model(changed)[:, :place], model(ids)[:, :place])


@pytest.mark.parametrize("switches", SWITCHES)
def test_with_every_switch_a_traced_pass_gives_the_logits_of_an_untraced_one(ids, switches):
    model = awake(tiny(**switches))
    torch.testing.assert_close(model(ids, trace=Trace()), model(ids))


@pytest.mark.parametrize("switches", SWITCHES)
@pytest.mark.parametrize("cuts", [[4, 3, 1, 2], [1] * 10, [9, 1]])
def test_with_every_switch_reading_in_parts_with_a_cache_equals_reading_at_once(ids, switches, cuts):
    model = awake(tiny(**switches))
    cache = KVCache(model.config, batch_size=2)
    with torch.inference_mode():
        for _ in range(2):  # the second time, the cache has been cleared and must have forgotten everything
            parts = [model(part, cache=cache) for part in ids.split(cuts, dim=1)]
            torch.testing.assert_close(torch.cat(parts, dim=1), model(ids))
            cache.clear()


def test_a_token_shift_alone_tells_two_orders_apart():
    """Without it, attention without positions sees a bag: the last token's logits cannot know who came just before."""
    model = awake(tiny(token_shift=True, n_layers=1))
    with torch.no_grad():
        model.blocks[0].attn.v.weight.zero_()  # nothing comes through attention
        a, b = model(torch.tensor([[1, 2, 3], [2, 1, 3]]))[:, -1]
        assert not torch.allclose(a, b, atol=1e-3)
        model.token_shift.weight.zero_()
        a, b = model(torch.tensor([[1, 2, 3], [2, 1, 3]]))[:, -1]
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize(("init", "deviation"), [("by_width", 0.125), ("gpt2", 0.02)])
def test_the_first_weights_are_as_large_as_the_width_asks_for_or_as_gpt2s(init, deviation):
    torch.manual_seed(0)
    block = GPT(tiny(init=init, d_model=64), 11).blocks[0]
    for weight in (block.attn.q.weight, block.attn.k.weight, block.attn.v.weight, block.mlp.up.weight):
        assert weight.std().item() == pytest.approx(deviation, rel=0.1)


def test_with_zero_init_a_fresh_model_hands_the_embedding_through_every_block(ids):
    trace = Trace()
    torch.manual_seed(0)
    GPT(tiny(zero_init=True), 11)(ids, trace=trace)
    assert torch.equal(trace.activations["blocks.1.resid_post"], trace.activations["embed"])


@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary"])
def test_every_model_knows_the_order_of_its_tokens(positions):
    model = awake(tiny(positions=positions))
    logits = model(torch.tensor([[1, 2, 3], [2, 1, 3]]))
    assert not torch.allclose(logits[0, -1], logits[1, -1], atol=1e-3)


@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary"])
@pytest.mark.parametrize("n_kv_heads", [None, 1])
def test_reading_in_parts_with_a_cache_equals_reading_at_once(ids, positions, n_kv_heads):
    model = awake(tiny(positions=positions, n_kv_heads=n_kv_heads))
    cache, trace = KVCache(model.config, batch_size=2), Trace()
    with torch.inference_mode():
        parts = [model(ids[:, :4], cache=cache), model(ids[:, 4:7], cache=cache), model(ids[:, 7:8], cache=cache)]
        parts += [model(ids[:, 8:], cache=cache, trace=trace)]
        torch.testing.assert_close(torch.cat(parts, dim=1), model(ids))
    assert cache.length == 10
    assert trace.activations["blocks.0.attn.pattern"].shape == (2, 2, 2, 10)


def test_the_sites_are_transformerlens_names(ids):
    trace = Trace()
    awake(tiny(positions="learned", n_layers=1))(ids, trace=trace)
    block = (
        "resid_pre ln1 attn.heads attn.q attn.k attn.v attn.products attn.scores attn.masked attn.pattern attn.z "
        "attn_out resid_mid ln2 mlp_pre mlp_post mlp_out resid_post"
    )
    expected = ["embed", "pos_embed", *(f"blocks.0.{site}" for site in block.split()), "ln_final", "logits"]
    assert list(trace.activations) == expected


@pytest.mark.parametrize("token_shift", [False, True])
def test_the_residual_stream_is_a_sum(ids, token_shift):
    trace = Trace()
    awake(tiny(positions="learned", token_shift=token_shift))(ids, trace=trace)
    seen = trace.activations
    total = seen["embed"] + seen["pos_embed"] + seen.get("token_shift", 0)
    for layer in range(2):
        total = total + seen[f"blocks.{layer}.attn_out"] + seen[f"blocks.{layer}.mlp_out"]
    torch.testing.assert_close(total, seen["blocks.1.resid_post"])


def test_ablating_a_head_by_trace_equals_zeroing_its_weights(ids):
    model = awake(tiny())

    def without_head_1(z):
        return z.index_fill(1, torch.tensor([1]), 0.0)

    by_trace = model(ids, trace=Trace(keep=lambda site: False, edits={"blocks.1.attn.z": without_head_1}))
    assert not torch.allclose(by_trace, model(ids))
    with torch.no_grad():
        model.blocks[1].attn.o.weight[:, 8:] = 0  # what head 1 hands over is never read
    torch.testing.assert_close(by_trace, model(ids))


def test_editing_the_pattern_changes_the_logits(ids):
    model = awake(tiny())
    edits = {"blocks.0.attn.pattern": lambda pattern: torch.eye(10).expand_as(pattern)}
    assert not torch.allclose(model(ids, trace=Trace(edits=edits)), model(ids))


@pytest.mark.parametrize("tie", [False, True])
def test_the_model_agrees_with_one_assembled_from_torchs_own_layers(ids, tie):
    config = tiny(positions="learned", norm="layernorm", activation="gelu", tie_embeddings=tie)
    model = awake(config)
    layers = [_torchs_layer(block) for block in model.blocks]
    x = model.embed.weight[ids] + model.positions.weight[:10]
    for layer in layers:
        x = layer(x, src_mask=~causal_mask(10, 10))
    x = nn.functional.layer_norm(x, (16,), model.ln_final.weight, model.ln_final.bias)
    head = model.embed.weight if tie else model.head.weight
    torch.testing.assert_close(model(ids), x @ head.T)


def _torchs_layer(block):
    layer = nn.TransformerEncoderLayer(16, 2, 64, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
    ours, attn = block.state_dict(), block.attn
    with torch.no_grad():
        for weight in layer.parameters():
            weight.zero_()  # our linear layers have no bias
        layer.self_attn.in_proj_weight.copy_(torch.cat((attn.q.weight, attn.k.weight, attn.v.weight)))
        layer.self_attn.out_proj.weight.copy_(attn.o.weight)
        layer.linear1.weight.copy_(ours["mlp.up.weight"])
        layer.linear2.weight.copy_(ours["mlp.down.weight"])
        for theirs, name in ((layer.norm1, "ln1"), (layer.norm2, "ln2")):
            theirs.weight.copy_(ours[f"{name}.weight"])
            theirs.bias.copy_(ours[f"{name}.bias"])
    return layer


@pytest.mark.parametrize(("positions", "norm", "activation"), VARIANTS)
def test_a_fresh_model_guesses_nearly_uniformly(ids, positions, norm, activation):
    torch.manual_seed(0)
    config = tiny(positions=positions, norm=norm, activation=activation, n_layers=4, d_model=64)
    logits = GPT(config, 11)(ids)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids.flatten())
    assert loss.item() == pytest.approx(math.log(11), abs=0.2)


def test_equal_seeds_give_equal_models(ids):
    models = []
    for _ in range(2):
        torch.manual_seed(7)
        models.append(GPT(tiny(), 11))
    assert torch.equal(models[0](ids), models[1](ids))


def test_a_state_dict_names_each_weight_once_even_when_tied():
    tied = GPT(tiny(tie_embeddings=True), 11)
    assert "head.weight" not in tied.state_dict()
    assert set(tied.state_dict()) == {name for name, _ in tied.named_parameters()}


def test_more_tokens_than_the_context_are_a_programmers_mistake():
    with pytest.raises(AssertionError, match="13 tokens exceed the context of 12"):
        awake(tiny())(torch.zeros(1, 13, dtype=torch.int64))


def test_two_passes_with_different_edits_do_not_meet(ids):
    """Traces are arguments, so one model can be read in two ways at once."""
    model = awake(tiny())
    plain, edited = Trace(), Trace(edits={"blocks.0.mlp_out": torch.zeros_like})
    model(ids, trace=edited)
    torch.testing.assert_close(model(ids, trace=plain), model(ids))
    assert edited.activations["blocks.0.mlp_out"].count_nonzero() == 0
    assert plain.activations["blocks.0.mlp_out"].count_nonzero() > 0


def test_a_cache_goes_on_with_the_texts_that_were_chosen_in_the_order_asked_for():
    model = GPT(tiny(token_shift=True), 9).eval()
    cache = KVCache(model.config, 4)
    first = torch.tensor([[1, 2, 3], [4, 5, 6]])
    with torch.inference_mode():
        model(first, cache=cache)
        cache.select([1, 0, 0])
        cached = model(torch.tensor([[7], [7], [8]]), cache=cache)[:, -1]
        whole = model(torch.tensor([[4, 5, 6, 7], [1, 2, 3, 7], [1, 2, 3, 8]]))[:, -1]
    assert torch.allclose(cached, whole, atol=1e-5)
