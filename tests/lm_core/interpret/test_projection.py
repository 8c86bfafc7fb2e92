"""What q and k go through before they are compared: each stage, and the last one number for number."""

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.interpret.attention import queries_keys
from lm_core.interpret.heads import head_reports, random_scores
from lm_core.interpret.projection import projection_path
from lm_core.interpret.snapshot import take_snapshot
from lm_core.models.registry import build_model

IDS = [3, 1, 4, 1, 5, 9, 2, 6]
SIZES = {"n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "d_model": 32, "context_length": 16}


def made(**switches):
    torch.manual_seed(2)
    model = build_model(ModelConfig(**SIZES, **switches), 12).eval()
    with torch.no_grad():
        for block in model.blocks:
            if block.attn.gain is not None:
                block.attn.gain.copy_(torch.tensor([0.5, 1.0, 2.0, 3.0]))
    return model


@pytest.mark.parametrize(
    ("switches", "of_q", "of_k"),
    [
        ({"positions": "learned"}, [], []),
        ({"positions": "rotary"}, ["projected"], ["projected"]),
        ({"positions": "rotary", "qk_norm": True}, ["projected", "normed"], ["projected", "normed"]),
        (
            {"positions": "rotary", "qk_norm": True, "qk_gain": True},
            ["projected", "normed", "turned"],
            ["projected", "normed"],
        ),
        ({"positions": "learned", "qk_norm": True, "qk_gain": True}, ["projected", "normed"], ["projected"]),
    ],
)
def test_each_recipe_shows_its_own_stages_and_ends_at_what_is_compared(switches, of_q, of_k):
    model = made(**switches)
    path = projection_path(model, IDS, 1)
    assert [name[2:] for name in path if name.startswith("q ")] == of_q
    assert [name[2:] for name in path if name.startswith("k ")] == of_k
    q, k = queries_keys(take_snapshot(model, IDS, [str(one) for one in IDS], step=0))
    assert np.allclose(path["q"], q[1], atol=1e-5)  # the block below may have taken the fused road
    assert np.allclose(path["k"], k[1], atol=1e-5)
    assert path["v"].shape == path["q"].shape == (4, 8, 8)


def test_the_norm_makes_one_length_the_turn_keeps_it_and_the_gain_is_of_the_head():
    path = projection_path(made(positions="rotary", qk_norm=True, qk_gain=True), IDS, 0)
    lengths = {name: np.linalg.norm(x, axis=-1) for name, x in path.items()}
    assert np.allclose(lengths["q normed"], 8**0.5, atol=1e-3)
    assert np.allclose(lengths["q turned"], lengths["q normed"], rtol=1e-5)
    assert np.allclose(lengths["q"] / lengths["q turned"], [[0.5], [1], [2], [3]], rtol=1e-5)
    assert np.allclose(path["q turned"][:, 0], path["q normed"][:, 0]), "position 0 is not turned"
    assert np.array_equal(path["k"][0], path["k"][1]), "two query heads share one key head"


def test_scores_on_random_tokens_are_those_that_names_rest_on():
    model = made(positions="rotary")
    tokens = [str(one) for one in range(12)] + list("abcd")
    snapshot = take_snapshot(model, [*range(12), 1, 2, 3, 4], tokens, step=0)
    pattern = np.stack([snapshot.activations[f"blocks.{layer}.attn.pattern"] for layer in range(2)])
    heads = head_reports(model, pattern, tokens)
    scores = random_scores(model)
    for place, head in enumerate(heads):
        named = {one.name: one.random for one in head.measures if one.random is not None}
        mine = scores[place // 4][place % 4]
        assert {name: mine[name] for name in named} == pytest.approx(named)
