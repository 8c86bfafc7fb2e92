"""Windows of tokens, shuffled and repeatable."""

import numpy as np
import pytest
import torch

from lm_core.data.batches import Batches, validation_windows

torch.set_num_threads(1)

TOKENS = np.arange(1000, dtype=np.uint16)


def batches(tokens=TOKENS, context_length=8, batch_size=4, seed=1):
    return Batches(tokens, context_length=context_length, batch_size=batch_size, seed=seed)


def test_targets_are_the_tokens_that_follow():
    batch = batches().at(0)
    assert batch.inputs.shape == batch.targets.shape == (4, 8)
    assert batch.inputs.dtype == batch.targets.dtype == torch.int64
    assert torch.equal(batch.targets, batch.inputs + 1)
    assert batch.targets.is_contiguous()


def test_a_step_alone_decides_its_batch():
    one, other = batches(), batches()
    later = other.at(500)
    for step in (3, 0, 500):
        assert torch.equal(one.at(step).inputs, other.at(step).inputs)
    assert torch.equal(one.at(500).inputs, later.inputs)
    assert not torch.equal(one.at(0).inputs, batches(seed=2).at(0).inputs)


def epochs(source, count, batch_size):
    """The first tokens of all windows, epoch by epoch."""
    steps = -(-source.windows_per_epoch * count // batch_size)
    starts = torch.cat([source.at(step).inputs[:, 0] for step in range(steps)])
    return starts[: source.windows_per_epoch * count].reshape(count, -1)


def test_every_window_comes_once_per_epoch():
    source = batches()
    for starts in epochs(source, 5, 4):
        ordered = starts.sort().values
        assert len(ordered.unique()) == source.windows_per_epoch
        assert set(ordered.diff().tolist()) == {8}  # side by side: no token twice, none skipped in between


def test_each_epoch_has_its_own_offset_and_order():
    first, second, third = epochs(batches(), 3, 4).tolist()
    assert len({min(first), min(second), min(third)}) > 1
    assert first != sorted(first)
    assert [start - min(first) for start in first] != [start - min(second) for start in second]


def test_all_offsets_occur_and_all_windows_fit():
    starts = epochs(batches(), 100, 4)
    assert set(starts.min(dim=1).values.tolist()) == set(range(8))
    assert int(starts.max()) + 8 < len(TOKENS)


@pytest.mark.parametrize("length", [9, 10, 15, 16, 17, 23, 24, 25])
def test_the_shortest_texts_give_whole_batches(length):
    source = batches(np.arange(length, dtype=np.uint32))
    for step in range(50):
        batch = source.at(step)
        assert torch.equal(batch.targets, batch.inputs + 1)
        assert int(batch.targets.max()) < length


def test_a_memory_map_gives_the_same_batches(tmp_path):
    TOKENS.tofile(tmp_path / "ids.bin")
    mapped = np.memmap(tmp_path / "ids.bin", dtype=np.uint16, mode="r")
    assert torch.equal(batches(mapped).at(7).inputs, batches().at(7).inputs)


def starts_of(n_windows, tokens=TOKENS):
    return torch.cat([b.inputs[:, 0] for b in validation_windows(tokens, context_length=8, n_windows=n_windows)])


def test_the_whole_validation_split_is_covered_without_overlap():
    starts = starts_of(None)
    assert torch.equal(starts, torch.arange(0, 999 - 8 + 1, 8))


def test_a_sample_of_windows_is_evenly_spaced_and_always_the_same():
    starts = starts_of(10)
    assert len(starts) == 10
    assert set(starts.diff().tolist()) <= {96, 104}
    assert torch.equal(starts, starts_of(10))
    assert set(starts.tolist()) <= set(starts_of(None).tolist())


def test_no_more_windows_are_given_than_there_are():
    assert torch.equal(starts_of(5000), starts_of(None))
    assert len(starts_of(3, TOKENS[:9])) == 1


def test_validation_batches_stay_small_whatever_the_context():
    tokens = np.zeros(50_000, dtype=np.uint16)
    sizes = [b.inputs.numel() for b in validation_windows(tokens, context_length=100, n_windows=None)]
    assert max(sizes) <= 2048
    assert sum(sizes) == 49_900
    assert next(validation_windows(tokens, context_length=4096, n_windows=1)).inputs.shape == (1, 4096)
