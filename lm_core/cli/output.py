"""How the command line writes: values in, safe text or one line of JSON out.

Names and texts come from people and models: whatever could steer a terminal is replaced before it is printed.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from rich.console import Console

PIPE_WIDTH = 200  # tables keep their columns when another program reads them


def console(*, stderr: bool = False) -> Console:
    """A console that shows text as it is: no markup, no emoji codes, no guessed colours."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False, soft_wrap=True)


def print_json(values: Any) -> None:
    """One line of JSON on stdout, at once; NaN and infinities become null."""
    print(json.dumps(finite(values), allow_nan=False), flush=True)


def finite(values: Any) -> Any:
    """[1.0, nan, {"a": inf}] -> [1.0, None, {"a": None}]: JSON has no word for them."""
    match values:
        case float():
            return values if math.isfinite(values) else None
        case dict():
            return {key: finite(value) for key, value in values.items()}
        case list() | tuple():
            return [finite(value) for value in values]
        case _:
            return values


def printable(text: str) -> str:
    """'a\\x1b[2J' -> 'a\\ufffd[2J': keeps line breaks and tabs, replaces what a terminal would obey."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


def one_line(text: str) -> str:
    return printable(" ".join(text.split()))


def number(value: float | None, digits: int = 3) -> str:
    """3.14159 -> '3.142', None -> ''."""
    return "" if value is None else f"{value:.{digits}f}"
