"""Names of models: what each means, what is said where there is none, and no network where none is needed."""

import pytest

from lm_core.errors import ModelError
from lm_core.interop import hub, sources
from lm_core.interop.huggingface import write_folder
from lm_core.interop.sources import find_pretrained, must_fetch
from lm_core.interop.tokens import fitting_tokenizer
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from tests.foreign_models import LLAMA, awake


@pytest.fixture(autouse=True)
def no_network(monkeypatch, tmp_path):
    """The hub's cache is an empty folder, and nothing answers."""
    huggingface_hub = pytest.importorskip("huggingface_hub")
    monkeypatch.setattr(hub, "_cached", lambda hub_id: None)

    def away(*_words, **_more):
        raise ConnectionError("Name or service not known")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", away)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", away)


def test_a_folder_is_read_and_nothing_is_fetched_for_it(folder):
    assert find_pretrained(f" {folder} ", context_length=8).model.context_length == 8
    assert must_fetch(str(folder)) == must_fetch("smollm2") == 0


def test_a_hubs_model_without_a_network_is_a_sentence():
    for ask in (find_pretrained, must_fetch):
        with pytest.raises(ModelError, match=r"huggingface\.co cannot be reached, so openai-community/gpt2 cannot be"):
            ask("openai-community/gpt2")


@pytest.mark.parametrize(
    "name", ["", "../../nothing", "/no/such/folder", "a/b/c", "C:\\models", "x" * 2000, "a b", "é"]
)
def test_what_is_no_model_is_a_sentence(name):
    for ask in (find_pretrained, must_fetch):
        with pytest.raises(ModelError, match="There is no model"):
            ask(name)


def test_whoever_may_not_read_files_cannot_ask_for_a_folder(folder):
    with pytest.raises(ModelError, match="There is no model"):
        find_pretrained(str(folder), files=False)


def test_a_fetched_model_says_where_it_comes_from(folder, monkeypatch):
    monkeypatch.setattr(hub, "_cached", lambda hub_id: folder)
    found = find_pretrained("someone/tiny")
    assert (found.title, found.source) == ("tiny", "huggingface.co/someone/tiny")
    assert must_fetch("someone/tiny") == 0


def test_without_the_library_the_command_is_named(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"huggingface_hub, which is not installed\. Run: make pretrained"):
        sources.find_pretrained("openai-community/gpt2")


def test_rows_beyond_the_vocabulary_are_tokens_that_nobody_uses(tmp_path):
    write_folder(awake(LLAMA, 260), tmp_path, to_huggingface(ByteTokenizer()))
    tokenizer = fitting_tokenizer(find_pretrained(str(tmp_path)).tokenizer, 260)
    assert tokenizer.vocab_size == 260
    assert tokenizer.token_texts([104, 258]) == ["h", "<|unused_258|>"]
    assert tokenizer.encode("hé") == ByteTokenizer().encode("hé")
    with pytest.raises(ModelError, match="its tokenizer has 256 tokens, and its tables have 200 rows"):
        fitting_tokenizer(to_huggingface(ByteTokenizer()), 200)
