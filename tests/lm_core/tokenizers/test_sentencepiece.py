"""Learned pieces, against the library itself."""

import itertools
import random
import re

import pytest
import sentencepiece as library

from lm_core.errors import TokenizerError
from lm_core.tokenizers.merging import MOST_MERGE_STEPS
from lm_core.tokenizers.sentencepiece import SentencePieceTokenizer


def sentences(count):
    """Lines of words that share their parts, some of them indented: enough variety to fill a vocabulary."""
    chance = random.Random(7)
    starts = ["the", "be", "low", "new", "wis", "fool", "in", "it", "was", "a", "ep"]
    ends = ["", "er", "est", "dom", "ish", "ed", "och", "ing"]
    words = [start + end for start in starts for end in ends]
    return "\n".join(
        chance.choice(["", "", "    "]) + " ".join(chance.choices(words, k=8)) + chance.choice([".", "!", ","])
        for _ in range(count)
    )


TEXT = sentences(400)

NASTY = [
    *("", " ", "\n", "\n\n\n", "  two  spaces ", "\ttab\r\n", "你好，世界", "😀👩\u200d👧", "▁", "▁▁ a▁b ▁\n▁", "▅"),
    *("<unk> <s> <0x41> \n", "e\u0301", "\ufeffmark", "\u202eright to left", "שלום", "مرحبا", "a\x00b", "\ufffd"),
]


@pytest.fixture(scope="module", params=["sentencepiece-bpe", "unigram"])
def tokenizer(request):
    return SentencePieceTokenizer.train([TEXT], request.param, 340)


@pytest.fixture(scope="module")
def bpe():
    return SentencePieceTokenizer.train([TEXT], "sentencepiece-bpe", 340)


@pytest.fixture(scope="module")
def unigram():
    return SentencePieceTokenizer.train([TEXT], "unigram", 340)


@pytest.mark.parametrize("text", NASTY)
def test_every_text_comes_back_whole(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.uncovered(text) == []


def test_no_piece_goes_on_after_a_word(tokenizer):
    # so a long line may be cut where a word ends
    assert not [entry.text for entry in tokenizer.vocabulary() if re.search(r"\S ", entry.text)]


def test_a_line_encoded_in_parts_has_the_ids_of_the_whole_line(tokenizer):
    line = TEXT.replace("\n", " ")
    assert len(line) > 10_000
    assert tokenizer.encode(line) == tokenizer._library.encode(line)
    unspaced = line.replace(" ", "")
    assert tokenizer.encode(unspaced) == tokenizer._library.encode(unspaced)


def test_random_texts_come_back_whole_and_explain_ends_in_the_ids(tokenizer):
    chance = random.Random(0)
    signs = [*"abcdefilmnoprstw", " ", "  ", "\n", "\t", "▁", "é", "世", "😀", "the", " was", "\u0301", "<unk>", "\x07"]
    for _ in range(300):
        text = "".join(chance.choices(signs, k=chance.randint(0, 60)))
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert list(tokenizer.explain(text)[-1].ids) == tokenizer.encode(text)


def test_the_library_reading_the_saved_model_gives_the_same_ids(tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    reference = library.SentencePieceProcessor(model_file=str(tmp_path / "tokenizer.model"))
    for text in [TEXT, *(text for text in NASTY if "▁" not in text)]:
        assert tokenizer.encode(text) == reference.encode(text)
        assert tokenizer.decode(reference.encode(text)) == reference.decode(reference.encode(text)) == text


def test_the_replayed_merges_end_in_the_librarys_pieces(bpe):
    known = {entry.text for entry in bpe.vocabulary() if entry.kind == "text"}
    chance = random.Random(1)
    for _ in range(300):
        text = "".join(chance.choices([*"abcdefghilmnoprstw ,\n", "it was", " the ", "世"], k=40))
        *_, merged, last = bpe.explain(text)
        assert "".join(merged.pieces) == text
        spelled = [[piece] if piece in known else in_bytes(piece) for piece in merged.pieces]
        assert [*itertools.chain(*spelled)] == list(last.pieces)


def in_bytes(character):
    return [f"<0x{byte:02X}>" for byte in character.encode("utf-8")]


def test_each_merge_step_puts_one_piece_together(bpe):
    steps = bpe.explain("the lowest\n")
    assert steps[0].pieces == tuple("the lowest\n")
    for before, after in itertools.pairwise(steps[:-1]):
        piece = after.name.removeprefix('merge "').removesuffix('"')
        assert after.pieces.count(piece) > before.pieces.count(piece)
        assert "".join(after.pieces) == "the lowest\n"


def test_many_merges_are_shown_in_an_even_choice_that_ends_with_the_last(bpe):
    steps = bpe.explain(TEXT)
    assert len(steps) == MOST_MERGE_STEPS + 2
    assert steps[-2].pieces == steps[-1].pieces
    number, _, total = steps[-2].name.removeprefix("after ").removesuffix(" merges").split()
    assert number == total


def test_unigram_shows_a_rare_character_whole_and_then_in_bytes(unigram):
    characters, pieces, ids = unigram.explain("was世")
    assert characters.pieces == ("w", "a", "s", "世")
    assert (pieces.pieces[-1], pieces.ids) == ("世", None)
    assert ids.pieces[-3:] == ("<0xE4>", "<0xB8>", "<0x96>")


def test_the_vocabulary_shows_spaces_as_spaces_and_knows_its_kinds(tokenizer):
    entries = tokenizer.vocabulary()
    assert (entries[0].text, entries[0].kind) == ("<unk>", "special")
    assert (entries[1].text, entries[1].kind) == ("\n", "text")
    assert [entry.kind for entry in entries].count("byte") == 256
    assert not any("▁" in entry.text for entry in entries)
    assert any(entry.text.startswith(" ") and len(entry.text) > 1 for entry in entries)


def test_unfinished_bytes_decode_to_replacements(tokenizer):
    first, *_ = tokenizer.encode("世")
    assert "\ufffd" in tokenizer.decode([first])


def test_halves_of_characters_are_uncovered_and_become_replacements(tokenizer):
    assert tokenizer.uncovered("a\ud83d") == ["\ud83d"]
    assert tokenizer.decode(tokenizer.encode("a\ud83d")) == "a\ufffd"


def test_a_changed_model_file_is_refused(tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    model = tmp_path / "tokenizer.model"
    model.write_bytes(model.read_bytes()[:-10])
    with pytest.raises(TokenizerError, match=r"tokenizer\.model is damaged: it is not the model"):
        SentencePieceTokenizer.load(tmp_path)
    model.unlink()
    with pytest.raises(TokenizerError, match=r"tokenizer\.model cannot be read"):
        SentencePieceTokenizer.load(tmp_path)


def test_one_very_long_line_is_learned_and_encoded(tokenizer):
    line = TEXT.replace("\n", " ") * 20
    trained = SentencePieceTokenizer.train([line], tokenizer.kind, 340)
    assert trained.decode(trained.encode(line)) == line
