"""Hugging Face folders: one of GPT-2's or Llama's family in, a `Pretrained` out; a model of ours in, such a folder out.

    config.json          the shape            -> ModelConfig       (families.py)
    *.safetensors        the weights          -> ours, by name     (places.py)
    tokenizer.json       text to numbers      -> the kind "huggingface"

Neither way needs the library `transformers`; tests compare with it: logits and attention are equal within 1e-4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from lm_core.files import write_atomically
from lm_core.interop.families import family_of, to_ours, to_theirs
from lm_core.interop.places import Place, place_of
from lm_core.interop.pretrained import Family, Precision, Pretrained, expected_shapes, refused
from lm_core.interop.tensor_files import Stored, tensors_in
from lm_core.models.gpt import GPT

LARGEST_CONFIG = 1_000_000  # bytes
LARGEST_TOKENIZER = 32_000_000
LONGEST_CARD = 100_000  # characters of a README in which the licence is looked for
HALVES: dict[str, Precision] = {"F16": "float16", "BF16": "bfloat16"}
_INNER = {"gpt2": "transformer.", "llama": "model."}  # what files of a model without its head leave out of names


def read_folder(
    folder: Path, *, context_length: int | None = None, title: str = "", source: str = "", licence: str = ""
) -> Pretrained:
    """A model in a folder as `save_pretrained` writes it. Shapes are checked; weights are read when asked for.

    `context_length`: how many tokens it is to see here; by default as many as it can, up to 512.

    Raises:
        ModelError: it is of neither family, has parts that ours has not, is damaged, or its weights are pickles.
    """
    values = _config_in(folder)
    family = family_of(values)
    config, vocab_size, trained = to_ours(values, context_length)
    stored = tensors_in(folder)
    shapes = expected_shapes(config, vocab_size)
    places = {name: place_of(name, family, config.context_length) for name in shapes}
    found = {name: _find(place, stored, family, values) for name, place in places.items()}
    for name, one in found.items():
        if one and not places[name].fits(one.shape, shapes[name]):
            raise refused(f"{one.name} has the shape {_shown(one.shape)}, and {name} here has {_shown(shapes[name])}")

    def read(name: str) -> Tensor:
        one = found[name]
        return places[name].take(one.read()) if one else torch.zeros(shapes[name])

    kinds = {one.numbers for one in found.values() if one}
    return Pretrained(
        title=title or folder.resolve().name,
        source=source or str(folder),
        licence=licence or _licence_in(folder),
        family=family,
        model=config,
        vocab_size=vocab_size,
        trained_context=trained,
        precision=HALVES.get(kinds.pop(), "float32") if len(kinds) == 1 else "float32",
        tokenizer=_tokenizer_in(folder),
        read=read,
    )


def write_folder(model: GPT, folder: Path, tokenizer: bytes | None = None) -> None:
    """Write a model of ours so that `AutoModelForCausalLM.from_pretrained(folder)` loads it with equal logits.

    `tokenizer` is its `tokenizer.json`, for `AutoTokenizer`. Biases that ours has not are written as zeros.

    Raises:
        ModelError: it has parts that neither family knows; the message names the settings.
    """
    family, values = to_theirs(model.config, model.vocab_size)
    ours = {name: weight.detach().to("cpu", torch.float32) for name, weight in model.named_parameters()}
    if family == "gpt2" and not model.config.bias:
        ours |= _zero_biases(ours)
    data = safetensors.torch.save(_joined(ours, family, model.config.context_length), {"format": "pt"})
    write_atomically(folder / "model.safetensors", data)
    write_atomically(folder / "config.json", json.dumps(values, indent=2).encode())
    if tokenizer is not None:
        write_atomically(folder / "tokenizer.json", tokenizer)
        about = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": model.config.context_length,
                 "clean_up_tokenization_spaces": False}  # fmt: skip
        write_atomically(folder / "tokenizer_config.json", json.dumps(about, indent=2).encode())


def _joined(ours: Mapping[str, Tensor], family: Family, context_length: int) -> dict[str, Tensor]:
    """Our weights by their names; where a tensor of theirs holds three of ours, these side by side."""
    places = {name: place_of(name, family, context_length) for name in ours}
    parts: dict[Place, Tensor] = {place: ours[name].T if place.turned else ours[name] for name, place in places.items()}
    theirs: dict[str, Tensor] = {}
    for place in sorted(parts, key=lambda place: (place.tensor, place.third or 0)):
        so_far = [theirs[place.tensor]] if place.tensor in theirs else []
        theirs[place.tensor] = torch.cat([*so_far, parts[place]], dim=-1).contiguous()
    return theirs


def _zero_biases(ours: Mapping[str, Tensor]) -> dict[str, Tensor]:
    matrices = (name for name in ours if re.match(r"blocks\.\d+\.(attn|mlp)\..*\.weight$", name))
    return {name.removesuffix("weight") + "bias": torch.zeros(ours[name].size(0)) for name in matrices}


def _config_in(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        if path.stat().st_size > LARGEST_CONFIG:
            raise refused("its config.json is larger than a configuration is")
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise refused("there is no config.json in its folder") from None
    except (OSError, ValueError, RecursionError):
        raise refused("its config.json is damaged") from None
    if not isinstance(values, dict):
        raise refused("its config.json is damaged")
    return values


def _find(place: Place, stored: Mapping[str, Stored], family: Family, values: Mapping[str, Any]) -> Stored | None:
    """The tensor at that place; None for a bias that a Llama does without, since we have all of them or none.

    Raises:
        ModelError: there is none.
    """
    for name in (place.tensor, place.tensor.removeprefix(_INNER[family])):
        if name in stored:
            return stored[name]
    switch = "mlp_bias" if ".mlp." in place.tensor else "attention_bias"
    if family == "llama" and place.tensor.endswith(".bias") and not values.get(switch):
        return None
    raise refused(f"its weights have no {place.tensor}")


def _tokenizer_in(folder: Path) -> bytes | None:
    path = folder / "tokenizer.json"
    try:
        return path.read_bytes() if path.stat().st_size <= LARGEST_TOKENIZER else None
    except OSError:
        return None


def _licence_in(folder: Path) -> str:
    """`license: apache-2.0` in the head of a model card; "" where nothing is said."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")[:LONGEST_CARD]
    except (OSError, UnicodeDecodeError):
        return ""
    head = card.split("\n---", 1)[0] if card.startswith("---") else ""
    found = re.search(r"^license:[ \t]*([\w.+-]{1,60})[ \t]*$", head, re.MULTILINE)
    return found[1] if found else ""


def _shown(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "none"
