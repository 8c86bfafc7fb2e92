"""The registry of steps, their order, and what a configuration makes of it."""

from typing import get_args

import pytest

from lm_core.config import CleaningStepName, CorpusSpec, RunConfig, parse_config, with_settings
from lm_core.corpora.clean import CLEANING_STEPS, clean_corpus, clean_documents, cleaning_stages
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import load_corpus
from lm_core.corpora.uploads import store_text
from lm_core.errors import ConfigError, CorpusError

PAGE = "<p>Caf\u00e9 &amp;  bar</p>\r\n<p>ada@example.org</p>\n" * 12


def test_every_name_of_the_configuration_has_its_step_in_the_same_order():
    assert tuple(CLEANING_STEPS) == get_args(CleaningStepName)
    assert all(step.title and step.why.endswith(".") for step in CLEANING_STEPS.values())


def test_steps_are_done_in_the_order_that_was_chosen():
    assert clean_documents(("<B>x</B>",), ("html", "lower")) == ("x",)
    assert clean_documents(("A  b\nA b and a few more words\n",), ("whitespace", "duplicate-lines"))
    lines = ("a line with two  blanks\na line with two blanks\n",)
    assert clean_documents(lines, ("whitespace", "duplicate-lines")) == ("a line with two blanks\n",)
    assert clean_documents(lines, ("duplicate-lines", "whitespace")) == ("a line with two blanks\n" * 2,)


def test_each_stage_keeps_documents_at_their_places_and_the_next_sees_what_is_left():
    stages = list(cleaning_stages(("<b>", "A", "A"), ("html", "duplicate-lines", "lower")))
    assert [(stage.before, stage.after) for stage in stages] == [
        (("<b>", "A", "A"), ("", "A", "A")),
        (("A", "A"), ("A", "")),
        (("A",), ("a",)),
    ]


def test_without_steps_a_corpus_stays_the_very_same():
    corpus = Corpus("x", "X", ("a", "", " "), "", "")
    assert clean_corpus(corpus, ()) is corpus


def test_a_text_cleaned_to_nothing_is_refused_in_words():
    with pytest.raises(CorpusError, match='Cleaning has left nothing of "Tags"'):
        clean_corpus(Corpus("x", "Tags", ("<p></p>\n", "<b>"), "", ""), ("html",))


def test_a_run_records_its_steps_and_loads_the_cleaned_text(tmp_path):
    spec = store_text(PAGE, title="Page", texts_folder=tmp_path)
    cleaned = spec.model_copy(update={"cleaning": ("line-ends", "html", "emails", "whitespace")})
    assert parse_config(CorpusSpec, cleaned.model_dump_json()) == cleaned
    first, second = (load_corpus(cleaned, texts_folder=tmp_path, seed=1) for _ in range(2))
    assert first == second
    assert first.text.startswith("Café & bar\n\n[email]\n")
    assert load_corpus(spec, texts_folder=tmp_path, seed=1).text == PAGE


def test_a_configuration_from_before_there_was_cleaning_still_loads():
    values = RunConfig().model_dump(mode="json")
    del values["corpus"]["cleaning"]
    assert parse_config(RunConfig, values) == RunConfig()


def test_steps_come_from_the_command_line_and_no_step_comes_twice():
    config = with_settings(RunConfig(), {"corpus.cleaning": '["lower", "nfc"]'})
    assert config.corpus.cleaning == ("lower", "nfc")
    with pytest.raises(ConfigError, match='The cleaning step "nfc" is named twice'):
        parse_config(CorpusSpec, {"cleaning": ["nfc", "lower", "nfc"]})
    with pytest.raises(ConfigError, match=r"corpus\.cleaning\.0"):
        with_settings(RunConfig(), {"corpus.cleaning": '["wash"]'})


def test_every_step_takes_any_documents():
    odd = ("", "\n", "😀" * 300, "\ud83d half", "مرحبا " * 50, "x" * 5000, "好" * 70, "a\n" * 9)
    for name, step in CLEANING_STEPS.items():
        after = step.apply(odd)
        assert len(after) == len(odd), name
        assert step.apply(()) == [], name
