"""The cache step by step: the writing of `generate`, columns as a pass without a cache has them, costs counted."""

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig, SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.decode import generate
from lm_core.generation.filling import fill
from lm_core.generation.timing import lengths_up_to, matrix_weights, multiplications, time_tokens
from lm_core.models.registry import build_model
from lm_core.models.trace import Trace

SAMPLING = SamplingConfig(seed=3)
PROMPT = [1, 2, 3]


def model_of(**changes):
    torch.manual_seed(0)
    shape = {"n_layers": 2, "n_heads": 4, "n_kv_heads": 2, "d_model": 16, "context_length": 8, **changes}
    return build_model(ModelConfig(**shape), 11).eval()


def test_it_writes_what_generate_writes_and_brings_one_column_a_token_until_it_slides():
    model = model_of()
    filled = list(fill(model, PROMPT, SAMPLING, n_tokens=10))
    assert [step.token_id for step in filled] == [
        step.token_id for step in generate(model, PROMPT, SAMPLING, n_tokens=10)
    ]
    assert [step.tokens for step in filled] == list(range(3, 13))
    assert [step.start for step in filled] == [0, 0, 0, 0, 0, 0, 2, 2, 4, 4]
    assert [step.keys.shape[1] for step in filled] == [3, 1, 1, 1, 1, 1, 7, 1, 7, 1]


def test_every_column_is_that_of_a_pass_without_a_cache():
    model = model_of()
    filled = list(fill(model, PROMPT, SAMPLING, n_tokens=10))
    ids = PROMPT + [step.token_id for step in filled]
    for step in filled:
        trace = Trace(keep=lambda site: site.endswith((".k", ".v")))
        with torch.inference_mode():
            model(torch.tensor([ids[step.start : step.tokens]]), trace=trace)
        for name, part in (("k", step.keys), ("v", step.values)):
            plain = torch.stack([trace.activations[f"blocks.{layer}.attn.{name}"][0] for layer in (0, 1)])
            expected = plain.transpose(1, 2)[:, -part.shape[1] :].numpy()  # (L, T, K, D)
            np.testing.assert_allclose(part, expected, atol=1e-5)


def test_without_a_mask_there_is_no_cache_to_fill():
    with pytest.raises(ConfigError, match="no causal mask"):
        next(fill(model_of(causal=False), PROMPT, SAMPLING, n_tokens=1))


def test_multiplications_are_counted_as_by_hand():
    model = model_of(d_mlp=32, positions="learned", activation="gelu")
    layer = 16 * 16 * 2 + 16 * 8 * 2 + 2 * 16 * 32  # q and o, k and v of half the heads, two matrices of the MLP
    assert matrix_weights(model) == 2 * layer + 16 * 11
    assert multiplications(model, 5, cached=True) == matrix_weights(model) + 2 * 2 * 16 * 5
    assert multiplications(model, 5, cached=False) == 5 * matrix_weights(model) + 2 * 2 * 16 * (1 + 2 + 3 + 4 + 5)
    tied = model_of(d_mlp=32, activation="gelu", tie_embeddings=True)
    assert matrix_weights(tied) == matrix_weights(model)


def test_times_come_one_by_one_for_ascending_lengths():
    assert lengths_up_to(64, 4) == [16, 32, 48, 64]
    assert lengths_up_to(8)[-1] == 8
    lengths = lengths_up_to(8)
    found = list(time_tokens(model_of(), list(range(8)), lengths))
    assert [timing.tokens for timing in found] == lengths
    assert all(timing.cached > 0 and timing.recomputed > 0 for timing in found)
