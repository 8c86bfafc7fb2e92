"""Anybody's tokenizer.json: read through the library, shown like ours, or refused in a sentence."""

import json

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from lm_core.config import TokenizerSpec
from lm_core.errors import TokenizerError
from lm_core.tokenizers import huggingface
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer, store_tokenizer, stored_tokenizer
from lm_core.tokenizers.registry import load_tokenizer, train_tokenizer


def word_pieces(**settings):
    """As BERT's: small letters only, and what is not known becomes [UNK]."""
    library = Tokenizer(models.WordLevel({"[UNK]": 0, "the": 1, "low": 2}, unk_token="[UNK]"))
    library.normalizer = normalizers.Lowercase()
    library.pre_tokenizer = pre_tokenizers.Whitespace()
    library.add_special_tokens(["[CLS]"])
    return json.dumps(json.loads(library.to_str()) | settings).encode()


def metaspace():
    """As Llama's: a space is "▁", and single bytes stand in for rare characters."""
    vocabulary = {f"<0x{byte:02X}>": byte for byte in range(256)} | {"▁the": 256, "▁": 257, "t": 258}
    library = Tokenizer(models.BPE(vocab=vocabulary, merges=[], byte_fallback=True))
    library.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return library.to_str().encode()


def test_a_stored_file_is_found_by_its_fingerprint(tmp_path):
    spec = store_tokenizer(word_pieces(), title="Mine", folder=tmp_path)
    assert (spec.kind, spec.title, len(spec.file_id)) == ("huggingface", "Mine", 64)
    tokenizer = train_tokenizer(spec, ["never read"], files=tmp_path)
    assert tokenizer.encode("The LOW") == [1, 2]
    (tmp_path / f"{spec.file_id}.json").write_bytes(b"{}")
    with pytest.raises(TokenizerError, match='The file of the tokenizer "Mine" was changed'):
        stored_tokenizer(spec, tmp_path)
    (tmp_path / f"{spec.file_id}.json").unlink()
    with pytest.raises(TokenizerError, match=r'The tokenizer "Mine" is no longer here\. Upload its file again'):
        stored_tokenizer(spec, tmp_path)
    with pytest.raises(TokenizerError, match="read from a folder"):
        train_tokenizer(spec, [])


def test_every_step_is_shown_and_what_is_lost_is_named():
    tokenizer = HuggingFaceTokenizer(word_pieces())
    steps = tokenizer.explain("The low é")
    assert [step.name for step in steps] == ["characters", "normalised text", "words", "token ids"]
    assert steps[2].pieces == ("the", "low", "é")
    assert (steps[3].pieces, steps[3].ids) == (("the", "low", "[UNK]"), (1, 2, 0))
    assert tokenizer.uncovered("the é\ud800") == ["e", "h", "t", "é", "\ud800"]
    assert [entry.kind for entry in tokenizer.vocabulary()] == ["special", "text", "text", "special"]


def test_a_bpe_models_merges_are_told_again_and_end_in_its_ids():
    """Learned by the library itself, as GPT-2's and as CLIP's; special tokens stay whole."""
    text = ["the lower the newer 你好 the lowest"] * 3
    for model in ({}, {"end_of_word_suffix": "</w>"}):
        library = Tokenizer(models.BPE(unk_token="[UNK]", **model))
        if model:
            library.pre_tokenizer = pre_tokenizers.Whitespace()
        else:
            library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        library.train_from_iterator(text, trainers.BpeTrainer(vocab_size=300, special_tokens=["[UNK]"], **model))
        tokenizer = HuggingFaceTokenizer(library.to_str().encode())
        *_before, merged, last = tokenizer.explain("the [UNK] lower 你好")
        assert merged.name.startswith('merge "')
        assert merged.pieces == last.pieces
        assert last.ids == tuple(tokenizer.encode("the [UNK] lower 你好"))
        assert ("UTF-8 bytes" in [step.name for step in tokenizer.explain("你好 the")]) == (not model)
        ranks = tokenizer.learned_at()
        assert {rank for rank in ranks if rank} == set(range(1, max(filter(None, ranks)) + 1))
        assert tokenizer.token_bytes([tokenizer.encode("the")[-1]]) == [b"the"]  # not "the</w>"


def test_a_unigram_models_unknown_token_is_the_one_it_names_by_id():
    library = Tokenizer(models.Unigram([("<unk>", 0.0), ("▁", -2.0), ("▁low", -1.0)], 0, False))
    library.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer = HuggingFaceTokenizer(library.to_str().encode())
    assert tokenizer.vocabulary()[0].kind == "special"
    assert tokenizer.uncovered("low é") == ["l", "o", "w", "é"]
    assert tokenizer.places("low é") == [(0, 3), (3, 4), (4, 5)]


def test_spaces_and_bytes_look_as_everywhere():
    tokenizer = HuggingFaceTokenizer(metaspace())
    entries = tokenizer.vocabulary()
    assert (entries[0xE4].text, entries[0xE4].kind) == ("<0xE4>", "byte")
    assert (entries[256].text, entries[257].text) == (" the", " ")
    assert tokenizer.token_bytes([0xE4, 256]) == [b"\xe4", b" the"]


def test_it_is_saved_whole_and_a_changed_file_is_refused(tmp_path):
    HuggingFaceTokenizer(word_pieces()).save(tmp_path)
    assert load_tokenizer(tmp_path).encode("the") == [1]
    (tmp_path / "huggingface.json").write_bytes(metaspace())
    with pytest.raises(TokenizerError, match=r"it is not the file that tokenizer\.json names"):
        load_tokenizer(tmp_path)
    (tmp_path / "huggingface.json").unlink()
    with pytest.raises(TokenizerError, match=r"huggingface\.json cannot be read"):
        load_tokenizer(tmp_path)


REPLACE = {"type": "Replace", "pattern": {"Regex": "."}, "content": "aaaaaaaaaa"}
HOSTILE = {
    "nothing": (b"", "it is not JSON"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\xff", "it is not JSON"),
    "broken JSON": (word_pieces()[:-20], "it is not JSON"),
    "very deep": (b"[" * 200_000, "it is not JSON"),
    "a list": (b"[1]", "it has no vocabulary"),
    "another JSON": (b'{"model": "gpt2"}', "it has no vocabulary"),
    "one of our own": (b'{"format_version": 1, "kind": "char", "characters": "ab"}', "it has no vocabulary"),
    "a wrong model": (b'{"model": {"type": "Magic", "vocab": {}}}', "the tokenizers library says"),
    "merges of nothing": (
        json.dumps({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b"]]}}).encode(),
        "the tokenizers library says",
    ),
    "no unknown token": (
        json.dumps({"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "x"}}).encode(),
        "the tokenizers library says",
    ),
    "an empty vocabulary": (
        json.dumps({"model": {"type": "BPE", "vocab": {}, "merges": []}}).encode(),
        "its vocabulary is empty",
    ),
    "a text without end": (
        word_pieces(normalizer={"type": "Sequence", "normalizers": [REPLACE] * 9}),
        "it could make a text more than 1000 times longer",
    ),
    "ids without end": (
        json.dumps({"model": {"type": "BPE", "vocab": {"a": 4_000_000_000}, "merges": []}}).encode(),
        "and 1,000,000 tokens are the most",
    ),
    "odd added tokens": (word_pieces(added_tokens=[1]), "its added tokens have no content"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_tokenizer_is_refused_in_a_sentence(name, tmp_path):
    data, why = HOSTILE[name]
    with pytest.raises(TokenizerError) as refusal:
        store_tokenizer(data, title="x", folder=tmp_path)
    assert str(refusal.value).startswith("This is no tokenizer that can be used here: ")
    assert why in str(refusal.value)
    assert not list(tmp_path.glob("*.json"))


def test_a_huge_file_is_refused_before_it_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr(huggingface, "LARGEST_FILE", 1000)
    with pytest.raises(TokenizerError, match="it has 0 MB, and 0 MB are the most"):
        store_tokenizer(b"{" * 2000, title="x", folder=tmp_path)


def test_without_the_library_the_command_is_named(monkeypatch):
    monkeypatch.setattr(huggingface, "find_spec", lambda name: None)
    with pytest.raises(TokenizerError, match=r"The package tokenizers is not installed\. Run: make extras"):
        HuggingFaceTokenizer(word_pieces())


def test_only_an_upload_has_a_fingerprint():
    with pytest.raises(ValueError, match="file_id belongs to the tokenizer"):
        TokenizerSpec(kind="char", file_id="0" * 64)
    with pytest.raises(ValueError, match="file_id belongs to the tokenizer"):
        TokenizerSpec(kind="huggingface")
