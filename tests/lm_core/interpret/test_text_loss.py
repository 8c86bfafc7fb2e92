import math

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.interpret import text_loss
from lm_core.interpret.text_loss import read_text, windows_of
from lm_core.models.registry import build_model
from lm_core.training.evaluation import bits_per_byte

IDS = [1, 5, 2, 2, 9, 0, 3, 10, 4, 4, 1, 7, 8, 8, 6, 2, 5, 0, 9, 3, 1, 2, 7, 4, 6, 6, 10, 5, 3, 1]


def uniform_model(vocab_size):
    """Knows nothing: its head is zero, so every token is equally likely."""
    model = build_model(ModelConfig(n_layers=1, n_heads=2, d_model=16, context_length=8), vocab_size).eval()
    torch.nn.init.zeros_(model.head.weight)
    return model


@pytest.mark.parametrize("stride", [1, 5, 6, 12])
def test_windows_say_what_a_plain_loop_says(model, stride):
    """The fixture's context is 12. Each token alone: as much before it as its window holds."""
    found = read_text(model, IDS, k=3, stride=stride)
    model.eval()
    expected, before = [], []
    begin, end = 0, 12
    for place in range(1, len(IDS)):
        if place > end:
            begin, end = begin + stride, begin + stride + 12
        with torch.no_grad():
            logits = model(torch.tensor([IDS[begin:place]]))[0, -1]
        expected.append(torch.nn.functional.cross_entropy(logits, torch.tensor(IDS[place])).item())
        before.append(place - begin)
    assert math.isnan(found.losses[0])
    assert found.losses[1:] == pytest.approx(expected, abs=1e-5)
    assert found.before.tolist() == [0, *before]
    assert min(found.before[13:]) == 12 - stride + 1


def test_every_token_but_the_first_is_foretold_once_whatever_the_sizes():
    for n in range(1, 40):
        for context in (1, 2, 7, 12):
            for stride in range(1, context + 1):
                windows = windows_of(n, context, stride)
                assert [place for one in windows for place in range(one.first, one.end + 1)] == list(range(1, n))
                assert all(one.begin < one.first and one.end - one.begin <= context for one in windows)


def test_ranks_candidates_and_entropies_are_those_of_the_whole_distribution(model, monkeypatch):
    found = read_text(model, IDS[:10], k=99)
    with torch.no_grad():
        shares = model.eval()(torch.tensor([IDS[:9]]))[0].softmax(-1).numpy()
    for place, row in enumerate(shares, start=1):
        order = np.argsort(-row, kind="stable").tolist()
        assert found.ranks[place] == 1 + order.index(IDS[place])
        assert found.top_ids[place].tolist() == order
        assert found.top_probabilities[place] == pytest.approx(row[order], abs=1e-6)
        assert found.entropies[place] == pytest.approx(-(row * np.log(row)).sum(), abs=1e-5)
    whole = read_text(model, IDS, k=2)
    monkeypatch.setattr(text_loss, "NUMBERS_AT_ONCE", 1)  # one window, and one place of it, at a time
    apart = read_text(model, IDS, k=2)
    assert apart.losses[1:] == pytest.approx(whole.losses[1:], abs=1e-6)
    assert np.array_equal(whole.ranks, apart.ranks)


def test_equal_scores_are_ranked_by_id_and_perplexity_is_the_number_of_choices():
    found = read_text(uniform_model(11), [3, 7, 0, 10], k=2)
    assert found.ranks.tolist() == [0, 8, 1, 11]
    assert math.exp(found.losses[1:].mean()) == pytest.approx(11)


def test_one_token_alone_has_nothing_to_be_foretold_from(model):
    found = read_text(model, [4], k=2)
    assert np.isnan(found.losses).tolist() == [True]


def test_bits_per_byte_of_two_models_that_know_nothing_do_not_depend_on_the_tokenizer():
    """One over 16 bytes, one over the 256 pairs of them: half as many tokens, each twice as hard."""
    data = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3]
    pairs = [16 * first + second for first, second in zip(data[::2], data[1::2], strict=True)]
    by_byte = read_text(uniform_model(16), data, k=1).losses[2:]  # the first pair is foretold by neither
    by_pair = read_text(uniform_model(256), pairs, k=1).losses[1:]
    assert by_pair.mean() == pytest.approx(2 * by_byte.mean())
    found = [bits_per_byte(float(each.mean()), len(each), 16) for each in (by_byte, by_pair)]
    assert found == pytest.approx([4, 4])  # log2 of 16
