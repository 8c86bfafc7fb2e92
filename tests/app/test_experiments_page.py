"""The Experiments page: pairs of runs that differ in one thing, tricks one at a time, refusals that leave nothing."""

from functools import partial

import pytest

from app.loaders import compare, experiments, runs
from app.loaders.duplicate import changed
from lm_core.config import ModelConfig
from lm_core.errors import LMError, RunError
from lm_core.presets import RECIPES, preset_config
from lm_core.runs.run import create_run
from tests.finished_run import make_run
from tests.pages import open_page, sent, wish

pytestmark = pytest.mark.usefixtures("fresh_server")
open_experiments = partial(open_page, "experiments")


@pytest.fixture
def started(monkeypatch):
    """The configurations that were asked to start; each becomes a run that waits. `started.most` are taken."""
    asked = Started()

    def start(config):
        if len(asked) >= asked.most:
            raise RunError("You have 8 runs waiting, and 8 is the most. Wait until one has begun, or stop one.")
        run = create_run(config, runs.settings().runs_folder)
        runs.store().submit(run.id, config.name, config.to_json(), config.train.steps)
        asked.append(config)
        return run.id

    monkeypatch.setattr(runs, "train_new", start)
    return asked


class Started(list):
    most = 99


def differing(one, other):
    first, second = compare.flat_settings(one), compare.flat_settings(other)
    return {name for name in first if first[name] != second[name]}


@pytest.mark.parametrize("what", experiments.BREAKS)
@pytest.mark.parametrize("size", experiments.SIZES)
def test_whole_and_broken_differ_in_the_one_thing(what, size):
    whole, broken = experiments.broken_pair(what, size, "Broken")
    assert differing(whole, broken) == set(experiments.BREAKS[what] or {"train.learning_rate"})
    assert (whole.group, whole.seed) == (broken.group, broken.seed)
    assert whole.group.startswith(f"break-{what}-")
    assert broken.train.learning_rate == pytest.approx(
        min(1, 100 * whole.train.learning_rate) if what == "rate" else whole.train.learning_rate
    )


def test_the_tricks_are_all_that_the_recipes_differ_in():
    classic, modern = (
        {f"{part}.{name}": value for part, values in RECIPES[recipe].items() for name, value in values.items()}
        for recipe in ("classic", "modern")
    )
    cut = [setting for trick in experiments.TRICKS.values() for setting in trick]
    assert sorted(cut) == sorted(name for name in classic if classic[name] != modern[name])


def test_every_switch_that_breaks_has_its_lesson_sentence():
    for name in ("causal", "positions", "residual", "scale_scores", "norm"):
        assert "without" in ModelConfig.model_fields[name].description


def test_a_wish_starts_both_runs_and_the_address_shows_them(started):
    app = open_experiments()
    wished = {"lab": "break", "what": "scale", "size": "glance", "guess": "worse", "name": "No division"}
    wish(app, "experiments", "start", wished)
    assert not app.exception
    assert [(config.name, config.model.scale_scores) for config in started] == [
        ("Whole model", True),
        ("No division", False),
    ]
    ids = app.query_params["trial"].split(",")
    assert [runs.config_of(run_id).name for run_id in ids] == ["Whole model", "No division"]
    assert (app.query_params["part"], app.query_params["guess"]) == ("scale", "worse")
    assert sent(app)["opened"]["view"]["trial"] == ",".join(ids)
    again = open_experiments(trial=",".join(ids), part="scale", guess="worse")
    assert sent(again)["view"]["trial"] == ",".join(ids)
    assert {row["group"] for row in sent(again)["rows"]} == {started[0].group}


def test_a_refused_second_run_takes_the_first_back(started):
    started.most = 1
    app = open_experiments()
    wish(app, "experiments", "start", {"lab": "tricks", "size": "glance"})
    assert "8 is the most" in app.error[0].value
    assert runs.store().list() == []
    assert sent(app)["opened"] == {"turn": 1, "view": None}


def test_a_trick_is_added_to_classic_or_taken_from_modern(started):
    view = experiments.start({"lab": "tricks", "size": "quick"})
    pair = view["trial"].split(",")
    classic, modern = started
    assert differing(classic, modern) == {setting for trick in experiments.TRICKS.values() for setting in trick}
    for trick, settings in experiments.TRICKS.items():
        added = {"lab": "trick", "trick": trick, "runs": pair, "name": trick, "way": "add"}
        view = experiments.start(added)
        assert view["trial"].split(",")[:2] == pair
        assert differing(started[-1], classic) == set(settings)
        assert differing(experiments.with_trick(pair, trick, "remove", trick), modern) == set(settings)
    assert started[-1].group == classic.group
    assert started[-1].name == "Classic + muon"


def test_what_is_no_experiment_is_refused(home, started):
    other = make_run(home)
    wishes = [
        {"lab": "break", "what": "everything", "size": "quick"},
        {"lab": "break", "what": "mask", "size": "huge"},
        {"lab": "trick", "trick": "muon", "way": "add", "runs": [other, other]},
        {"lab": "trick", "trick": "muon", "way": "add", "runs": []},
        {},
    ]
    for wished in wishes:
        with pytest.raises(LMError):
            experiments.start(wished)
    assert not started


def test_a_copy_of_a_run_is_no_longer_part_of_its_experiment():
    config = preset_config("tiny", group="break-mask-abc123")
    assert changed(config, "seed", 2, "copy").group == ""


def test_a_foolish_address_opens_the_page(home):
    app = open_experiments(trial="nobody,../..", part="all", guess="<b>", lab="x")
    assert app.title[0].value == "What does each part do?"
    assert len(app.get("bidi_component")) == 1
