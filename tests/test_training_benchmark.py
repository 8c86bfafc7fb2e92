"""What training speed is measured against must be the same model."""

import torch

from benchmarks.plain import PlainGPT
from lm_core.models.registry import build_model
from lm_core.presets import preset_config


def test_the_plain_model_is_ours_in_other_words():
    config = preset_config("tiny", "modern").model
    torch.manual_seed(0)
    ours, plain = build_model(config, 30), PlainGPT(config, 30)
    names = {".mlp.": ".", "token_shift.weight": "share"}
    weights = {}
    for name, weight in ours.state_dict().items():
        for our_name, plain_name in names.items():
            name = name.replace(our_name, plain_name)
        weights[name] = torch.randn_like(weight) / weight.size(-1) ** 0.5
    ours.load_state_dict(dict(zip(ours.state_dict(), weights.values(), strict=True)))
    weights = {name: weight[:, None, None] if name.endswith(".gain") else weight for name, weight in weights.items()}
    missing = plain.load_state_dict(weights, strict=False)
    assert not missing.unexpected_keys
    assert all(name.endswith(("cosines", "sines")) for name in missing.missing_keys)
    ids = torch.randint(30, (2, config.context_length))
    torch.testing.assert_close(plain(ids), ours(ids), atol=1e-4, rtol=1e-4)
