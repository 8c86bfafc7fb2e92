"""The curve doctor: for each rule a curve that shows it and one that must not, and real curves, which are healthy."""

import math
from types import SimpleNamespace

import pytest

from lm_core.config import RunConfig, parse_config, with_settings
from lm_core.runs.run import gallery_runs
from lm_core.runs.series import read_series
from lm_core.training.doctor import Change, diagnose
from lm_core.training.loop import train
from lm_core.training.state import new_state

STEPS = 1000
CONFIG = parse_config(RunConfig, {"train": {"steps": STEPS, "warmup_steps": 40, "learning_rate": 4e-3}})
FACTS = SimpleNamespace(
    vocab_size=65, parameters=200_000, train_tokens=800_000, baselines={"uniform": math.log(65), "bigram": 2.5}
)


def noise(step):
    """The same at every call, between -0.05 and 0.05."""
    return 0.05 * math.sin(12.9898 * step)


def falling(step):
    return 1.6 + 2.6 * math.exp(-step / 80)


def series(last=700, *, loss=falling, validation=falling, norm=lambda step: 0.5, ratio=lambda step: 0.005, every=50):
    steps = list(range(last + 1))
    columns = {
        "loss": [None, *(loss(step) + noise(step) for step in steps[1:])],
        "grad_norm": [None, *(norm(step) for step in steps[1:])],
        "update_ratio": [None, *(ratio(step) for step in steps[1:])],
        "val_loss": [validation(step) + 0.05 if step % every == 0 else None for step in steps],
    }
    return {"steps": steps, "columns": columns}


def found(curve, config=CONFIG, facts=FACTS):
    return {finding.kind: finding for finding in diagnose(curve, facts, config)}


def test_a_falling_curve_is_healthy_and_says_how_it_stands():
    (healthy,) = diagnose(series(), FACTS, CONFIG)
    assert (healthy.kind, healthy.severity, healthy.change) == ("healthy", "good", None)
    assert healthy.figures["step"] == 700
    assert healthy.figures["loss"] == pytest.approx(falling(700) + 0.05)
    assert healthy.figures["train"] == pytest.approx(falling(680), abs=0.02)
    assert healthy.figures["ratio"] == 0.005


def test_the_first_steps_are_too_early_to_judge():
    (early,) = diagnose(series(60), FACTS, CONFIG)
    assert (early.kind, early.figures) == ("early", {"step": 60, "until": 80})
    assert diagnose({"steps": [], "columns": {}}, None, CONFIG)[0].kind == "early"
    assert diagnose(series(80), FACTS, CONFIG)[0].kind == "healthy"


@pytest.mark.parametrize("run", gallery_runs(), ids=lambda run: run.id)
def test_the_gallerys_runs_are_healthy_at_every_moment(run):
    whole, config = read_series(run), run.read_config()
    for share in (0.1, 0.2, 0.3, 0.5, 0.75, 1):
        last = share * config.train.steps
        places = [place for place, step in enumerate(whole["steps"]) if step <= last]
        columns = {name: [values[place] for place in places] for name, values in whole["columns"].items()}
        curve = {"steps": [whole["steps"][place] for place in places], "columns": columns}
        kinds = {finding.severity for finding in diagnose(curve, run.read_facts(), config)}
        assert kinds <= {"good", "note"}, (share, kinds)


def test_a_loss_that_is_no_number_is_all_that_is_said():
    curve = series(300, norm=lambda step: 9.0 if step % 20 == 0 else 0.5)
    curve["columns"]["loss"][-1] = None
    (nan,) = diagnose(curve, FACTS, CONFIG)
    assert (nan.kind, nan.severity, nan.figures) == ("nan", "error", {"step": 300})
    assert nan.change == Change("train.learning_rate", 4e-3, 1e-3)
    curve["columns"]["loss"][-1] = math.nan
    assert diagnose(curve, FACTS, CONFIG)[0].kind == "nan"


def test_before_the_first_update_there_is_no_loss_and_no_harm():
    assert diagnose({"steps": [0], "columns": {"val_loss": [4.2]}}, FACTS, CONFIG)[0].kind == "early"
    assert diagnose({"steps": [0], "columns": {"loss": [None], "val_loss": [4.2]}}, FACTS, CONFIG)[0].kind == "early"


def test_overfitting_is_dated_from_the_best_measurement():
    rising = series(validation=lambda step: falling(step) if step <= 300 else 1.66 + (step - 300) / 2000)
    finding = found(rising)["overfitting"]
    assert finding.figures["since"] == 300
    assert finding.figures["best"] == pytest.approx(falling(300) + 0.05)
    assert finding.change == Change("model.dropout", 0.0, 0.1)
    assert "healthy" not in found(rising)


def test_a_validation_that_wavers_is_not_overfitting():
    assert "overfitting" not in found(series(validation=lambda step: falling(step) + 0.01 * (step // 50 % 2)))


def test_a_training_loss_that_rises_too_is_not_overfitting_but_a_rate_too_high():
    worse = series(
        loss=lambda step: falling(min(step, 300)) + max(0, step - 300) / 800,
        validation=lambda step: falling(min(step, 300)) + max(0, step - 300) / 800,
    )
    assert "overfitting" not in found(worse)
    assert "rising" in found(worse)


def test_the_measurement_over_the_whole_split_is_not_compared_with_those_of_the_sample():
    curve = series(STEPS)
    curve["columns"]["val_loss"][-1] += 0.3  # the rest of the split is harder
    assert set(found(curve)) == {"healthy"}
    assert found(curve)["healthy"].figures["loss"] == curve["columns"]["val_loss"][-1]


def test_what_dropout_cannot_mend_is_stopped_when_it_was_best():
    hopeless = series(validation=lambda step: falling(min(step, 150)) + max(0, step - 150) / 300)
    assert found(hopeless)["overfitting"].change == Change("train.steps", STEPS, 150)
    silent = with_settings(CONFIG, {"model.dropout": "0.4"})
    mild = series(validation=lambda step: falling(step) if step <= 300 else 1.66 + (step - 300) / 2000)
    assert found(mild, silent)["overfitting"].change == Change("train.steps", STEPS, 300)
    assert found(mild, with_settings(CONFIG, {"model.dropout": "0.2"}))["overfitting"].change.value == 0.4


def test_a_loss_that_rises_after_the_warm_up_has_too_high_a_rate():
    rising = series(loss=lambda step: falling(step) + max(0, step - 200) / 1000)
    finding = found(rising)["rising"]
    assert finding.figures["loss"] - finding.figures["lowest"] > 0.15
    assert 200 < finding.figures["since"] < 400
    assert finding.change == Change("train.learning_rate", 4e-3, 0.0013)


def test_a_loss_that_leaps_after_the_warm_up_has_too_high_a_rate():
    leaping = found(series(loss=lambda step: falling(step) + (1.5 if step in (200, 300, 301, 450) else 0)))["leaping"]
    assert leaping.figures["count"] == 4
    assert leaping.figures["since"] == 200
    assert leaping.figures["leap"] == pytest.approx(1.5, abs=0.2)
    assert "leaping" not in found(series(loss=lambda step: falling(step) + (1.5 if step in (20, 25, 30) else 0)))
    assert "leaping" not in found(series(loss=lambda step: falling(step) + (1.5 if step == 200 else 0)))
    noisy = series(loss=lambda step: falling(step) + 15 * noise(step))
    assert set(found(noisy)) == {"healthy"}, "small batches differ much"


def test_wild_updates_while_counting_pairs_is_still_better_have_too_high_a_rate():
    flat = series(loss=lambda step: 3.1, validation=lambda step: 3.1, ratio=lambda step: 0.045)
    finding = found(flat)["wild"]
    assert finding.figures["ratio"] == 0.045
    assert finding.change.value == pytest.approx(4e-4)
    assert "wild" not in found(series(ratio=lambda step: 0.045)), "it learns all the same"


def test_updates_twice_as_long_as_usual_are_too_long_once_the_pairs_should_have_been_passed():
    def flat(last, ratio):
        return found(series(last, loss=lambda step: 3.1, validation=lambda step: 3.1, ratio=lambda step: ratio))

    assert flat(300, 0.0297)["wild"].change == Change("train.learning_rate", 4e-3, 4e-4)
    assert "wild" not in flat(120, 0.0297), "it has only begun"
    assert "wild" not in flat(300, 0.012), "not that much longer than usual"


def test_a_validation_that_explodes_with_the_training_loss_is_not_learned_by_heart():
    exploding = found(series(300, loss=lambda step: 40 - step / 15, validation=lambda step: 4.19 + step / 8))
    assert set(exploding) == {"stuck"}


def test_a_loss_at_chance_asks_for_longer_updates_or_for_shorter_ones():
    chance = math.log(65)
    for ratio, rate in ((1e-5, 0.04), (0.1, 4e-4)):
        stuck = series(200, loss=lambda step: chance, validation=lambda step: chance, ratio=lambda step, r=ratio: r)
        finding = found(stuck)["stuck"]
        assert finding.figures["chance"] == pytest.approx(chance)
        assert finding.change == Change("train.learning_rate", 4e-3, rate)
        assert set(found(stuck)) == {"stuck"}, "one cause, one finding"
    unigram = series(200, loss=lambda step: 3.9, validation=lambda step: 3.9)
    assert "stuck" not in found(unigram)


def test_validation_above_chance_is_overfitting_and_not_stuck():
    by_heart = found(series(validation=lambda step: falling(min(step, 100)) + max(0, step - 100) / 150))
    assert "stuck" not in by_heart
    assert "overfitting" in by_heart


def test_tiny_updates_while_the_loss_still_falls_have_too_low_a_rate():
    slow = {"loss": lambda step: 4.2 - step / 700, "validation": lambda step: 4.2 - step / 700}
    finding = found(series(**slow, ratio=lambda step: 2e-4))["rate-too-low"]
    assert finding.figures["fall"] == pytest.approx(0.5, abs=0.05)
    assert finding.change == Change("train.learning_rate", 4e-3, 0.04)
    assert "rate-too-low" not in found(series(**slow, ratio=lambda step: 5e-3)), "updates as long as usual"
    muon = with_settings(CONFIG, {"train.optimizer": "muon"})  # its updates are longer
    assert "rate-too-low" in found(series(**slow, ratio=lambda step: 1.5e-3), muon)
    assert "rate-too-low" not in found(series(**slow, ratio=lambda step: 1.5e-3))
    assert "rate-too-low" not in found(series(600, validation=lambda step: 1.7, ratio=lambda step: 2e-4)), "it is flat"


def test_gradients_far_longer_than_the_rest_are_spikes():
    finding = found(series(norm=lambda step: 6.0 if step % 97 == 0 else 0.4))["spikes"]
    assert finding.figures["usual"] == 0.4
    assert finding.figures["highest"] == 6.0
    assert finding.figures["count"] == 7
    assert finding.change == Change("train.grad_clip", 1.0, 0.8)
    assert "spikes" not in found(series(norm=lambda step: 6.0 if step == 97 else 0.4)), "one is no pattern"
    assert "spikes" not in found(series(norm=lambda step: 1.9 if step % 97 == 0 else 0.4)), "not that far"
    assert "spikes" not in found(series(norm=lambda step: 6.0 if step < 20 else 0.4)), "the first steps are wild"
    tight = with_settings(CONFIG, {"train.grad_clip": "0.5"})
    clipped = found(series(norm=lambda step: 6.0 if step % 97 == 0 else 0.4), tight)["spikes"]
    assert clipped.change == Change("train.learning_rate", 4e-3, 2e-3)


def test_too_few_tokens_per_parameter_are_a_note_and_with_overfitting_a_warning():
    short = SimpleNamespace(**{**vars(FACTS), "train_tokens": 20_000})
    finding = found(series(), facts=short)["text-too-small"]
    assert finding.severity == "note"
    assert finding.figures["per_parameter"] == 0.1
    assert finding.figures["readings"] == STEPS * 16 * 64 / 20_000
    assert finding.change == Change("model.d_model", 128, 32)
    assert "healthy" in found(series(), facts=short)
    rising = series(validation=lambda step: falling(step) if step <= 300 else 1.66 + (step - 300) / 2000)
    assert found(rising, facts=short)["text-too-small"].severity == "warning"
    assert "text-too-small" in found(series(10), facts=short), "known before the first step"


def test_a_short_text_that_is_read_a_few_times_only_is_no_reason_to_worry():
    short = SimpleNamespace(**{**vars(FACTS), "parameters": 10_000_000})
    assert short.train_tokens / short.parameters < 0.1
    assert "text-too-small" not in found(series(), facts=short)


def test_every_change_makes_a_configuration_that_can_be_trained():
    curves = [
        series(loss=lambda step: falling(step) + max(0, step - 200) / 1000),
        series(validation=lambda step: falling(step) if step <= 300 else 1.66 + (step - 300) / 2000),
        series(norm=lambda step: 6.0 if step % 97 == 0 else 0.4),
    ]
    for heads in (1, 2, 4, 8):
        config = with_settings(CONFIG, {"model.n_heads": str(heads)})
        for tokens in (1000, 20_000, 100_000):
            facts = SimpleNamespace(**{**vars(FACTS), "train_tokens": tokens})
            for curve in curves:
                for finding in diagnose(curve, facts, config):
                    if finding.change:
                        changed = with_settings(config, {finding.change.setting: str(finding.change.value)})
                        assert changed != config


def test_thinned_rows_give_the_same_findings():
    curve = series(loss=lambda step: falling(step) + max(0, step - 200) / 900)
    kept = [step for step in curve["steps"] if step % 5 == 0]
    columns = {name: [values[step] for step in kept] for name, values in curve["columns"].items()}
    assert set(found({"steps": kept, "columns": columns})) == set(found(curve)) == {"rising"}


def test_a_real_run_at_a_wild_rate_is_not_called_healthy(dataset):
    """Numbers that a model made, not we: at 200 times a good rate it learns nothing."""

    def kinds(rate):
        values = {
            "model": {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 8},
            "train": {"steps": 200, "batch_size": 4, "learning_rate": rate, "warmup_steps": 10, "eval_every": 20},
            "seed": 5,
        }
        config = parse_config(RunConfig, values)
        rows = {}
        for event in train(new_state(config, 13), dataset, config):
            rows.setdefault(event.step, {}).update(event.values)
        names = {name for row in rows.values() for name in row}
        columns = {name: [row.get(name) for row in rows.values()] for name in names}
        facts = SimpleNamespace(vocab_size=13, parameters=1000, train_tokens=9000, baselines={"bigram": 1.3})
        return {finding.kind for finding in diagnose({"steps": list(rows), "columns": columns}, facts, config)}

    assert kinds(1.0) & {"wild", "stuck", "rising", "leaping", "nan"}
    assert not kinds(1e-2) & {"wild", "stuck", "rising", "leaping", "nan"}
