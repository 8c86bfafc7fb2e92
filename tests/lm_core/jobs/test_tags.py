"""Labels on runs: short, few, any script, kept in the store and in an exported file."""

import pytest

from lm_core.errors import RunError
from lm_core.jobs.shelf import delete_run, export_archive, forget_deleted, import_archive
from lm_core.jobs.tags import add_tag, remove_tag, tags_of_runs
from lm_core.runs.tags import LONGEST_TAG, MOST_TAGS, clean_tag, tags_from_json


def test_tags_are_put_on_and_taken_off_and_twice_is_once(run, settings, store):
    assert add_tag(run.id, "  no\npositions ", settings, store) == "no positions"
    for label in ("baseline", "基线", "baseline"):
        add_tag(run.id, label, settings, store)
    assert tags_of_runs(store) == {run.id: ("baseline", "no positions", "基线")}
    for _twice in range(2):
        remove_tag(run.id, "baseline", settings, store)
    assert tags_of_runs(store) == {run.id: ("no positions", "基线")}
    kinds = [event.kind for event in store.events(run.id)]
    assert (kinds.count("tagged"), kinds.count("untagged")) == (3, 1), "what changed nothing is not noted"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("<img src=x>", "<img src=x>"),  # shown as text, so any sign is welcome
        ("a\u200bb\x00c", "a b c"),
        ("\u202eabc", "abc"),
        ("'; DROP TABLE tags; --", "'; DROP TABLE tags; --"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_what_a_tag_becomes(text, tag):
    assert clean_tag(text) == tag


def test_what_cannot_be_a_tag_is_refused_in_words(run, settings, store):
    for nothing in ("", " \n", "\x00", "\u200b"):
        with pytest.raises(RunError, match="at least one letter"):
            clean_tag(nothing)
    with pytest.raises(RunError, match=f"at most {LONGEST_TAG} letters, and this one has 25"):
        clean_tag("x" * 25)
    for number in range(MOST_TAGS):
        add_tag(run.id, f"tag {number}", settings, store)
    with pytest.raises(RunError, match=f"at most {MOST_TAGS} tags"):
        add_tag(run.id, "one more", settings, store)
    add_tag(run.id, "tag 0", settings, store)
    with pytest.raises(RunError, match="came with the app"):
        add_tag("gallery-comedies", "mine", settings, store)
    with pytest.raises(RunError, match="no run"):
        add_tag("nosuchrun", "mine", settings, store)


def test_a_forgotten_run_takes_its_tags_with_it(run, settings, store):
    add_tag(run.id, "gone soon", settings, store)
    delete_run(run.id, settings, store)
    assert run.id in tags_of_runs(store), "it can still be brought back"
    forget_deleted(settings, store, kept_seconds=-1)
    assert tags_of_runs(store) == {}


def test_an_exported_run_keeps_its_tags(settings, store, make_finished_run, tmp_path):
    from dataclasses import replace

    from lm_core.models.registry import count_parameters

    run = make_finished_run(settings.runs_folder / "finished")
    facts = run.read_facts()
    parameters = count_parameters(run.read_config().model, facts.vocab_size)["total"]
    run.write_facts(replace(facts, parameters=parameters))
    config = run.read_config()
    store.submit(run.id, config.name, config.to_json(), config.train.steps)
    for label in ("baseline", "<b>bold</b>"):
        add_tag(run.id, label, settings, store)
    with (tmp_path / "run.zip").open("wb") as file:
        export_archive(run.id, settings, store, file)
    imported = import_archive(tmp_path / "run.zip", settings, store)
    assert tags_of_runs(store)[imported] == ("<b>bold</b>", "baseline")


@pytest.mark.parametrize(
    "data", [b"{}", b"[1]", b"no json", b'["' + b"x" * 30 + b'"]', b'["a","b","c","d","e","f","g","h","i"]']
)
def test_a_strangers_tags_are_checked(data):
    with pytest.raises((ValueError, RunError)):
        tags_from_json(data)
