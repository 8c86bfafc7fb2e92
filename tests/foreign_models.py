"""Small models in the form of others: settings of both families, awake models of ours, edits to a config.json."""

import json

import torch

from lm_core.config import ModelConfig
from lm_core.interop.pretrained import expected_shapes
from lm_core.models.gpt import GPT
from lm_core.models.registry import assemble_model

SHAPE = {"n_layers": 2, "n_heads": 4, "d_model": 16, "context_length": 24}
GPT2 = {**SHAPE, "norm": "layernorm", "activation": "gelu_tanh", "positions": "learned", "bias": True,
        "tie_embeddings": True}  # fmt: skip
LLAMA = {**SHAPE, "norm": "rmsnorm", "activation": "swiglu", "positions": "rotary", "n_kv_heads": 2, "d_mlp": 20,
         "exact_mlp": True}  # fmt: skip


def awake(config, vocab_size=256):
    """A model of ours whose every part matters."""
    torch.manual_seed(0)
    model = GPT(ModelConfig(**config), vocab_size).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


def open_pretrained(found):
    """The model that a `Pretrained` describes, in float32, without a run folder."""
    names = expected_shapes(found.model, found.vocab_size)
    return assemble_model(found.model, found.vocab_size, {name: found.read(name).float() for name in names})


def change_config(folder, **values):
    path = folder / "config.json"
    kept = {name: value for name, value in (json.loads(path.read_text()) | values).items() if value != "absent"}
    path.write_text(json.dumps(kept))
