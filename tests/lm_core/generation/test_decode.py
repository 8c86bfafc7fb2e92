import weakref

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig, SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.decode import generate
from lm_core.generation.reader import window_start
from lm_core.generation.sampling import distribution, draw, numbers_from
from lm_core.models.registry import build_model
from lm_core.models.trace import Trace

PROMPT = [1, 2, 3]


MODERN = {"positions": "rotary", "qk_norm": True, "qk_gain": True, "token_shift": True, "zero_init": True}


@pytest.fixture(
    params=[{"positions": "learned"}, {"positions": "sinusoidal"}, {"positions": "rotary"}, MODERN], ids=str
)
def model(request):
    torch.manual_seed(0)
    config = ModelConfig(
        n_layers=2, n_heads=2, n_kv_heads=1, d_model=16, context_length=12, dropout=0.2, **request.param
    )
    model = build_model(config, 11)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.4)
    return model


def tokens(steps):
    return [step.token_id for step in steps]


def test_cached_and_uncached_generation_give_equal_logits_and_attention_beyond_the_context(model):
    roads = [
        list(generate(model, PROMPT, SamplingConfig(), n_tokens=40, use_cache=use_cache, keep_attention=True))
        for use_cache in (True, False)
    ]
    assert tokens(roads[0]) == tokens(roads[1])
    for cached, uncached in zip(*roads, strict=True):
        np.testing.assert_allclose(cached.logits, uncached.logits, atol=1e-5)
        np.testing.assert_allclose(cached.attention, uncached.attention, atol=1e-5)


def test_logits_are_those_of_the_window_before_the_new_token(model):
    ids = list(PROMPT)
    for step in generate(model, PROMPT, SamplingConfig(), n_tokens=20):
        window = ids[window_start(len(ids), 12) :]
        with torch.inference_mode():
            expected = model.eval()(torch.tensor([window]))[0, -1]
        np.testing.assert_allclose(step.logits, expected, atol=1e-4)
        assert step.position == len(ids)
        ids.append(step.token_id)


def test_the_window_slides_by_a_quarter_and_never_holds_less_than_three():
    starts = [window_start(n, 8) for n in range(1, 16)]
    assert starts == [0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 4, 4, 6, 6, 8]
    for context_length in (4, 6, 7, 64):
        for n in range(context_length, 300):
            size = n - window_start(n, context_length)
            assert context_length - context_length // 4 < size <= context_length


def test_temperature_zero_always_takes_the_top(model):
    for step in generate(model, PROMPT, SamplingConfig(temperature=0), n_tokens=15):
        assert step.token_id == step.logits.argmax()
        assert step.entropy_bits == 0


def test_equal_seeds_give_equal_texts_and_other_seeds_others(model):
    one, two, other = (
        tokens(generate(model, PROMPT, SamplingConfig(temperature=2, seed=seed), n_tokens=20)) for seed in (4, 4, 5)
    )
    assert one == two != other


def test_the_choice_can_be_replayed_from_the_step(model):
    sampling = SamplingConfig(temperature=1.2, top_k=6, top_p=0.9)
    for step in generate(model, PROMPT, sampling, n_tokens=20):
        assert 0 <= step.u < 1
        assert draw(distribution(step.logits, sampling).final, step.u) == step.token_id
        chosen = next(candidate for candidate in step.candidates if candidate.id == step.token_id)
        assert chosen.final > 0
        assert chosen.cut_by is None


def test_a_number_belongs_to_a_seed_and_a_position(model):
    steps = list(generate(model, PROMPT, SamplingConfig(seed=5), n_tokens=6))
    assert [step.u for step in steps] == [numbers_from(5, position).random() for position in range(3, 9)]
    longer = list(generate(model, [*PROMPT, 9, 9], SamplingConfig(seed=5), n_tokens=4))
    assert [step.u for step in longer] == [step.u for step in steps[2:]]


def test_a_forced_token_changes_what_follows_and_no_draw(model):
    sampling = SamplingConfig(temperature=1.5, seed=2)
    plain = list(generate(model, PROMPT, sampling, n_tokens=12))
    other = (plain[4].token_id + 1) % 11
    branch = list(generate(model, PROMPT, sampling, n_tokens=12, forced={7: other, 99: 0}))
    assert tokens(branch[:4]) == tokens(plain[:4])
    assert (branch[4].token_id, branch[4].drawn) == (other, plain[4].token_id)
    assert other in [candidate.id for candidate in branch[4].candidates]
    assert [step.u for step in branch] == [step.u for step in plain]
    np.testing.assert_allclose(branch[4].logits, plain[4].logits)
    again = list(generate(model, [*PROMPT, *tokens(branch[:5])], sampling, n_tokens=7))
    assert tokens(again) == tokens(branch[5:])
    assert all(step.drawn == step.token_id for step in plain)


def test_a_forced_token_that_the_model_does_not_know_is_refused(model):
    with pytest.raises(
        ConfigError, match="The token id 11 cannot stand at position 4: this model knows the ids 0 to 10"
    ):
        next(generate(model, PROMPT, SamplingConfig(), n_tokens=3, forced={4: 11}))


def test_a_repetition_penalty_looks_at_the_prompt_and_all_that_was_written(model):
    strong = SamplingConfig(temperature=0, repetition_penalty=10, presence_penalty=10)
    written = tokens(generate(model, PROMPT, strong, n_tokens=8))
    assert len({*PROMPT, *written}) == 11, "each token once, as long as there are any"


def test_closing_the_iterator_frees_the_cache(model):
    steps = generate(model, PROMPT, SamplingConfig(), n_tokens=9)
    next(steps)
    cache = weakref.ref(steps.gi_frame.f_locals["reader"]._cache)
    assert cache().length == 3
    steps.close()
    assert cache() is None


def test_attention_is_the_row_of_the_newest_token(model):
    first = next(generate(model, PROMPT, SamplingConfig(), n_tokens=1, keep_attention=True))
    trace = Trace()
    with torch.inference_mode():
        model.eval()(torch.tensor([PROMPT]), trace=trace)
    expected = [trace.activations[f"blocks.{layer}.attn.pattern"][0, :, -1].numpy() for layer in range(2)]
    np.testing.assert_allclose(first.attention, expected, atol=1e-6)
    np.testing.assert_allclose(first.attention.sum(-1), 1, atol=1e-5)


def test_attention_is_left_out_unless_asked_for(model):
    assert next(generate(model, PROMPT, SamplingConfig(), n_tokens=1)).attention is None


def test_generating_leaves_the_model_and_torchs_chance_as_they_were(model):
    before = torch.get_rng_state()
    list(generate(model, PROMPT, SamplingConfig(), n_tokens=3))
    assert model.training
    assert torch.equal(before, torch.get_rng_state())


def test_between_two_tokens_the_caller_is_not_in_inference_mode(model):
    next(generate(model, PROMPT, SamplingConfig(), n_tokens=2))
    assert not torch.is_inference_mode_enabled()


def test_a_prompt_longer_than_the_context_is_read_from_its_last_window(model):
    prompt = [i % 11 for i in range(30)]
    step = next(generate(model, prompt, SamplingConfig(), n_tokens=1, keep_attention=True))
    assert step.position == 30
    assert step.attention.shape == (2, 2, 30 - window_start(30, 12))


@pytest.mark.parametrize(
    ("prompt", "words"),
    [([], "Give at least one token"), ([3, 11], "token id 11, and this model knows the ids 0 to 10")],
)
def test_an_impossible_prompt_is_refused(model, prompt, words):
    with pytest.raises(ConfigError, match=words):
        next(generate(model, prompt, SamplingConfig(), n_tokens=1))
