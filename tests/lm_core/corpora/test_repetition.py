"""Boilerplate and lines that stood before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora.document_lengths import without_odd_lengths
from lm_core.corpora.repetition import without_boilerplate, without_repeated_lines

BOOK = """The Project Gutenberg eBook of Emma
*** START OF THE PROJECT GUTENBERG EBOOK EMMA ***
Emma Woodhouse, handsome, clever, and rich.
Copyright 1815 by somebody
Copyrighted thoughts are no thoughts.
*** END OF THE PROJECT GUTENBERG EBOOK EMMA ***
Updated editions will replace the previous one.
"""


def test_a_book_is_what_stands_between_the_two_lines():
    kept = "Emma Woodhouse, handsome, clever, and rich.\nCopyrighted thoughts are no thoughts.\n"
    assert without_boilerplate([BOOK]) == [kept]
    assert without_boilerplate([kept]) == [kept]


def test_a_line_of_many_documents_is_boilerplate_and_a_short_one_is_not():
    pages = [f"Home | About | Contact us | News\nPage {number}.\nThe end\n" for number in range(6)]
    assert without_boilerplate(pages) == [f"Page {number}.\nThe end\n" for number in range(6)]
    assert without_boilerplate(pages[:4]) == pages[:4], "of four documents nothing can be said"


def test_a_long_line_stays_once_and_short_ones_each_time():
    line = "To be, or not to be, that is the question:\n"
    documents = [f"HAMLET:\n{line}  {line}HAMLET:\n", f"{line}New words.\n", "Exit.\n", "Exit.\n"]
    assert without_repeated_lines(documents) == [f"HAMLET:\n{line}HAMLET:\n", "New words.\n", "Exit.\n", ""]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="ab中\n ", max_size=60), max_size=8))
def test_repeated_lines_are_gone_after_one_time(documents):
    once = without_repeated_lines(documents)
    assert without_repeated_lines(once) == once
    assert len(once) == len(documents)


def test_documents_of_a_tenth_or_ten_times_the_usual_length_go():
    documents = ["x" * length for length in (100, 100, 100, 9, 10, 1000, 1001)]
    assert list(map(len, without_odd_lengths(documents))) == [100, 100, 100, 0, 10, 1000, 0]
    assert without_odd_lengths(["only one"]) == ["only one"]
    assert without_odd_lengths([]) == []
