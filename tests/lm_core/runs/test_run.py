"""A run's folder: names, formats, and what is refused."""

import json
import re

import pytest

from lm_core import settings as machine
from lm_core.errors import RunError
from lm_core.runs.facts import RunFacts
from lm_core.runs.run import RUN_ID, Run, create_run, find_run, gallery_runs, new_run_id

FACTS = RunFacts(
    vocab_size=66, parameters=100, parameters_by_part={"embedding": 100}, train_tokens=9, validation_tokens=3,
    train_bytes=9, validation_bytes=3, baselines={"uniform": 4.19}, corpus_title="Play", tokenizer_kind="char",
    uncovered=("é", "\n"),
)  # fmt: skip


@pytest.fixture
def gallery(tmp_path, monkeypatch):
    folder = tmp_path / "gallery"
    monkeypatch.setattr(machine, "GALLERY", folder)
    return folder


def test_ids_are_short_and_fit_the_pattern():
    ids = {new_run_id() for _ in range(50)}
    assert len(ids) == 50
    assert all(len(run_id) == 8 and re.fullmatch(RUN_ID, run_id) for run_id in ids)


def test_configuration_and_facts_come_back_equal(settings, tiny_config):
    run = create_run(tiny_config, settings.runs_folder)
    run.write_facts(FACTS)
    again = find_run(run.id, settings)
    assert again.read_config() == tiny_config
    assert again.read_facts() == FACTS


def test_own_runs_come_before_the_gallery(settings, gallery, tiny_config):
    for folder in (settings.runs_folder / "same", gallery / "same", gallery / "gallery-other"):
        folder.mkdir(parents=True)
        Run(folder).write_config(tiny_config)
    (gallery / "no-run").mkdir()
    assert find_run("same", settings).folder == settings.runs_folder / "same"
    assert find_run("gallery-other", settings).folder == gallery / "gallery-other"
    assert [run.id for run in gallery_runs()] == ["gallery-other", "same"]


def test_no_gallery_is_an_empty_gallery(gallery):
    assert gallery_runs() == []


@pytest.mark.parametrize("run_id", ["", "..", "../../etc", "A", "a", "x" * 42, "abc/def", "abc\n", "-abc", "ab%2f"])
def test_what_cannot_be_an_id_is_refused(settings, run_id):
    with pytest.raises(RunError, match="cannot be the id of a run"):
        find_run(run_id, settings)


def test_an_unknown_id_is_refused(settings, gallery):
    with pytest.raises(RunError, match='There is no run "nobody42" on this machine'):
        find_run("nobody42", settings)


def test_facts_that_are_not_there_yet_are_asked_for_again(settings, tiny_config):
    with pytest.raises(RunError, match="still preparing its text"):
        create_run(tiny_config, settings.runs_folder).read_facts()


@pytest.mark.parametrize("file", ["run.json", "facts.json"])
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'{"format_version": 7}', "has format 7, and this version reads format 1"),
        (b"[]", "has format None"),
        (b'{"format_version": 1, ', "is damaged"),
        (b"\xff\xfe\x00", "is damaged"),
        (b"", "is damaged"),
    ],
)
def test_foreign_and_damaged_folders_are_explained(settings, tiny_config, file, content, sentence):
    run = create_run(tiny_config, settings.runs_folder)
    (run.folder / file).write_bytes(content)
    with pytest.raises(RunError, match=sentence):
        run.read_config() if file == "run.json" else run.read_facts()


def test_a_configuration_with_an_impossible_value_is_explained(settings, tiny_config):
    run = create_run(tiny_config, settings.runs_folder)
    values = json.loads(run.config_path.read_text())
    values["model"]["n_heads"] = 3
    run.config_path.write_text(json.dumps(values))
    with pytest.raises(RunError, match=r"cannot be used: d_model \(16\) must be divisible by n_heads \(3\)"):
        run.read_config()
