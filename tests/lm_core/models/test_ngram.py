import math
import time
from itertools import product

import numpy as np
import pytest

from lm_core.models.ngram import baselines


def reference(train, validation, vocab_size):
    """The docstring's formula with dicts and loops."""

    def probability(context, token):
        if context is None:
            return 1 / vocab_size
        shorter = probability(context[1:] if context else None, token)
        n = len(context)
        followers = [train[i + n] for i in range(len(train) - n) if tuple(train[i : i + n]) == context]
        c, d = len(followers), len(set(followers))
        return (followers.count(token) + d * shorter) / (c + d) if c else shorter

    def loss(order):
        contexts = (tuple(validation[max(0, i - order) : i]) for i in range(len(validation)))
        return float(np.mean([-math.log(probability(c, t)) for c, t in zip(contexts, validation, strict=True)]))

    return {"uniform": math.log(vocab_size), "unigram": loss(0), "bigram": loss(1), "trigram": loss(2)}


def test_unigram_worked_example():
    """Train a a a b: a has (3 + 2 · 1/4) / (4 + 2), an unseen token (0 + 2 · 1/4) / 6."""
    losses = baselines([0, 0, 0, 1], [0, 3], 4)
    assert losses["uniform"] == pytest.approx(math.log(4))
    assert losses["unigram"] == pytest.approx((-math.log(3.5 / 6) - math.log(0.5 / 6)) / 2)


def test_the_counts_agree_with_a_plain_reference():
    random = np.random.default_rng(0)
    train, validation = random.integers(0, 6, 300).tolist(), random.integers(0, 7, 80).tolist()
    assert baselines(train, validation, 7) == pytest.approx(reference(train, validation, 7))


@pytest.mark.parametrize("name", ["uniform", "unigram", "bigram", "trigram"])
def test_the_probabilities_of_all_texts_of_one_length_sum_to_one(name):
    train = np.random.default_rng(0).integers(0, 3, 20)
    texts = product(range(4), repeat=3)
    assert sum(math.exp(-3 * baselines(train, text, 4)[name]) for text in texts) == pytest.approx(1)


def test_longer_contexts_help_on_text_with_structure():
    text = np.tile([1, 2, 3, 1, 3, 2], 200)
    losses = baselines(text, text[:100], 4)
    assert losses["uniform"] > losses["unigram"] > losses["bigram"] > losses["trigram"]


def test_a_megabyte_of_tokens_takes_about_a_second():
    random = np.random.default_rng(0)
    ids = (random.zipf(1.3, 1_000_000) % 4096).astype(np.uint16)
    started = time.process_time()
    losses = baselines(ids, ids[:100_000], 4096)
    assert time.process_time() - started < 5
    assert all(math.isfinite(loss) for loss in losses.values())


def test_the_trigram_is_left_out_for_huge_vocabularies():
    ids = np.arange(200) % 20_000
    assert set(baselines(ids, ids, 20_000)) == {"uniform", "unigram", "bigram"}


def test_one_validation_token_is_enough():
    assert set(baselines([0, 1, 0], [1], 2)) == {"uniform", "unigram"}
