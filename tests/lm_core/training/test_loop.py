import math
from itertools import islice

import pytest
import torch

from lm_core.config import RunConfig, parse_config
from lm_core.errors import RunError
from lm_core.training.events import EvalMetrics, StepMetrics
from lm_core.training.loop import Speed, evaluation_steps, log_spaced_steps, train
from lm_core.training.state import new_state


def config(model=None, **train_values):
    return parse_config(
        RunConfig,
        {
            "model": {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 8, **(model or {})},
            "train": {
                "steps": 20, "batch_size": 4, "learning_rate": 1e-2, "warmup_steps": 2,
                "eval_every": 10, "eval_windows": 8, **train_values,
            },
            "seed": 5,
        },
    )  # fmt: skip


def timeless(events):
    """Everything but how long it took."""
    return [
        (type(event), event.step, {name: value for name, value in event.values.items() if name != "tokens_per_second"})
        for event in events
    ]


def test_the_events_of_a_run(dataset):
    events = list(train(new_state(config(), 13), dataset, config()))
    assert [event.step for event in events if isinstance(event, StepMetrics)] == list(range(1, 21))
    measured = [(event.step, event.final) for event in events if isinstance(event, EvalMetrics)]
    assert measured == [(0, False), (1, False), (2, False), (5, False), (10, False), (20, False), (20, True)]
    names = {"loss", "learning_rate", "grad_norm", "update_ratio", "tokens_per_second"}
    assert all(event.values.keys() == names for event in events if isinstance(event, StepMetrics))
    assert events[0].values["val_loss"] == pytest.approx(math.log(13), abs=0.1)
    assert events[0].values["val_bits_per_byte"] == pytest.approx(events[0].values["val_loss"] / math.log(2))


def test_the_model_learns(dataset):
    longer = config(steps=150, warmup_steps=10)
    *_, last = train(new_state(longer, 13), dataset, longer)
    assert last.values["val_loss"] < 1.6  # uniform: 2.56; the text's own surprise: about 1.05


@pytest.mark.parametrize("recipe", [{"optimizer": "muon"}, {"optimizer": "muon", "precision": "bfloat16"}])
def test_the_model_learns_by_muon_and_with_few_digits(dataset, recipe):
    longer = config(steps=100, warmup_steps=10, schedule="linear", final_lr_fraction=0.0, **recipe)
    *_, last = train(new_state(longer, 13), dataset, longer)
    assert last.values["val_loss"] < 1.6


def test_the_state_is_consistent_at_every_event(dataset):
    state = new_state(config(), 13)
    for event in train(state, dataset, config()):
        assert event.step == state.step == state.optimizer.steps


def test_equal_seeds_give_equal_runs_and_others_do_not(dataset):
    runs = [timeless(train(new_state(config(), 13), dataset, config())) for _ in range(2)]
    assert runs[0] == runs[1]
    other = config().model_copy(update={"seed": 6})
    assert timeless(train(new_state(other, 13), dataset, other)) != runs[0]


@pytest.mark.parametrize("stop_after", [3, 12, 19])
@pytest.mark.parametrize("recipe", [{}, {"optimizer": "muon"}, {"optimizer": "muon", "precision": "bfloat16"}])
def test_resuming_equals_never_having_stopped(dataset, stop_after, recipe):
    switches = {"qk_norm": True, "qk_gain": True, "token_shift": True, "zero_init": True} if recipe else {}
    with_dropout = config(model={"dropout": 0.3, **switches}, **recipe)
    straight = new_state(with_dropout, 13)
    whole = timeless(train(straight, dataset, with_dropout))
    expected = {name: tensor.clone() for name, tensor in straight.tensors().items()}

    first = new_state(with_dropout, 13)
    for event in train(first, dataset, with_dropout):
        if isinstance(event, StepMetrics) and event.step == stop_after:
            break
    saved = {name: tensor.clone() for name, tensor in first.tensors().items()}
    torch.rand(1000)  # whatever else happens in between

    second = new_state(with_dropout.model_copy(update={"seed": 77}), 13)
    second.load_tensors(saved)
    rest = timeless(train(second, dataset, with_dropout))
    assert rest == [event for event in whole if event[1] > stop_after]
    assert all(torch.equal(tensor, expected[name]) for name, tensor in second.tensors().items())


def test_a_resumed_run_repeats_the_evaluation_due_at_its_step(dataset):
    state = new_state(config(), 13)
    for event in train(state, dataset, config()):
        if isinstance(event, StepMetrics) and event.step == 10:
            break
    repeated = next(train(state, dataset, config()))
    assert isinstance(repeated, EvalMetrics)
    assert repeated.step == 10


def test_looking_in_between_changes_nothing(dataset):
    """Samples and snapshots between two events leave the curve as it is, dropout and all."""
    with_dropout = config(model={"dropout": 0.3})
    state = new_state(with_dropout, 13)
    events = []
    for event in train(state, dataset, with_dropout):
        events.append(event)
        state.model.eval()
        with torch.inference_mode():
            state.model(torch.zeros(1, 4, dtype=torch.int64))
    assert timeless(events) == timeless(train(new_state(with_dropout, 13), dataset, with_dropout))


def test_a_long_gradient_is_clipped(dataset):
    clipped = config(grad_clip=0.01)
    state = new_state(clipped, 13)
    event = next(event for event in train(state, dataset, clipped) if isinstance(event, StepMetrics))
    length = math.sqrt(sum(weight.grad.square().sum().item() for weight in state.model.parameters()))
    assert length == pytest.approx(0.01, rel=1e-3)
    assert event.values["grad_norm"] > 0.01


def test_a_loss_that_is_no_number_stops_the_run_with_words_and_keeps_the_weights(dataset):
    state = new_state(config(), 13)
    events = train(state, dataset, config())
    list(islice(events, 6))
    with torch.no_grad():
        state.model.embed.weight[:] = math.nan
    step = state.step
    rest = []
    words = rf"The loss became NaN at step {step + 1}: .* Lower the learning rate \(try 0.0025"
    with pytest.raises(RunError, match=words):
        rest.extend(events)
    assert math.isnan(rest[-1].values["loss"])
    assert state.step == state.optimizer.steps == step
    assert not state.model.blocks[0].attn.q.weight.isnan().any()


@pytest.mark.parametrize(
    ("last", "steps"),
    [
        (0, [0]),
        (1, [0, 1]),
        (7, [0, 1, 2, 5, 7]),
        (1000, [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
        (1200, [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 1200]),
    ],
)
def test_log_spaced_steps_worked_examples(last, steps):
    assert log_spaced_steps(last) == steps


@pytest.mark.parametrize("last", [3, 99, 100, 4321, 1_000_000])
@pytest.mark.parametrize("count", [2, 5, 12, 40])
def test_log_spaced_steps_rise_from_the_first_to_the_last_and_are_not_too_many(last, count):
    steps = log_spaced_steps(last, count)
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, last)
    assert len(steps) <= count


def test_evaluations_are_dense_early_and_regular_later():
    assert sorted(evaluation_steps(config(steps=200, eval_every=50).train)) == [0, 1, 2, 5, 10, 20, 50, 100, 150, 200]


def test_speed_worked_example():
    speed = Speed(tokens_per_step=100)
    assert speed.after(1.0) == pytest.approx(100)
    assert speed.after(3.0) == pytest.approx(50)  # 200 tokens in 4 seconds
