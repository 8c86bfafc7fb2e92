import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from lm_core.config import ModelConfig
from lm_core.models.attention import Attention, causal_mask
from lm_core.models.trace import Trace


def tiny(**changes):
    return ModelConfig(**{"n_layers": 1, "n_heads": 4, "d_model": 32, "context_length": 12, **changes})


def attention(**changes):
    torch.manual_seed(0)
    return Attention(tiny(**changes), layer=0)


@pytest.fixture
def x():
    return torch.randn(2, 10, 32, generator=torch.Generator().manual_seed(1))


def test_attention_worked_example():
    """One head, all matrices the identity: the first token sees itself, the second shares its look e^(1/√8) to 1."""
    attend = Attention(tiny(n_heads=1, d_model=8, positions="learned"), layer=0)
    with torch.no_grad():
        for linear in (attend.q, attend.k, attend.v, attend.o):
            linear.weight.copy_(torch.eye(8))
    first, second = torch.eye(8)[0], torch.eye(8)[1]
    out = attend(torch.stack((first, second))[None])[0]
    share = math.exp(1 / math.sqrt(8)) / (math.exp(1 / math.sqrt(8)) + 1)
    torch.testing.assert_close(out[0], first)
    torch.testing.assert_close(out[1], (1 - share) * first + share * second)


@pytest.mark.parametrize("positions", ["learned", "rotary"])
@pytest.mark.parametrize("n_kv_heads", [None, 2, 1])
@pytest.mark.parametrize("qk_norm", [False, True])
def test_the_written_out_road_equals_the_fused_one(x, positions, n_kv_heads, qk_norm):
    attend = attention(positions=positions, n_kv_heads=n_kv_heads, qk_norm=qk_norm)
    torch.testing.assert_close(attend(x, trace=Trace()), attend(x))


def test_both_roads_have_the_same_gradients(x):
    attend = attention()
    gradients = []
    for trace in (Trace(), Trace(keep=lambda site: False)):
        attend.zero_grad()
        attend(x, trace=trace).square().sum().backward()
        gradients.append(attend.q.weight.grad.clone())
    torch.testing.assert_close(*gradients)


def test_attention_agrees_with_torchs_multihead_attention(x):
    attend = attention(positions="learned")
    theirs = nn.MultiheadAttention(32, 4, bias=False, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat((attend.q.weight, attend.k.weight, attend.v.weight)))
        theirs.out_proj.weight.copy_(attend.o.weight)
    trace = Trace()
    out, pattern = theirs(x, x, x, attn_mask=~causal_mask(10, 10), average_attn_weights=False)
    torch.testing.assert_close(attend(x, trace=trace), out)
    torch.testing.assert_close(trace.activations["pattern"], pattern)


def test_the_shown_values_give_torchs_scaled_dot_product_attention(x):
    trace = Trace()
    attention()(x, trace=trace)
    seen = trace.activations
    z = F.scaled_dot_product_attention(seen["q"], seen["k"], seen["v"], is_causal=True)
    torch.testing.assert_close(seen["z"], z)
    torch.testing.assert_close(seen["scores"], seen["q"] @ seen["k"].transpose(-2, -1) / math.sqrt(8))


@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_with_qk_norm_a_score_is_a_cosine_times_the_root_of_the_width(x, positions):
    attend, trace = attention(positions=positions, qk_norm=True), Trace()
    out = attend(1000 * x, trace=trace)
    q, k = trace.activations["q"], trace.activations["k"]
    cosine = F.cosine_similarity(q[..., :, None, :], k[..., None, :, :], dim=-1)  # (B, H, T, S)
    torch.testing.assert_close(trace.activations["scores"], math.sqrt(8) * cosine, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(out, 1000 * attend(x), atol=0.5, rtol=1e-3)  # longer vectors attend no harder


def test_a_gain_makes_each_head_sharper_by_itself(x):
    attend, trace, plain = attention(qk_norm=True, qk_gain=True), Trace(), Trace()
    with torch.no_grad():
        attend.gain.copy_(torch.arange(1.0, 1 + len(attend.gain)))
    attend(x, trace=trace)
    attend.gain = None
    attend(x, trace=plain)
    scores = plain.activations["scores"]  # (B, H, T, S)
    times = torch.arange(1.0, 1 + scores.size(1))[:, None, None]
    torch.testing.assert_close(trace.activations["scores"], times * scores, atol=1e-4, rtol=1e-4)


def test_a_fresh_gain_gives_a_perfect_match_a_score_of_ten(x):
    attend, trace = attention(qk_norm=True, qk_gain=True), Trace()
    attend(x, trace=trace)
    q, k = trace.activations["q"], trace.activations["k"]
    cosine = F.cosine_similarity(q[..., :, None, :], k[..., None, :, :], dim=-1)  # (B, H, T, S)
    torch.testing.assert_close(trace.activations["scores"], 10 * cosine, atol=1e-3, rtol=1e-3)


def test_in_bfloat16_attention_is_the_written_out_one(x):
    attend = attention()
    exact = attend(x)
    rough = attend.bfloat16()(x.bfloat16())
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(rough.float(), exact, atol=0.05, rtol=0.05)


def test_rows_of_the_pattern_sum_to_one_and_look_only_back(x):
    trace = Trace()
    attention()(x, trace=trace)
    pattern = trace.activations["pattern"]
    torch.testing.assert_close(pattern.sum(-1), torch.ones(2, 4, 10))
    assert pattern.triu(1).count_nonzero() == 0


def test_grouped_queries_equal_full_attention_with_repeated_keys(x):
    grouped, full = attention(n_kv_heads=2), attention()
    with torch.no_grad():
        full.q.weight.copy_(grouped.q.weight)
        full.o.weight.copy_(grouped.o.weight)
        for name in ("k", "v"):
            heads = getattr(grouped, name).weight.unflatten(0, (2, 8))
            getattr(full, name).weight.copy_(heads.repeat_interleave(2, dim=0).flatten(0, 1))
    torch.testing.assert_close(grouped(x), full(x))


@pytest.mark.parametrize("trace", [Trace(), Trace(keep=lambda site: False)], ids=["written out", "fused"])
def test_dropout_acts_in_training_and_rests_in_eval(x, trace):
    attend = attention(dropout=0.5)
    assert not torch.equal(attend(x, trace=trace), attend(x, trace=trace))
    attend.eval()
    assert torch.equal(attend(x, trace=trace), attend(x, trace=trace))


def test_the_mask_of_the_last_queries_is_the_end_of_the_square_one():
    assert causal_mask(2, 4).tolist() == [[True, True, True, False], [True, True, True, True]]
    assert torch.equal(causal_mask(4, 4)[2:], causal_mask(2, 4))


def test_a_pass_that_trains_may_use_the_mask_of_one_that_only_read():
    attend, text = attention(), torch.randn(1, 11, 32, requires_grad=True)
    with torch.inference_mode():
        read = attend(text, trace=Trace(keep=lambda site: site == "pattern"))
    trace = Trace(keep=lambda site: site == "pattern")
    attend(text, trace=trace).sum().backward()
    torch.testing.assert_close(trace.activations["pattern"].triu(1).sum(), torch.tensor(0.0))
    torch.testing.assert_close(attend(text), read)
    assert text.grad is not None
