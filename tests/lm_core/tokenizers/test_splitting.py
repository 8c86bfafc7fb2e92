"""Words that merges stay inside: against the published patterns, run by the `tokenizers` library's own engine."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tokenizers import Regex, pre_tokenizers

from lm_core.tokenizers.splitting import SPLITS, split_words

CONTRACTION = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
PUBLISHED = {  # as openai/gpt-2 encoder.py and openai/tiktoken openai_public.py have them
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "cl100k": rf"{CONTRACTION}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": rf"[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}\p{{Lm}}\p{{Lo}}\p{{M}}]*[\p{{Ll}}\p{{Lm}}\p{{Lo}}\p{{M}}]+"
    rf"{CONTRACTION}?|[^\r\n\p{{L}}\p{{N}}]?[\p{{Lu}}\p{{Lt}}\p{{Lm}}\p{{Lo}}\p{{M}}]+"
    rf"[\p{{Ll}}\p{{Lm}}\p{{Lo}}\p{{M}}]*{CONTRACTION}?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
PARTS = [
    "don't",
    "HTMLParser",
    " a",
    "B",
    "é",
    "e\u0301",
    "1999",
    "²",
    "Ⅷ",
    "½",
    "你",
    "_",
    " ",
    "\t",
    "\n",
    "\r\n",
    "/",
    "\u3000",
    "!?",
]
texts = some.text(max_size=30) | some.lists(some.sampled_from(PARTS)).map("".join)


def assigned(text):
    """The engine's Unicode is younger than Python's: characters that only it knows are none of the comparison."""
    return all(unicodedata.category(character) not in ("Cn", "Cs") for character in text)


@pytest.mark.parametrize("split", PUBLISHED)
@settings(max_examples=200, deadline=None)
@given(text=texts.filter(assigned))
def test_the_words_are_those_of_the_published_pattern(split, text):
    engine = pre_tokenizers.Split(Regex(PUBLISHED[split]), "isolated")
    assert split_words(text, split) == [word for word, _place in engine.pre_tokenize_str(text)]


@pytest.mark.parametrize("split", SPLITS)
@given(text=texts)
def test_nothing_is_lost_between_two_words(split, text):
    assert "".join(split_words(text, split)) == text


def test_a_sentence_in_words():
    assert split_words("Don't stop 42!\n\n  go ", "words") == [
        "Don",
        "'t",
        " stop",
        " 42",
        "!",
        "\n",
        "\n",
        " ",
        " go",
        " ",
    ]
    assert split_words("Don't stop 42!\n\n  go ", "lines") == ["Don't stop 42!", "\n", "\n", "  go "]
    assert split_words("a\n\n  go", "gpt2") == ["a", "\n\n ", " go"]
