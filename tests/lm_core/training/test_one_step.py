"""One step taken apart is the step that training makes, and its numbers multiply out."""

import math
from dataclasses import astuple

import pytest
import torch

from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError
from lm_core.training.events import StepMetrics
from lm_core.training.loop import train
from lm_core.training.notable import notable_weights
from lm_core.training.objective import next_token_loss
from lm_core.training.one_step import arithmetic, as_matrix, batch_of, muon_size, singular_values, take_step
from lm_core.training.optimizers import EPSILON
from lm_core.training.schedule import Rates
from lm_core.training.state import new_state

MODERN = {"qk_norm": True, "qk_gain": True, "zero_init": True, "token_shift": True}
CLASSIC = {"positions": "learned", "norm": "layernorm", "activation": "gelu", "tie_embeddings": True, "init": "gpt2"}
RECIPES = {
    "adamw": {},
    "classic": {"model": CLASSIC},
    "muon": {"model": MODERN, "optimizer": "muon", "weight_decay": 0.1},
    "muon in few digits": {"model": MODERN, "optimizer": "muon", "precision": "bfloat16"},
    "dropout": {"model": {"dropout": 0.2}},
}


def config_of(model=None, **values):
    shape = {"n_layers": 1, "n_heads": 2, "d_model": 16, "context_length": 8, **(model or {})}
    common = {"steps": 12, "batch_size": 4, "learning_rate": 1e-2, "warmup_steps": 2, "grad_clip": 0.5}
    return parse_config(RunConfig, {"model": shape, "train": {**common, **values}, "seed": 5})


def trained(config, dataset, steps, rates=None):
    """A state after so many steps of the real loop."""
    state = new_state(config, 13)
    for event in train(state, dataset, config, rates) if steps else ():
        if isinstance(event, StepMetrics) and event.step == steps:
            break
    return state


@pytest.mark.parametrize("name", RECIPES)
def test_the_step_is_bit_for_bit_the_one_that_training_makes(dataset, name):
    config = config_of(**RECIPES[name])
    rates = Rates(config.train, {6: 0.003})  # set by hand on the way
    for steps in (0, 7):
        state = trained(config, dataset, steps, rates)
        step = take_step(state, dataset, config, rates, torch.arange(6))
        expected = trained(config, dataset, steps + 1, rates)
        theirs, ours = expected.tensors(), state.tensors()
        assert theirs.keys() == ours.keys()
        assert all(torch.equal(theirs[key], ours[key]) for key in theirs)
        weights = {key.removeprefix("model."): tensor for key, tensor in theirs.items() if key.startswith("model.")}
        assert all(torch.equal(step.after[key], weights[key]) for key in weights)
        assert (step.step, step.updates, step.rate) == (steps, steps + 1, rates.at(steps))


@pytest.mark.parametrize("name", RECIPES)
def test_the_numbers_of_every_weight_multiply_out(dataset, name):
    config = config_of(**RECIPES[name])
    step = take_step(trained(config, dataset, 5), dataset, config)
    for weights, before in step.before.items():
        matrix = as_matrix(before)
        for row, column in {(0, 0), (matrix.shape[0] - 1, matrix.shape[1] // 2)}:
            found = arithmetic(step, weights, row, column)
            n = found.numbers
            assert n["clipped"] == pytest.approx(n["gradient"] * n["shrink"], rel=1e-5, abs=1e-12)
            momentum = n["beta1"] * n["momentum_before"] + (1 - n["beta1"]) * n["clipped"]
            assert n["momentum"] == pytest.approx(momentum, rel=1e-5, abs=1e-9)
            if found.kind == "adamw":
                square = n["beta2"] * n["square_before"] + (1 - n["beta2"]) * n["clipped"] ** 2
                assert n["square"] == pytest.approx(square, rel=1e-5, abs=1e-12)
                direction = n["mean_hat"] / (math.sqrt(n["square_hat"]) + EPSILON)
            else:
                direction = n["size"] * n["orthogonal"]
            assert n["direction"] == pytest.approx(direction, rel=1e-6, abs=1e-9)
            new = n["weight"] * (1 - n["rate"] * n["decay"]) - n["rate"] * n["direction"]
            assert n["new"] == pytest.approx(new, rel=1e-6, abs=2e-7)


def test_adam_by_hand_in_its_first_step(dataset):
    """Both means are bias-corrected: the first update is the learning rate, in the direction against the gradient."""
    config = config_of(warmup_steps=0, weight_decay=0.0)
    step = take_step(new_state(config, 13), dataset, config)
    n = arithmetic(step, "head.weight", 3, 4).numbers
    assert n["mean_hat"] == pytest.approx(n["clipped"], rel=1e-5)
    assert n["direction"] == pytest.approx(math.copysign(1, n["gradient"]), rel=1e-4)
    assert n["new"] - n["weight"] == pytest.approx(-step.rate * n["direction"], abs=1e-7)


def test_what_does_not_decay_has_no_decay_in_its_equation(dataset):
    config = config_of(model=CLASSIC, weight_decay=0.1)
    step = take_step(new_state(config, 13), dataset, config)
    decays = {name: arithmetic(step, name, 0, 0).numbers["decay"] for name in step.before}
    assert decays["blocks.0.attn.q.weight"] == 0.1
    assert decays["embed.weight"] == decays["ln_final.weight"] == 0.0


def test_muon_makes_the_singular_values_alike(dataset):
    config = config_of(**RECIPES["muon"])
    step = take_step(trained(config, dataset, 5), dataset, config)
    assert set(step.directions) == {
        name for name in step.before if name.startswith("blocks.") and step.before[name].dim() == 2
    }
    before, after = singular_values(step, "blocks.0.mlp.up.weight")
    assert before[0] == 1
    assert before[-1] < 0.2, "the gradient is lopsided"
    assert max(after) < 1.3
    assert after[len(after) // 2] > 0.6
    with pytest.raises(RunError, match="not turned by Muon"):
        singular_values(step, "embed.weight")
    assert arithmetic(step, "blocks.0.mlp.up.weight", 0, 0).kind == "muon"
    assert arithmetic(step, "embed.weight", 0, 0).kind == "adamw"
    assert muon_size(torch.zeros(16, 64)) == pytest.approx(0.2 * 8)


def test_the_guesses_of_the_batch_are_its_loss(dataset):
    config = config_of()
    step = take_step(trained(config, dataset, 3), dataset, config, probe=torch.arange(6))
    assert -step.batch.before.log().mean().item() == pytest.approx(step.loss, rel=1e-5)
    batch = batch_of(3, dataset, config)
    after = new_state(config, 13).model
    after.load_state_dict(step.after)
    loss = next_token_loss(after(batch.inputs), batch.targets).item()
    assert -step.batch.after.log().mean().item() == pytest.approx(loss, rel=1e-5)
    assert loss < step.loss, "a step on a batch makes that batch less surprising"
    assert step.probe.before.shape == step.probe.after.shape == (1, 5)


def test_reading_in_parts_is_reading_at_once(dataset, monkeypatch):
    from lm_core.training import one_step

    config = config_of()
    whole = take_step(trained(config, dataset, 3), dataset, config).batch.after
    monkeypatch.setattr(one_step, "LOGITS_AT_ONCE", 1)
    torch.testing.assert_close(take_step(trained(config, dataset, 3), dataset, config).batch.after, whole)


def test_what_cannot_be_is_refused_in_words(dataset):
    config = config_of()
    with pytest.raises(RunError, match="All 12 steps of this run are done"):
        take_step(trained(config, dataset, 12), dataset, config)
    step = take_step(new_state(config, 13), dataset, config)
    with pytest.raises(RunError, match='no weights "nonsense"'):
        arithmetic(step, "nonsense", 0, 0)
    with pytest.raises(RunError, match="13 rows and 16 columns, so there is no row 13, column 0"):
        arithmetic(step, "head.weight", 13, 0)
    state = new_state(config, 13)
    with torch.no_grad():
        state.model.embed.weight.fill_(math.nan)
    with pytest.raises(RunError, match="became NaN at step 1"):
        take_step(state, dataset, config)


def test_the_weights_worth_a_look_are_what_they_are_called(dataset):
    config = config_of(weight_decay=0.0)
    step = take_step(trained(config, dataset, 6), dataset, config)
    found = {kind: arithmetic(step, *astuple(place)).numbers for kind, place in notable_weights(step).items()}
    moves = torch.cat([(step.after[name] - step.before[name]).flatten() for name in step.before])
    assert abs(found["farthest"]["new"] - found["farthest"]["weight"]) == pytest.approx(moves.abs().max().item())
    steepest = max(gradient.abs().max().item() for gradient in step.gradient.values())
    assert abs(found["steepest"]["gradient"]) == pytest.approx(steepest)
    against = found["against"]
    assert (against["new"] - against["weight"]) * against["gradient"] > 0
    assert "still" not in found, "13 tokens, 32 in a batch: every row of the embedding has a gradient"
    step.gradient["embed.weight"][2] = 0.0
    assert notable_weights(step)["still"].name == "embed.weight"
