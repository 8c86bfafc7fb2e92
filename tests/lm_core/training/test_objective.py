import math

import pytest
import torch

from lm_core.training.objective import next_token_loss


def test_loss_worked_example():
    """Two places: p(came) = 1/2 and 1/8, so the mean surprise is (ln 2 + ln 8) / 2 = ln 4."""
    logits = torch.tensor([[[0.5, 0.25, 0.25], [0.125, 0.375, 0.5]]]).log()
    assert next_token_loss(logits, torch.tensor([[0, 0]])).item() == pytest.approx(math.log(4))


def test_a_model_that_knows_nothing_scores_ln_v():
    loss = next_token_loss(torch.zeros(2, 3, 7), torch.zeros(2, 3, dtype=torch.int64))
    assert loss.item() == pytest.approx(math.log(7))
