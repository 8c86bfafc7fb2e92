import pytest

from lm_core.config import TrainConfig
from lm_core.training.schedule import Rates, learning_rate


def rates(**changes):
    train = TrainConfig(**{"steps": 5, "learning_rate": 1.0, "warmup_steps": 2, "final_lr_fraction": 0.0, **changes})
    return [learning_rate(step, train) for step in range(train.steps)]


def test_linear_worked_example():
    assert rates(schedule="linear") == pytest.approx([0.5, 1, 1, 0.5, 0])


def test_cosine_worked_example():
    assert rates(schedule="cosine", final_lr_fraction=0.2) == pytest.approx([0.5, 1, 1, 0.6, 0.2])


def test_constant_worked_example():
    assert rates(schedule="constant") == pytest.approx([0.5, 1, 1, 1, 1])


def test_without_warm_up_it_starts_at_the_top():
    assert rates(schedule="linear", warmup_steps=0) == pytest.approx([1, 0.75, 0.5, 0.25, 0])


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
@pytest.mark.parametrize("steps", [1, 2, 3])
def test_very_short_runs_have_a_rate(schedule, steps):
    assert all(rate > 0 for rate in rates(schedule=schedule, steps=steps, warmup_steps=0, final_lr_fraction=0.1))


def test_a_rate_set_by_hand_holds_until_the_next_change():
    by_hand = Rates(TrainConfig(steps=5, learning_rate=1.0, warmup_steps=2, schedule="linear", final_lr_fraction=0.0))
    assert by_hand.by_hand is None
    by_hand.change(1, 0.25)
    assert by_hand.by_hand == 0.25
    by_hand.change(3, None)
    assert by_hand.by_hand is None
    assert [by_hand.at(step) for step in range(5)] == pytest.approx([0.5, 0.25, 0.25, 0.5, 0])
    assert by_hand.asked_for(2) == 0.25
    assert by_hand.asked_for(4) == 1.0


def test_who_goes_back_and_chooses_again_forgets_the_later_choice():
    by_hand = Rates(TrainConfig(steps=5, warmup_steps=0), {1: 0.25, 3: 0.5})
    by_hand.change(2, 0.125)
    assert [by_hand.at(step) for step in range(1, 5)] == [0.25, 0.125, 0.125, 0.125]
