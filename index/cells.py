"""Judges the cells of a table: texts no agent could say, texts under no column, formats we do not read, what is hidden.

Called by `tables.py` with a table whose columns are known; makes no entries. Each finding names the cell.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from index.columns import Header
from index.findings import Place, Problem
from index.sheets import Row, Sheet, cell_name, column_name

_ERROR = re.compile(r"#[A-Z]+!|#DIV/0!|#NAME\?|#N/A|Err:\d{3}")  # what spreadsheets show for what they cannot compute
_NAMED_MAX: Final = 8  # rows or columns that one sentence names


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that names its columns, and its rows below the header."""

    file: Path
    header: Header
    sheet: Sheet
    rows: Sequence[Row]

    def place(self, row: Row) -> Place:
        return Place(path=self.file.as_posix(), line=row.line)


def judge(table: Table) -> Iterator[Problem]:
    """Everything amiss with the cells, in no order."""
    yield from _hidden(table)
    yield from chain.from_iterable(_flaws(row, table) for row in table.rows)
    yield from _nameless(table)
    yield from _formats(table)


def _hidden(table: Table) -> Iterator[Problem]:
    """Rows and columns that the editor does not see, and that are read: some are filtered, some meant to be gone."""
    sheet, columns = table.sheet, table.header.columns
    rows = [str(row.number) for row in table.rows if row.number in sheet.hidden_rows]
    letters = [column_name(at) for at, column in enumerate(columns) if column and at in sheet.hidden_columns]
    told = " and ".join(_listed(what, names) for what, names in (("row", rows), ("column", letters)) if names)
    if told:
        sentence = f"hidden, but read: {told}; delete what must not be read"
        yield Problem(place=table.place(table.header.row), sentence=sentence, severity="warning", code="hidden_rows")


def _listed(what: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
    return f"{what}{'s' * (len(names) > 1)} {', '.join(names[:_NAMED_MAX])}{more}"


def _flaws(row: Row, table: Table) -> Iterator[Problem]:
    """Cells that hold no text an agent could say, in the columns that are read; in CSV also cells of no column."""
    columns = table.header.columns
    if not _xlsx(table) and any(cell.strip() for cell in row.cells[len(columns) :]):
        sentence = "this row has more cells than the header; put a text that holds the separator in double quotes"
        yield Problem(place=table.place(row), sentence=sentence, code="too_many_cells")
    for at, cell in enumerate(row.cells[: len(columns)]):
        if columns[at] and at in row.uncomputed:
            sentence = (
                f"{cell_name(row, at)} holds a formula never computed; open the file in a spreadsheet program and save it"
            )
            yield Problem(place=table.place(row), sentence=sentence, code="not_computed")
        elif columns[at] and at not in row.repeated and _ERROR.fullmatch(cell.strip()):
            sentence = f"{cell_name(row, at)} holds the spreadsheet's error {cell.strip()}; write there what is meant"
            yield Problem(place=table.place(row), sentence=sentence, code="error_cell")


def _xlsx(table: Table) -> bool:
    return table.file.suffix.lower() == ".xlsx"


def _nameless(table: Table) -> Iterator[Problem]:
    """Texts under an empty header, such as the second column of a header merged over two; told once for each column."""
    names = [bool(cell.strip()) for cell in table.header.row.cells]
    found: dict[int, list[Row]] = {}
    for row in table.rows:
        for at, cell in enumerate(row.cells if _xlsx(table) else row.cells[: len(names)]):
            if cell.strip() and not (at < len(names) and names[at]):
                found.setdefault(at, []).append(row)
    for at, rows in found.items():
        sentence = (
            f"{_first(rows, at)} stands in a column without a name and is not read; empty it, "
            f"or name the column in {column_name(at)}{table.header.row.number}"
        )
        yield Problem(place=table.place(rows[0]), sentence=sentence, code="no_name")


def _formats(table: Table) -> Iterator[Problem]:
    """Cells that show more than was read, such as 130 with the format 0.0,"万"; told once for each column and format."""
    columns = table.header.columns
    found: dict[tuple[int, str], list[Row]] = {}
    for row in table.rows:
        for at, code in row.unread.items():
            if any(columns[at : at + 1]):
                found.setdefault((at, code), []).append(row)
    for (at, code), rows in found.items():
        sentence = (
            f"{_first(rows, at)} has the format `{code}`, which is not read: its value is taken as {rows[0].cells[at]}; "
            "write what is meant as text"
        )
        yield Problem(place=table.place(rows[0]), sentence=sentence, severity="warning", code="format_not_read")


def _first(rows: Sequence[Row], position: int) -> str:
    """C2 (and 4 cells below it)."""
    more = len(rows) - 1
    return cell_name(rows[0], position) + (f" (and {more} cell{'s' * (more > 1)} below it)" if more else "")
