"""A model made ready to be read says what it said before."""

import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.models.cache import KVCache
from lm_core.models.inference import laid_out_for_single_tokens
from lm_core.models.registry import assemble_model, build_model


@pytest.mark.parametrize("tied", [False, True])
def test_another_layout_in_memory_changes_no_weight_and_no_logit(tied):
    torch.manual_seed(0)
    config = ModelConfig(
        n_layers=2, n_heads=4, n_kv_heads=2, d_model=32, context_length=16, bias=True, positions="learned",
        tie_embeddings=tied,
    )  # fmt: skip
    plain = build_model(config, 9).eval()
    weights = dict(plain.named_parameters())
    laid_out = {name: laid_out_for_single_tokens(config, name, weight.detach()) for name, weight in weights.items()}
    assert all(torch.equal(laid_out[name], weight) for name, weight in weights.items())
    as_they_were = {name for name, weight in laid_out.items() if weight.dim() == 2 and weight.is_contiguous()}
    assert as_they_were == {"positions.weight", *([] if tied else ["embed.weight"])}
    model, ids = assemble_model(config, 9, laid_out), torch.tensor([[1, 2, 3, 4, 5]])
    with torch.inference_mode():
        expected, cache = plain(ids), KVCache(config, 1)
        one_by_one = torch.cat([model(ids[:, place : place + 1], cache=cache) for place in range(5)], dim=1)
        assert torch.allclose(model(ids), expected, atol=1e-6)
        assert torch.allclose(one_by_one, expected, atol=1e-6)
