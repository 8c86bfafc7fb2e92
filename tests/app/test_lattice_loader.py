"""The lattice as plain values."""

import json

import pytest

from app.loaders import lattice
from lm_core.errors import TokenizerError
from lm_core.tokenizers.byte import ByteTokenizer
from tests.finished_run import TEXT

pytestmark = pytest.mark.usefixtures("fresh_server")


@pytest.fixture(scope="module")
def unigram():
    from lm_core.config import TokenizerSpec
    from lm_core.tokenizers.registry import train_tokenizer

    return train_tokenizer(TokenizerSpec(kind="unigram", vocab_size=300), [TEXT])


@pytest.mark.parametrize("word", [" lower", "a", "你😀x", "\ud800", "▁▁", "\n", "a" * 24])
def test_any_word_becomes_plain_json_whose_best_way_spells_it(unigram, word):
    picture = lattice.picture_of(unigram, word, seed=1, smoothing=0.5)
    json.dumps(picture, allow_nan=False)
    for way in (picture["best"], *picture["samples"]):
        assert "".join(picture["edges"][number][2] for number in way["edges"]) == "".join(picture["characters"])
    assert sum(sample["times"] for sample in picture["samples"]) <= lattice.DRAWS
    assert picture["arrivals"][-1][0] == pytest.approx(picture["best"]["logP"])


def test_what_has_no_lattice_is_an_error_for_people(unigram):
    for tokenizer, word in ((unigram, ""), (unigram, "a" * 25), (ByteTokenizer(), "a")):
        with pytest.raises(TokenizerError):
            lattice.picture_of(tokenizer, word, seed=1, smoothing=1.0)


def test_a_text_too_short_for_its_pieces_is_an_error_for_people():
    with pytest.raises(TokenizerError, match="too short"):
        lattice.learned_unigram("short", lambda: ["to be or not to be\n" * 20])
