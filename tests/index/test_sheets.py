"""Cells read as the editor sees them, in workbooks that openpyxl wrote."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from index.sheets import cell_name, sheets

DAY = datetime(2026, 11, 22)
HALF_PAST = datetime(2026, 11, 22, 9, 30)


def shown(path: Path, value: object, number_format: str) -> str:
    """How a cell with this value and format reads."""
    book = openpyxl.Workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = number_format
    book.save(path / "t.xlsx")
    ((row,),) = sheets(path / "t.xlsx")
    return row.cells[0]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.05, "0%", "5%"),
        (0.0525, "0.00%", "5.25%"),
        (0.045, "0%", "5%"),
        (0.07, "0.0%;[Red]-0.0%", "7.0%"),
        (1, "0%", "100%"),
        (5, '0"%"', "5"),
        (12.5, "General", "12.5"),
        (7.0, "0.00", "7"),
        (True, "0%", "True"),
    ],
)
def test_numbers_and_percentages(tmp_path: Path, value: object, number_format: str, text: str) -> None:
    assert shown(tmp_path, value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (DAY, "yyyy-mm-dd h:mm:ss", "2026-11-22"),
        (date(2026, 11, 22), "mm-dd-yy", "2026-11-22"),
        (HALF_PAST, "yyyy-mm-dd", "2026-11-22"),
        (HALF_PAST, "yyyy-mm-dd h:mm:ss", "2026-11-22 09:30"),
        (HALF_PAST.replace(second=5), "yyyy/m/d h:mm", "2026-11-22 09:30:05"),
        (time(9, 30), "h:mm", "09:30"),
        (DAY, 'yyyy"年"m"月"d"日"', "2026年11月22日"),
        (DAY, "[$-804]yyyy年mm月dd日;@", "2026年11月22日"),
        (datetime(2026, 1, 2), r"m\月d\日", "1月2日"),
    ],
)
def test_days_and_times(tmp_path: Path, value: object, number_format: str, text: str) -> None:
    assert shown(tmp_path, value, number_format) == text


@pytest.mark.parametrize(("number", "text"), [(31, "2026年11月22日"), (58, "11月22日"), (57, "2026年11月")])
def test_days_in_the_formats_chinese_excel_leaves_unwritten(tmp_path: Path, number: int, text: str) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = DAY
    book.active["A1"].number_format = "mm-dd-yy"  # number 14
    book.save(tmp_path / "plain.xlsx")
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'numFmtId="14"', f'numFmtId="{number}"'.encode()))
    ((row,),) = sheets(tmp_path / "t.xlsx")
    assert row.cells == [text]


def test_a_merged_cell_is_repeated_below_but_not_from_the_header_nor_into_empty_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["a", "b", "c"], [None, "b2"], ["x", "b3", "y"], [None, "b4"], [], [None, "b6"]):
        book.active.append(cells)
    for area in ("A1:A2", "A3:A5", "C3:D4"):
        book.active.merge_cells(area)
    book.save(tmp_path / "t.xlsx")
    (rows,) = sheets(tmp_path / "t.xlsx")
    assert [row.number for row in rows] == [1, 2, 3, 4, 6]
    assert [[cell for cell in row.cells if cell] for row in rows[1:]] == [["b2"], ["x", "b3", "y"], ["x", "b4", "y"], ["b6"]]
    assert [set(row.repeated) for row in rows[1:]] == [set(), set(), {0, 2}, set()]
    assert cell_name(rows[3], 2) == "C4"
