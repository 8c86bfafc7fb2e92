import pytest

from lm_core.config import TrainConfig
from lm_core.training.schedule import learning_rate


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
