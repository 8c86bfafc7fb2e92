"""UTF-8 bytes as tokens."""

from lm_core.tokenizers.byte import ByteTokenizer


def test_an_accent_takes_two_bytes():
    characters, utf8, ids = ByteTokenizer().explain("aé")
    assert (characters.pieces, characters.ids) == (("a", "é"), None)
    assert utf8.pieces == ("61", "C3", "A9")
    assert (ids.pieces, ids.ids) == (("a", "<0xC3>", "<0xA9>"), (97, 195, 169))


def test_half_a_character_decodes_to_a_replacement():
    assert ByteTokenizer().decode([97, 195]) == "a\ufffd"


def test_only_halves_of_characters_are_uncovered():
    assert ByteTokenizer().uncovered("a😀\x00\ud83d") == ["\ud83d"]
    assert ByteTokenizer().decode(ByteTokenizer().encode("\ud83d")) == "\ufffd"


def test_the_vocabulary_tells_characters_from_fragments():
    kinds = [entry.kind for entry in ByteTokenizer().vocabulary()]
    assert kinds == ["text"] * 128 + ["byte"] * 128
