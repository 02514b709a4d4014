"""Cells read as the editor sees them, in workbooks that openpyxl wrote."""

import zipfile
from datetime import date, datetime, time, timedelta
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
    ((row,),) = (sheet.rows for sheet in sheets(path / "t.xlsx"))
    return row.cells[0]


def changed(old: Path, new: Path, this: bytes, that: bytes) -> None:
    """Write a workbook anew with other bytes in its XML."""
    with zipfile.ZipFile(old) as read, zipfile.ZipFile(new, "w") as written:
        for name in read.namelist():
            written.writestr(name, read.read(name).replace(this, that))


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.05, "0%", "5%"),
        (0.0525, "0.00%", "5.25%"),
        (0.045, "0%", "5%"),
        (0.07, "0.0%;[Red]-0.0%", "7.0%"),
        (1, "0%", "100%"),
        (0.055, '"约"0.0%', "约5.5%"),
        (5, '0"%"', "5%"),
        (5, r"0\%", "5%"),
        (12.5, "General", "12.5"),
        (7.0, "0.00", "7"),
        (True, "0%", "TRUE"),
        (False, "General", "FALSE"),
        (299, '0"元/月"', "299元/月"),
        (8.8, '0.0"折"', "8.8折"),
        (12345.6, '"¥"#,##0.00', "¥12345.6"),
        (99.9, "[$¥-804]0", "¥100"),
        (299, '_("$"* #,##0.00_)', "$299"),
        (0, '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)', "-"),
        (-5, "#,##0_);[Red](#,##0)", "(5)"),
        (-0.07, "0.0%;[Red]-0.0%", "-7.0%"),
        (-5, '0"元"', "-5元"),
        (5, '"有";"欠";"无"', "有"),
        (0, '"有";"欠";"无"', "无"),
        (5, "00", "05"),
        (5, 'General"个"', "5个"),
        (5, "@", "5"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "0.0000001"),
        (10**20, "0.00", "100000000000000000000"),
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
        (timedelta(hours=26), "[h]:mm", "26:00"),
        (timedelta(hours=2, seconds=5), "[h]:mm:ss", "2:00:05"),
    ],
)
def test_days_and_times(tmp_path: Path, value: object, number_format: str, text: str) -> None:
    assert shown(tmp_path, value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1300000, '0.0,"万"', "1300000"),
        (0.05, "0.00‰", "0.05"),
        (timedelta(hours=26), '[h]"小时"', "26:00"),
        (0.5, "# ?/?", "0.5"),
        (5, "[DBNum1]General", "5"),
        (5, "[>=3]0;General", "5"),
        (12345, "0.0E+00", "12345"),
        (13800138000, "000-0000-0000", "13800138000"),
        (46348, "aaaa", "46348"),
        (5, ";;;", "5"),
    ],
)
def test_formats_that_are_not_read_are_marked_beside_the_plain_value(
    tmp_path: Path, value: object, number_format: str, text: str
) -> None:
    assert shown(tmp_path, value, number_format) == text
    ((row,),) = (sheet.rows for sheet in sheets(tmp_path / "t.xlsx"))
    assert row.unread == {0: number_format}


@pytest.mark.parametrize(
    ("number", "value", "text"),
    [
        (31, DAY, "2026年11月22日"),
        (58, DAY, "11月22日"),
        (57, DAY, "2026年11月"),
        *((number, time(9, 30), "09:30") for number in (32, 33, 34, 35, 55, 56)),
        (55, HALF_PAST, "09:30"),
    ],
)
def test_formats_that_chinese_excel_leaves_unwritten(tmp_path: Path, number: int, value: object, text: str) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = "mm-dd-yy"  # number 14
    book.save(tmp_path / "plain.xlsx")
    changed(tmp_path / "plain.xlsx", tmp_path / "t.xlsx", b'numFmtId="14"', f'numFmtId="{number}"'.encode())
    ((row,),) = (sheet.rows for sheet in sheets(tmp_path / "t.xlsx"))
    assert row.cells == [text]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a_x000D_\nb", "a\r\nb"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x4E00_楼", "一楼"),
        ("my_x1_y", "my_x1_y"),
        ("_xD83D_", "_xD83D_"),
    ],
)
def test_characters_that_the_xml_escapes_are_read(tmp_path: Path, written: str, text: str) -> None:
    assert shown(tmp_path, written, "General") == text


def test_a_merged_cell_is_repeated_below_but_not_from_the_header_nor_into_empty_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["a", "b", "c"], [None, "b2"], ["x", "b3", "y"], [None, "b4"], [], [None, "b6"]):
        book.active.append(cells)
    for area in ("A1:A2", "A3:A5", "C3:D4"):
        book.active.merge_cells(area)
    book.save(tmp_path / "t.xlsx")
    (sheet,) = sheets(tmp_path / "t.xlsx")
    rows = [sheet.rows[0], *sheet.below(sheet.rows[0])]
    assert [row.number for row in rows] == [1, 2, 3, 4, 6]
    assert [[cell for cell in row.cells if cell] for row in rows[1:]] == [["b2"], ["x", "b3", "y"], ["x", "b4", "y"], ["b6"]]
    assert [set(row.repeated) for row in rows[1:]] == [set(), set(), {0, 2}, set()]
    assert cell_name(rows[3], 2) == "C4"


def test_sheets_that_are_hidden_or_hold_a_chart_alone_are_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for state in ("hidden", "veryHidden"):
        book.create_sheet(state).sheet_state = state
    book.create_chartsheet("chart", 0)  # with nothing in it
    book.save(tmp_path / "t.xlsx")
    assert len(sheets(tmp_path / "t.xlsx")) == 1


def test_rows_and_columns_that_are_hidden_are_read_and_marked(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in ("abc", "def", "ghi"):
        book.active.append(list(cells))
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions.group("B", "C", hidden=True)
    book.save(tmp_path / "t.xlsx")
    (sheet,) = sheets(tmp_path / "t.xlsx")
    assert ["".join(row.cells) for row in sheet.rows] == ["abc", "def", "ghi"]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {1, 2})


def test_a_merge_over_a_whole_column_costs_no_time(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in ("ab", "cd", "e"):
        book.active.append(list(cells))
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "plain.xlsx")
    changed(tmp_path / "plain.xlsx", tmp_path / "t.xlsx", b"B2:B3", b"B2:B1048576")
    (sheet,) = sheets(tmp_path / "t.xlsx")
    assert [row.cells for row in sheet.below(sheet.rows[0])] == [["c", "d"], ["e", "d"]]


def test_the_xml_of_a_sheet_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "=1"])
    book.active.merge_cells("A1:A2")
    book.save(tmp_path / "t.xlsx")
    opened: list[str] = []
    usual = zipfile.ZipFile.open

    def noted(archive: zipfile.ZipFile, name: str, *arguments: object, **named: object) -> object:
        opened.append(name)
        return usual(archive, name, *arguments, **named)

    monkeypatch.setattr(zipfile.ZipFile, "open", noted)
    (sheet,) = sheets(tmp_path / "t.xlsx")
    assert (len(sheet.merged), sheet.rows[0].uncomputed) == (1, {1})
    assert [name for name in opened if "sheet1" in name] == ["xl/worksheets/sheet1.xml"]
