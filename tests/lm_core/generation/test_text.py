"""Text appears when it is certain, and a stop word ends it."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.config import ModelConfig, SamplingConfig, TokenizerSpec
from lm_core.generation.decode import generate
from lm_core.generation.text import Stop, TextStream, write_text
from lm_core.models.registry import build_model
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.registry import train_tokenizer

TEXT = "the cat 你好 sat on the 🐈 mat, and the hat é; so be it all\n" * 20
SIZES = {"char": 512, "byte": 512, "bpe": 280, "sentencepiece-bpe": 300, "word": 16}
TOKENIZERS = {kind: train_tokenizer(TokenizerSpec(kind=kind, vocab_size=size), [TEXT]) for kind, size in SIZES.items()}


class Step:
    """As much of a `DecodeStep` as text needs."""

    def __init__(self, token_id):
        self.token_id = token_id


def written(tokenizer, ids, *stop):
    return list(write_text(map(Step, ids), tokenizer, stop))


def test_a_character_of_three_bytes_appears_with_its_last():
    stream = TextStream(ByteTokenizer())
    assert [stream.add(byte) for byte in "a你b".encode()] == ["a", "", "", "你", "b"]


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(sorted(TOKENIZERS)), st.data())
def test_what_appeared_is_the_decoded_text_up_to_an_unfinished_character(kind, data):
    """Any ids, bytes that make no character among them."""
    tokenizer = TOKENIZERS[kind]
    ids = data.draw(st.lists(st.integers(0, tokenizer.vocab_size - 1), max_size=30))
    stream = TextStream(tokenizer)
    shown = "".join(stream.add(token_id) for token_id in ids)
    decoded = tokenizer.decode(ids)
    assert decoded.startswith(shown)
    assert not decoded[len(shown) :].strip("\ufffd")


@pytest.mark.parametrize("kind", sorted(TOKENIZERS))
def test_a_text_appears_whole(kind):
    tokenizer = TOKENIZERS[kind]
    ids = tokenizer.encode(TEXT)
    assert "".join(each.text for each in written(tokenizer, ids)) == tokenizer.decode(ids)


def test_a_stop_word_over_several_tokens_ends_the_writing():
    tokenizer = CharTokenizer("abc.")
    steps = written(tokenizer, tokenizer.encode("ab.abc.abc"), "bc", "c.")
    assert "".join(each.text for each in steps) == "ab.abc"
    assert [each.stop for each in steps[:-1]] == [None] * 5
    assert steps[-1].stop == Stop("bc", after=4)


def test_a_stop_word_inside_a_token_is_found_and_the_earlier_and_longer_one_is_named():
    tokenizer = TOKENIZERS["word"]
    steps = written(tokenizer, tokenizer.encode(" mat the"), "t", "a", "at")
    assert [each.text for each in steps] == [" mat"]
    assert steps[0].stop == Stop("at", after=2)


def test_the_prompt_and_empty_words_stop_nothing():
    tokenizer = CharTokenizer("ab")
    assert len(written(tokenizer, tokenizer.encode("bbb"), "", "ab")) == 3


def test_closing_the_text_closes_the_writing():
    torch.manual_seed(0)
    model = build_model(ModelConfig(n_layers=1, n_heads=1, d_model=8, context_length=8), 3)
    steps = generate(model, [1], SamplingConfig(), n_tokens=9)
    text = write_text(steps, CharTokenizer("ab"))
    assert next(text).step.position == 1
    text.close()
    steps.close()
    assert next(steps, None) is None
