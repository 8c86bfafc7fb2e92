import math

import numpy as np

from lm_core.interpret.attention import attention_of, queries_keys


def test_rows_sum_to_one_and_look_only_back(snapshot):
    pattern = attention_of(snapshot)
    assert pattern.shape == (3, 4, 6, 6)
    np.testing.assert_allclose(pattern.sum(-1), 1, atol=1e-5)
    assert not np.triu(pattern, 1).any()


def test_queries_and_keys_give_the_scores_and_the_scores_the_pattern(snapshot):
    q, k = queries_keys(snapshot)
    assert q.shape == k.shape == (3, 4, 6, 8)
    scores = q @ k.swapaxes(-1, -2) / math.sqrt(8)
    expected = np.stack([snapshot.activations[f"blocks.{layer}.attn.scores"] for layer in range(3)])
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    weights = np.exp(scores - scores.max(-1, keepdims=True)) * np.tri(6)
    np.testing.assert_allclose(weights / weights.sum(-1, keepdims=True), attention_of(snapshot), atol=1e-5)


def test_heads_of_one_group_share_their_keys(snapshot):
    _, k = queries_keys(snapshot)
    np.testing.assert_array_equal(k[:, 0], k[:, 1])
    assert not np.array_equal(k[:, 1], k[:, 2])
