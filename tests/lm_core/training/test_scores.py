"""Where a model is wrong, against PyTorch, plain loops and worked examples."""

import math

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.data.batches import validation_windows
from lm_core.models.registry import build_model
from lm_core.tokenizers.base import VocabularyEntry
from lm_core.training import scores
from lm_core.training.evaluation import evaluate
from lm_core.training.token_classes import CLASSES, TokenClasses

CONTEXT = 8


@pytest.fixture(scope="module")
def seen():
    """A model that says something, what it made of four batches, and the batches."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = build_model(ModelConfig(n_layers=1, n_heads=2, d_model=16, context_length=CONTEXT), 23).eval()
        for weight in model.parameters():
            torch.nn.init.normal_(weight, std=0.4)
        tokens = torch.randint(23, (1200,)).numpy().astype(np.uint16)
    batches = list(validation_windows(tokens, context_length=CONTEXT, n_windows=None))
    halves = [
        type(one)(one.inputs[half], one.targets[half]) for one in batches for half in (slice(70), slice(70, None))
    ]
    return model, scores.join([scores.score_batch(model, half) for half in halves]), batches


def test_losses_ranks_and_positions_are_those_of_pytorch(seen, monkeypatch):
    model, found, batches = seen
    inputs, targets = (torch.cat([getattr(one, name) for one in batches]) for name in ("inputs", "targets"))
    with torch.no_grad():
        logits = model(inputs)
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
    assert found.losses == pytest.approx(expected.numpy(), abs=1e-5)
    order = np.argsort(-logits.flatten(0, 1).numpy(), axis=-1, kind="stable")
    assert (order[np.arange(len(order)), found.ranks - 1] == targets.flatten().numpy()).all()
    assert found.positions.tolist() == list(range(1, CONTEXT + 1)) * len(inputs)
    assert (found.before == inputs.flatten().numpy()).all()
    assert found.losses.mean() == pytest.approx(evaluate(model, batches), abs=1e-6)
    monkeypatch.setattr(scores, "NUMBERS_AT_ONCE", 99)  # a few places at a time
    apart = scores.score_batch(model, batches[0])
    assert apart.losses == pytest.approx(found.losses[: len(apart.losses)])
    assert apart.candidates.sum() == pytest.approx(scores.score_batch(model, batches[0]).candidates.sum())


def test_groups_add_up_to_the_whole_and_have_the_error_of_their_mean(seen):
    losses, positions = seen[1].losses, seen[1].positions
    bounds = scores.position_bounds(CONTEXT)
    assert bounds == [1, 2, 3, 4, 6, 8]
    groups = scores.by_group(losses, scores.group_numbers(positions, bounds), len(bounds))
    assert sum(group.n * group.loss for group in groups) == pytest.approx(losses.sum())
    own = losses[(positions >= 4) & (positions < 6)]
    assert (groups[3].n, groups[3].loss) == (len(own), pytest.approx(own.mean()))
    assert groups[3].error == pytest.approx(own.std(ddof=1) / math.sqrt(len(own)))
    assert scores.whole(losses).loss == pytest.approx(losses.mean())
    lone, none = scores.by_group(np.array([2.0]), np.array([0]), 2)
    assert (lone.n, lone.loss, none.n) == (1, 2.0, 0)
    assert math.isnan(lone.error)
    assert math.isnan(none.loss)


def test_frequencies_lie_in_half_powers_of_ten():
    bounds = scores.frequency_bounds(120)
    assert bounds == [0, 1, 3, 10, 30, 100]
    assert scores.group_numbers(np.array([0, 1, 2, 3, 99, 100, 120]), bounds).tolist() == [0, 1, 1, 2, 4, 5, 5]


def test_top_k_is_the_share_of_ranks(seen):
    ranks = seen[1].ranks
    assert [scores.top_k(ranks, k)[0] for k in (1, 5, 23)] == [(ranks == 1).mean(), (ranks <= 5).mean(), 1]
    assert scores.top_k(np.array([1, 2, 1, 9]), 1) == (0.5, 0.25)


def test_calibration_is_that_of_a_plain_loop(seen):
    """Bins (low, high], as scikit-learn's calibration_curve and Guo et al. have them."""
    model, found, batches = seen
    with torch.no_grad():
        shares = torch.cat([model(one.inputs).flatten(0, 1) for one in batches]).double().softmax(-1).numpy()
    pairs = [
        (share, token == came)
        for row, came in zip(shares, found.targets, strict=True)
        for token, share in enumerate(row)
    ]
    best = [(row.max(), rank == 1) for row, rank in zip(shares, found.ranks, strict=True)]
    for bins, guesses in ((scores.of_all_candidates(found), pairs), (scores.of_first_choices(found), best)):
        error = 0.0
        for one in bins:
            inside = [(share, came) for share, came in guesses if one.low < share <= one.high]
            assert one.n == len(inside)
            if inside:
                assert one.said == pytest.approx(np.mean([share for share, _ in inside]))
                assert one.came == pytest.approx(np.mean([came for _, came in inside]))
                error += len(inside) / len(guesses) * abs(one.came - one.said)
        assert scores.calibration_error(bins) == pytest.approx(error)
        assert sum(one.n for one in bins) == len(guesses)


def test_calibration_worked_example():
    """Sure of four with 0.9, and right three times: 15 percent points too sure."""
    none = np.zeros(4, np.int64)
    sure = scores.Scores(
        none, none, none, np.zeros(4), np.array([1, 1, 1, 2]), np.full(4, 0.9), np.zeros((3, scores.BINS))
    )
    bins = scores.of_first_choices(sure)
    assert (bins[8].n, bins[8].said, bins[8].came) == (4, pytest.approx(0.9), 0.75)
    assert bins[8].error == pytest.approx(math.sqrt(0.75 * 0.25 / 4))
    assert scores.calibration_error(bins) == pytest.approx(0.15)
    assert math.isnan(scores.calibration_error(scores.of_all_candidates(sure)))


def test_every_token_has_one_class_and_words_know_where_they_begin():
    texts = ["T", "h", " cat", "s", ",", " ", "7", "\n", "猫", "'t", ".\n", " 12", "é"]
    entries = [VocabularyEntry(at, text, "text") for at, text in enumerate(texts)]
    entries += [VocabularyEntry(13, "<0xE4>", "byte"), VocabularyEntry(14, "<unk>", "special")]
    classes = TokenClasses(entries)

    def named(tokens):
        return [CLASSES[each] for each in classes.of(np.array(tokens[1:]), np.array(tokens[:-1]))]

    assert named([7, 0, 1, 2, 3, 4, 5, 6, 7]) == [
        "start", "inside", "start", "inside", "punctuation", "space", "digit", "newline",
    ]  # fmt: skip
    assert named([3, 9, 10, 8, 12, 11, 13, 14, 1, 12]) == [
        "start", "newline", "cjk", "inside", "digit", "fragment", "special", "start", "inside",
    ]  # fmt: skip
