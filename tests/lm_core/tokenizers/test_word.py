"""Whole words as tokens, by frequency."""

import pytest

from lm_core.errors import TokenizerError
from lm_core.tokenizers.word import WordTokenizer


def test_words_are_numbered_by_frequency_and_then_by_their_letters():
    tokenizer = WordTokenizer.train(["the cat the mat the"], 5)
    assert tokenizer.words == (" the", " cat", " mat", "the")
    assert tokenizer.encode("the dog the") == [4, 0, 1]
    assert tokenizer.decode([4, 0, 1]) == "the\ufffd the"
    assert tokenizer.uncovered("the dog, the dog\ud800") == [" dog", ",", "\ud800", "\ufffd"]
    assert [step.name for step in tokenizer.explain("the mat")] == ["characters", "words", "token ids"]


def test_a_vocabulary_that_the_text_cannot_fill_is_refused_with_the_largest_possible():
    with pytest.raises(TokenizerError, match="too few words for a vocabulary of 6: the largest possible is 5"):
        WordTokenizer.train(["the cat the mat the"], 6)
    with pytest.raises(TokenizerError, match="empty, so it has no words"):
        WordTokenizer.train([""], 6)
