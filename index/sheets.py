"""Reads an XLSX workbook into rows of text, each cell as `formats.py` writes it; hidden sheets and charts are not read.

A formula that no program has computed yet is marked, for its value is nowhere in the file; so is a cell whose format we do
not read, and hidden rows and columns. Each sheet's XML is parsed once. Called by `tables.py`, which knows what the columns
mean and reports; a damaged file raises whatever openpyxl and the zip and XML parsers raise.
"""

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser  # its public classes read the XML two or three times
from openpyxl.worksheet.cell_range import CellRange

from index.formats import Format, shown

_UNCOMPUTED = "f"
# ECMA-376 ST_Xstring; openpyxl leaves them as they are. A surrogate alone could not be written anywhere.
_ESCAPED = re.compile(r"_x((?!D[89A-F])[0-9A-F]{4})_", re.IGNORECASE)
_COLUMNS_MAX = 16_384  # of a spreadsheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the spreadsheet, its line in the file (the same for XLSX), its cells as text."""

    number: int
    line: int
    cells: Sequence[str]
    repeated: frozenset[int] = frozenset()  # positions of cells merged with the one above
    uncomputed: frozenset[int] = frozenset()  # positions of formulas without a value
    unread: Mapping[int, str] = field(default_factory=dict)  # position: a number format that we do not read

    @property
    def empty(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows that are not empty, and what is hidden: numbers of rows, positions of columns."""

    rows: Sequence[Row]
    merged: Sequence[CellRange] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def below(self, header: Row) -> list[Row]:
        """The rows below a header, each merged cell's text in all the rows it covers; the file holds it in the first."""
        rows = {row.number: row for row in self.rows if row.number > header.number}
        numbers = sorted(rows)
        for area in self.merged:
            at = area.min_col - 1
            text = "".join(rows[area.min_row].cells[at : at + 1]) if area.min_row in rows else ""
            covered = slice(bisect_right(numbers, area.min_row), bisect_right(numbers, area.max_row))
            for number in numbers[covered] if text else ():
                rows[number] = _repeated(rows[number], at, text)
        return list(rows.values())


def _repeated(row: Row, at: int, text: str) -> Row:
    cells = [*row.cells, *[""] * (at + 1 - len(row.cells))]
    cells[at] = text
    return replace(row, cells=cells, repeated=row.repeated | {at})


def column_name(position: int) -> str:
    """B: as a spreadsheet names it."""
    return str(get_column_letter(position + 1))


def cell_name(row: Row, position: int) -> str:
    """B3: as a spreadsheet names it."""
    return f"{column_name(position)}{row.number}"


def sheets(file: Path) -> list[Sheet]:
    """The sheets that an editor sees, in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and validations we do not need
        reader = ExcelReader(file, read_only=True, data_only=True)
        with closing(reader.archive):
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            return [_sheet(reader, path) for path in _seen(reader)]


def _seen(reader: Any) -> Iterator[str]:
    """Where the archive holds the worksheets that are not hidden."""
    for sheet, link in reader.parser.find_sheets():
        if link.Type.endswith("/worksheet") and link.target in reader.valid_files and sheet.state == "visible":
            yield link.target


class _Parser(WorkSheetParser):  # type: ignore[misc]  # openpyxl has no types
    """Gives the values, and marks formulas without one; openpyxl's own gives either values or formulas."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        # a formula whose value is an empty text has the type of a text
        if cell["value"] is None and cell["data_type"] == "n" and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = _UNCOMPUTED
        return cell


def _sheet(reader: Any, path: str) -> Sheet:
    book = reader.wb
    days = {"epoch": book.epoch, "date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
    with reader.archive.open(path) as source:
        parser = _Parser(source, reader.shared_strings, data_only=True, **days)
        rows = [_row(number, cells, book) for number, cells in parser.parse()]
    return Sheet(
        rows=[row for row in rows if not row.empty],
        merged=parser.merged_cells.mergeCell if parser.merged_cells else (),
        hidden_rows=frozenset(int(number) for number, facts in parser.row_dimensions.items() if _hidden(facts)),
        hidden_columns=frozenset(at for facts in parser.column_dimensions.values() if _hidden(facts) for at in _span(facts)),
    )


def _span(facts: Mapping[str, str]) -> range:
    return range(int(facts["min"]) - 1, min(int(facts["max"]), _COLUMNS_MAX))


def _hidden(facts: Mapping[str, str]) -> bool:
    return facts.get("hidden") in ("1", "true")


def _row(number: int, cells: Sequence[Mapping[str, Any]], book: Any) -> Row:
    texts = [""] * max((cell["column"] for cell in cells), default=0)
    uncomputed, unread = set(), {}
    for cell in cells:
        at, value = cell["column"] - 1, cell["value"]
        if cell["data_type"] == _UNCOMPUTED:
            uncomputed.add(at)
            texts[at] = f"={column_name(at)}{number}"
        elif isinstance(value, str):
            texts[at] = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), value)
        elif value is not None:
            form = _format(cell["style_id"], book)
            told = shown(value, form)
            texts[at] = told.text
            if not told.read:
                unread[at] = form.code
    return Row(number=number, line=number, cells=texts, uncomputed=frozenset(uncomputed), unread=unread)


def _format(style: int, book: Any) -> Format:
    number = book._cell_styles[style].numFmtId
    own = number - BUILTIN_FORMATS_MAX_SIZE
    code = BUILTIN_FORMATS.get(number, "General") if own < 0 else book._number_formats[own]
    return Format(code=code, number=number, epoch=book.epoch)
