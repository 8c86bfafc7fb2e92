"""Starting a run: what is refused, and that a refusal leaves nothing behind."""

import pytest

from lm_core.config import CorpusSpec, with_settings
from lm_core.corpora.uploads import store_text
from lm_core.errors import ConfigError, CorpusError, RunError, TokenizerError
from lm_core.jobs import launch
from lm_core.jobs.launch import resume_run, start_run
from lm_core.runs.run import find_run
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.export import to_huggingface
from lm_core.tokenizers.huggingface import store_tokenizer


@pytest.fixture
def supervisors(monkeypatch):
    """The settings that a supervisor was asked for with; none is started."""
    asked = []
    monkeypatch.setattr(launch, "ensure_supervisor", asked.append)
    return asked


def own_text(config, text, settings):
    spec = store_text(text, title="Mine", texts_folder=settings.texts_folder)
    return config.model_copy(update={"corpus": spec})


def assert_nothing_is_left(settings, store, supervisors):
    assert store.list() == []
    assert not settings.runs_folder.exists() or not list(settings.runs_folder.iterdir())
    assert supervisors == []


def test_a_run_is_queued_with_its_folder_and_a_supervisor(settings, store, supervisors, tiny_config):
    run_id = start_run(tiny_config, settings, store, owner="Ada")
    status = store.get(run_id)
    assert (status.state, status.name, status.owner, status.steps) == ("queued", "tiny", "Ada", 40)
    assert find_run(run_id, settings).read_config() == tiny_config
    assert supervisors == [settings]


def test_a_run_without_a_name_is_called_after_its_text(settings, store, supervisors, tiny_config):
    config = own_text(tiny_config, "All the world's a stage,\n" * 40, settings).model_copy(update={"name": ""})
    assert store.get(start_run(config, settings, store)).name == "Mine"


def test_a_text_that_is_missing_is_refused(settings, store, supervisors, tiny_config):
    config = tiny_config.model_copy(update={"corpus": CorpusSpec(name="own-text", text_id="0" * 64, title="Lost")})
    with pytest.raises(CorpusError):
        start_run(config, settings, store)
    assert_nothing_is_left(settings, store, supervisors)


@pytest.mark.parametrize("tokenizer", ["char", "byte", "bpe"])
def test_a_text_that_is_too_short_for_the_context_is_refused(settings, store, supervisors, tiny_config, tokenizer):
    config = own_text(tiny_config, "All the world's a stage,\n" * 40, settings)
    config = with_settings(config, {"model.context_length": "512", "tokenizer.kind": tokenizer})
    with pytest.raises(CorpusError, match=r'"Mine" gives at most \d+ tokens for validation, but a context of 512'):
        start_run(config, settings, store)
    assert_nothing_is_left(settings, store, supervisors)


@pytest.mark.parametrize("kind", ["bpe", "sentencepiece-bpe", "unigram", "word"])
def test_a_vocabulary_that_the_text_cannot_fill_is_refused(settings, store, supervisors, tiny_config, kind):
    config = own_text(
        tiny_config, "All the world's a stage,\nand all the men and women merely players\n" * 40, settings
    )
    config = with_settings(config, {"tokenizer.kind": kind, "tokenizer.vocab_size": "4096"})
    with pytest.raises(TokenizerError, match="4096"):
        start_run(config, settings, store)
    assert_nothing_is_left(settings, store, supervisors)


def test_a_run_takes_an_uploaded_tokenizer(settings, store, supervisors, tiny_config):
    letters = to_huggingface(CharTokenizer.train(["copy: abcdefghijklmnopqrstuvwxyz ->\n"]))
    spec = store_tokenizer(letters, title="Letters", folder=settings.tokenizers_folder)
    run_id = start_run(tiny_config.model_copy(update={"tokenizer": spec}), settings, store)
    assert find_run(run_id, settings).read_config().tokenizer == spec
    lost = spec.model_copy(update={"file_id": "0" * 64})
    with pytest.raises(TokenizerError, match='The tokenizer "Letters" is no longer here'):
        start_run(tiny_config.model_copy(update={"tokenizer": lost}), settings, store)


def test_a_model_that_is_too_large_is_refused(settings, store, supervisors, tiny_config):
    config = with_settings(
        tiny_config,
        {"model.n_layers": "24", "model.n_heads": "32", "model.d_model": "2048", "train.batch_size": "1024"},
    )
    with pytest.raises(ConfigError, match=r"needs about [\d.]+ GB of memory .* are available"):
        start_run(config, settings, store)
    assert_nothing_is_left(settings, store, supervisors)


def test_a_store_that_refuses_leaves_no_folder(settings, store, supervisors, tiny_config, monkeypatch):
    def refuse(*_arguments, **_options):
        raise RunError("The disk is full.")

    monkeypatch.setattr(store, "submit", refuse)
    with pytest.raises(RunError, match="The disk is full"):
        start_run(tiny_config, settings, store)
    assert_nothing_is_left(settings, store, supervisors)


def test_resuming_sees_to_it_that_somebody_starts_a_worker(settings, store, supervisors, tiny_config):
    run_id = start_run(tiny_config, settings, store)
    store.stop(run_id)
    resume_run(run_id, settings, store)
    assert store.get(run_id).state == "queued"
    assert len(supervisors) == 2
