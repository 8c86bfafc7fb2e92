"""Text from people inside Streamlit's Markdown: any string in, the same characters as plain text out."""

from __future__ import annotations

import re

_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=])")


def plain(text: str) -> str:
    r"""Escape every sign that Markdown, LaTeX or Streamlit's colours and icons might read.

    >>> plain("<b>*x*</b>")
    '\\<b\\>\\*x\\*\\</b\\>'
    """
    return _SIGNS.sub(r"\\\1", text)
