"""Why counts give a token its probability: the last stage is the mixture's own, and what was never seen is counted."""

import numpy as np
import pytest

from lm_core.interpret.counting import never_seen, stages
from lm_core.models.counts import Mixture, grams
from lm_core.models.ngram import count

V = 5
RANDOM = np.random.default_rng(3)
TEXT, OTHER = RANDOM.integers(0, V, size=120), RANDOM.integers(0, V, size=60)


def tables(text, order):
    return [count(grams(text, k, V)) for k in range(1, order + 1)]


@pytest.mark.parametrize("smoothing", ["witten-bell", "kneser-ney", "add-k"])
@pytest.mark.parametrize("context", [(), (2,), (4, 1, 3, 0, 2)])
def test_the_last_stage_is_what_the_mixture_says(smoothing, context):
    mixture = Mixture(tables(TEXT, 3), V, smoothing, 0.5)
    found = stages(mixture, context)
    assert len(found) == min(3, len(context) + 1)
    for stage in found:
        assert stage.shares.sum() == pytest.approx(1)
        assert stage.context == context[len(context) - len(stage.context) :]
    if context:
        np.testing.assert_allclose(found[-1].shares, mixture.after(np.array([context]))[0, -1], rtol=1e-12)


def test_followers_are_those_of_the_text():
    """[1, 2, 1, 2, 1, 3]: after 1 came 2 twice and 3 once."""
    stage = stages(Mixture(tables(np.array([1, 2, 1, 2, 1, 3]), 2), V, "witten-bell", 1.0), [1])[-1]
    assert (stage.total, stage.kinds, list(stage.counts)) == (3, 2, [0, 0, 2, 1, 0])
    assert stage.left == pytest.approx(2 / (3 + 2))


def test_what_was_never_seen_against_sets():
    mixture = Mixture(tables(TEXT, 4), V, "witten-bell", 1.0)
    for k, (contexts, unseen) in enumerate(never_seen(mixture, OTHER), start=1):
        windows = [tuple(OTHER[at : at + k]) for at in range(len(OTHER) - k + 1)]
        seen = {tuple(TEXT[at : at + k]) for at in range(len(TEXT) - k + 1)}
        begun = {gram[:-1] for gram in seen}
        assert unseen == pytest.approx(np.mean([window not in seen for window in windows]))
        assert contexts == pytest.approx(np.mean([window[:-1] not in begun for window in windows]))
