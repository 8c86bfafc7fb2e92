import pytest
import torch

from lm_core.config import ModelConfig, RunConfig, parse_config
from lm_core.data.batches import Batch
from lm_core.errors import ConfigError
from lm_core.models.memory import _activations, estimate_training_bytes, refuse_if_too_large
from lm_core.models.registry import build_model, count_parameters
from lm_core.models.trace import Trace
from lm_core.training.objective import next_token_loss
from lm_core.training.precision import Gradients, products_of
from lm_core.training.state import new_state


def held_at_once(config, vocab_size, batch_size):
    """Bytes of the distinct tensors that a written-out forward pass keeps for gradients, weights apart, and of the
    logits and their gradient, which are there while the loss is taken.
    """
    model = build_model(config, vocab_size)
    weights = {weight.untyped_storage().data_ptr() for weight in model.parameters()}
    storages = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:
            storages[storage.data_ptr()] = storage  # held, so that no address is used twice
        return tensor

    ids = torch.randint(vocab_size, (batch_size, config.context_length))
    trace = Trace(keep=lambda site: site.endswith("pattern"))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        next_token_loss(model(ids, trace=trace), ids)
    return sum(storage.nbytes() for storage in storages.values()) + 2 * 4 * ids.numel() * vocab_size


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"norm": "layernorm", "activation": "gelu"},
        {"qk_norm": True, "qk_gain": True, "token_shift": True},
        {"activation": "swiglu"},
        {"context_length": 128, "d_model": 32},
    ],
)
@pytest.mark.parametrize("vocab_size", [65, 2000])
def test_the_estimate_of_activations_is_within_a_factor_of_two_of_what_torch_holds(changes, vocab_size):
    config = ModelConfig(**{"n_layers": 2, "n_heads": 4, "d_model": 64, "context_length": 64, **changes})
    measured = held_at_once(config, vocab_size, batch_size=4)
    assert measured / 2 < 4 * _activations(config, vocab_size, 4) < measured * 2


def test_weights_gradients_and_moments_count_four_times():
    config = ModelConfig()
    weights = 4 * count_parameters(config, 65)["total"]
    assert estimate_training_bytes(config, 65, 1) - 4 * _activations(config, 65, 1) == 4 * weights


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_what_is_learned_and_remembered_is_within_the_estimate_for_every_optimizer_and_precision(optimizer, precision):
    model = {"n_layers": 2, "n_heads": 2, "d_model": 32, "context_length": 16, "qk_norm": True, "token_shift": True}
    train = {"optimizer": optimizer, "precision": precision}
    config = parse_config(RunConfig, {"model": model, "train": train})
    state = new_state(config, 65)
    gradients = Gradients(state.model, products_of(config.train))
    ids = torch.randint(65, (4, 17))
    gradients.of(Batch(ids[:, :-1], ids[:, 1:]))
    held = [tensor for name, tensor in state.tensors().items() if name.startswith(("model.", "optimizer.m"))]
    held += [weight.grad for weight in state.model.parameters()]
    if precision == "bfloat16":
        held += [each for copy in gradients.worker.parameters() for each in (copy, copy.grad)]
    kept = _activations(config.model, 65, 4) * (2 if precision == "bfloat16" else 4)
    learned = estimate_training_bytes(config.model, 65, 4, precision) - kept
    assert learned / 2 < sum(tensor.nbytes for tensor in held) <= learned


def test_auto_counts_the_larger_of_both_ways():
    estimates = {name: estimate_training_bytes(ModelConfig(), 65, 16, name) for name in ("float32", "bfloat16", "auto")}
    assert estimates["auto"] >= max(estimates.values())


@pytest.mark.parametrize("field", ["n_layers", "d_model", "context_length"])
def test_the_estimate_grows_with_every_size(field):
    small = ModelConfig(n_heads=4)
    large = small.model_copy(update={field: 2 * getattr(small, field)})
    assert estimate_training_bytes(large, 65, 8) > estimate_training_bytes(small, 65, 8)
    assert estimate_training_bytes(small, 65, 16) > estimate_training_bytes(small, 65, 8)
    assert estimate_training_bytes(small, 130, 8) > estimate_training_bytes(small, 65, 8)


def test_a_model_that_fits_is_not_refused():
    refuse_if_too_large(ModelConfig(), 65, 16, available_bytes=10**9)


def test_too_large_a_batch_is_refused_with_the_estimate_and_one_that_fits():
    config = ModelConfig()
    with pytest.raises(ConfigError) as refusal:
        refuse_if_too_large(config, 65, 1024, available_bytes=500_000_000)
    words = str(refusal.value)
    assert "needs about 4.6 GB of memory" in words
    assert "batches of 1024 x 64 tokens" in words
    assert "500 MB are available" in words
    suggested = int(words.split("batch_size ")[1].rstrip("."))
    refuse_if_too_large(config, 65, suggested, available_bytes=500_000_000)
    with pytest.raises(ConfigError):
        refuse_if_too_large(config, 65, 2 * suggested, available_bytes=500_000_000)


@pytest.mark.parametrize("available", [10**9, 10**8, 10**6])
def test_an_absurd_model_is_refused_with_something_to_do(available):
    absurd = ModelConfig(n_layers=24, n_heads=32, d_model=2048, d_mlp=8192, context_length=2048)
    with pytest.raises(ConfigError, match=r"Training this model needs about .* GB .* (Try|choose) "):
        refuse_if_too_large(absurd, 32_000, 1024, available)
