"""What SentencePiece is given to learn from, and what it refuses."""

import random
import re

import pytest
import sentencepiece

from lm_core.errors import TokenizerError
from lm_core.tokenizers import sentencepiece_training
from lm_core.tokenizers.sentencepiece_training import SMALLEST_VOCABULARY, train_model, training_lines


def words(count, seed=0, alphabet="abcdefghijklmnop"):
    chance = random.Random(seed)
    lexicon = ["".join(chance.choices(alphabet, k=chance.randint(2, 7))) for _ in range(200)]
    return " ".join(chance.choice(lexicon) for _ in range(count))


def test_lines_are_cut_at_newlines_and_at_the_librarys_own_signs():
    assert list(training_lines(["one\n\ntwo \u2581three\u2585", "four"])) == ["one", "two ", "three", "four"]


def test_a_very_long_line_is_cut_into_parts_that_the_library_takes():
    lines = list(training_lines(["ab" * 10_000]))
    assert "".join(lines) == "ab" * 10_000
    assert max(map(len, lines)) == sentencepiece_training.LONGEST_LINE


@pytest.mark.parametrize("kind", ["sentencepiece-bpe", "unigram"])
def test_equal_texts_give_equal_models_in_silence(kind, capfd):
    models = {train_model([words(3000)], kind=kind, vocab_size=400) for _ in range(2)}
    assert len(models) == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["sentencepiece-bpe", "unigram"])
def test_a_vocabulary_too_large_names_the_largest_possible_which_then_works(kind):
    text = words(200)
    with pytest.raises(TokenizerError, match="the largest possible is") as refusal:
        train_model([text], kind=kind, vocab_size=8000)
    largest = int(re.search(r"possible is (\d+)", str(refusal.value))[1])
    assert str(refusal.value) == (
        f"This text is too short for a {kind} vocabulary of 8000: the largest possible is {largest}. "
        f"Choose {largest} or less, or a longer text."
    )
    model = train_model([text], kind=kind, vocab_size=largest)
    assert sentencepiece.SentencePieceProcessor(model_proto=model).get_piece_size() == largest


@pytest.mark.parametrize("kind", ["sentencepiece-bpe", "unigram"])
def test_even_when_most_characters_are_rare_the_number_named_works(kind):
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 300)))
    with pytest.raises(TokenizerError) as refusal:
        train_model([text], kind=kind, vocab_size=2000)
    if named := re.search(r"possible is (\d+)", str(refusal.value)):
        train_model([text], kind=kind, vocab_size=int(named[1]))


def test_a_vocabulary_too_small_names_the_smallest():
    with pytest.raises(TokenizerError) as refusal:
        train_model([words(100)], kind="sentencepiece-bpe", vocab_size=100)
    assert "A sentencepiece-bpe vocabulary of 100 is too small: 258 places go to" in str(refusal.value)
    assert f"Choose {SMALLEST_VOCABULARY} or more, or the char tokenizer." in str(refusal.value)


@pytest.mark.parametrize("text", ["", "\n\n", "\u2581", "x", "ab", "<0x41>" * 40, "<unk>", "\x00\x01" * 30, " " * 50])
@pytest.mark.parametrize("kind", ["sentencepiece-bpe", "unigram"])
def test_texts_with_nothing_to_learn_are_refused_in_a_sentence(kind, text):
    with pytest.raises(TokenizerError, match=r"too short|nothing to learn"):
        train_model([text], kind=kind, vocab_size=512)


def test_rare_characters_leave_room_for_pieces():
    rare = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    text = words(3000) + rare
    library = sentencepiece.SentencePieceProcessor(
        model_proto=train_model([text], kind="sentencepiece-bpe", vocab_size=400)
    )
    pieces = [library.id_to_piece(i) for i in range(258, 400)]
    assert sum(len(piece) == 1 for piece in pieces) == (400 - 258) // 2
    assert not set(rare[200:]) & set("".join(pieces))


def test_a_long_text_is_learned_from_an_even_sample(monkeypatch):
    monkeypatch.setattr(sentencepiece_training, "TRAINING_CHARACTERS", 1000)
    sample = sentencepiece_training._sample([f"line {i:04}" for i in range(1000)], "sentencepiece-bpe")
    assert sample == [f"line {i:04}" for i in range(0, 1000, 9)]


def test_unigram_learns_from_fewer_characters_if_words_do_not_repeat(monkeypatch):
    monkeypatch.setattr(sentencepiece_training, "UNIGRAM_CHARACTERS", 1000)
    repeating, unspaced = ["the same words"] * 1000, [f"unspaced{i:04}" for i in range(1000)]
    assert len(sentencepiece_training._sample(repeating, "unigram")) == 1000
    assert len(sentencepiece_training._sample(unspaced, "unigram")) == 84
    assert len(sentencepiece_training._sample(unspaced, "sentencepiece-bpe")) == 1000


def test_cutting_at_rare_characters_keeps_the_commonest():
    assert sentencepiece_training._cut_at_rare_characters(["abba", "acb"], 2) == ["abba", "a", "b"]
