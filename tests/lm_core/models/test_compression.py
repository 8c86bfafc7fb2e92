import math
import random
import time
import zlib

import pytest

from lm_core.models.compression import TRAINING_BYTES, compressed_losses


def text(seed, length):
    """Words of a small vocabulary in random order."""
    chance = random.Random(seed)
    return "".join(chance.choice(["the ", "cat ", "sat ", "mat ", "on ", "a "]) for _ in range(length))


def test_the_worked_example_by_hand():
    training, validation = text(1, 2000), text(2, 500)
    losses = compressed_losses([training], [validation], tokens=len(validation), n_bytes=len(validation))
    more = len(zlib.compress((training + validation).encode(), 9)) - len(zlib.compress(training.encode(), 9))
    assert losses["gzip"] == pytest.approx(8 * more / len(validation) * math.log(2))


def test_no_packer_beats_the_texts_own_surprise_and_none_is_as_bad_as_chance():
    validation = text(2, 3000)
    losses = compressed_losses([text(1, 20_000)], [validation], tokens=3000, n_bytes=len(validation))
    for name in ("gzip", "xz"):
        assert math.log(6) < losses[name] < math.log(6) * 1.6, name  # nats per word, of six equally likely ones


def test_what_was_read_before_costs_next_to_nothing():
    known = text(3, 1500)
    fresh = compressed_losses([text(4, 1500)], [known], tokens=100, n_bytes=100)
    again = compressed_losses([known], [known], tokens=100, n_bytes=100)
    assert again["gzip"] < fresh["gzip"] / 10
    assert again["xz"] < fresh["xz"] / 5


def test_the_unit_follows_the_tokens_per_byte():
    validation = text(2, 500)
    coarse = compressed_losses([text(1, 500)], [validation], tokens=100, n_bytes=400)
    fine = compressed_losses([text(1, 500)], [validation], tokens=400, n_bytes=400)
    assert coarse["xz"] == pytest.approx(4 * fine["xz"])


def test_long_texts_are_cut_and_short_ones_left_out():
    assert compressed_losses(["abc"], ["abc"], tokens=3, n_bytes=3) == {}
    long = text(5, TRAINING_BYTES)
    started = time.perf_counter()
    losses = compressed_losses([long], [long], tokens=10, n_bytes=10)
    assert time.perf_counter() - started < 20
    assert losses == compressed_losses([long[-TRAINING_BYTES:]], [long], tokens=10, n_bytes=10)


def test_broken_halves_of_characters_do_no_harm():
    assert compressed_losses(["\ud800" * 900], ["\ud800" * 900], tokens=900, n_bytes=2700).keys() == {"gzip", "xz"}
