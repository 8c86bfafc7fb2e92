"""Reads tables: the text of a .csv or .jsonl file and a column's name in, one document per row out.

A row is one line of a .csv file (or several, where a field in quotation marks goes on), or one line of a .jsonl file,
which holds an object with fields or a plain string. Unless told otherwise, the column with most text is taken.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lm_core.errors import CorpusError

LONGEST_FIELD: Final = csv.field_size_limit()  # 131,072 characters; longer ones are quotation marks left open
LONGEST_HEADING: Final = 60
DELIMITERS: Final = ",;\t|"
ONLY = "text"  # the name of the column where rows have just one value and no name for it

Row = dict[str, str]


@dataclass(frozen=True)
class Table:
    """The columns that hold text, that with most text first, and the rows, by the names of the columns."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def documents(self, file: str, column: str | None = None) -> tuple[str, ...]:
        """What stands in one column; rows that hold nothing there are left out.

        Raises:
            CorpusError: no column holds text, or not the one asked for.
        """
        if not self.columns:
            raise CorpusError(f"No column of {file} holds text. Choose a file with text in it.")
        if column is not None and column not in self.columns:
            raise CorpusError(
                f'The column "{column}" of {file} holds no text. Choose one of: {", ".join(self.columns)}.'
            )
        chosen = self.columns[0] if column is None else column
        return tuple(row[chosen] for row in self.rows if row.get(chosen, "").strip())


def read_csv(text: str, file: str) -> Table:
    """Rows of a .csv or .tsv file, parted by commas, semicolons, tabs or bars, whichever its first line has most of.

    Raises:
        CorpusError: a field is longer than any that is meant so, in which line.
    """
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    lines: list[list[str]] = []
    try:
        lines.extend(line for line in reader if any(cell.strip() for cell in line))
    except csv.Error:
        raise CorpusError(
            f"A field of {file}, near line {reader.line_num:,}, goes on for more than {LONGEST_FIELD:,} characters: "
            "probably a quotation mark is not closed. Correct the file, or save its text as .txt."
        ) from None
    if not lines:
        return Table((), ())
    width = max(map(len, lines))
    names = _headings(lines[0])
    body = lines[1:] if names else lines
    names += [f"column {place + 1}" for place in range(len(names), width)]
    return _table([dict(zip(names, line, strict=False)) for line in body])


def _headings(line: list[str]) -> list[str]:
    """The first line as names of columns, or [] where it looks like a row: gaps, doubles, numbers, long texts."""
    names = [cell.strip() for cell in line]
    plain = all(name and len(name) <= LONGEST_HEADING and not name[0].isdigit() for name in names)
    return names if plain and len(set(names)) == len(names) else []


def read_jsonl(text: str, file: str) -> Table:
    """Rows of a .jsonl file, which holds an object or a string in each line.

    Raises:
        CorpusError: a line holds neither, and which.
    """
    return _table([_row(line, number, file) for number, line in _numbered(text)])


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _row(line: str, number: int, file: str) -> Row:
    try:
        value: Any = json.loads(line, parse_int=float)  # Python reads no whole number of more than 4,300 digits
    except (ValueError, RecursionError):  # no JSON, or more brackets than Python reads
        raise CorpusError(
            f"Line {number:,} of {file} is not JSON. Correct it or take it out, then try again."
        ) from None
    if isinstance(value, str):
        return {ONLY: value}
    if not isinstance(value, dict):
        raise CorpusError(
            f'Line {number:,} of {file} holds no object with fields. A line looks like {{"text": "Once upon a time"}}.'
        )
    return {name: field for name, field in value.items() if isinstance(field, str)}


def _table(rows: list[Row]) -> Table:
    sizes: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            sizes[name] = sizes.get(name, 0) + len(value.strip())
    filled = [name for name, size in sizes.items() if size]
    return Table(tuple(sorted(filled, key=lambda name: -sizes[name])), tuple(rows))
