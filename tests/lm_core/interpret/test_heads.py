import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.interpret.attention import attention_of
from lm_core.interpret.head_patterns import character_class, ideals, text_ideals
from lm_core.interpret.heads import head_reports, name_heads, random_repeats, repeated_patterns
from lm_core.interpret.rollout import combine_heads, rollout
from lm_core.interpret.snapshot import take_snapshot
from lm_core.models.registry import build_model
from tests.induction_model import TOKENS, induction_model

TEXT = tuple("the cat sat on the mat, (and then) the dog [sat] on THE CAT.")
N = len(TEXT)


def blurred(keys, share=0.8):
    """A head that gives `share` to the marked keys, and the rest to all that it may see."""
    seen = np.tri(N)
    marked = keys * seen
    rows = marked.sum(-1, keepdims=True)
    rest = seen / seen.sum(-1, keepdims=True)
    return np.where(rows > 0, share * marked / np.maximum(rows, 1) + (1 - share) * rest, rest)


def name_of(pattern, repeated=None):
    return name_heads(pattern[None, None], TEXT, repeated)[0]


BUILT = {**ideals(TEXT), **text_ideals(TEXT)}


@pytest.mark.parametrize("kind", ["previous", "itself", "first", "repeat", "same", "near", "class", "brackets"])
def test_a_head_built_to_one_kind_is_called_so(kind):
    report = name_of(blurred(BUILT[kind].keys))
    assert report.name == kind
    assert report.score == pytest.approx(0.8, abs=0.12)
    assert report.nearest is None


def test_an_even_head_is_broad_and_one_on_a_late_token_is_a_sink():
    assert name_of(blurred(np.zeros((N, N)))).name == "broad"
    keys = np.zeros((N, N))
    keys[:, 7] = 1
    report = name_of(blurred(keys))
    assert (report.name, report.sink) == ("sink", 7)
    assert report.sink_share == pytest.approx(0.8, abs=0.05)


def test_a_random_head_is_mixed_and_says_what_comes_nearest():
    draw = np.random.default_rng(0)
    for _head in range(40):
        scores = np.where(np.tri(N) > 0, draw.normal(0, 2.5, (N, N)), -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        report = name_of(weights / weights.sum(-1, keepdims=True))
        assert report.name == "mixed"
        assert report.nearest is not None


def test_a_head_of_two_minds_is_mixed():
    early, late = blurred(BUILT["previous"].keys), blurred(BUILT["first"].keys, 0.5)
    assert name_of(np.where(np.arange(N)[:, None] < N // 2, early, late)).name == "mixed"


def test_a_position_that_only_holds_on_the_text_gives_no_name():
    ids = random_repeats(range(20), 40)
    even = np.tri(40) / np.arange(1, 41)[:, None]
    report = name_of(blurred(BUILT["previous"].keys), (np.broadcast_to(even, (len(ids), 1, 1, 40, 40)), ids))
    assert report.name == "mixed"
    assert report.nearest == "previous"


def test_a_short_text_gives_no_name_and_a_lone_token_no_crash():
    assert name_heads(np.full((1, 1, 3, 3), np.tri(3) / np.arange(1, 4)[:, None]), "abc")[0].name == "short"
    assert name_heads(np.ones((1, 1, 1, 1)), "a")[0].name == "short"


def test_the_circuit_built_by_hand_is_recognised():
    model = induction_model()
    ids = np.random.default_rng(1).permutation(TOKENS)[:8].tolist() * 2
    tokens = [chr(97 + i) for i in ids]
    pattern = attention_of(take_snapshot(model, ids, tokens, step=0))
    back, inducing = head_reports(model, pattern, tokens)
    assert (back.name, inducing.name) == ("previous", "repeat")
    assert inducing.score > 0.95  # the first token, which has none before it, takes itself for that
    assert back.distance == pytest.approx(1, abs=0.1)
    with torch.inference_mode():
        guesses = model(torch.tensor([ids]))[0].argmax(-1)
    assert guesses[9:-1].tolist() == ids[10:]  # in the second half it knows what comes


def test_random_repeats_say_each_token_once_and_the_block_twice():
    ids = random_repeats([3, 4, 5, 6, 7], 64)
    assert ids.shape == (4, 10)
    assert (ids[:, :5] == ids[:, 5:]).all()
    assert all(len(set(row[:5])) == 5 for row in ids)
    assert random_repeats([1, 2, 3], 64) is None
    assert repeated_patterns(build_model(ModelConfig(n_layers=1, n_heads=1, d_model=8, context_length=6), 9)) is None


@pytest.mark.parametrize("switches", [{"causal": False}, {"n_kv_heads": 1}, {"residual": False, "norm": "none"}])
def test_heads_of_every_kind_of_model_are_reported(switches):
    torch.manual_seed(0)
    model = build_model(ModelConfig(n_layers=2, n_heads=2, d_model=16, context_length=32, **switches), 30)
    ids = list(range(12)) * 2
    pattern = attention_of(take_snapshot(model, ids, [str(i) for i in ids], step=0))
    heads = head_reports(model, pattern, [str(i) for i in ids], range(1, 30))
    assert [(head.layer, head.head) for head in heads] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert np.isfinite([(one.score, one.distance, one.entropy, one.sink_share) for one in heads]).all()
    names = [measure.name for measure in heads[0].measures]
    assert ("next" in names) == (switches == {"causal": False})


def test_a_model_without_a_mask_may_have_heads_that_look_at_the_answer():
    ahead = np.eye(N, k=1)
    ahead[-1, -1] = 1
    assert name_heads(ahead[None, None], TEXT, causal=False)[0].name == "next"


def test_characters_have_classes():
    tokens = ["a", "B", " the", "7", "\n", "!", "中", "<0xE4>"]
    assert list(map(character_class, tokens)) == ["lower", "upper", "lower", "digit", "blank", "mark", "letter", "byte"]


def test_rollout_is_the_product_of_halves_as_the_paper_has_it():
    draw = np.random.default_rng(3)
    pattern = draw.dirichlet(np.ones(5), size=(3, 2, 5))
    expected = np.eye(5)
    for layer in range(3):
        mixed = (pattern[layer, 0] + pattern[layer, 1]) / 2
        step = np.array([[0.5 * mixed[t, s] + 0.5 * (t == s) for s in range(5)] for t in range(5)])
        expected = np.array([[sum(step[t, r] * expected[r, s] for r in range(5)) for s in range(5)] for t in range(5)])
        np.testing.assert_allclose(rollout(pattern)[layer], expected)
    np.testing.assert_allclose(rollout(pattern).sum(-1), 1)
    np.testing.assert_allclose(rollout(pattern, residual=False)[0], pattern[0].mean(0))
    np.testing.assert_allclose(rollout(pattern, "max").sum(-1), 1)


def test_the_largest_weight_of_any_head_makes_rows_that_sum_to_one():
    pattern = np.array([[[1.0, 0.0], [0.5, 0.5]], [[1.0, 0.0], [0.0, 1.0]]])
    np.testing.assert_allclose(combine_heads(pattern, "max"), [[1, 0], [1 / 3, 2 / 3]])
