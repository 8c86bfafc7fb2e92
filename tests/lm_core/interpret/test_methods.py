"""Lens, attribution, ablation, gradients, patching, neurons against other roads to the same, on all kinds of models."""

import copy

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.errors import ConfigError
from lm_core.interpret import forward
from lm_core.interpret.ablation import (
    Cell,
    ablation_table,
    divergence,
    key_effects,
    mean_outputs,
    outcome,
    with_cells,
    without,
)
from lm_core.interpret.attribution import Part, attribute, components_of, stream_norms
from lm_core.interpret.forward import run_traced
from lm_core.interpret.gradients import gradient_times_input, loss_gradients
from lm_core.interpret.lens import logit_lens
from lm_core.interpret.neurons import awake, sample_windows, scan_layer, selective, strongest
from lm_core.interpret.patching import patch_rows, patched_logits
from lm_core.models.registry import build_model
from tests.induction_model import induction_model

IDS, OTHER = [3, 1, 4, 1, 5, 9], [3, 1, 7, 1, 5, 9]
KINDS = {
    "modern": {"qk_norm": True, "qk_gain": True, "token_shift": True, "rotary_base": 100.0},
    "classic": {"norm": "layernorm", "positions": "learned", "activation": "gelu", "tie_embeddings": True},
    "grouped": {"n_kv_heads": 1, "activation": "swiglu", "positions": "sinusoidal"},
    "maskless": {"causal": False},
    "normless": {"norm": "none", "positions": "none"},
    "streamless": {"residual": False},
}


def built(**switches):
    torch.manual_seed(1)
    config = ModelConfig(n_layers=2, n_heads=2, d_model=16, context_length=8, **switches)
    model = build_model(config, 11).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.4 if config.norm != "none" else 0.2)
    return model


@pytest.fixture(params=KINDS)
def any_model(request):
    return built(**KINDS[request.param])


@pytest.fixture
def model():
    return built(**KINDS["modern"])


def logits_of(model, ids=IDS):
    with torch.no_grad():
        return model(torch.tensor([ids]))[0]


# --- lens ---


def test_the_lens_at_the_last_layer_is_what_the_model_says(any_model):
    lens = logit_lens(any_model, IDS, k=11)
    shares = logits_of(any_model).softmax(-1)
    assert lens.top_ids.shape == (3, 6, 11)
    np.testing.assert_allclose(lens.top_probabilities[-1], shares.sort(descending=True).values, atol=1e-6)
    np.testing.assert_allclose(lens.next_probability[-1, :-1], shares[range(5), IDS[1:]], atol=1e-6)
    np.testing.assert_allclose(lens.distance[-1], 0, atol=1e-6)
    places = [int((shares[t] > shares[t, IDS[t + 1]]).sum()) + 1 for t in range(5)]
    assert lens.next_rank[-1].tolist() == [*places, 0]


def test_the_lens_at_the_embedding_is_the_head_on_the_embedding(model):
    lens = logit_lens(model, IDS, k=1)
    with torch.no_grad():
        x = model.embed(torch.tensor([IDS]))
        stream = x + model.token_shift(x)
        shares = model.head(model.ln_final(stream))[0].softmax(-1)
    np.testing.assert_allclose(lens.top_probabilities[0, :, 0], shares.max(-1).values, atol=1e-6)
    entropy = -(shares * shares.log2()).sum(-1)
    np.testing.assert_allclose(lens.entropy[0], entropy, atol=1e-5)


def test_the_circuit_built_by_hand_knows_the_next_token_only_after_its_second_layer():
    ids = [2, 5, 7, 1, 2, 5, 7, 1]
    lens = logit_lens(induction_model(), ids)
    assert (lens.next_rank[1, 5:-1] > 1).all()
    assert (lens.next_rank[2, 5:-1] == 1).all()


# --- attribution ---


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "streamless"])
@pytest.mark.parametrize("against", [None, 0])
def test_attribution_sums_to_the_logit(kind, against):
    model = built(**KINDS[kind])
    said = attribute(model, components_of(model, IDS), -1, 4, against)
    logits = logits_of(model)[-1]
    expected = logits[4] - (0 if against is None else logits[0])
    assert said.logit == pytest.approx(float(expected), abs=1e-4)
    assert said.values.sum() == pytest.approx(said.logit, abs=1e-3)
    assert (abs(said.values) <= said.lengths * said.direction + 1e-5).all()  # a cosine is at most 1
    heads = {(part.layer, part.head) for part in said.parts if part.kind == "head"}
    assert heads == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_parts_add_up_to_the_stream_and_have_lengths(model):
    components = components_of(model, IDS)
    torch.testing.assert_close(components.vectors.sum(0), components.stream, atol=1e-4, rtol=1e-4)
    lengths, whole = stream_norms(components)
    assert lengths.shape == (len(components.parts), 6)
    np.testing.assert_allclose(whole, np.linalg.norm(components.stream, axis=-1), rtol=1e-5)


def test_the_head_that_votes_is_the_one_that_was_built_to():
    model = induction_model()
    said = attribute(model, components_of(model, [2, 5, 7, 1, 2, 5]), -1, 7)
    assert said.parts[int(said.values.argmax())] == Part("head", 1, 0)
    assert said.values.max() == pytest.approx(10, abs=0.01)


def test_a_model_without_a_stream_has_no_sum_of_parts():
    with pytest.raises(ConfigError, match="without a residual stream"):
        components_of(built(residual=False), IDS)


# --- ablation ---


def test_switching_off_by_trace_is_zeroing_the_weights(any_model):
    edits = without(any_model, heads=[(0, 1), (1, 0)], mlps=[1])
    zeroed = copy.deepcopy(any_model)
    with torch.no_grad():
        zeroed.blocks[0].attn.o.weight[:, 8:] = 0
        zeroed.blocks[1].attn.o.weight[:, :8] = 0
        zeroed.blocks[1].mlp.down.weight.zero_()
    logits, _ = run_traced(any_model, IDS, edits=edits)
    torch.testing.assert_close(logits[0], logits_of(zeroed), atol=1e-5, rtol=1e-5)


def test_the_model_itself_stays_whole(model):
    before = logits_of(model)
    run_traced(model, IDS, edits=without(model, heads=[(0, 0)]))
    assert torch.equal(logits_of(model), before)


def test_the_average_takes_the_place_of_what_a_part_says(model):
    means = mean_outputs(model, [OTHER, IDS])
    edits = without(model, heads=[(1, 1)], mlps=[0], means=means)
    _, kept = run_traced(model, IDS, keep=lambda site: site in edits, edits=edits)
    _, plain = run_traced(model, [OTHER, IDS], keep=lambda site: site in edits)
    expected = plain["blocks.0.mlp_out"].mean(dim=(0, 1))
    torch.testing.assert_close(kept["blocks.0.mlp_out"][0], expected.expand(6, -1))
    torch.testing.assert_close(
        kept["blocks.1.attn.z"][0, 1], edits_mean(model, "blocks.1.attn.z")[1].expand(6, -1), atol=1e-5, rtol=1e-4
    )


def edits_mean(model, site):
    _, kept = run_traced(model, [OTHER, IDS], keep=site.__eq__)
    return kept[site].mean(dim=(0, 2))[:, None]


def test_the_table_has_every_head_and_mlp_and_what_its_loss_would_be(model):
    rows = list(ablation_table(model, IDS))
    assert [(row.layer, row.head) for row in rows] == [(0, 0), (0, 1), (0, None), (1, 0), (1, 1), (1, None)]
    whole, left = outcome(model, IDS), outcome(model, IDS, without(model, heads=[(1, 0)]))
    assert rows[3].loss == pytest.approx(left.loss)
    assert rows[3].rise == pytest.approx(left.loss - whole.loss, abs=1e-6)
    assert rows[3].shift == pytest.approx(divergence(whole.probabilities, left.probabilities).mean(), abs=1e-6)
    following = logits_of(model)[:-1].log_softmax(-1)[range(5), IDS[1:]]
    np.testing.assert_allclose(whole.losses[1:], -following, atol=1e-5)
    with pytest.raises(ConfigError, match="at least two tokens"):
        list(ablation_table(model, [1]))


def test_without_its_second_head_the_circuit_forgets_the_order():
    model = induction_model()
    rows = list(ablation_table(model, [2, 5, 7, 1, 2, 5, 7, 1, 2, 5, 7, 1]))
    by_part = {(row.layer, row.head): row.last for row in rows}
    assert by_part[1, 0] > 1
    assert by_part[0, 0] > 1  # nor can the second head find its place without the first
    assert by_part[1, None] == pytest.approx(0)


def test_a_cell_is_set_and_the_rest_of_its_row_shares_what_remains(model):
    _, plain = run_traced(model, IDS, keep="blocks.1.attn.pattern".__eq__)
    edits = with_cells(model, [Cell(1, 0, 4, 2, 0.7)])
    _, kept = run_traced(model, IDS, keep="blocks.1.attn.pattern".__eq__, edits=edits)
    before, after = (x["blocks.1.attn.pattern"][0].clone() for x in (plain, kept))
    row = before[0, 4].clone()
    row[2] = 0
    expected = row / row.sum() * 0.3
    expected[2] = 0.7
    torch.testing.assert_close(after[0, 4], expected)
    assert torch.equal(after[0, :4], before[0, :4])
    assert torch.equal(after[1], before[1])


def test_a_row_that_had_one_key_only_shares_what_remains_alike():
    model = induction_model()
    edits = with_cells(model, [Cell(0, 0, 3, 2, 0.4)])
    _, kept = run_traced(model, [1, 2, 3, 4, 5], keep="blocks.0.attn.pattern".__eq__, edits=edits)
    torch.testing.assert_close(
        kept["blocks.0.attn.pattern"][0, 0, 3], torch.tensor([0.2, 0.2, 0.4, 0.2, 0.0]), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        (Cell(0, 0, 2, 3, 0.5), "cannot see token 3"),
        (Cell(0, 0, 0, 0, 0.5), "stays 1"),
        (Cell(0, 0, 2, 1, 1.5), "between 0 and 1"),
        (Cell(2, 0, 2, 1, 0.5), "2 layers of 2 heads"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(model, cell, says):
    with pytest.raises(ConfigError, match=says):
        with_cells(model, [cell])


def test_what_a_source_token_is_worth_is_what_its_cell_set_to_zero_changes(any_model, monkeypatch):
    worth = key_effects(any_model, IDS, 4, 7, (1, 0), keys=range(5))
    before = logits_of(any_model)[4].log_softmax(-1)[7]
    for key in range(5):
        logits, _ = run_traced(any_model, IDS, edits=with_cells(any_model, [Cell(1, 0, 4, key, 0.0)]))
        assert worth[key] == pytest.approx(float(before - logits[0, 4].log_softmax(-1)[7]), abs=1e-4)
    everywhere = key_effects(any_model, IDS, 4, 7)
    assert len(everywhere) == (5 if any_model.config.causal else 6)
    monkeypatch.setattr(forward, "MOST_LOGITS", 2 * 6 * 11)  # two copies at once give the same
    np.testing.assert_allclose(key_effects(any_model, IDS, 4, 7, keys=[3, 2, 0]), everywhere[[3, 2, 0]], atol=1e-5)
    cells = [Cell(layer, head, 4, 2, 0.0) for layer in range(2) for head in range(2)]
    logits, _ = run_traced(any_model, IDS, edits=with_cells(any_model, cells))
    assert everywhere[2] == pytest.approx(float(before - logits[0, 4].log_softmax(-1)[7]), abs=1e-4)


# --- gradients ---


def test_gradient_times_input_is_the_slope_along_the_embedding(any_model):
    scores, lengths = gradient_times_input(any_model, IDS, 4, 7)
    assert scores.shape == lengths.shape == (6,)
    step = 1e-3

    def log_share(token, scale):
        def longer(x):
            x = x.clone()
            x[:, token] *= 1 + scale
            return x

        model = copy.deepcopy(any_model).double()
        logits, _ = run_traced(model, IDS, edits={"embed": longer})
        return float(logits[0, 4].log_softmax(-1)[7])

    slopes = [(log_share(token, step) - log_share(token, -step)) / (2 * step) for token in range(6)]
    np.testing.assert_allclose(scores, slopes, atol=2e-3)
    assert (scores[5] == 0) == any_model.config.causal


def test_gradients_at_sites_are_those_of_training(any_model):
    found = loss_gradients(any_model, IDS, lambda site: site.endswith(("mlp_out", "embed", "pattern")))
    trained = copy.deepcopy(any_model)
    loss = torch.nn.functional.cross_entropy(trained(torch.tensor([IDS]))[0, :-1], torch.tensor(IDS[1:]))
    loss.backward()
    if not any_model.config.tie_embeddings:
        table = np.zeros((11, 16), dtype=np.float32)
        np.add.at(table, IDS, found["embed"])
        np.testing.assert_allclose(table, trained.embed.weight.grad, atol=1e-5)
    assert found["blocks.0.attn.pattern"].shape == (2, 6, 6)
    assert all(weight.grad is None for weight in any_model.parameters())


# --- patching ---


def recovery_of(model, clean, corrupted, target, other):
    """(differences, {kind: (L, T) or (L, H)})."""
    differences, rows = patch_rows(model, clean, corrupted, target, other)
    maps = {}
    for row in rows:
        maps.setdefault(row.kind, []).append(row.recovery)
    return differences, {kind: np.stack(found) for kind, found in maps.items()}


def test_patching_everything_is_the_other_run(any_model):
    for layer in range(2):
        patched = patched_logits(any_model, IDS, OTHER, "residual", layer, range(6))
        torch.testing.assert_close(patched, logits_of(any_model), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", ["modern", "maskless"])
def test_recovery_is_that_of_patching_one_place_at_a_time(kind):
    model = built(**KINDS[kind])
    differences, maps = recovery_of(model, IDS, OTHER, 4, 2)
    clean = logits_of(model)[-1]
    assert differences.clean == pytest.approx(float(clean[4] - clean[2]), abs=1e-5)
    assert list(maps) == ["residual", "attention", "mlp", "heads"]
    for what, found in maps.items():
        for layer, place in np.ndindex(found.shape):
            says = patched_logits(model, IDS, OTHER, what, layer, [place])[-1]
            share = (says[4] - says[2] - differences.corrupted) / (differences.clean - differences.corrupted)
            assert found[layer, place] == pytest.approx(float(share), abs=1e-4)


def test_only_what_differs_can_bring_the_answer_back():
    _, maps = recovery_of(induction_model(), [2, 5, 7, 1, 2], [2, 6, 7, 1, 2], 5, 6)  # what follows the 2: 5 or 6
    np.testing.assert_allclose(maps["residual"][0], [0, 1, 0, 0, 0], atol=1e-4)
    np.testing.assert_allclose(maps["heads"], [[0], [1]], atol=1e-4)


def test_rows_made_in_small_batches_are_those_of_one(model, monkeypatch):
    differences, maps = recovery_of(model, IDS, OTHER, 4, 2)
    monkeypatch.setattr(forward, "MOST_LOGITS", 4 * 6 * 11)  # four copies at once
    same, others = recovery_of(model, IDS, OTHER, 4, 2)
    assert same == differences
    for kind, found in maps.items():
        np.testing.assert_allclose(found, others[kind], atol=1e-5)


def test_sentences_of_two_lengths_or_of_one_answer_are_refused(model):
    with pytest.raises(ConfigError, match="6 and 5 tokens"):
        patch_rows(model, IDS, OTHER[:5], 1, 2)
    with pytest.raises(ConfigError, match="nothing to recover"):
        patch_rows(model, IDS, IDS, 1, 2)


# --- neurons ---


def test_the_texts_of_a_neuron_are_where_it_is_largest(any_model):
    windows = sample_windows(np.random.default_rng(0).integers(0, 11, 100), 8, most=80)
    scan = scan_layer(any_model, windows, 1)
    assert scan.activations.shape[:2] == windows.shape == (10, 8)
    best = strongest(scan, 5, 3)
    assert best[0].peak == pytest.approx(scan.activations[:, :, 5].max())
    assert [one.peak for one in best] == sorted((one.peak for one in best), reverse=True)
    _, alone = run_traced(any_model, best[0].ids, keep="blocks.1.mlp_post".__eq__)
    np.testing.assert_allclose(best[0].activations, alone["blocks.1.mlp_post"][0, :, 5], atol=1e-4)
    share, peak = awake(scan, 5)
    assert 0 < share <= 1
    assert peak == pytest.approx(best[0].peak)
    assert len(selective(scan, 4)) == 4
    with pytest.raises(ConfigError, match="neurons"):
        strongest(scan, 10_000)


def test_a_text_that_does_not_fit_is_refused_by_every_method(model):
    for method in (logit_lens, components_of, outcome):
        with pytest.raises(ConfigError, match="9 tokens"):
            method(model, [1] * 9)
    with pytest.raises(ConfigError, match="knows the ids"):
        logit_lens(model, [1, 11])
    with pytest.raises(ConfigError, match="a window needs"):
        sample_windows(np.arange(4), 8)
