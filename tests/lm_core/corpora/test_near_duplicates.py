"""Copies and near-copies go, whatever else stays; the quick road agrees with comparing every pair."""

import random

import pytest

from lm_core.corpora.near_duplicates import ALIKE, SHINGLE, _compared, paragraphs, without_near_duplicates

LONG = "It was a dark and stormy night; the rain fell in torrents, except at occasional intervals."


def test_a_near_copy_of_a_paragraph_goes_and_the_first_stays():
    other = "A wholly different paragraph follows, one that has nothing in common with what stands above it."
    text = f"{LONG}\n\n{other}\n\n{LONG.replace('dark', 'DARK').replace(';', ',')}\n\nShort.\n\nShort.\n"
    assert without_near_duplicates([text]) == [f"{LONG}\n\n{other}\n\nShort.\n\nShort.\n"]


def test_paragraphs_are_the_text_cut():
    text = "\n\na\nb\n \n\nc\n\nd"
    assert "".join(paragraphs(text)) == text
    assert paragraphs("a\nb\n\nc") == ["a\nb\n\n", "c"]
    assert paragraphs("") == []


def test_short_documents_differ_by_a_single_sign():
    documents = [f"{a}+{b}\n" for a in range(15) for b in range(15)] + ["1-2\n", "1+2\n"]
    kept = without_near_duplicates(documents)
    assert kept[:-1] == documents[:-1]
    assert kept[-1] == ""


def all_pairs(documents):
    """Every document compared with every one that was kept: what the buckets save."""
    kept = []
    for document in documents:
        text = _compared(document)
        shingles = {text[place : place + SHINGLE] for place in range(len(text) - SHINGLE + 1)}
        if not any(len(shingles & other) / len(shingles | other) >= ALIKE for other in kept):
            kept.append(shingles)
    return len(kept)


@pytest.mark.parametrize("script", ["abcdefghijklmnop ", "的一是在不了有和人这中大", "ابتثجحخدذرزس "])
def test_the_same_are_found_as_by_comparing_all_pairs(script):
    draw = random.Random(1)
    documents = ["".join(draw.choices(script, k=400)) for _ in range(230)]
    for copied in range(0, 60, 2):  # copies with a few other letters
        letters = list(documents[copied])
        for place in draw.sample(range(400), draw.choice((1, 2, 3))):
            letters[place] = draw.choice(script)
        documents.append("".join(letters))
    kept = without_near_duplicates(documents)
    assert kept[:230] == documents[:230]
    assert sum(map(bool, kept)) == all_pairs(documents) == 230
    assert without_near_duplicates(kept) == kept
