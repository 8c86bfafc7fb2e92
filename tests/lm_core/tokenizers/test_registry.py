"""What all tokenizers share: each promise, for each kind."""

import json
import random
import time

import numpy as np
import pytest

from lm_core.config import TokenizerSpec
from lm_core.errors import TokenizerError
from lm_core.tokenizers.registry import TOKENIZERS, load_tokenizer, train_tokenizer

SENTENCES = "The quick brown fox jumps over the lazy dog.\nPack my box with five dozen liquor jugs.\n"
TEXT = "".join(" ".join(random.Random(i).sample(SENTENCES.split(), 12)) + "\n" for i in range(300))


@pytest.fixture(scope="module", params=TOKENIZERS)
def tokenizer(request):
    return train_tokenizer(TokenizerSpec(kind=request.param, vocab_size=320), [TEXT])


def test_the_registry_holds_every_kind_of_the_configuration():
    assert list(TOKENIZERS) == ["char", "byte", "bpe", "unigram"]


def test_a_covered_text_comes_back(tokenizer):
    assert tokenizer.uncovered(TEXT) == []
    assert tokenizer.decode(tokenizer.encode(TEXT)) == TEXT


def test_encode_is_the_last_column_of_explain(tokenizer):
    for text in ("", "The lazy fox\n\njumps \u2665", TEXT):
        *before, last = tokenizer.explain(text)
        assert before[0].pieces == tuple(text)
        assert all(step.ids is None for step in before)
        assert list(last.ids) == tokenizer.encode(text)
        assert list(last.pieces) == tokenizer.token_texts(tokenizer.encode(text))


def test_no_token_crosses_a_line_end(tokenizer):
    first, second = "Pack the fox.\n", " quick\n\tdozen"
    assert tokenizer.encode(first + second) == tokenizer.encode(first) + tokenizer.encode(second)


def test_ids_number_the_vocabulary(tokenizer):
    entries = tokenizer.vocabulary()
    assert [entry.id for entry in entries] == list(range(tokenizer.vocab_size))
    assert set(tokenizer.encode(TEXT)) <= set(range(tokenizer.vocab_size))
    assert tokenizer.token_texts(range(tokenizer.vocab_size)) == [entry.text for entry in entries]


def test_arrays_decode_like_lists(tokenizer):
    ids = tokenizer.encode("lazy dog")
    assert tokenizer.decode(np.array(ids, dtype=np.uint16)) == "lazy dog"


@pytest.mark.parametrize("wrong", [-1, 1_000_000])
def test_an_id_outside_the_vocabulary_is_named(tokenizer, wrong):
    with pytest.raises(TokenizerError, match=f"There is no token {wrong}: this vocabulary has {tokenizer.vocab_size}"):
        tokenizer.decode([0, wrong])
    with pytest.raises(TokenizerError, match=f"There is no token {wrong}"):
        tokenizer.token_texts([wrong])


def test_a_saved_tokenizer_is_the_same_when_loaded(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer")
    loaded = load_tokenizer(tmp_path / "tokenizer")
    assert type(loaded) is type(tokenizer)
    assert (loaded.kind, loaded.vocabulary()) == (tokenizer.kind, tokenizer.vocabulary())
    assert loaded.encode(TEXT) == tokenizer.encode(TEXT)
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_million_characters_are_encoded_in_well_under_a_second(tokenizer):
    text = (TEXT * (1_000_000 // len(TEXT) + 1))[:1_000_000]
    start = time.process_time()
    tokenizer.encode(text)
    assert time.process_time() - start < 2  # of the processor, however busy the machine; usually 0.03 to 0.2


def test_a_folder_without_a_tokenizer_is_refused(tmp_path):
    with pytest.raises(TokenizerError, match=r"There is no tokenizer in .*: tokenizer\.json cannot be read"):
        load_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("record", "complaint"),
    [
        ("not json", "is damaged: it is not JSON"),
        ('{"format_version": 1', "is damaged: it is not JSON"),
        ("[1]", "does not name a kind"),
        ('{"format_version": 1, "kind": "word"}', 'no kind of tokenizer called "word"'),
        ('{"format_version": 2, "kind": "char", "characters": "ab"}', "has format 2; this version reads format 1"),
        ('{"format_version": 1, "kind": "char", "characters": "aa"}', "missing or not distinct"),
        ('{"format_version": 1, "kind": "char"}', "missing or not distinct"),
    ],
)
def test_a_damaged_record_is_refused_in_a_sentence(tmp_path, record, complaint):
    (tmp_path / "tokenizer.json").write_text(record, encoding="utf-8")
    with pytest.raises(TokenizerError, match=complaint):
        load_tokenizer(tmp_path)


def test_the_record_is_plain_json(tokenizer, tmp_path):
    tokenizer.save(tmp_path)
    record = json.loads((tmp_path / "tokenizer.json").read_text(encoding="ascii"))
    assert (record["kind"], record["format_version"]) == (tokenizer.kind, 1)
