"""The film as plain values, for runs with BPE and without, and for texts of any kind."""

import json

import pytest

from app.loaders import film
from lm_core.errors import CorpusError
from lm_core.tokenizers.bpe import BytePairTokenizer
from lm_core.tokenizers.byte import ByteTokenizer

pytestmark = pytest.mark.usefixtures("fresh_server")
TEXT = "the lower the lowest\n" * 40


def test_a_run_without_bpe_shows_what_bpe_would_learn():
    learned = film.film_of("a", ByteTokenizer(), lambda: [TEXT])
    known = BytePairTokenizer([scene.pair for scene in learned.scenes[:3]])
    assert film.film_of("b", known, lambda: [TEXT]).scenes == learned.scenes[:3]


@pytest.mark.parametrize("text", ["", " ", "\x00<b>", "\ud800lone", "😀👩‍👩‍👧", "a" * 5000, "你" * 999])
def test_any_text_becomes_plain_json(text):
    for shown in (film.film_of("a", ByteTokenizer(), lambda: [TEXT]), film.film_of_text(text, ByteTokenizer())):
        picture = film.picture_of(shown, text)
        json.dumps(picture, allow_nan=False)
        assert len(picture["borders"]) == max(0, len(picture["bytes"]) - 1)
        assert picture["cut"] == (len(text.encode(errors="replace")) > 2000)


def test_a_long_corpus_is_learned_from_in_part(monkeypatch):
    monkeypatch.setattr(film, "MOST_CHARACTERS", 30)
    assert film.bounded(["a" * 20, "b" * 20, "c"]) == ["a" * 20, "b" * 10]


def test_a_text_that_is_gone_is_an_error_for_people():
    def gone():
        raise CorpusError("The text is no longer here.")

    with pytest.raises(CorpusError):
        film.film_of("c", ByteTokenizer(), gone)
