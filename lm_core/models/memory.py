"""A configuration and a batch size in, the memory that training would take out; too much is refused beforehand."""

from __future__ import annotations

from lm_core.config import ModelConfig
from lm_core.errors import ConfigError, ModelError
from lm_core.models.layers import mlp_width
from lm_core.models.registry import count_parameters

BYTES_PER_NUMBER = 4  # float32


def estimate_training_bytes(config: ModelConfig, vocab_size: int, batch_size: int, precision: str = "float32") -> int:
    """Bytes that training holds at once: weights, gradients, AdamW's two moments, and the values kept for gradients.

    Muon remembers one mean where AdamW remembers two, so this bounds it too. With bfloat16 there are copies of weights
    and gradients in half the bytes, and the values kept take half; "auto" counts the larger of both ways.
    """
    weights = count_parameters(config, vocab_size)["total"]
    learned = 4 * weights  # weight, gradient, mean gradient, mean squared gradient
    copies = 0 if precision == "float32" else weights  # two in half the bytes
    kept = _activations(config, vocab_size, batch_size) // (2 if precision == "bfloat16" else 1)
    return BYTES_PER_NUMBER * (learned + copies + kept)


def estimate_reading_bytes(config: ModelConfig, vocab_size: int) -> int:
    """Bytes that an open model takes that reads one text as long as its context, every attention map kept.

    Weights in float32; a page's snapshot holds scores and maps at once, logits and their probabilities.
    """
    weights, context = count_parameters(config, vocab_size)["total"], config.context_length
    maps = 2 * config.n_layers * config.n_heads * context**2
    vectors = 8 * config.n_layers * context * config.d_model
    return BYTES_PER_NUMBER * (weights + maps + vectors + 3 * context * vocab_size)


def refuse_if_too_large_to_open(title: str, config: ModelConfig, vocab_size: int, available_bytes: int) -> None:
    """Do nothing if there is memory to have this model open.

    Raises:
        ModelError: there is not; the message has both sizes.
    """
    needed = estimate_reading_bytes(config, vocab_size)
    if needed > available_bytes:
        raise ModelError(
            f"Opening {title} needs about {readable_bytes(needed)} of memory "
            f"({count_parameters(config, vocab_size)['total']:,} parameters), and {readable_bytes(available_bytes)} "
            "are available. Choose a smaller model."
        )


def _activations(config: ModelConfig, vocab_size: int, batch_size: int) -> int:
    """Numbers that a forward pass keeps for the backward one."""
    tokens = batch_size * config.context_length
    vectors = 14 * config.d_model  # around both norms, q, k, v, their rotated and joined copies, the two sums
    hidden = 4 * mlp_width(config)  # before and after the bend, and on the way back
    # The fused kernel does without the maps in training, but a snapshot writes them out.
    maps = 2 * config.n_heads * config.context_length  # scores and pattern: each token's row in each head
    logits = 3 * vocab_size  # logits, log-probabilities, their gradient
    return tokens * (config.n_layers * (vectors + hidden + maps) + logits)


def refuse_if_too_large(
    config: ModelConfig, vocab_size: int, batch_size: int, available_bytes: int, precision: str = "float32"
) -> None:
    """Do nothing if training fits.

    Raises:
        ConfigError: it does not; the message has the estimate, what there is, and the nearest setting that fits.
    """
    needed = estimate_training_bytes(config, vocab_size, batch_size, precision)
    if needed <= available_bytes:
        return
    raise ConfigError(
        f"Training this model needs about {readable_bytes(needed)} of memory "
        f"({count_parameters(config, vocab_size)['total']:,} weights, batches of {batch_size} x "
        f"{config.context_length} tokens), and {readable_bytes(available_bytes)} are available. "
        f"{_suggestion(config, vocab_size, batch_size, available_bytes, precision)}"
    )


def _suggestion(config: ModelConfig, vocab_size: int, batch_size: int, available_bytes: int, precision: str) -> str:
    """One setting halved until training fits: the one that costs the lesson least comes first."""

    def fits(model: ModelConfig, batch: int) -> bool:
        return estimate_training_bytes(model, vocab_size, batch, precision) <= available_bytes

    for batch in _halved(batch_size, 1):
        if fits(config, batch):
            return f"Try batch_size {batch}."
    for context in _halved(config.context_length, 16):
        if fits(config.model_copy(update={"context_length": context}), 1):
            return f"Try context_length {context} with batch_size 1."
    for width in _halved(config.d_model, 2 * config.n_heads):
        narrow = config.model_copy(update={"d_model": width, "d_mlp": None, "context_length": 64})
        if fits(narrow, 1):
            return f"Try d_model {width} with context_length 64 and batch_size 1."
    return "Even a very narrow model of this kind does not fit: choose fewer layers or a smaller vocabulary."


def _halved(number: int, smallest: int) -> list[int]:
    """(20, 4) -> [10, 5]; every candidate below `number` and at least `smallest`."""
    numbers = []
    while (number := number // 2) >= smallest:
        numbers.append(number)
    return numbers


def readable_bytes(n_bytes: int) -> str:
    """12_300_000 -> '12 MB'; 4_560_000_000 -> '4.6 GB'."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{max(1, round(n_bytes / 1e6))} MB"
