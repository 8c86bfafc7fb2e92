"""Characters to numbers and back."""

import pytest

from lm_core.errors import TokenizerError
from lm_core.tokenizers.char import CharTokenizer


def test_banana_gets_the_ids_of_its_sorted_letters():
    tokenizer = CharTokenizer.train(["banana"])
    assert [entry.text for entry in tokenizer.vocabulary()] == ["<unk>", "a", "b", "n"]
    assert tokenizer.encode("ban") == [2, 1, 3]
    assert tokenizer.decode([2, 1, 3]) == "ban"
    assert tokenizer.vocab_size == 4


def test_an_unknown_character_is_the_unknown_token_and_comes_back_as_a_replacement():
    tokenizer = CharTokenizer.train(["banana"])
    assert tokenizer.encode("bär") == [2, 0, 0]
    assert tokenizer.decode([2, 0, 0]) == "b\ufffd\ufffd"
    assert tokenizer.uncovered("bär, bär") == [" ", ",", "r", "ä"]
    assert tokenizer.token_texts([2, 0]) == ["b", "<unk>"]


def test_the_order_of_the_texts_does_not_matter():
    assert CharTokenizer.train(["ab", "cd"]).characters == CharTokenizer.train(["dc", "ba"]).characters


def test_halves_of_characters_are_never_learned():
    assert CharTokenizer.train(["ab\ud83d"]).characters == "ab"


@pytest.mark.parametrize("texts", [[], [""], ["\udc80"]])
def test_no_characters_are_refused(texts):
    with pytest.raises(TokenizerError, match="The text is empty, so it has no characters to number"):
        CharTokenizer.train(texts)
