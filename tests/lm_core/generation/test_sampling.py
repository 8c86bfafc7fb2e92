import math

import numpy as np
import pytest

from lm_core.config import SamplingConfig
from lm_core.generation.sampling import (
    apply_temperature,
    candidates,
    distribution,
    draw,
    entropy_bits,
    keep_top_k,
    keep_top_p,
    softmax,
)

RANDOM = [np.random.default_rng(seed).normal(0, 3, 40).astype(np.float32) for seed in range(5)]


def reference(logits, temperature, top_k, top_p):
    """Sort once, walk down the list, stop when k tokens are in or p is covered."""
    order = sorted(range(len(logits)), key=lambda i: (-logits[i], i))
    if temperature == 0:
        return [1.0 if i == order[0] else 0.0 for i in range(len(logits))]
    top = float(logits[order[0]])
    weights = [math.exp((float(logit) - top) / temperature) for logit in logits]
    order = order[: top_k or len(order)]
    total = sum(weights[i] for i in order)
    kept, covered = [], 0.0
    for i in order:
        if covered < top_p or top_p == 1:
            kept.append(i)
        covered += weights[i] / total
    share = sum(weights[i] for i in kept)
    return [weights[i] / share if i in kept else 0.0 for i in range(len(logits))]


def test_softmax_worked_example():
    assert softmax([0, math.log(2), math.log(5)]) == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_softmax_survives_huge_and_missing_logits():
    assert softmax([1e4, 1e4, -np.inf]).tolist() == [0.5, 0.5, 0]


def test_temperature_worked_example():
    assert apply_temperature([1, 2], 0.5).tolist() == [2, 4]
    assert apply_temperature([1, 2, 2], 0).tolist() == [-np.inf, 2, -np.inf]
    assert softmax(apply_temperature([0, 1], 10))[1] == pytest.approx(1 / (1 + math.exp(-0.1)))


def test_top_k_keeps_exactly_k_and_breaks_ties_by_id():
    assert keep_top_k([5, 9, 9, 1], 2).tolist() == [False, True, True, False]
    assert keep_top_k([7, 7, 7], 2).tolist() == [True, True, False]
    assert keep_top_k([1, 2], 5).all()
    assert keep_top_k([1, 2], None).all()


@pytest.mark.parametrize(("p", "kept"), [(0.1, 1), (0.5, 1), (0.51, 2), (0.75, 2), (0.76, 3), (1.0, 3)])
def test_top_p_keeps_the_fewest_that_reach_p(p, kept):
    assert keep_top_p(np.log2([0.5, 0.25, 0.25]) * math.log(2), p).sum() == kept


@pytest.mark.parametrize("logits", RANDOM, ids=range(5))
@pytest.mark.parametrize("temperature", [0.0, 0.3, 1.0, 2.5])
@pytest.mark.parametrize(("top_k", "top_p"), [(None, 1.0), (5, 1.0), (None, 0.7), (10, 0.5), (1, 0.1)])
def test_the_final_probabilities_agree_with_a_plain_reference(logits, temperature, top_k, top_p):
    sampling = SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p)
    final = distribution(logits, sampling).final
    assert final == pytest.approx(reference(logits, temperature, top_k, top_p), abs=1e-12)
    assert final.sum() == pytest.approx(1)


def test_the_draw_worked_example():
    """Most likely first: token 1 has [0, 0.5), token 2 [0.5, 0.8), token 0 [0.8, 1)."""
    drawn = {u: draw([0.2, 0.5, 0.3], u) for u in (0.0, 0.49, 0.5, 0.79, 0.81, 0.999)}
    assert list(drawn.values()) == [1, 1, 2, 2, 0, 0]


def test_equally_likely_tokens_are_laid_out_by_id():
    assert [draw([0.25] * 4, u) for u in (0.1, 0.3, 0.6, 0.9)] == [0, 1, 2, 3]


@pytest.mark.parametrize("u", [0.0, 0.5, np.nextafter(1.0, 0.0)])
def test_a_cut_token_is_never_drawn(u):
    for seed in range(50):
        logits = np.random.default_rng(seed).normal(0, 4, 30)
        final = distribution(logits, SamplingConfig(top_k=3, top_p=0.9, temperature=1.3)).final
        assert final[draw(final, u)] > 0


def test_many_draws_follow_the_probabilities():
    probabilities = np.array([0.1, 0.6, 0.3])
    drawn = [draw(probabilities, u) for u in np.random.default_rng(0).random(5000)]
    assert np.bincount(drawn) / 5000 == pytest.approx(probabilities, abs=0.02)


def test_each_candidate_says_which_filter_took_it_out():
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    stages = distribution(logits, SamplingConfig(temperature=1, top_k=3, top_p=0.5))
    shown = candidates(logits, stages, chosen=0, count=4)
    assert [(c.id, c.cut_by) for c in shown] == [(0, None), (1, None), (2, "top-p"), (3, "top-k")]
    assert [c.probability for c in shown] == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert [c.final for c in shown] == pytest.approx([4 / 7, 3 / 7, 0, 0])


def test_the_chosen_token_is_always_among_the_candidates():
    logits = np.arange(10.0)
    stages = distribution(logits, SamplingConfig(temperature=1))
    assert [c.id for c in candidates(logits, stages, chosen=2, count=3)] == [9, 8, 2]
    assert [c.id for c in candidates(logits, stages, chosen=8, count=3)] == [9, 8, 7]


def test_entropy_worked_examples():
    assert entropy_bits([1.0, 0, 0]) == 0
    assert entropy_bits([0.5, 0.5]) == pytest.approx(1)
    assert entropy_bits([0.5, 0.25, 0.25]) == pytest.approx(1.5)
