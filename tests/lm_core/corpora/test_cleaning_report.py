"""What cleaning did, in counts and passages that can be put together again."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora.clean import cleaning_stages
from lm_core.corpora.cleaning_report import Piece, changed_passages, report_of, report_of_all


def report(documents, step):
    return report_of(next(cleaning_stages(documents, (step,))))


def test_counts_by_hand():
    found = report(("A b\n", "<i></i>", "c\nd"), "html")
    assert (found.characters, found.lines, found.documents, found.changed) == ((14, 7), (4, 3), (3, 2), 0)
    assert found.examples == ((Piece("out", "<i></i>"),),)


def test_all_steps_together_compare_each_document_with_what_is_left_of_it():
    stages = list(cleaning_stages(("<i>", "<b>A</b>\n", "same"), ("html", "lower")))
    found = report_of_all(stages)
    assert (found.name, found.characters, found.documents, found.changed) == (None, (16, 6), (3, 2), 1)
    assert [piece.text for passage in found.examples for piece in passage if piece.kind == "in"] == ["a"]


def test_a_masked_address_is_shown_with_what_stands_around_it():
    [passage] = report(("First line\nAsk ada@example.org now\nLast line\n",), "emails").examples
    assert passage == (
        Piece("same", "Ask "),
        Piece("out", "ada@example.org"),
        Piece("in", "[email]"),
        Piece("same", " now\n"),
        Piece("same", "Last line\n"),
    )


def test_lines_that_stay_are_laid_beside_themselves_when_those_between_them_go():
    names = ("Ann", "Bob", "Cid", "Dan", "Eve") * 3
    told = [f"One  day {name} met {other} at the river.\n\n\n\n" for name, other in pairwise(names)]
    for step, most in (("whitespace", ""), ("html", "<b>")):
        [passage, *_more] = report(("".join(told).replace("  day", f" {most}  day"),), step).examples
        words = [piece.text for piece in passage if piece.kind != "same"]
        assert not any(name in word for word in words for name in names), words


def test_changes_far_apart_in_one_document_are_passages_of_their_own():
    text = "".join(f"Line {number} of the text\n" for number in range(5000)).replace("Line 7 ", "Line  7 ")
    text = text.replace("Line 4900 ", "Line  4900 ")
    passages = report((text,), "whitespace").examples
    assert len(passages) == 2
    assert [piece.text for passage in passages for piece in passage if piece.kind == "out"] == ["  ", "  "]
    assert "4900" in "".join(piece.text for piece in passages[1])


@settings(max_examples=80, deadline=None)
@given(old=st.text(alphabet="ab \n<", max_size=80), new=st.text(alphabet="ab \n", min_size=1, max_size=80))
def test_a_short_text_is_put_together_again_from_its_pieces(old, new):
    if old == new:
        assert changed_passages((old,), (new,), most=3) == []
        return
    [passage] = changed_passages((old,), (new,), most=3)
    before = "".join(piece.text for piece in passage if piece.kind != "in")
    after = "".join(piece.text for piece in passage if piece.kind != "out")
    assert old.endswith(before)
    assert new.endswith(after)
    assert old.removesuffix(before) == new.removesuffix(after)


@pytest.mark.parametrize("step", ["lower", "whitespace", "markdown"])
def test_a_large_text_is_compared_in_a_moment(step):
    text = ("# A Heading of  some length, here\n" * 30_000) + "X " * 200_000
    start = time.process_time()
    found = report((text,), step)
    assert time.process_time() - start < 2
    assert sum(len(piece.text) for passage in found.examples for piece in passage) < 5_000
