"""Examples of arithmetic, memory and repetition, each checked by another road than the one that made it."""

import re
from itertools import pairwise

import pytest

from lm_core.corpora import tasks_more


def examples(task):
    lines = task(3000, seed=1)
    assert task(3000, seed=1) == lines != task(3000, seed=2)
    assert len(set(lines)) == len(lines)
    return lines


def test_every_sum_is_right_and_all_lengths_come():
    lengths = set()
    for line in examples(tasks_more.addition_task):
        one, two, answer = re.fullmatch(r"add: (\d+)\+(\d+) -> (\d+)\n", line).groups()
        assert by_columns(one, two) == answer
        lengths.add((len(one), len(two)))
    assert lengths == {(one, two) for one in (1, 2, 3) for two in (1, 2, 3)}


def by_columns(one, two):
    """As at school: from the right, with a carry."""
    width = max(len(one), len(two))
    carry, written = 0, ""
    for above, below in zip(reversed(one.zfill(width)), reversed(two.zfill(width)), strict=True):
        carry, digit = divmod(int(above) + int(below) + carry, 10)
        written = str(digit) + written
    return str(carry) * (carry > 0) + written


def test_every_sum_on_the_clock_is_right_and_there_are_all_of_them():
    lines = tasks_more.modular_task(200_000, seed=1)
    assert len(set(lines)) == len(lines) == 97 * 97
    for line in lines:
        one, two, answer = map(int, re.fullmatch(r"(\d+)\+(\d+) mod 97 -> (\d+)\n", line).groups())
        assert 0 <= answer < 97
        assert answer in (one + two, one + two - 97)
    assert len(tasks_more.modular_task(500, seed=1)) == 500


def test_every_answer_closes_all_brackets_and_nothing_more():
    deepest = 0
    for line in examples(tasks_more.brackets_task):
        written, answer = re.fullmatch(r"close: ([\[\](){}]+) -> ([\])}]+)\n", line).groups()
        assert reduces_to_nothing(written + answer), line
        assert not reduces_to_nothing(written)
        deepest = max(deepest, len(answer))
    assert deepest == tasks_more.DEEPEST


def reduces_to_nothing(brackets):
    """Pairs side by side cancel each other until none is left."""
    before = None
    while before != brackets:
        before = brackets
        for pair in ("()", "[]", "{}"):
            brackets = brackets.replace(pair, "")
    return not brackets


def test_every_count_is_right():
    answers = set()
    for line in examples(tasks_more.counting_task):
        asked, word, answer = re.fullmatch(r"count ([a-e]): ([a-e]{3,12}) -> (\d+)\n", line).groups()
        assert int(answer) == sum(letter == asked for letter in word)
        answers.add(int(answer))
    assert set(range(6)) <= answers


def test_after_the_first_time_each_letter_follows_from_the_one_before():
    for line in examples(tasks_more.induction_task):
        text = line.removesuffix("\n")
        period = len(set(text))
        assert len(text) == 3 * period
        follows = dict(pairwise(text[: period + 1]))
        assert all(follows[before] == letter for before, letter in pairwise(text[period:]))


@pytest.mark.parametrize("task", [tasks_more.addition_task, tasks_more.counting_task])
def test_the_largest_number_of_examples_can_be_drawn(task):
    assert len(set(task(200_000, seed=1))) == 200_000  # few short ones exist, so longer ones fill up
