import numpy as np
import pytest
import torch

from lm_core.errors import ConfigError, RunError
from lm_core.interpret.snapshot import Snapshot, take_snapshot


def test_a_snapshot_holds_the_logits_of_the_model_without_dropout(model, snapshot):
    expected = model.eval()(torch.from_numpy(snapshot.ids)[None])[0].detach().numpy()
    np.testing.assert_allclose(snapshot.logits, expected, atol=1e-5)
    assert snapshot.logits.dtype == np.float32
    assert snapshot.step == 7
    assert snapshot.tokens == ("t1", "t5", "t2", "t2", "t9", "t0")


def test_activations_have_no_batch_axis(snapshot):
    assert snapshot.activations["blocks.2.attn.pattern"].shape == (4, 6, 6)
    assert snapshot.activations["blocks.0.attn.k"].shape == (2, 6, 8)
    assert snapshot.activations["blocks.1.resid_post"].shape == (6, 32)
    assert snapshot.activations["logits"].shape == (6, 11)


def test_only_the_wanted_sites_are_kept(model):
    seen = take_snapshot(model, [1, 2], ["a", "b"], step=0, keep=lambda site: site.endswith("pattern"))
    assert list(seen.activations) == [f"blocks.{layer}.attn.pattern" for layer in range(3)]


def test_the_model_and_torchs_chance_stay_as_they_were(model):
    before = torch.get_rng_state()
    take_snapshot(model, [1, 2], ["a", "b"], step=0)
    assert model.training
    assert torch.equal(before, torch.get_rng_state())
    model.eval()
    take_snapshot(model, [1, 2], ["a", "b"], step=0)
    assert not model.training


def test_a_snapshot_survives_its_file(snapshot, tmp_path):
    snapshot.save(tmp_path / "seen.npz")
    loaded = Snapshot.load(tmp_path / "seen.npz")
    assert (loaded.step, loaded.tokens) == (snapshot.step, snapshot.tokens)
    np.testing.assert_array_equal(loaded.ids, snapshot.ids)
    np.testing.assert_array_equal(loaded.logits, snapshot.logits)
    assert loaded.activations.keys() == snapshot.activations.keys()
    for site, activation in snapshot.activations.items():
        np.testing.assert_array_equal(loaded.activations[site], activation)


@pytest.mark.parametrize("data", [None, b"", b"not an archive", b"PK\x03\x04 half"])
def test_a_damaged_file_is_refused_with_words(data, tmp_path):
    path = tmp_path / "seen.npz"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RunError, match=r"seen\.npz is missing or is not a snapshot"):
        Snapshot.load(path)


def test_a_pickle_is_not_read(tmp_path):
    np.savez(tmp_path / "seen.npz", about=np.array([{"step": 1}], dtype=object))
    with pytest.raises(RunError):
        Snapshot.load(tmp_path / "seen.npz")


@pytest.mark.parametrize("length", [0, 13])
def test_a_text_that_does_not_fit_the_context_is_refused(model, length):
    with pytest.raises(ConfigError, match=f"The text has {length} tokens; this model reads 1 to 12 at once"):
        take_snapshot(model, [0] * length, [""] * length, step=0)
