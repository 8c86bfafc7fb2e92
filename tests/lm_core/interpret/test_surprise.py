import math

import numpy as np
import pytest
import torch

from lm_core.interpret import surprise
from lm_core.interpret.snapshot import Snapshot
from lm_core.interpret.surprise import token_losses, top_candidates


def by_hand(probabilities, ids):
    logits = np.log(np.array(probabilities, dtype=np.float32))
    return Snapshot(0, np.array(ids), tuple(map(str, ids)), logits, {})


def test_surprise_worked_example():
    """After token 0 the model gives token 1 a half, after token 1 it gives token 2 an eighth."""
    seen = by_hand([[0.25, 0.5, 0.25], [0.5, 0.375, 0.125], [0.2, 0.3, 0.5]], [0, 1, 2])
    losses = token_losses(seen)
    assert math.isnan(losses[0])
    assert losses[1:] == pytest.approx([math.log(2), math.log(8)])


def test_losses_agree_with_torchs_cross_entropy(snapshot):
    expected = torch.nn.functional.cross_entropy(
        torch.from_numpy(snapshot.logits[:-1]), torch.from_numpy(snapshot.ids[1:]), reduction="none"
    )
    assert token_losses(snapshot)[1:] == pytest.approx(expected.numpy(), abs=1e-5)
    assert token_losses(snapshot).dtype == np.float32


def test_the_first_token_alone_has_no_loss():
    assert np.isnan(token_losses(by_hand([[0.5, 0.5]], [1]))).tolist() == [True]


def test_top_candidates_worked_example():
    ids, probabilities = top_candidates(by_hand([[0.25, 0.5, 0.25], [0.125, 0.375, 0.5]], [0, 1]), k=2)
    assert ids.tolist() == [[1, 0], [2, 1]]
    assert probabilities == pytest.approx(np.array([[0.5, 0.25], [0.5, 0.375]]))


def test_there_are_never_more_candidates_than_tokens():
    ids, probabilities = top_candidates(by_hand([[0.5, 0.5]], [0]), k=8)
    assert ids.shape == probabilities.shape == (1, 2)


def test_a_large_vocabulary_is_worked_through_in_parts_with_the_same_result(monkeypatch):
    logits = np.random.default_rng(0).normal(size=(9, 50)).astype(np.float32)
    snapshot = Snapshot(0, np.arange(9), tuple("abcdefghi"), logits, {})
    whole = token_losses(snapshot), *top_candidates(snapshot, 3)
    monkeypatch.setattr(surprise, "NUMBERS_AT_ONCE", 100)
    parts = token_losses(snapshot), *top_candidates(snapshot, 3)
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
        assert one.dtype == other.dtype
