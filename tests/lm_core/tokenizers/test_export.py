"""A tokenizer in another program: the library reads what we write and gives the same ids."""

import csv
import io
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tokenizers import Tokenizer

from lm_core.config import TokenizerSpec
from lm_core.errors import TokenizerError
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.export import to_huggingface, vocabulary_csv, vocabulary_json, vocabulary_rows
from lm_core.tokenizers.huggingface import HuggingFaceTokenizer
from lm_core.tokenizers.registry import list_tokenizers, train_tokenizer
from lm_core.tokenizers.word import WordTokenizer

WORDS = ["the", "low", "lower", "lowest", "new", "newest", "naïve", "你好", "don't", "1999", "=1+1", "a", "of"]
TEXT = "".join(" ".join(random.Random(i).choices(WORDS, k=9)) + "\n" for i in range(300))
KINDS = [info.kind for info in list_tokenizers() if info.kind != "huggingface" and info.unavailable is None]
known = some.characters(exclude_categories=("Cs", "Cn"))  # libraries know younger Unicode than Python does
anything = some.text(known, max_size=30) | some.lists(
    some.sampled_from([*WORDS, " ", "  ", "\n", "\t", "é", "😀", "▁", "<unk>", "<0x41>", "</"])
).map("".join)


TEXT += "".join(f"<b>{word}</b><unk>▁<0x41>\n" for word in WORDS * 9)  # looks like the names that libraries give


@pytest.fixture(scope="module", params=KINDS)
def both(request):
    size = {"word": 20, "unigram": 300, "sentencepiece-bpe": 310}.get(request.param, 300)
    ours = train_tokenizer(TokenizerSpec(kind=request.param, vocab_size=size), [TEXT])
    return ours, Tokenizer.from_str(to_huggingface(ours).decode())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=anything)
def test_the_library_gives_the_same_ids_and_the_same_text(both, text):
    ours, theirs = both
    ids = ours.encode(text)
    assert theirs.encode(text).ids == ids
    assert theirs.get_vocab_size() == ours.vocab_size
    if not ours.uncovered(text):
        assert theirs.decode(ids, skip_special_tokens=False) == text


def test_the_text_it_learned_from_has_the_same_ids(both):
    ours, theirs = both
    assert theirs.encode(TEXT).ids == ours.encode(TEXT)


def test_what_we_export_can_be_uploaded_again(both):
    ours, _theirs = both
    again = HuggingFaceTokenizer(to_huggingface(ours))
    assert again.encode("the lowest of 1999") == ours.encode("the lowest of 1999")
    assert to_huggingface(again) == to_huggingface(ours)


def test_rows_name_every_token_and_the_merge_that_made_it(both):
    ours, _theirs = both
    rows = vocabulary_rows(ours)
    assert json.loads(vocabulary_json(ours)) == rows
    table = list(csv.DictReader(io.StringIO(vocabulary_csv(ours), newline="")))
    assert [row["id"] for row in table] == [str(i) for i in range(ours.vocab_size)]
    assert [row["text"] for row in table] == [row["text"] for row in rows]
    if ours.kind == "bpe":
        assert rows[256] | {"text": ""} == rows[256] | {"merge": 1, "left": ours.pairs[0][0], "text": ""}


def test_a_word_that_looks_like_the_unknown_one_is_refused():
    assert CharTokenizer.train(["<unk>"]).vocab_size == 6  # its characters are apart
    with pytest.raises(TokenizerError, match='has a word "<unk>" beside the unknown'):
        to_huggingface(WordTokenizer(["<unk>"]))
