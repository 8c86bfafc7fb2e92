"""Training speed of our GPT against the same model written plainly with torch.nn: a line a preset and recipe.

classic    against nn.TransformerEncoder, as PyTorch ships it
modern     against benchmarks/plain.py: the same formulas in torch.nn modules

Both take whole steps in the same run, in turns: a batch in, loss, gradient, clipping, one update. Theirs is
torch.optim.AdamW's in float32; ours is what the recipe says, so for the modern one Muon's, with products in bfloat16
where the processor has them. Seconds are those of one thread's processor time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_

from benchmarks.pairs import compare, load, speed
from benchmarks.plain import PlainGPT
from lm_core.config import ModelConfig, RunConfig
from lm_core.data.batches import Batch
from lm_core.presets import preset_config
from lm_core.training.objective import next_token_loss
from lm_core.training.precision import Gradients, products_of
from lm_core.training.state import new_state

VOCAB_SIZE = 80
SECONDS, PAIRS = 1.5, 6


class TorchGPT(nn.Module):
    """A causal language model as PyTorch's own parts give it: pre-norm, GELU, learned positions."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.embed = nn.Embedding(VOCAB_SIZE, config.d_model)
        self.positions = nn.Parameter(torch.randn(config.context_length, config.d_model) * 0.02)
        layer = nn.TransformerEncoderLayer(
            config.d_model, config.n_heads, config.mlp_width, dropout=0.0, activation="gelu",
            batch_first=True, norm_first=True,
        )  # fmt: skip
        self.blocks = nn.TransformerEncoder(layer, config.n_layers, enable_nested_tensor=False)
        self.head = nn.Linear(config.d_model, VOCAB_SIZE, bias=False)
        self.mask = nn.Transformer.generate_square_subsequent_mask(config.context_length)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embed(ids) + self.positions[: ids.size(1)]
        return self.head(self.blocks(x, mask=self.mask, is_causal=True))


def ours(config: RunConfig, batch: Tensor) -> tuple[int, Callable[[], int]]:
    state = new_state(config, VOCAB_SIZE)
    gradients, windows = Gradients(state.model, products_of(config.train)), Batch(batch[:, :-1], batch[:, 1:])

    def step() -> int:
        gradients.of(windows)
        clip_grad_norm_(state.model.parameters(), 1.0)
        state.optimizer.step(1e-4)
        return batch[:, 1:].numel()

    return size(state.model), step


def torchs(config: RunConfig, batch: Tensor) -> tuple[int, Callable[[], int]]:
    modern = config.model.positions == "rotary"
    model = PlainGPT(config.model, VOCAB_SIZE) if modern else TorchGPT(config.model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)

    def step() -> int:
        optimizer.zero_grad()
        next_token_loss(model(batch[:, :-1]), batch[:, 1:]).backward()
        clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return batch[:, 1:].numel()

    return size(model), step


def size(model: nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


def main() -> None:
    torch.set_num_threads(1)  # two threads on a busy machine measure the waiting
    for preset, recipe in (("tiny", "classic"), ("small", "classic"), ("tiny", "modern"), ("small", "modern")):
        config = preset_config(preset, recipe)
        shape = (config.train.batch_size, config.model.context_length + 1)
        batch = torch.randint(VOCAB_SIZE, shape, generator=torch.Generator().manual_seed(0))
        (our_size, our_step), (their_size, their_step) = ours(config, batch), torchs(config, batch)
        ratio = compare(partial(speed, our_step, SECONDS), partial(speed, their_step, SECONDS), pairs=PAIRS)
        print(
            f"training, {preset}, {recipe}: ours {ratio.a:,.0f} tokens/s ({our_size:,} parameters), "
            f"torch.nn {ratio.b:,.0f} ({their_size:,}); ratio {ratio}; 1 thread, {load()}",
            flush=True,
        )


if __name__ == "__main__":
    main()
