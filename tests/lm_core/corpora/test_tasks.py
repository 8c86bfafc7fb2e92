"""Generated examples with one right answer."""

import datetime
import re

import pytest

from lm_core.corpora.tasks import copy_task, dates_task, reverse_task, sort_task


@pytest.mark.parametrize(
    ("task", "line", "answer"),
    [
        (copy_task, r"copy: ([a-z]{3,8}) -> ([a-z]{3,8})\n", lambda word: word),
        (reverse_task, r"reverse: ([a-z]{3,8}) -> ([a-z]{3,8})\n", lambda word: word[::-1]),
        (sort_task, r"sort: ([0-9]{3,8}) -> ([0-9]{3,8})\n", lambda word: "".join(sorted(word))),
    ],
)
def test_every_line_is_right_and_different(task, line, answer):
    examples = task(2000, seed=1)
    assert len(set(examples)) == len(examples) == 2000
    for example in examples:
        word, said = re.fullmatch(line, example).groups()
        assert said == answer(word)


def test_the_largest_number_of_examples_can_be_drawn():
    assert len(set(sort_task(200_000, seed=1))) == 200_000  # only a thousand of three digits, so others fill up


def test_a_date_is_written_in_words_and_in_numbers():
    lines = dates_task(20_000, seed=1)
    by_iso = {}
    for line in lines:
        words, iso = line.removesuffix("\n").split(" -> ")
        date = datetime.date.fromisoformat(iso)
        assert str(date.year) in words
        assert str(date.day) in words
        by_iso.setdefault(iso, set()).add(words)
    assert any(re.match(r"[A-Z][a-z]+day, [A-Z]", line) for line in lines)  # Tuesday, March 5, 2024
    assert any("février" in line for line in lines)
    assert any("年" in line for line in lines)


def test_dates_of_five_languages_name_the_right_month():
    months = {"March": "03", "März": "03", "mars": "03", "marzo": "03", "August": "08", "août": "08", "agosto": "08"}
    for line in dates_task(5000, seed=2):
        for month, number in months.items():
            if re.search(rf"\b{month}\b", line):
                assert re.search(rf"-{number}-\d\d\n$", line)
