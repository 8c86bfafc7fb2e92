"""The film of learning: what is shown at every merge is what the tokenizer does."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.film import MOST_LOOKED_AT, RIVALS, cut_after, film_of_learning, film_of_merges, watch

WORDS = ["low", "lower", "newest", "widest", "你好", "naïve", "aaa", "aaaa"]
TEXT = "".join(" ".join(random.Random(i).choices(WORDS, k=6)) + "\n" for i in range(60))


@pytest.fixture(scope="module")
def film():
    return film_of_learning([TEXT], merges_wanted=25)


def test_gages_example_as_a_film():
    film = film_of_learning(["aaabdaaabac"], merges_wanted=99)
    watched = watch(film, "aaabdaaabac")
    assert [(film.texts[scene.token], scene.count, scene.tokens_left) for scene in film.scenes] == [
        ("aa", 4, 9), ("ab", 2, 7), ("aaab", 2, 5),
    ]  # fmt: skip
    assert [len(cut_after(watched, done)) for done in range(4)] == [11, 9, 7, 5]
    assert cut_after(watched, 3) == [b"aaab", b"d", b"aaab", b"a", b"c"]


def test_each_scene_joins_the_most_frequent_of_its_pairs(film):
    assert len(film.scenes) == 25
    for scene in film.scenes:
        assert scene.rivals[0] == (scene.pair, scene.count)
        assert [count for _, count in scene.rivals] == sorted((count for _, count in scene.rivals), reverse=True)
        assert len(scene.rivals) <= RIVALS


def test_the_number_of_tokens_is_that_of_encoding_the_text_it_learned_from(film):
    for done in (1, 7, 25):
        learned = BytePairTokenizer([scene.pair for scene in film.scenes[:done]])
        without_line_ends = sum(1 for byte in TEXT.encode() if byte != 10)
        assert film.tokens_at_first == without_line_ends
        assert film.scenes[done - 1].tokens_left == len(learned.encode(TEXT)) - TEXT.count("\n")


@settings(max_examples=60, deadline=None)
@given(look_at=some.lists(some.sampled_from([*WORDS, " ", "\n", "é", "x"])).map("".join), done=some.integers(0, 25))
def test_the_text_is_cut_as_the_tokenizer_of_that_moment_cuts_it(film, look_at, done):
    tokenizer = BytePairTokenizer([scene.pair for scene in film.scenes[:done]])
    assert cut_after(watch(film, look_at), done) == tokenizer.token_bytes(tokenizer.encode(look_at))


def test_replaying_what_was_learned_is_the_same_film(film):
    assert film_of_merges(BytePairTokenizer([scene.pair for scene in film.scenes]), [TEXT], merges_wanted=25) == film


def test_known_merges_are_shown_with_their_counts_in_another_text(film):
    tokenizer = BytePairTokenizer([scene.pair for scene in film.scenes])
    other = film_of_merges(tokenizer, ["quite another text"], merges_wanted=5)
    assert [scene.count for scene in other.scenes] == [0] * 5
    assert all(scene.pair in [pair for pair, _ in scene.rivals] for scene in other.scenes)


def test_a_long_text_is_looked_at_up_to_a_bound_and_never_half_a_character(film):
    for text in ("你" * 5000, "low " * 5000):
        watched = watch(film, text)
        assert 0 < len(watched.data) <= MOST_LOOKED_AT
        assert watched.is_cut
        assert text.startswith(watched.data.decode())
    assert watch(film, "").borders == ()
    assert (watch(film, "low wide").word_starts, watch(film, "low wide").is_cut) == ((0, 3), False)


def test_gpt2s_own_merges_can_be_replayed():
    from lm_core.tokenizers.published import published_tokenizer

    film = film_of_merges(published_tokenizer("gpt2"), ["the the the\n"], merges_wanted=300)
    assert [film.texts[scene.token] for scene in film.scenes[:5]] == [" t", " a", "he", "in", "re"]
    assert cut_after(watch(film, "the the"), 300) == [b"t", b"he", b" the"]
