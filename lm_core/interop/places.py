"""Where each of our weights stands in a Hugging Face file: a name of ours in, a place in theirs out.

ours                      GPT-2                                  Llama
blocks.0.attn.q.weight    transformer.h.0.attn.c_attn.weight     model.layers.0.self_attn.q_proj.weight
                          (the first third, turned)
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from lm_core.interop.pretrained import Family

Shape = tuple[int, ...]

_GPT2_BLOCK = {
    "ln1": "ln_1", "ln2": "ln_2", "attn.q": "attn.c_attn", "attn.k": "attn.c_attn", "attn.v": "attn.c_attn",
    "attn.o": "attn.c_proj", "mlp.up": "mlp.c_fc", "mlp.down": "mlp.c_proj",
}  # fmt: skip
_LLAMA_BLOCK = {
    "ln1": "input_layernorm", "ln2": "post_attention_layernorm", "attn.q": "self_attn.q_proj",
    "attn.k": "self_attn.k_proj", "attn.v": "self_attn.v_proj", "attn.o": "self_attn.o_proj",
    "mlp.gate": "mlp.gate_proj", "mlp.up": "mlp.up_proj", "mlp.down": "mlp.down_proj",
}  # fmt: skip
_BLOCKS: dict[Family, tuple[str, dict[str, str]]] = {
    "gpt2": ("transformer.h.{layer}", _GPT2_BLOCK),
    "llama": ("model.layers.{layer}", _LLAMA_BLOCK),
}
_OUTSIDE: dict[Family, dict[str, str]] = {
    "gpt2": {"embed": "transformer.wte", "positions": "transformer.wpe", "ln_final": "transformer.ln_f"},
    "llama": {"embed": "model.embed_tokens", "ln_final": "model.norm"},
}
_THIRDS = {"attn.q": 0, "attn.k": 1, "attn.v": 2}  # of GPT-2's one matrix for all three


@dataclass(frozen=True)
class Place:
    """A tensor of theirs and what to do with it."""

    tensor: str
    turned: bool = False  # GPT-2 keeps its matrices as (inputs, outputs)
    third: int | None = None
    rows: int | None = None  # a table of positions may be longer than the context that we use

    def fits(self, theirs: Shape, ours: Shape) -> bool:
        """Could a tensor of that shape be the weight of ours?"""
        if self.rows is not None:
            return len(theirs) == 2 and theirs[0] >= ours[0] and theirs[1] == ours[1]
        whole = (3 * ours[0], *ours[1:]) if self.third is not None else ours
        return theirs == (whole[::-1] if self.turned else whole)

    def take(self, theirs: Tensor) -> Tensor:
        """Their tensor -> our weight."""
        ours = theirs.T if self.turned else theirs
        if self.third is not None:
            ours = ours.chunk(3)[self.third]
        return ours[: self.rows].contiguous()


def place_of(name: str, family: Family, context_length: int) -> Place:
    """The place of a weight of ours, by its name."""
    stem, _dot, kind = name.rpartition(".")  # "blocks.0.attn.q", "weight"
    if stem == "head":
        return Place("lm_head.weight")
    if not stem.startswith("blocks."):
        return Place(f"{_OUTSIDE[family][stem]}.{kind}", rows=context_length if stem == "positions" else None)
    _blocks, layer, part = stem.split(".", 2)
    prefix, names = _BLOCKS[family]
    theirs = f"{prefix.format(layer=layer)}.{names[part]}.{kind}"
    if family == "llama":
        return Place(theirs)
    return Place(theirs, turned=kind == "weight" and not part.startswith("ln"), third=_THIRDS.get(part))
