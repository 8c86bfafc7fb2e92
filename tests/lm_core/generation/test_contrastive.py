"""Contrastive decoding: by hand, against a loop that reads all anew, and at its two ends."""

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig, SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.contrastive import contrast, generate_contrasted
from lm_core.generation.decode import generate
from lm_core.generation.sampling import softmax
from lm_core.models.registry import build_model

PROMPT = [1, 2, 3]
GREEDY = SamplingConfig(temperature=0)


def make(seed, vocab_size=11, **changes):
    torch.manual_seed(seed)
    model = build_model(
        ModelConfig(**{"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 32, **changes}), vocab_size
    ).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.4)
    return model


@pytest.fixture(scope="module")
def pair():
    return make(0), make(1, n_layers=1, context_length=8)


def test_contrast_worked_example():
    expert, amateur = np.log([0.4, 0.3, 0.25, 0.05]), np.log([0.6, 0.3, 0.05, 0.05])
    expected = [np.log(0.4 / 0.6), 0, np.log(5), -np.inf]
    assert contrast(expert + 3, amateur - 1, 0.2) == pytest.approx(expected), "any constant added to logits is lost"
    assert contrast(expert, amateur, 0)[3] == pytest.approx(0)
    assert np.isfinite(contrast(expert, amateur, 1)).tolist() == [True, False, False, False]


def test_it_is_a_loop_that_reads_both_anew(pair):
    """29 tokens: beyond the amateur's context of 8, within the expert's."""
    expert, amateur = pair
    ids = list(PROMPT)
    for step in generate_contrasted(expert, amateur, PROMPT, GREEDY, alpha=0.1, n_tokens=29):
        read = [next(generate(model, ids, GREEDY, n_tokens=1, use_cache=False)).logits for model in pair]
        p, q = map(softmax, read)
        ratio = [a / b if a >= 0.1 * max(p) else 0 for a, b in zip(p, q, strict=True)]
        assert step.position == len(ids)
        assert step.token_id == int(np.argmax(ratio))
        assert step.expert == pytest.approx(p, abs=1e-6)
        assert step.amateur == pytest.approx(q, abs=1e-6)
        ids.append(step.token_id)


def test_alpha_1_is_the_expert_alone(pair):
    contrasted = generate_contrasted(*pair, PROMPT, SamplingConfig(seed=3), alpha=1, n_tokens=12)
    alone = generate(pair[0], PROMPT, GREEDY, n_tokens=12)
    assert [step.token_id for step in contrasted] == [step.token_id for step in alone]


def test_what_is_implausible_is_never_drawn(pair):
    for step in generate_contrasted(*pair, PROMPT, SamplingConfig(temperature=5), alpha=0.3, n_tokens=25):
        assert step.expert[step.token_id] >= 0.3 * step.expert.max()
        assert step.stages.final.sum() == pytest.approx(1)
        assert (step.stages.final[~np.isfinite(step.scores)] == 0).all()


def test_impossible_pairs_are_refused_in_words(pair):
    with pytest.raises(ConfigError, match="These have 11 and 7 tokens"):
        next(generate_contrasted(pair[0], make(2, vocab_size=7), PROMPT, GREEDY, alpha=0.1, n_tokens=1))
    with pytest.raises(ConfigError, match=r"alpha must be from 0 to 1 \(got 2\)\."):
        next(generate_contrasted(*pair, PROMPT, GREEDY, alpha=2, n_tokens=1))
    with pytest.raises(ConfigError, match="Give at least one token"):
        next(generate_contrasted(*pair, [], GREEDY, alpha=0.1, n_tokens=1))
