"""Models that count: tables by hand, every smoothing against a plain dictionary, probabilities that sum to 1."""

import math
from collections import Counter, defaultdict

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.errors import ConfigError, RunError
from lm_core.models.count_model import CountModel
from lm_core.models.counts import count_ngrams, discount_of, grams
from lm_core.models.ngram import baselines

SMOOTHINGS = ("witten-bell", "kneser-ney", "add-k")
V = 7


def model_of(order, smoothing="witten-bell", added=1.0, vocab_size=V):
    return CountModel(ModelConfig(architecture="counts", order=order, smoothing=smoothing, added=added), vocab_size)


@pytest.fixture(scope="module")
def texts():
    """A text in which some tokens follow others more often, and another of the same kind."""
    random = np.random.default_rng(0)
    row = [0]
    for _ in range(900):
        row.append(int((row[-1] * 3 + random.integers(0, 3)) % V))
    return np.array(row[:600]), np.array(row[600:])


def by_dictionary(smoothing, train, row, place, order, added=1.0):
    """P(row[place] | those before it), written out with dictionaries and recursion."""
    seen = {k: Counter(tuple(train[at : at + k]) for at in range(len(train) - k + 1)) for k in range(1, order + 1)}
    if smoothing == "kneser-ney":
        for k in range(1, order):
            before = defaultdict(set)
            for gram in seen[k + 1]:
                before[gram[1:]].add(gram[0])
            seen[k] = Counter({gram: len(tokens) for gram, tokens in before.items()})

    def probability(context, token):
        k = len(context) + 1
        followers = {gram[-1]: c for gram, c in seen[k].items() if gram[:-1] == context}
        total, kinds, c = sum(followers.values()), len(followers), followers.get(token, 0)
        if smoothing == "add-k":
            return (c + added) / (total + added * V)
        shorter = probability(context[1:], token) if context else 1 / V
        if not total:
            return shorter
        if smoothing == "witten-bell":
            return (c + kinds * shorter) / (total + kinds)
        once, twice = (sum(value == times for value in seen[k].values()) for times in (1, 2))
        discount = once / (once + 2 * twice) if once else 0.5
        return max(c - discount, 0) / total + discount * kinds / total * shorter

    return probability(tuple(row[max(0, place - order + 1) : place]), row[place])


def test_counts_of_a_text_by_hand():
    model = model_of(3, vocab_size=10)
    model.count(np.array([3, 1, 4, 1, 4]))
    ones, twos, threes = model.tables
    assert dict(zip(ones.keys, ones.counts, strict=True)) == {1: 2, 3: 1, 4: 2}
    assert dict(zip(twos.keys, twos.counts, strict=True)) == {14: 2, 31: 1, 41: 1}
    assert dict(zip(threes.keys, threes.counts, strict=True)) == {141: 1, 314: 1, 414: 1}
    assert count_ngrams([3, 1, 4, 1, 4], 2, 10) == {"1-grams": 3, "2-grams": 3, "total": 6}
    assert grams(np.array([3, 1, 4]), 2, 10).tolist() == [31, 14]


def test_witten_bell_by_hand():
    """After 1 came 4, twice: P(4 | 1) = (2 + 1 · P(4)) / 3, and P(4) = (2 + 3 · 1/10) / (5 + 3)."""
    model = model_of(2, vocab_size=10)
    model.count(np.array([3, 1, 4, 1, 4]))
    share = (2 + 3 / 10) / 8
    assert model.losses(np.array([1, 4]))[1] == pytest.approx(-math.log((2 + share) / 3))


@pytest.mark.parametrize("smoothing", SMOOTHINGS)
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_every_order_and_smoothing_is_a_distribution_and_the_same_as_with_dictionaries(texts, order, smoothing):
    train, other = texts
    model = model_of(order, smoothing, added=0.5)
    model.count(train)
    logits = model(torch.from_numpy(other[None, :60]))[0].double()
    assert logits.exp().sum(dim=-1) == pytest.approx(1, abs=1e-6)
    losses = model.losses(other)
    places = [0, 1, 2, 5, 17, 40, 59]
    expected = [-math.log(by_dictionary(smoothing, train, other, place, order, 0.5)) for place in places]
    assert losses[places] == pytest.approx(expected, rel=1e-12)
    guessed = -logits[torch.arange(59), torch.from_numpy(other[1:60])]
    assert guessed.numpy() == pytest.approx(losses[1:60], abs=1e-5)  # both roads


def test_a_text_counted_in_pieces_is_the_text_counted_at_once(texts):
    train, other = texts
    whole, pieces = model_of(5, "kneser-ney"), model_of(5, "kneser-ney")
    whole.count(train)
    for begin in range(0, len(train), 37):
        start = max(0, begin - 4)
        pieces.count(train[start : begin + 37], begin - start)
    for one, other_table in zip(whole.tables, pieces.tables, strict=True):
        assert (one.keys == other_table.keys).all()
        assert (one.counts == other_table.counts).all()
    assert (whole.losses(other) == pieces.losses(other)).all()
    assert (whole.losses(other, 50) == whole.losses(other)[50:]).all()


def test_witten_bell_is_the_ladder_of_every_run(texts):
    rungs = baselines(*texts, V)
    for order, name in enumerate(("unigram", "bigram", "trigram"), start=1):
        model = model_of(order)
        model.count(texts[0])
        assert model.losses(texts[1]).mean() == pytest.approx(rungs[name], rel=1e-12)


def test_the_unseen_has_a_chance_and_an_empty_model_guesses_evenly():
    for smoothing in SMOOTHINGS:
        empty = model_of(3, smoothing)
        assert empty.losses(np.array([1, 2, 3])) == pytest.approx(math.log(V))
        empty.count(np.array([1, 2, 1, 2, 1, 2]))
        assert np.isfinite(empty.losses(np.array([6, 5, 4, 3]))).all()
        assert empty(torch.tensor([[6, 6]])).isfinite().all()


def test_add_one_wastes_what_it_gives_to_the_unseen(texts):
    def loss(smoothing):
        model = model_of(5, smoothing)
        model.count(texts[0])
        return model.losses(texts[1]).mean()

    assert loss("kneser-ney") < loss("add-k")
    assert loss("witten-bell") < loss("add-k")


def test_the_discount_is_that_of_ney_essen_and_kneser():
    assert discount_of(np.array([1, 1, 1, 2, 5])) == pytest.approx(3 / 5)
    assert discount_of(np.array([4, 5])) == 0.5
    assert discount_of(np.array([1, 1])) == 1


def test_n_grams_that_no_number_can_hold_are_refused_with_what_fits():
    with pytest.raises(ConfigError, match=r"Try model.order 4"):
        model_of(5, vocab_size=50_257)
    model_of(4, vocab_size=50_257)


@pytest.mark.parametrize("damage", ["order", "unsorted", "foreign", "empty count", "type"])
def test_tables_that_are_no_counts_are_refused_and_change_nothing(damage):
    model = model_of(2)
    model.count(np.array([1, 2, 1]))
    tables = {name: table.clone() for name, table in model.named_buffers()}
    if damage == "order":
        tables.pop("keys_2")
    elif damage == "unsorted":
        tables["keys_1"] = tables["keys_1"].flip(0)
    elif damage == "foreign":
        tables["keys_2"][-1] = V**2
    elif damage == "empty count":
        tables["counts_2"][0] = 0
    else:
        tables["counts_1"] = tables["counts_1"].float()
    with pytest.raises(RunError):
        model.load_tables(tables)
    assert model.tables[0].keys.tolist() == [1, 2]
