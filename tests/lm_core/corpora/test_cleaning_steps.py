"""Each step within one document: a worked example, nothing left to do a second time, every script, no slow input."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lm_core.corpora import cleaning_steps as steps

EXAMPLES = [
    (steps.line_ends, "a\r\nb\rc\x85d\u2028e\n", "a\nb\nc\nd\ne\n"),
    (steps.control_characters, "so\u00adft\x00, \ufeffzero\u200b\tb\n", "soft, zero\tb\n"),
    (
        steps.control_characters,
        "👩\u200d👧 \u202eשלום\u202c نمی\u200cخواهم",
        "👩\u200d👧 \u202eשלום\u202c نمی\u200cخواهم",
    ),
    (steps.composed, "cafe\u0301 \u1112\u1161\u11ab ﬁ", "café 한 ﬁ"),
    (steps.compatible, "ﬁne Ａ ① x² 北京", "fine A 1 x2 北京"),
    (steps.lower_case, "The ΟΔΟΣ ПРИВЕТ 你好 😀", "the οδος привет 你好 😀"),
    (steps.whitespace, "a \t b  \n\n\n\n  c\u00a0d\u3000e \n", "a b\n\n  c d e\n"),
    (steps.without_html, "<p>A &amp; <b>B</b></p><!-- <i> -->\n<br/>C<script>x<y</script>", "A & B\n\n\nC"),
    (steps.without_html, "1 < 2 and 3 > 2, <- <3 a<", "1 < 2 and 3 > 2, <- <3 a<"),
    (steps.without_html, "<<b>i>x &amp;amp;lt;", "x <"),
    (
        steps.without_markdown,
        "# Act *one*, [here](x)\n> __so__ `f(x)` **b**\n```py\ncode\n```\n",
        "Act one, here\nso f(x) b\ncode\n",
    ),
    (steps.without_markdown, "2 * 3 * 4, snake_case_name, a[0](b", "2 * 3 * 4, snake_case_name, a[0](b"),
    (steps.masked_emails, "Ask ada@example.org. 写信给ada.b+c@mail.example.cn谢谢", "Ask [email]. 写信给[email]谢谢"),
    (steps.masked_emails, "@me, a@b, 5 @ 3.2", "@me, a@b, 5 @ 3.2"),
]


@pytest.mark.parametrize(("step", "text", "cleaned"), EXAMPLES)
def test_worked_examples(step, text, cleaned):
    assert step(text) == cleaned


@pytest.mark.parametrize(
    "number",
    [
        "+49 30 901820",
        "(212) 555-0134",
        "212-555-0134",
        "01 23 45 67 89",
        "13812345678",
        "0044 20 7946 0958",
        "555-0134",
    ],
)
def test_phone_numbers_of_many_lands_are_masked(number):
    assert steps.masked_phones(f"Call {number}, or 电话{number}。") == "Call [phone], or 电话[phone]。"


@pytest.mark.parametrize(
    "other",
    ["2024-01-05", "05.01.2024", "3.14159265", "12345678", "192.168.100.200", "1990 1995 2000", "1,234,567",
     "7 8 9 10 11", "12 34 56 78 90 12 34 56 78", "ISBN978-3-16-148410-0", "1234567890123456", "12:34:56.7890"],
)  # fmt: skip
def test_dates_years_decimals_and_rows_of_numbers_are_not(other):
    assert steps.masked_phones(f"It is {other}.") == f"It is {other}."


ALL = sorted({step for step, _text, _cleaned in EXAMPLES} | {steps.masked_phones}, key=lambda step: step.__name__)
SIGNS = st.text(
    alphabet="<>!-/bp &amplt;*_`[]()#> \n\t\r\u2028\u00a0123+.@aÉe\u0301\u0327中 한ﬁ😀\u200d\xad\0", max_size=60
)


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.__name__)
@settings(max_examples=120, deadline=None)
@given(text=st.one_of(SIGNS, st.text(max_size=40)))
def test_a_second_time_changes_nothing(step, text):
    once = step(text)
    assert step(once) == once


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=60))
def test_normal_forms_are_those_of_unicode(text):
    assert steps.composed(text) == unicodedata.normalize("NFC", text)
    assert steps.compatible(text) == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    "unit",
    ["a" + "\u0300\u0327" * 99, "<", "<a ", "<!--", "<script>", " ", "*a ", "[a](", "12 ", "&amp;", "_a", "a@",
     "> "],
)  # fmt: skip
def test_no_text_is_slow(unit):
    text = unit * (200_000 // len(unit))
    for step in ALL:
        start = time.process_time()
        step(text)
        assert time.process_time() - start < 1.5, step.__name__


def test_a_letter_keeps_thirty_marks_at_most():
    assert len(steps.composed("q" + "\u0323" * 1000)) == 31
