"""Two families of models in our words: a Hugging Face `config.json` in, our `ModelConfig` out; and the way back.

    GPT-2   LayerNorm, learned positions, GELU, biases, one table for reading and guessing (Radford et al. 2019)
    Llama   RMSNorm, rotary positions, SwiGLU, key-value heads that may be shared (Touvron et al. 2023)

What a family knows and we do not is refused by name, and so is what we know and the family does not.
"""

from __future__ import annotations

from typing import Any

from lm_core.config import ModelConfig, parse_config
from lm_core.errors import ConfigError, ModelError
from lm_core.interop.pretrained import CONTEXT, Family, refused
from lm_core.models.layers import mlp_width

MOST_TOKENS = 1_000_000  # of a vocabulary
GELUS = {"gelu": "gelu", "gelu_new": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh"}
LLAMAS = ("llama", "mistral")  # the same wiring; Mistral's window is refused where it would matter


def family_of(values: dict[str, Any]) -> Family:
    """Which family a `config.json` is of.

    Raises:
        ModelError: neither.
    """
    said = values.get("model_type")
    if said == "gpt2":
        return "gpt2"
    if said in LLAMAS:
        return "llama"
    raise refused(f'its architecture is "{str(said)[:40]}"')


def to_ours(values: dict[str, Any], context_length: int | None = None) -> tuple[ModelConfig, int, int]:
    """A `config.json` -> our configuration, the size of the vocabulary, and the context that it was trained with.

    `context_length`: how many tokens it is to see here; by default as many as it can, up to 512.

    Raises:
        ModelError: it has parts that ours has not, or impossible sizes; the message names them.
    """
    family = family_of(values)
    try:
        settings = (_gpt2 if family == "gpt2" else _llama)(values)
        vocab_size, trained = _whole(values, "vocab_size"), settings.pop("trained_context")
    except KeyError as missing:
        raise refused(f"its config.json does not say {missing.args[0]}") from None
    if not 1 <= vocab_size <= MOST_TOKENS:
        raise refused(f"its vocabulary has {vocab_size:,} tokens, and {MOST_TOKENS:,} are the most")
    context = min(trained, context_length or CONTEXT)
    _refuse_window(values, context)
    try:
        return parse_config(ModelConfig, {**settings, "context_length": context}), vocab_size, trained
    except ConfigError as error:
        raise refused(f"its config.json does not fit ({str(error)[:-1]})") from None


def _gpt2(values: dict[str, Any]) -> dict[str, Any]:
    for name in ("scale_attn_by_inverse_layer_idx", "add_cross_attention"):
        if values.get(name):
            raise refused(f"it has {name}, which ours has not")
    bend = values.get("activation_function", "gelu_new")
    if bend not in GELUS:
        raise refused(f'its activation is "{str(bend)[:40]}"')
    width = _whole(values, "n_embd")
    return {
        "n_layers": _whole(values, "n_layer"),
        "n_heads": _whole(values, "n_head"),
        "d_model": width,
        "d_mlp": _whole(values, "n_inner") if values.get("n_inner") else 4 * width,
        "trained_context": _whole(values, "n_positions"),
        "norm": "layernorm",
        "norm_epsilon": values.get("layer_norm_epsilon", 1e-5),
        "activation": GELUS[bend],
        "positions": "learned",
        "bias": True,
        "scale_scores": values.get("scale_attn_weights", True),
        "tie_embeddings": values.get("tie_word_embeddings", True),
    }


def _llama(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("hidden_act", "silu") not in ("silu", "swish"):
        raise refused(f'its activation is "{str(values["hidden_act"])[:40]}"')
    width, heads = _whole(values, "hidden_size"), _whole(values, "num_attention_heads")
    if heads < 1 or (values.get("head_dim") or width // heads) != width / heads:
        raise refused("its heads do not share the width evenly")
    return {
        "n_layers": _whole(values, "num_hidden_layers"),
        "n_heads": heads,
        "n_kv_heads": _whole(values, "num_key_value_heads") if values.get("num_key_value_heads") else heads,
        "d_model": width,
        "d_mlp": _whole(values, "intermediate_size"),
        "exact_mlp": True,
        "trained_context": _whole(values, "max_position_embeddings"),
        "norm": "rmsnorm",
        "norm_epsilon": values.get("rms_norm_eps", 1e-6),
        "activation": "swiglu",
        "positions": "rotary",
        "rotary_base": _rotary_base(values),
        "bias": bool(values.get("attention_bias") or values.get("mlp_bias")),
        "tie_embeddings": values.get("tie_word_embeddings", False),
    }


def _rotary_base(values: dict[str, Any]) -> Any:
    """Newer files have it in `rope_parameters`, older ones beside `rope_scaling`; only the plain form is ours."""
    rope = values.get("rope_parameters") or values.get("rope_scaling") or {}
    if not isinstance(rope, dict):
        raise refused("its rope_parameters are no settings")
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind != "default" or rope.get("partial_rotary_factor", 1.0) != 1.0:
        raise refused(f'its rotary positions are scaled ("{str(kind)[:40]}")')
    return rope.get("rope_theta", values.get("rope_theta", 10_000.0))


def _refuse_window(values: dict[str, Any], context: int) -> None:
    window = values.get("sliding_window")
    if isinstance(window, int) and window < context and values.get("use_sliding_window", True):
        raise refused(f"each of its tokens looks {window:,} tokens back at most, through a sliding window")


def _whole(values: dict[str, Any], name: str) -> int:
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(f'{name} in its config.json is "{str(value)[:40]}", no whole number')
    return value


# ------------------------------------------------------------------ the way back


def to_theirs(config: ModelConfig, vocab_size: int) -> tuple[Family, dict[str, Any]]:
    """Our configuration -> the family that it is of, and its `config.json`.

    Raises:
        ModelError: of neither; the message names the settings in the way.
    """
    wrong = {family: _in_the_way(config, family) for family in FAMILIES}
    family = min(FAMILIES, key=lambda family: len(wrong[family]))
    if wrong[family]:
        raise ModelError(
            f"This model cannot be written for Hugging Face: its family nearest to it, {FAMILIES[family]}, does not "
            f"know {', '.join(wrong[family])}. Train one without that, for example with the classic recipe."
        )
    values = (_as_gpt2 if family == "gpt2" else _as_llama)(config)
    tokens = dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id"))
    return family, {**values, **tokens, "vocab_size": vocab_size, "dtype": "float32"}


FAMILIES: dict[Family, str] = {"gpt2": "GPT-2's", "llama": "Llama's"}

_ONLY: dict[Family, dict[str, tuple[Any, ...]]] = {  # what each setting must be, where a family leaves no choice
    "gpt2": {"norm": ("layernorm",), "activation": ("gelu", "gelu_tanh"), "positions": ("learned",)},
    "llama": {"norm": ("rmsnorm",), "activation": ("swiglu",), "positions": ("rotary",), "scale_scores": (True,)},
}
_ALWAYS = {"causal": (True,), "residual": (True,), "qk_norm": (False,), "qk_gain": (False,), "token_shift": (False,)}


def _in_the_way(config: ModelConfig, family: Family) -> list[str]:
    """["activation relu2", "token_shift"]: settings that a family has no word for."""
    wrong = []
    for name, possible in {**_ONLY[family], **_ALWAYS}.items():
        value = getattr(config, name)
        if value not in possible:
            wrong.append(name if value is True else f"{name} {str(value).lower()}")
    if family == "gpt2" and config.kv_heads != config.n_heads:
        wrong.append(f"n_kv_heads {config.kv_heads}")
    return wrong


def _as_gpt2(config: ModelConfig) -> dict[str, Any]:
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        "n_layer": config.n_layers,
        "n_head": config.n_heads,
        "n_embd": config.d_model,
        "n_inner": mlp_width(config),
        "n_positions": config.context_length,
        "layer_norm_epsilon": config.norm_epsilon,
        "activation_function": {ours: theirs for theirs, ours in reversed(GELUS.items())}[config.activation],
        "scale_attn_weights": config.scale_scores,
        "tie_word_embeddings": config.tie_embeddings,
        **dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"), config.dropout),
    }


def _as_llama(config: ModelConfig) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_key_value_heads": config.kv_heads,
        "hidden_size": config.d_model,
        "head_dim": config.d_head,
        "intermediate_size": mlp_width(config),
        "max_position_embeddings": config.context_length,
        "rms_norm_eps": config.norm_epsilon,
        "hidden_act": "silu",
        "rope_parameters": {"rope_type": "default", "rope_theta": config.rotary_base},
        "rope_theta": config.rotary_base,  # where releases before 5 look for it
        "attention_bias": config.bias,
        "mlp_bias": config.bias,
        "attention_dropout": config.dropout,
        "tie_word_embeddings": config.tie_embeddings,
    }
