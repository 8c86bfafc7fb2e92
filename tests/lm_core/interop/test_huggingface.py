"""Hugging Face folders: what transformers computes, ours computes, both ways; all else is refused in a sentence."""

import json

import pytest
import safetensors.torch
import torch

from lm_core.errors import ModelError
from lm_core.interop.huggingface import read_folder, write_folder
from lm_core.models.cache import KVCache
from lm_core.models.memory import refuse_if_too_large_to_open
from lm_core.models.trace import Trace
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from tests.foreign_models import GPT2, LLAMA, awake, change_config, open_pretrained

SMALL = {"vocab_size": 50}
SMALL_GPT2 = {**SMALL, "n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 24}
SMALL_LLAMA = {**SMALL, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 20,
               "max_position_embeddings": 24}  # fmt: skip
THEIRS = {
    "GPT-2": ("GPT2", SMALL_GPT2),
    "GPT-2 with other switches": (
        "GPT2",
        SMALL_GPT2 | {"activation_function": "gelu", "n_inner": 40, "tie_word_embeddings": False,
                      "scale_attn_weights": False, "layer_norm_epsilon": 1e-3},
    ),
    "Llama": ("Llama", SMALL_LLAMA),
    "Llama with shared heads": (
        "Llama",
        SMALL_LLAMA | {"num_key_value_heads": 2, "rms_norm_eps": 1e-3, "tie_word_embeddings": True,
                       "rope_parameters": {"rope_type": "default", "rope_theta": 50.0}},
    ),
    "Llama with biases in attention": ("Llama", SMALL_LLAMA | {"attention_bias": True}),
    "Mistral": ("Mistral", SMALL_LLAMA | {"num_key_value_heads": 2, "sliding_window": None, "head_dim": 4}),
}  # fmt: skip


def ids_of(count=20, vocab_size=50):
    return torch.randint(vocab_size, (2, count), generator=torch.Generator().manual_seed(1))


def make_theirs(transformers, kind, settings):
    """A model of theirs with random weights large enough that every one of them matters."""
    config = getattr(transformers, f"{kind}Config")(
        **settings, **dict.fromkeys(("bos_token_id", "eos_token_id", "pad_token_id")), attn_implementation="eager"
    )
    model = getattr(transformers, {"GPT2": "GPT2LMHeadModel"}.get(kind, f"{kind}ForCausalLM"))(config).eval()
    torch.manual_seed(0)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


@pytest.mark.pretrained
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", THEIRS)
def test_logits_and_attention_are_those_of_transformers(transformers, name, tmp_path):
    theirs = make_theirs(transformers, *THEIRS[name])
    theirs.save_pretrained(tmp_path)
    ours, trace, ids = open_pretrained(read_folder(tmp_path)), Trace(), ids_of()
    with torch.no_grad():
        said = theirs(ids, output_attentions=True)
        logits = ours(ids, trace=trace)
        plain = ours(ids)
    assert torch.allclose(logits, said.logits, atol=1e-4)
    assert torch.allclose(plain, said.logits, atol=1e-4)
    for layer, pattern in enumerate(said.attentions):
        assert torch.allclose(trace.activations[f"blocks.{layer}.attn.pattern"], pattern, atol=1e-4)
    assert said.logits.std() > 0.3, "a silent model proves nothing"


@pytest.mark.pretrained
@pytest.mark.filterwarnings("ignore")
def test_one_cut_into_several_files_in_half_precision_is_read_and_its_digits_are_kept(transformers, tmp_path):
    theirs = make_theirs(transformers, *THEIRS["Llama"]).to(torch.bfloat16)
    theirs.save_pretrained(tmp_path, max_shard_size="3KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    found = read_folder(tmp_path)
    assert found.precision == "bfloat16"
    weights = dict(theirs.named_parameters())
    assert torch.equal(found.read("blocks.1.mlp.up.weight"), weights["model.layers.1.mlp.up_proj.weight"])


OURS = {
    "GPT-2": GPT2,
    "the classic recipe": {**GPT2, "bias": False, "activation": "gelu"},
    "GPT-2, untied": {**GPT2, "tie_embeddings": False, "scale_scores": False},
    "Llama": LLAMA,
    "Llama with biases": {**LLAMA, "bias": True, "tie_embeddings": True, "norm_epsilon": 1e-3, "rotary_base": 50.0},
    "our own SwiGLU": {**LLAMA, "exact_mlp": False, "d_mlp": None},
}


@pytest.mark.pretrained
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OURS)
def test_transformers_loads_what_we_write_and_computes_the_same(transformers, name, tmp_path):
    ours, ids = awake(OURS[name]), ids_of(vocab_size=256)
    write_folder(ours, tmp_path, to_huggingface(ByteTokenizer()))
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, attn_implementation="eager").eval()
    with torch.no_grad():
        assert torch.allclose(theirs(ids).logits, ours(ids), atol=1e-4)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert tokenizer.encode("né") == ByteTokenizer().encode("né")
    assert tokenizer.decode(tokenizer.encode("né")) == "né"


@pytest.mark.parametrize("name", OURS)
def test_what_we_write_we_read(name, tmp_path):
    ours, ids = awake(OURS[name]), ids_of(vocab_size=256)
    write_folder(ours, tmp_path)
    again = open_pretrained(read_folder(tmp_path))
    with torch.no_grad():
        assert torch.allclose(again(ids), ours(ids), atol=1e-6)
        cache = KVCache(again.config, 2)
        assert torch.allclose(torch.cat([again(ids[:, :9], cache=cache), again(ids[:, 9:], cache=cache)], 1), ours(ids),
                              atol=1e-5)  # fmt: skip


def test_a_shorter_context_cuts_the_table_of_positions(tmp_path):
    ours, ids = awake(GPT2), ids_of(8, 256)
    write_folder(ours, tmp_path)
    found = read_folder(tmp_path, context_length=8)
    assert (found.model.context_length, found.trained_context) == (8, 24)
    with torch.no_grad():
        assert torch.allclose(open_pretrained(found)(ids), ours(ids), atol=1e-6)


def test_origin_licence_and_sizes_are_told_before_a_weight_is_read(folder):
    (folder / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\n# Tiny\nlicense: none\n")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    found = read_folder(folder)
    assert (found.title, found.licence, found.family, found.precision) == (
        "tiny-llama",
        "apache-2.0",
        "llama",
        "float32",
    )
    assert found.disk_bytes == 4 * found.parameters == 4 * sum(w.numel() for w in open_pretrained(found).parameters())
    shape = (found.title, found.model, found.vocab_size)
    refuse_if_too_large_to_open(*shape, found.memory_bytes)
    with pytest.raises(ModelError, match=r"Opening tiny-llama needs about \d+ MB of memory .*, and 1 MB are available"):
        refuse_if_too_large_to_open(*shape, 1_000)


REFUSED = {
    "another family": ({"model_type": "bert"}, 'its architecture is "bert"'),
    "stretched positions": (
        {"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}}, r'rotary positions are scaled \("llama3"\)',
    ),
    "stretched in the older way": (
        {"rope_parameters": None, "rope_scaling": {"type": "linear", "factor": 2.0}}, r'are scaled \("linear"\)',
    ),
    "a window": ({"model_type": "mistral", "sliding_window": 8}, "looks 8 tokens back at most"),
    "another bend": ({"hidden_act": "relu"}, 'its activation is "relu"'),
    "odd heads": ({"head_dim": 7}, "do not share the width evenly"),
    "other sizes": ({"intermediate_size": 24}, r"has the shape 20 x 16, and blocks\.0\.mlp\.gate\.weight here has 24"),
    "more layers": ({"num_hidden_layers": 3}, r"its weights have no model\.layers\.2\."),
    "too many layers": ({"num_hidden_layers": 1000}, "n_layers: input should be less than or equal to 64"),
    "a huge vocabulary": ({"vocab_size": 10**9}, "and 1,000,000 are the most"),
    "a text for a number": ({"hidden_size": "16"}, "no whole number"),
    "nothing of a size": ({"hidden_size": "absent"}, "does not say hidden_size"),
    "GPT-2 with scaled layers": (
        {"model_type": "gpt2", "scale_attn_by_inverse_layer_idx": True}, "it has scale_attn_by_inverse_layer_idx",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_ours_has_not_is_refused_by_name(name, folder):
    values, why = REFUSED[name]
    change_config(folder, **values)
    with pytest.raises(ModelError, match=why) as refusal:
        read_folder(folder)
    assert str(refusal.value).startswith("This model cannot be read here: ")


def test_a_window_longer_than_what_it_sees_here_does_not_matter(folder):
    change_config(folder, model_type="mistral", sliding_window=24)
    assert read_folder(folder).model.context_length == 24


def test_pickles_and_damaged_files_are_refused_and_never_opened(folder):
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"model\.safetensors is damaged"):
        read_folder(folder)
    weights.rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"its weights are in pytorch_model\.bin, a pickle"):
        read_folder(folder)
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(ModelError, match=r"there is no \.safetensors file"):
        read_folder(folder)
    for rubbish in ("", "[1]", "{", "[" * 100_000):
        (folder / "config.json").write_text(rubbish)
        with pytest.raises(ModelError, match=r"config\.json is damaged"):
            read_folder(folder)
    (folder / "config.json").unlink()
    with pytest.raises(ModelError, match=r"there is no config\.json"):
        read_folder(folder)


def test_a_model_of_neither_family_is_refused_with_the_settings_in_the_way(tmp_path):
    modern = {**LLAMA, "activation": "relu2", "qk_norm": True, "qk_gain": True, "token_shift": True}
    with pytest.raises(ModelError, match="Llama's, does not know activation relu2, qk_norm, qk_gain, token_shift"):
        write_folder(awake(modern), tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(ModelError, match="GPT-2's, does not know causal false, n_kv_heads 2"):
        write_folder(awake({**GPT2, "causal": False, "n_kv_heads": 2}), tmp_path / "new")


def test_the_folder_holds_no_more_than_it_says(folder):
    names = set(safetensors.torch.load_file(folder / "model.safetensors"))
    assert "lm_head.weight" in names
    assert len(names) == 2 * 9 + 3
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["LlamaForCausalLM"]
