"""Nothing in, a model out whose two heads were built by hand, number by number, to continue repeated text.

A token is one signal of V; so is a position of T. Three rooms of the residual stream:

    what the token is  (V)  |  where it stands  (T)  |  what stood before it  (V)

Head 1.1 looks one token back and writes what it finds into the third room. Head 2.1 asks for tokens whose third room
holds what the query is, so it looks at what followed the last copy, and votes for it: the smallest induction circuit
(Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits").
"""

import torch

from lm_core.config import ModelConfig
from lm_core.models.registry import build_model

TOKENS, PLACES = 12, 24
SHARP = 60.0


def induction_model():
    width = 2 * TOKENS + PLACES
    config = ModelConfig(
        n_layers=2, n_heads=1, d_model=width, d_mlp=8, context_length=PLACES, norm="none", positions="learned"
    )
    model = build_model(config, TOKENS).eval()
    what, where, before = slice(0, TOKENS), slice(TOKENS, TOKENS + PLACES), slice(TOKENS + PLACES, width)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.embed.weight[:, what] = torch.eye(TOKENS)
        model.positions.weight[:, where] = torch.eye(PLACES)
        looking_back, inducing = (block.attn for block in model.blocks)
        sharp = SHARP * width**0.5
        looking_back.q.weight[where, where] = sharp * torch.eye(PLACES).roll(-1, dims=0)  # a query for place t - 1
        looking_back.k.weight[where, where] = torch.eye(PLACES)
        looking_back.v.weight[what, what] = torch.eye(TOKENS)
        looking_back.o.weight[before, what] = torch.eye(TOKENS)
        inducing.q.weight[what, what] = sharp * torch.eye(TOKENS)
        inducing.k.weight[what, before] = torch.eye(TOKENS)
        inducing.v.weight[what, what] = torch.eye(TOKENS)
        inducing.o.weight[what, what] = 10 * torch.eye(TOKENS)
        model.head.weight[:, what] = torch.eye(TOKENS)
    return model
