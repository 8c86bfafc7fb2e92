"""The map of tokens: what is kept of a table, and moments that lie on one plane and never flip."""

import numpy as np
import pytest

from lm_core.interpret.embedding import (
    KEPT_NUMBERS,
    MOST_TOKENS,
    frequent_tokens,
    pack_rows,
    token_map,
    turn_onto,
    unpack_rows,
)


def a_training(moments=12, tokens=40, width=16, seed=0):
    """Noise in which two groups of tokens slowly drift apart, and a third direction grows past the second."""
    random = np.random.default_rng(seed)
    start = random.standard_normal((tokens, width)).astype(np.float32)
    groups, other = np.sign(np.arange(tokens) - tokens / 2 + 0.5), random.standard_normal(tokens)
    first, second = np.linalg.qr(random.standard_normal((width, 2)))[0].T
    shares = np.linspace(0, 1, moments)
    drift = [9 * share * np.outer(groups, first) + 5 * share**2 * np.outer(other, second) for share in shares]
    return np.stack([start + moved for moved in drift]).astype(np.float32)


def test_the_most_frequent_tokens_come_first_and_unseen_ones_not_at_all():
    assert frequent_tokens(np.array([2, 1, 2, 0]), 5).tolist() == [2, 0, 1]
    assert len(frequent_tokens(np.arange(1000), 1000)) == MOST_TOKENS


def test_a_packed_table_is_off_by_half_a_scale_at_most():
    table = np.random.default_rng(1).standard_normal((30, 64)).astype(np.float32)
    codes, scale = pack_rows(table)
    assert codes.dtype == np.int8
    assert np.abs(unpack_rows(codes, scale) - table).max() <= scale / 2 * 1.001
    assert np.array_equal(unpack_rows(*pack_rows(np.zeros((3, 4), np.float32))), np.zeros((3, 4)))


def test_a_wide_table_keeps_its_distances_about_and_stays_small():
    table = np.random.default_rng(2).standard_normal((MOST_TOKENS, 1024)).astype(np.float32)
    codes, scale = pack_rows(table)
    assert codes.nbytes == MOST_TOKENS * KEPT_NUMBERS
    kept = unpack_rows(codes, scale) * np.sqrt(1024 / KEPT_NUMBERS)
    pairs = np.linalg.norm(kept[:50] - kept[50:100], axis=1) / np.linalg.norm(table[:50] - table[50:100], axis=1)
    assert 0.75 < pairs.min() < pairs.max() < 1.25


def test_the_newest_moment_is_its_own_principal_components():
    """Against a singular value decomposition: equal up to a turn, with the same share of all spread."""
    tables = a_training()
    found = token_map(tables)
    centred = tables[-1] - tables[-1].mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    expected = left[:, :2] * sizes[:2]
    turned = expected @ turn_onto(expected, found.positions[-1])
    np.testing.assert_allclose(turned, found.positions[-1], atol=1e-3)
    assert found.share == pytest.approx(float((sizes[:2] ** 2).sum() / (sizes**2).sum()), rel=1e-4)


def test_no_moment_flips_against_its_neighbour():
    """A flip would move every point by twice its distance from the middle."""
    positions = token_map(a_training()).positions
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=2).mean(1)
    assert steps.max() < 0.25 * np.linalg.norm(positions[-1], axis=1).mean()


def test_a_new_moment_leaves_the_picture_where_it_was():
    """While a run trains, the plane is chosen anew with each moment: the points of before must hardly move."""
    tables = a_training(moments=24)
    for known in range(12, 24):
        before, after = token_map(tables[:known]).positions[-1], token_map(tables[: known + 1]).positions[known - 1]
        assert np.linalg.norm(after - before, axis=1).mean() < 0.25 * np.linalg.norm(before, axis=1).mean()


def test_positions_move_only_as_far_as_the_vectors_do():
    tables = a_training()
    positions = token_map(tables).positions
    moved = np.linalg.norm(np.diff(positions, axis=0), axis=2)
    truly = np.linalg.norm(np.diff(tables - tables.mean(1, keepdims=True), axis=0), axis=2)
    assert (moved <= truly + 1e-4).all()
