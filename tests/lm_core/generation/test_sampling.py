import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.config import SamplingConfig
from lm_core.generation.sampling import (
    apply_temperature,
    candidates,
    distribution,
    draw,
    entropy_bits,
    keep_min_p,
    keep_top_k,
    keep_top_p,
    log_softmax,
    penalise,
    ranking,
    softmax,
)

RANDOM = [np.random.default_rng(seed).normal(0, 3, 40).astype(np.float32) for seed in range(5)]
OFF = {"repetition_penalty": 1.0, "temperature": 1.0, "top_k": None, "top_p": 1.0, "min_p": 0.0}


def reference(logits, sampling, seen=()):
    """Sort once, walk down the list, stop when k tokens are in or p is covered, then drop what is far below the top."""
    scores = [float(logit) for logit in logits]
    for i in set(seen):
        scores[i] = (
            scores[i] / sampling.repetition_penalty if scores[i] > 0 else scores[i] * sampling.repetition_penalty
        )
        scores[i] -= sampling.presence_penalty + sampling.frequency_penalty * list(seen).count(i)
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    if sampling.temperature == 0:
        return [1.0 if i == order[0] else 0.0 for i in range(len(scores))]
    weights = [math.exp((score - scores[order[0]]) / sampling.temperature) for score in scores]
    order = order[: sampling.top_k or len(order)]
    total = sum(weights[i] for i in order)
    kept, covered = [], 0.0
    for i in order:
        if (covered < sampling.top_p or sampling.top_p == 1) and weights[i] >= sampling.min_p:
            kept.append(i)
        covered += weights[i] / total
    share = sum(weights[i] for i in kept)
    return [weights[i] / share if i in kept else 0.0 for i in range(len(scores))]


def test_softmax_worked_example():
    assert softmax([0, math.log(2), math.log(5)]) == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_softmax_survives_huge_and_missing_logits():
    assert softmax([1e4, 1e4, -np.inf]).tolist() == [0.5, 0.5, 0]


def test_log_softmax_worked_example():
    assert log_softmax([[0, 0], [0, 1000]]) == pytest.approx(np.array([[-np.log(2)] * 2, [-1000, 0]]))


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


def test_min_p_worked_example():
    probabilities = np.log([0.5, 0.3, 0.2])
    assert [keep_min_p(probabilities, share).sum() for share in (0, 0.39, 0.41, 0.59, 0.61, 1)] == [3, 3, 2, 2, 1, 1]
    assert keep_min_p([-np.inf, 3, -np.inf], 0.1).tolist() == [False, True, False]


def test_the_penalties_worked_example():
    both = SamplingConfig(repetition_penalty=2, frequency_penalty=0.5)
    assert penalise([4, -4, 4], [0, 1, 1], both).tolist() == [1.5, -9, 4]
    assert penalise([4, -4, 4], [0, 1, 1], SamplingConfig(presence_penalty=1)).tolist() == [3, -5, 4]
    assert penalise([4, -4, 4], [], both).tolist() == [4, -4, 4]
    assert penalise([4, -4, 4], [0, 1], SamplingConfig()).tolist() == [4, -4, 4]


def test_the_given_logits_are_left_as_they_were():
    logits = np.array([1.0, 2.0])
    distribution(logits, SamplingConfig(repetition_penalty=2, temperature=0, top_k=1), seen=[0, 1])
    assert logits.tolist() == [1, 2]


SETTINGS = st.builds(
    SamplingConfig,
    temperature=st.sampled_from([0.0, 0.3, 0.8, 1.0, 2.5]),
    top_k=st.none() | st.integers(1, 45),
    top_p=st.floats(0.01, 0.99) | st.just(1.0),
    min_p=st.just(0.0) | st.floats(0.001, 0.999),
    repetition_penalty=st.sampled_from([1.0, 1.2, 3.0]),
    presence_penalty=st.sampled_from([0.0, 0.7]),
    frequency_penalty=st.sampled_from([0.0, 0.3]),
)


@settings(deadline=None)
@given(st.integers(0, 10_000), SETTINGS, st.lists(st.integers(0, 39), max_size=12))
def test_the_final_probabilities_agree_with_a_plain_reference(seed, sampling, seen):
    logits = np.random.default_rng(seed).normal(0, 3, 40).astype(np.float32)
    stages = distribution(logits, sampling, seen)
    assert stages.final == pytest.approx(reference(logits, sampling, seen), abs=1e-12)
    assert stages.final.sum() == pytest.approx(1)
    for token_id in range(40):
        assert (stages.cut_by(token_id) is None) or stages.final[token_id] == 0


@pytest.mark.pretrained
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "settings",
    [
        {"repetition_penalty": 1.3},
        {"temperature": 0.6},
        {"top_k": 7},
        {"top_p": 0.8},
        {"min_p": 0.1},
        {"repetition_penalty": 1.8, "temperature": 1.4, "top_k": 20, "top_p": 0.9, "min_p": 0.05},
    ],
    ids=str,
)
def test_every_stage_does_what_that_of_transformers_does(transformers, settings):
    from transformers.generation import logits_process as theirs

    asked = OFF | settings
    road = [
        theirs.RepetitionPenaltyLogitsProcessor(asked["repetition_penalty"]),
        theirs.TemperatureLogitsWarper(asked["temperature"]),
        theirs.TopKLogitsWarper(asked["top_k"] or 10**9),
        theirs.TopPLogitsWarper(asked["top_p"]),
        theirs.MinPLogitsWarper(asked["min_p"]),
    ]
    seen = [3, 3, 17, 29, 8]
    for logits in RANDOM:
        scores = torch.tensor(logits, dtype=torch.float64)[None]
        for stage in road:
            scores = stage(torch.tensor([seen]), scores)
        final = distribution(logits, SamplingConfig(**asked), seen).final
        assert final == pytest.approx(scores.softmax(-1)[0].numpy(), abs=1e-12)
        assert ((final > 0) == torch.isfinite(scores[0]).numpy()).all()


@settings(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=60), st.integers(1, 70))
def test_the_head_of_the_ranking_is_that_of_all(logits, count):
    assert ranking(logits, count).tolist() == sorted(range(len(logits)), key=lambda i: (-logits[i], i))[:count]


@pytest.mark.parametrize("spread", [0.0, 1.0, 30.0])
def test_a_large_vocabulary_is_filtered_and_drawn_as_if_it_were_sorted_whole(spread):
    """Beyond the first hundred and the first two thousand, and with most of the weight on one token."""
    logits = np.random.default_rng(0).normal(0, spread, 9_000)
    final = softmax(logits)
    order = sorted(range(9_000), key=lambda i: (-logits[i], i))
    edges = np.cumsum(final[order])
    for u in (0.0003, 0.0123, 0.1234, 0.5432, 0.9876, 0.99999):
        place = int(np.searchsorted(edges, u))
        assert draw(final, u) == order[place]
        assert set(np.flatnonzero(keep_top_p(logits, u))) == set(order[: place + 1])


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
    """Chi-square of 20,000 draws at 11 degrees of freedom: a fair draw stays below 31.26 in 999 of 1,000 seeds."""
    sampling = SamplingConfig(temperature=1.5, top_k=12)
    final = distribution(RANDOM[0], sampling).final
    drawn = [draw(final, u) for u in np.random.default_rng(1).random(20_000)]
    expected = 20_000 * final[final > 0]
    counts = np.bincount(drawn, minlength=40)
    assert (counts[final == 0] == 0).all()
    assert ((counts[final > 0] - expected) ** 2 / expected).sum() < 31.26


def test_each_candidate_says_which_filter_took_it_out():
    logits = np.log([0.4, 0.3, 0.2, 0.1])
    stages = distribution(logits, SamplingConfig(temperature=1, top_k=3, top_p=0.5))
    shown = candidates(logits, stages, chosen=0, count=4)
    assert [(c.id, c.cut_by) for c in shown] == [(0, None), (1, None), (2, "top-p"), (3, "top-k")]
    assert [c.probability for c in shown] == pytest.approx([0.4, 0.3, 0.2, 0.1])
    assert [c.final for c in shown] == pytest.approx([4 / 7, 3 / 7, 0, 0])


def test_each_candidate_says_what_the_penalty_did():
    sampling = SamplingConfig(temperature=1, repetition_penalty=2, min_p=0.5)
    stages = distribution([4.0, 3.0, -1.0], sampling, seen=[0, 2])
    shown = candidates([4.0, 3.0, -1.0], stages, chosen=1, count=3)
    assert [(c.id, c.logit, c.penalised, c.cut_by) for c in shown] == [
        (1, 3, 3, None),
        (0, 4, 2, "min-p"),
        (2, -1, -2, "min-p"),
    ]


def test_the_chosen_token_is_always_among_the_candidates():
    logits = np.arange(10.0)
    stages = distribution(logits, SamplingConfig(temperature=1))
    assert [c.id for c in candidates(logits, stages, chosen=2, count=3)] == [9, 8, 2]
    assert [c.id for c in candidates(logits, stages, chosen=8, count=3)] == [9, 8, 7]


def test_entropy_worked_examples():
    assert entropy_bits([1.0, 0, 0]) == 0
    assert entropy_bits([0.5, 0.5]) == pytest.approx(1)
    assert entropy_bits([0.5, 0.25, 0.25]) == pytest.approx(1.5)
