"""Models that are broken on purpose: each switch does what it says, and nothing else."""

import math

import pytest
import torch
import torch.nn.functional as F

from lm_core.config import ModelConfig, SamplingConfig
from lm_core.generation.decode import generate
from lm_core.interpret.attention import attention_of, queries_keys
from lm_core.interpret.snapshot import take_snapshot
from lm_core.models.cache import KVCache
from lm_core.models.gpt import GPT
from lm_core.models.registry import count_parameters
from lm_core.models.trace import Trace

BROKEN = [{"causal": False}, {"positions": "none"}, {"residual": False}, {"scale_scores": False}, {"norm": "none"}]
SIZE = {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 12}
IDS = torch.tensor([[1, 5, 2, 2, 9, 0, 7, 3, 3, 10]])


def model_with(**changes):
    """Weights large enough for every switch to show."""
    torch.manual_seed(0)
    model = GPT(ModelConfig(**{**SIZE, "positions": "learned", **changes}), 11)
    with torch.no_grad():
        for weight in model.parameters():
            weight += torch.randn_like(weight) * 0.3
    return model.eval()


def plain(model, ids):
    """The textbook's formulas in plain torch, with the model's weights and switches: ids (B, T) -> logits (B, T, V)."""
    config, (batch, length) = model.config, ids.shape

    def heads(x):
        return x.view(batch, length, config.n_heads, config.d_head).transpose(1, 2)

    x = model.embed.weight[ids]
    if config.positions == "learned":
        x = x + model.positions.weight[:length]
    for block in model.blocks:
        normed = x if config.norm == "none" else F.rms_norm(x, (config.d_model,), block.ln1.weight, 1e-5)
        q, k, v = (heads(normed @ part.weight.T) for part in (block.attn.q, block.attn.k, block.attn.v))
        scores = q @ k.mT
        if config.scale_scores:
            scores = scores / math.sqrt(config.d_head)
        if config.causal:
            scores = scores + torch.full((length, length), -torch.inf).triu(1)
        z = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, -1)
        x = x * config.residual + z @ block.attn.o.weight.T
        normed = x if config.norm == "none" else F.rms_norm(x, (config.d_model,), block.ln2.weight, 1e-5)
        x = x * config.residual + (normed @ block.mlp.up.weight.T).relu().square() @ block.mlp.down.weight.T
    x = x if config.norm == "none" else F.rms_norm(x, (config.d_model,), model.ln_final.weight, 1e-5)
    return x @ model.head.weight.T


@pytest.mark.parametrize("switch", [{}, *BROKEN], ids=str)
def test_a_broken_model_is_the_textbooks_with_that_part_left_out(switch):
    model = model_with(**switch)
    expected = plain(model, IDS)
    torch.testing.assert_close(model(IDS), expected, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(model(IDS, trace=Trace()), expected, atol=1e-4, rtol=1e-4)
    if switch:
        assert not torch.allclose(model_with()(IDS), expected, atol=1e-3)


@pytest.mark.parametrize("positions", ["learned", "rotary"])
def test_without_a_mask_a_later_token_changes_an_earlier_logit(positions):
    """The leak: what comes last is known at the first place already."""
    other = IDS.clone()
    other[0, -1] = 4
    for causal in (True, False):
        model = model_with(causal=causal, positions=positions)
        changed = (model(other) - model(IDS))[0, :-1].abs().amax(-1)
        assert bool((changed > 1e-4).all()) is not causal
        assert bool((changed == 0).all()) is causal


def test_without_a_mask_the_answer_is_copied_and_the_loss_falls_below_what_can_be_known():
    """Tokens of pure chance cost ln 8 each, whoever guesses them; who sees them pays less."""
    from lm_core.training.objective import next_token_loss

    losses = {}
    for causal in (True, False):
        torch.manual_seed(0)
        model = GPT(ModelConfig(**{**SIZE, "n_layers": 1, "d_model": 32}, causal=causal, token_shift=True), 8)
        optimizer = torch.optim.Adam(model.parameters(), 1e-2)
        for _step in range(120):
            ids = torch.randint(8, (32, 13))
            loss = next_token_loss(model(ids[:, :-1]), ids[:, 1:])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses[causal] = loss.item()
    assert losses[True] > 0.98 * math.log(8)
    assert losses[False] < 0.7 * math.log(8)


def test_without_a_mask_captured_attention_is_not_a_triangle_and_its_rows_still_sum_to_one():
    snapshot = take_snapshot(model_with(causal=False), IDS[0].numpy(), ["x"] * 10, step=0)
    attention = torch.tensor(attention_of(snapshot))
    assert (attention > 0).all()
    torch.testing.assert_close(attention.sum(-1), torch.ones(2, 2, 10))


def test_without_the_division_captured_queries_and_keys_give_the_scores_as_they_are():
    snapshot = take_snapshot(model_with(scale_scores=False), IDS[0].numpy(), ["x"] * 10, step=0)
    q, k = queries_keys(snapshot)
    scores = torch.tensor(snapshot.activations["blocks.1.attn.scores"])
    torch.testing.assert_close(scores, torch.tensor(q[1] @ k[1].transpose(0, 2, 1)))


def test_without_positions_the_order_of_what_came_before_is_lost():
    model = model_with(positions="none", n_layers=1)
    shuffled = IDS[:, [3, 1, 0, 2, 5, 4, 8, 6, 7, 9]]
    torch.testing.assert_close(model(IDS)[0, -1], model(shuffled)[0, -1])


def test_without_a_mask_generation_reads_all_anew_for_each_token():
    model = model_with(causal=False)
    ids = IDS[0, :6].tolist()
    for step in generate(model, ids, SamplingConfig(seed=1), n_tokens=5, keep_attention=True):
        torch.testing.assert_close(torch.tensor(step.logits), model(torch.tensor([ids]))[0, -1])
        assert step.attention.shape == (2, 2, len(ids))
        ids.append(step.token_id)


def test_a_cache_for_a_model_without_a_mask_is_a_programmers_mistake():
    model = model_with(causal=False)
    with pytest.raises(AssertionError, match="without a causal mask cannot use a cache"):
        model(IDS, cache=KVCache(model.config, 1))


@pytest.mark.parametrize("switch", [switch for switch in BROKEN if switch.get("causal", True)], ids=str)
def test_the_other_broken_models_read_in_parts_as_at_once(switch):
    model, parts = model_with(**switch), []
    cache = KVCache(model.config, 1)
    with torch.inference_mode():
        for part in IDS.split([4, 1, 5], dim=1):
            parts.append(model(part, cache=cache))
    torch.testing.assert_close(torch.cat(parts, dim=1), model(IDS), atol=1e-4, rtol=1e-4)


def test_without_norms_there_are_none_to_learn():
    assert count_parameters(ModelConfig(norm="none"), 11)["norms"] == 0


def test_without_positions_a_head_may_have_an_odd_width():
    assert ModelConfig(d_model=12, n_heads=4, positions="none").d_head == 3
