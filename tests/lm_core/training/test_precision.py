import pytest
import torch

from lm_core.config import RunConfig, TrainConfig, parse_config
from lm_core.data.batches import Batch
from lm_core.models.registry import build_model
from lm_core.training import precision
from lm_core.training.precision import Gradients, multiplies_bfloat16, products_of

MODEL = {
    "n_layers": 2, "n_heads": 2, "d_model": 32, "context_length": 16,
    "qk_norm": True, "qk_gain": True, "token_shift": True, "zero_init": True,
}  # fmt: skip


def a_model(**changes):
    torch.manual_seed(0)
    model = build_model(parse_config(RunConfig, {"model": {**MODEL, **changes}}).model, 11)
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return model


@pytest.fixture
def batch():
    ids = torch.randint(11, (4, 17), generator=torch.Generator().manual_seed(1))
    return Batch(ids[:, :-1], ids[:, 1:])


@pytest.mark.parametrize("tie", [False, True])
def test_the_gradient_in_bfloat16_points_where_the_exact_one_does(batch, tie):
    exact, rough = a_model(tie_embeddings=tie), a_model(tie_embeddings=tie)
    loss = Gradients(exact, torch.float32).of(batch)
    assert Gradients(rough, torch.bfloat16).of(batch).item() == pytest.approx(loss.item(), rel=0.02)
    for a, b in zip(exact.parameters(), rough.parameters(), strict=True):
        assert a.dtype == b.dtype == b.grad.dtype == torch.float32
        assert torch.cosine_similarity(a.grad.flatten(), b.grad.flatten(), dim=0) > 0.98


def test_the_masters_are_not_rounded_and_an_update_below_bfloat16s_digits_counts(batch):
    model = a_model()
    gradients = Gradients(model, torch.bfloat16)
    gradients.of(batch)
    with torch.no_grad():
        weight = model.head.weight
        before = weight.clone()
        weight.mul_(1 + 1e-4)  # too small a change for 8 bits of fraction
    gradients.of(batch)
    torch.testing.assert_close(weight.detach(), before * (1 + 1e-4))
    assert not torch.equal(weight, weight.bfloat16().float())


def test_each_step_works_on_the_masters_of_that_step(batch):
    model = a_model()
    gradients = Gradients(model, torch.bfloat16)
    first = gradients.of(batch).item()
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    assert gradients.of(batch).item() == pytest.approx(torch.tensor(11.0).log().item(), rel=1e-3)
    assert first != pytest.approx(torch.tensor(11.0).log().item(), rel=1e-3)


def test_the_loss_has_float32s_digits(batch):
    loss = Gradients(a_model(), torch.bfloat16).of(batch)
    assert loss.dtype == torch.float32
    assert loss.item() != loss.bfloat16().item()


@pytest.mark.parametrize(
    ("chosen", "can", "products"),
    [
        ("float32", True, torch.float32),
        ("bfloat16", False, torch.bfloat16),
        ("auto", True, torch.bfloat16),
        ("auto", False, torch.float32),
    ],
)
def test_auto_is_what_the_processor_can_and_the_others_are_what_they_say(monkeypatch, chosen, can, products):
    monkeypatch.setattr(precision, "multiplies_bfloat16", lambda: can)
    assert products_of(TrainConfig(precision=chosen)) == products


def test_the_processor_gives_the_same_answer_each_time():
    answers = set()
    for _ in range(3):
        multiplies_bfloat16.cache_clear()
        answers.add(multiplies_bfloat16())
    assert len(answers) == 1


def test_a_pytorch_that_does_not_know_the_question_means_no():
    assert precision._says_yes(torch.cpu, "_is_there_such_a_question") is False
