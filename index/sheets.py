"""Reads an XLSX workbook into rows of text, each cell as the editor sees it: 5%, 2026-11-22, 11月22日.

A cell merged over several rows is repeated in each; a formula that no program has computed yet is marked, for its value
is nowhere in the file. Called by `tables.py`, which knows what the columns mean and reports; a damaged file raises whatever
openpyxl and the zip and XML parsers raise.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import iterparse
from zipfile import ZipFile

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.cell_range import CellRange

_LITERAL = re.compile(r'"([^"]*)"|\\(.)')  # of a number format: what it shows as it stands
_UNSEEN = re.compile(r"\[(?!h)[^\]]*\]|[_*].|@")  # [Red], a language, padding
_CHINESE_DAY = re.compile(r"(?=.*[年月])[ymd年月日号號 ]+")
# Formats that Chinese Excel uses by number and does not write into the file (ECMA-376 part 1, 18.8.30, zh-cn)
_CHINESE_DAYS: Final = {
    30: "m-d-yy",
    31: "yyyy年m月d日",
    **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
}
_DAYS_MAX: Final = 2_958_465  # 9999-12-31


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the spreadsheet, its line in the file (the same for XLSX), its cells as text."""

    number: int
    line: int
    cells: Sequence[str]
    repeated: frozenset[int] = frozenset()  # positions of cells merged with the one above
    uncomputed: frozenset[int] = frozenset()  # positions of formulas without a value

    @property
    def empty(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def cell_name(row: Row, position: int) -> str:
    """B3: as a spreadsheet names it."""
    return f"{get_column_letter(position + 1)}{row.number}"


def sheets(file: Path) -> list[list[Row]]:
    """The rows of each sheet, without the empty ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # styles and validations we do not need
        # openpyxl gives either the values or the formulas
        with closing(_book(file, data_only=True)) as values, closing(_book(file, data_only=False)) as formulas:
            pairs = zip(values.worksheets, formulas.worksheets, strict=True)
            return [_repeated(list(_rows(*pair)), _merged(file, pair[0])) for pair in pairs]


def _book(file: Path, *, data_only: bool) -> Any:
    return openpyxl.load_workbook(file, read_only=True, data_only=data_only)


def _rows(values: Any, formulas: Any) -> Iterator[Row]:
    for sheet in (values, formulas):
        sheet.reset_dimensions()  # some programs write a wrong size, and the rest would be cut off
    for number, (cells, written) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=True), 1):
        uncomputed = frozenset(at for at, cell in enumerate(cells) if _valueless(cell) and written[at].data_type == "f")
        texts = [f"={get_column_letter(at + 1)}{number}" if at in uncomputed else _text(c) for at, c in enumerate(cells)]
        row = Row(number=number, line=number, cells=texts, uncomputed=uncomputed)
        if not row.empty:
            yield row


def _valueless(cell: Any) -> bool:
    """No value at all; a formula whose value is an empty text has the type of a text."""
    return cell.value is None and cell.data_type == "n"


def _merged(file: Path, sheet: Any) -> list[CellRange]:
    """The merged ranges of a sheet: openpyxl tells them only where it holds all cells and their styles in memory."""
    ranges = []
    with ZipFile(file) as book, book.open(sheet._worksheet_path) as page:
        for _, element in iterparse(page):
            name = element.tag.rpartition("}")[2]
            if name == "mergeCell":
                ranges.append(CellRange(element.get("ref")))
            elif name == "row":
                element.clear()
    return ranges


def _repeated(rows: list[Row], merged: Sequence[CellRange]) -> list[Row]:
    """The rows with each merged cell's text in all the rows it covers, the header apart; the file holds it in the first."""
    cells = {row.number: list(row.cells) for row in rows[1:]}
    repeated: dict[int, set[int]] = {row.number: set() for row in rows[1:]}
    for area in merged:
        at = area.min_col - 1
        text = next(iter(cells.get(area.min_row, [])[at : at + 1]), "")
        for number in range(area.min_row + 1, area.max_row + 1) if text else ():
            if number in cells:
                cells[number].extend([""] * (at + 1 - len(cells[number])))
                cells[number][at] = text
                repeated[number].add(at)
    below = (replace(row, cells=cells[row.number], repeated=frozenset(repeated[row.number])) for row in rows[1:])
    return [*rows[:1], *below]


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, cell)
    if isinstance(value, date):  # a datetime is one too
        return _day(value, _shape(cell.number_format))
    if isinstance(value, time):
        return _time(value)
    return "" if value is None else str(value)


def _number(value: float, cell: Any) -> str:
    """A number as a percentage where it is shown as one, without ".0" where it is whole."""
    day = _CHINESE_DAYS.get(cell.style_array.numFmtId)
    if day and 1 <= value <= _DAYS_MAX:
        return _day(from_excel(value, cell.parent.parent.epoch), day)
    shape = _shape(_LITERAL.sub("", cell.number_format))
    if "%" in shape:
        decimals = len(shape.partition(".")[2].rstrip("% "))
        percent = (Decimal(str(value)) * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        return f"{percent}%"
    return str(int(value)) if float(value).is_integer() else str(value)


def _shape(number_format: str) -> str:
    """What a number format shows of positive numbers."""
    return _UNSEEN.sub("", _LITERAL.sub(r"\1\2", number_format.split(";")[0])).strip().lower()


def _day(value: date, shape: str) -> str:
    """2026-11-22, with the time where it is shown; 11月22日 where the format says so."""
    if _CHINESE_DAY.fullmatch(shape):
        parts = {"y": value.year, "m": value.month, "d": value.day}
        return re.sub("y+|m+|d+", lambda found: f"{parts[found[0][0]]:0{len(found[0])}}", shape)
    if not isinstance(value, datetime):
        return value.isoformat()
    hidden = "h" not in shape and shape != "general"
    return value.date().isoformat() + ("" if hidden or value.time() == time() else f" {_time(value.time())}")


def _time(value: time) -> str:
    return value.isoformat("seconds" if value.second else "minutes")
