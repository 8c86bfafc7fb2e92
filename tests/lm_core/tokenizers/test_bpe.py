"""Our byte-pair tokenizer: against the `tokenizers` library with the same merges, and its own promises."""

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers

from lm_core.tokenizers import bpe
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.published import visible_bytes

WORDS = [
    "the",
    "low",
    "lower",
    "lowest",
    "new",
    "newest",
    "wide",
    "naïve",
    "你好",
    "世界",
    "😀",
    "don't",
    "it's",
    "1999",
]
TEXT = "".join(" ".join(random.Random(i).choices(WORDS, k=9)) + "\n" for i in range(200))
CONTRACTIONS = Regex(r"\n|'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|[^\S\n]+(?!\S)|[^\S\n]+")


@pytest.fixture(scope="module")
def ours():
    return BytePairTokenizer.train([TEXT], 310)


@pytest.fixture(scope="module")
def theirs(ours):
    """The library's byte-level BPE with our merges and ids."""
    signs = visible_bytes()
    names = ["".join(signs[byte] for byte in token) for token in ours.token_bytes(range(ours.vocab_size))]
    joins = [(names[first], names[second]) for first, second in ours.pairs]
    library = Tokenizer(models.BPE(vocab={name: i for i, name in enumerate(names)}, merges=joins))
    library.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(CONTRACTIONS, "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    library.decoder = decoders.ByteLevel()
    return library


known = some.characters(exclude_categories=("Cs", "Cn"))  # libraries know younger Unicode than Python does
anything = some.text(known, max_size=40) | some.lists(
    some.sampled_from([*WORDS, " ", "  ", "\n", "\t", "ll", "'"])
).map("".join)


@settings(max_examples=300, deadline=None)
@given(text=anything)
def test_the_library_gives_the_same_ids_and_the_text_comes_back(ours, theirs, text):
    ids = ours.encode(text)
    assert ids == theirs.encode(text).ids
    assert ours.decode(ids) == text == theirs.decode(ids, skip_special_tokens=False)
    assert list(ours.explain(text)[-1].ids) == ids


def test_the_same_on_the_text_itself_and_on_a_word_without_end(ours, theirs):
    for text in (TEXT, TEXT.replace(" ", "").replace("\n", "")):
        assert ours.encode(text) == theirs.encode(text).ids


def test_the_road_for_long_words_is_the_road_for_short_ones(ours, monkeypatch):
    words = [word.encode() for word in re.findall(r"\S+", TEXT)[:200]]
    short = [ours.encode_word(word) for word in words]
    monkeypatch.setattr(bpe, "SHORT_WORD", 0)
    assert [ours.encode_word(word) for word in words] == short


def test_low_is_explained_merge_by_merge():
    tokenizer = BytePairTokenizer([(ord("l"), ord("o")), (256, ord("w"))])
    steps = tokenizer.explain("low é")
    assert [step.name for step in steps] == [
        "characters", "words", "UTF-8 bytes", 'merge "lo"', 'merge "low"', "token ids",
    ]  # fmt: skip
    assert steps[1].pieces == ("low", " é")
    assert steps[2].pieces == ("6C", "6F", "77", "20", "C3", "A9")
    assert steps[4].pieces == ("low", " ", "<0xC3>", "<0xA9>")
    assert steps[5].ids == (257, 32, 0xC3, 0xA9)


def test_a_token_of_half_a_character_shows_its_bytes():
    first, second, third = "你".encode()
    tokenizer = BytePairTokenizer([(32, first), (256, second), (257, third)])
    entries = tokenizer.vocabulary()[256:]
    assert [(entry.text, entry.kind) for entry in entries] == [
        (" <0xE4>", "byte"), (" <0xE4><0xBD>", "byte"), (" 你", "text"),
    ]  # fmt: skip
    assert tokenizer.token_bytes([256, 257, 258]) == [b" \xe4", b" \xe4\xbd", " 你".encode()]
    assert tokenizer.decode([257]) == " \ufffd"


def test_whole_lines_may_join_across_words():
    text = "by the way\n" * 5
    assert BytePairTokenizer.train([text], 265, "lines").encode("by the way\n") == [264, 10]


def test_equal_texts_give_equal_tokenizers_whatever_their_order(tmp_path):
    first, second = TEXT[:5000], TEXT[5000:]
    saved = []
    for number, texts in enumerate(([first, second], [second, first])):
        BytePairTokenizer.train(texts, 300).save(tmp_path / str(number))
        saved.append(json.loads((tmp_path / str(number) / "tokenizer.json").read_text()))
    assert saved[0] == saved[1]
    assert saved[0]["merges"][0].count(" ") == 1
