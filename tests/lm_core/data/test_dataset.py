"""Token ids on disk."""

import json

import numpy as np
import pytest

from lm_core.config import ModelConfig, TokenizerSpec
from lm_core.data import dataset as module
from lm_core.data.dataset import check_fits, open_dataset, write_dataset
from lm_core.errors import CorpusError, RunError
from lm_core.tokenizers.char import CharTokenizer
from lm_core.tokenizers.registry import train_tokenizer

TRAINING = ["Größe zählt.\n" * 40, "a second text\n" * 20]
VALIDATION = ["kept aside, ä\n" * 10]


@pytest.fixture
def tokenizer():
    return CharTokenizer.train(TRAINING + VALIDATION)


def test_what_was_written_decodes_to_the_texts(tokenizer, tmp_path):
    written = write_dataset(TRAINING, VALIDATION, tokenizer, tmp_path)
    opened = open_dataset(tmp_path)
    for dataset in (written, opened):
        assert isinstance(dataset.train, np.memmap)
        assert dataset.train.dtype == np.uint16
        assert tokenizer.decode(dataset.train) == "".join(TRAINING)
        assert tokenizer.decode(dataset.validation) == "".join(VALIDATION)
        assert dataset.vocab_size == tokenizer.vocab_size
        assert dataset.train_bytes == len("".join(TRAINING).encode())
        assert dataset.validation_bytes == len("".join(VALIDATION).encode())


def test_the_memory_map_cannot_be_written_to(tokenizer, tmp_path):
    dataset = write_dataset(TRAINING, VALIDATION, tokenizer, tmp_path)
    with pytest.raises(ValueError, match="read-only"):
        dataset.train[0] = 1


@pytest.mark.parametrize("kind", ["char", "byte", "bpe", "sentencepiece-bpe", "unigram"])
def test_encoding_in_parts_gives_the_ids_of_the_whole(kind, tmp_path, monkeypatch):
    text = "".join(f"{i} lines of words, {i * i} of them\n" for i in range(300)) + "no end"
    tokenizer = train_tokenizer(TokenizerSpec(kind=kind, vocab_size=310), [text])
    monkeypatch.setattr(module, "PART_CHARACTERS", 100)
    dataset = write_dataset([text], [text], tokenizer, tmp_path)
    assert dataset.train.tolist() == tokenizer.encode(text)


def test_a_vocabulary_whose_tokens_cross_lines_reads_each_text_whole(tmp_path, monkeypatch):
    text = "two\n\nlines\n\n" * 40
    tokenizer = train_tokenizer(TokenizerSpec(kind="gpt2"), [])
    monkeypatch.setattr(module, "PART_CHARACTERS", 4)
    assert write_dataset([text], [text], tokenizer, tmp_path).train.tolist() == tokenizer.encode(text)


def test_more_than_65536_tokens_take_four_bytes_each(tmp_path):
    tokenizer = CharTokenizer("".join(map(chr, [*range(0xD800), *range(0xE000, 0x12000)])))
    assert tokenizer.vocab_size > 65_536
    text = "a\U00011fff" * 10
    dataset = write_dataset([text], [text], tokenizer, tmp_path)
    assert dataset.train.dtype == np.uint32
    assert tokenizer.decode(dataset.train) == text


def test_an_empty_part_is_refused(tokenizer, tmp_path):
    with pytest.raises(CorpusError, match="One part of the text, training or validation, is empty"):
        write_dataset(TRAINING, [""], tokenizer, tmp_path)
    with pytest.raises(RunError):
        open_dataset(tmp_path)  # nothing half-written passes for a dataset


def cut_short(folder):
    path = folder / "train.bin"
    path.write_bytes(path.read_bytes()[:-2])


def cut_within_an_id(folder):
    path = folder / "train.bin"
    path.write_bytes(path.read_bytes()[:-1])


def change_one_bit(folder):
    path = folder / "validation.bin"
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


def empty(folder):
    (folder / "train.bin").write_bytes(b"")


def lose_the_ids(folder):
    (folder / "validation.bin").unlink()


def lose_the_record(folder):
    (folder / "dataset.json").unlink()


def break_the_record(folder):
    (folder / "dataset.json").write_text('{"format_version": 1')


def replace_the_record(folder):
    (folder / "dataset.json").write_text("[]")


def shrink_the_vocabulary(folder):
    edit(folder, vocab_size=2)


def rename_the_type(folder):
    edit(folder, dtype="O")


def come_from_the_future(folder):
    edit(folder, format_version=99)


def edit(folder, **changes):
    path = folder / "dataset.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    "damage",
    [
        cut_short,
        cut_within_an_id,
        change_one_bit,
        empty,
        lose_the_ids,
        lose_the_record,
        break_the_record,
        replace_the_record,
        shrink_the_vocabulary,
        rename_the_type,
        come_from_the_future,
    ],
    ids=lambda damage: damage.__name__,
)
def test_damaged_files_are_refused_in_a_sentence(tokenizer, tmp_path, damage):
    write_dataset(TRAINING, VALIDATION, tokenizer, tmp_path)
    damage(tmp_path)
    with pytest.raises(RunError, match=r"The token files in .* are missing or damaged \(.+\)\. Start this run again"):
        open_dataset(tmp_path)


def test_a_text_too_short_for_the_context_names_both_numbers(tokenizer, tmp_path):
    dataset = write_dataset(TRAINING, VALIDATION, tokenizer, tmp_path)
    check_fits(dataset, ModelConfig(context_length=len(dataset.validation) - 1))
    with pytest.raises(CorpusError) as refusal:
        check_fits(dataset, ModelConfig(context_length=256))
    assert str(refusal.value) == (
        "The text gives 140 tokens for validation, but a context of 256 needs at least 257. "
        "Choose a longer text, or a context_length below 140."
    )
