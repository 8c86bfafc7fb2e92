"""Single steps of cleaning, each within one document: any string in, a plainer one out.

Every step is a pure function, takes time in proportion to the text, knows every script, and changes nothing when it is
done a second time. What looks at several documents at once stands in `repetition.py` and `near_duplicates.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import unescape
from typing import Final

LINE_ENDS: Final = "\r\v\f\x85\u2028\u2029"
MOST_MARKS: Final = 30
DEEPEST: Final = 20  # rounds of taking out markup that comes to light when other markup has gone

_LINE_END: Final = re.compile("\r\n|[" + LINE_ENDS + "]")
# Kept: tab and newline; what ends lines; joiners (U+200C, U+200D), which change letters and emoji; writing directions.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060-\u2064\ufeff\ufff9-\ufffb]")


def line_ends(text: str) -> str:
    """'a\\r\\nb\\u2028c' -> 'a\\nb\\nc': the line ends of Windows, old Macs, pages and Unicode become newlines."""
    return _LINE_END.sub("\n", text)


def control_characters(text: str) -> str:
    """'so\\u00adft\\x00' -> 'soft': control characters, soft hyphens, zero-width blanks and byte order marks go."""
    return _INVISIBLE.sub("", text)


def composed(text: str) -> str:
    """'e' + U+0301 -> 'é': Unicode's form NFC, one way to write each letter."""
    return unicodedata.normalize("NFC", _few_marks(text))


def compatible(text: str) -> str:
    """'ﬁne Ａ ①' -> 'fine A 1': Unicode's form NFKC, ligatures and wide letters become plain ones."""
    return unicodedata.normalize("NFKC", _few_marks(text))


def _few_marks(text: str) -> str:
    """At most 30 marks upon one letter (Unicode Standard Annex 15, section 13): sorting more takes for ever."""
    if text.isascii():
        return text
    marks = "".join(sorted(filter(unicodedata.combining, set(text))))
    return re.sub(f"([{re.escape(marks)}]{{{MOST_MARKS}}})[{re.escape(marks)}]+", r"\1", text) if marks else text


def lower_case(text: str) -> str:
    """'The İ' -> 'the i̇': capitals become small letters, in every script that has them."""
    return text.lower()


_OTHER_BLANKS: Final = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")  # all but those that end lines
_BLANKS_WITHIN: Final = re.compile(r"(?<=\S)[ \t]+(?=\S)")  # what a line begins with stays: code needs it
_BLANKS_AT_END: Final = re.compile(r"(?<![ \t])[ \t]+(?=[\r\n]|\Z)")  # tried once a run of blanks, not at each of them
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


def whitespace(text: str) -> str:
    """'a \\t b  \\n\\n\\n\\nc' -> 'a b\\n\\nc': one blank between words, none at line ends, one empty line at most."""
    text = _OTHER_BLANKS.sub(" ", text)
    text = _BLANKS_AT_END.sub("", text)
    text = _BLANKS_WITHIN.sub(" ", text)
    return _EMPTY_LINES.sub("\n\n", text)


_TAG: Final = re.compile(r"<(?:/?([A-Za-z][A-Za-z0-9-]*)|[!?])[^<>]{0,2000}>")
_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_SILENT: Final = tuple(  # what stands between these is no text
    (re.compile(opening + r".*?" + closing, re.S | re.I), re.compile(closing, re.I))
    for opening, closing in (
        ("<!--", "-->"),
        (r"<script\b", r"</script\s*>"),
        (r"<style\b", r"</style\s*>"),
    )
)
_ENTITIES_OF_ENTITIES: Final = re.compile(r"&(?:amp;)+", re.I)


def without_html(text: str) -> str:
    """'<p>A &amp; <b>B</b></p>' -> 'A & B\\n': tags, comments and scripts go; entities become what they stand for."""
    return _settled(text, _html_once)


def _html_once(text: str) -> str:
    text = unescape(_ENTITIES_OF_ENTITIES.sub("&", text)) if "&" in text else text
    if "<" not in text:
        return text
    for silent, closing in _SILENT:
        text = _between(text, silent, closing)
    return _TAG.sub(_blank_of, text)


def _between(text: str, silent: re.Pattern[str], closing: re.Pattern[str]) -> str:
    """Take out openings with their closings; what is never closed is not looked for to the end of the text."""
    end = 0
    for found in closing.finditer(text):
        end = found.end()
    return silent.sub("", text[:end]) + text[end:]


def _blank_of(tag: re.Match[str]) -> str:
    """A block stands on lines of its own: '</p>' -> a newline; '<b>' -> nothing."""
    return "\n" if tag.start() and (tag[1] or "").lower() in _BLOCKS else ""


_MARKDOWN: Final = (
    (re.compile(r"^[ ]{0,3}(?:```|~~~).*\n?", re.M), ""),  # the fences of code, not the code
    (re.compile(r"^[ ]{0,3}#{1,6}[ \t]+", re.M), ""),  # "## Act I" -> "Act I"
    (re.compile(r"^[ ]{0,3}>[ \t]?", re.M), ""),  # "> quoted" -> "quoted"
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)"), r"\1"),  # "[text](address)" -> "text"
    (re.compile(r"\*\*([^*\n]+)\*\*"), r"\1"),
    (re.compile(r"(?<!\w)__([^_\n]+)__(?!\w)"), r"\1"),
    (re.compile(r"(?<![\w*])\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_([^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)


def without_markdown(text: str) -> str:
    """'# Act *one*, [here](x)' -> 'Act one, here': headings, emphasis, links, quotes and fences lose their signs."""
    return _settled(text, _markdown_once)


def _markdown_once(text: str) -> str:
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return text


def _settled(text: str, once: Callable[[str], str]) -> str:
    """Until nothing changes any more: '<<b>b>' is a tag only once the inner one has gone."""
    for _round in range(DEEPEST):
        cleaner = once(text)
        if cleaner == text:
            break
        text = cleaner
    return text


_EMAIL: Final = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
_PHONE: Final = re.compile(
    r"(?<![A-Za-z0-9_.,/:+-])(?<![0-9][ )])"  # not within a word, an address or a row of numbers
    r"\+?(?:\([0-9]{1,5}\)[ ./-]?)?[0-9]{1,15}(?:[ ./-]?\([0-9]{1,5}\))?(?:[ ./-][0-9]{1,15}){0,6}"
    r"(?![A-Za-z0-9_/:%]|[ ./,-][0-9])"
)
_DATE: Final = re.compile(r"\d{4}[./ -]\d{1,2}[./ -]\d{1,2}|\d{1,2}[./ -]\d{1,2}[./ -]\d{2,4}")
_CHINESE_MOBILE: Final = re.compile(r"1[3-9]\d{9}")


def masked_emails(text: str) -> str:
    """'Ask ada@example.org.' -> 'Ask [email].'"""
    return _EMAIL.sub("[email]", text) if "@" in text else text


def masked_phones(text: str) -> str:
    """'Call +49 30 901820.' -> 'Call [phone].': numbers of 7 to 15 digits that begin or are grouped as phones' are."""
    return _PHONE.sub(_phone_mask, text)


def _phone_mask(found: re.Match[str]) -> str:
    return "[phone]" if _is_phone(found[0]) else found[0]


def _is_phone(number: str) -> bool:
    """Dates, years, decimals, plain numbers and the addresses of computers are none."""
    digits = sum(map(str.isdigit, number))
    if not 7 <= digits <= 15 or _DATE.fullmatch(number):
        return False
    if number.startswith(("+", "00")) or "(" in number or _CHINESE_MOBILE.fullmatch(number):
        return True
    groups = re.split(r"[ ./-]", number)
    sizes = [len(group) for group in groups]
    if len(groups) == 2:  # 555-0134
        return "-" in number and sizes[0] in (3, 4) and sizes[1] == 4
    years, computer = set(sizes) == {4}, number.count(".") == 3 and all(int(group) < 256 for group in groups)
    return len(groups) >= 3 and not years and not computer and all(2 <= size <= 5 for size in sizes)
