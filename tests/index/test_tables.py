"""Reading packs that are plain tables: whatever a spreadsheet exports comes out as the same entries."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.packs import read
from index.tables import SUFFIXES

ROWS = [
    ["id", "question", "answer", "title", "tags", "answer_en"],
    ["p1", "怎么退货\n我要退掉", "七天内可以退。", "退货", "售后，退货", "Within 7 days."],
    ["", "几点开门", "九点。", "", "", ""],
    ["", "", "", "", "", ""],
    ["p1", "东西不想要了", "", "", "", ""],
]


def csv_text(rows: list[list[str]], *, separator: str = ",") -> str:
    return "".join(separator.join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def table(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def facts(path: Path) -> list[tuple[str, list[str], dict[str, str]]]:
    knowledge, problems = read([path])
    assert problems == []
    return [(e.id.removeprefix(f"{path.stem}."), [v.text for v in e.questions], dict(e.answers)) for e in knowledge.entries]


EXPECTED = [
    ("p1", ["怎么退货", "我要退掉", "东西不想要了"], {"zh-Hans": "七天内可以退。", "en": "Within 7 days."}),
    ("row_3", ["几点开门"], {"zh-Hans": "九点。"}),
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding_and_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes(csv_text(ROWS, separator=separator).encode(encoding))
    assert facts(path) == EXPECTED


def test_xlsx_gives_the_same(tmp_path: Path) -> None:
    assert facts(table(tmp_path / "shop.xlsx", [list(row) for row in ROWS])) == EXPECTED


def test_title_tags_and_places(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(csv_text(ROWS), encoding="utf-8")
    knowledge, _ = read([path])
    first, second = knowledge.entries
    assert (first.title, first.tags, first.pack) == ("退货", ("售后", "退货"), "shop")
    assert second.title == "几点开门"
    assert [v.place.line for v in first.questions] == [2, 2, 6]  # the first row takes two lines of the file
    assert second.place.line == 4
    assert knowledge.packs[0].languages == ("zh-Hans", "en")


def test_numbers_in_cells_become_text(tmp_path: Path) -> None:
    path = table(tmp_path / "n.xlsx", [["ID", "Question", "Answer"], [7.0, 10086, 12.5], [8, "x", True]])
    assert facts(path) == [("7", ["10086"], {"en": "12.5"}), ("8", ["x"], {"en": "TRUE"})]


def test_whole_numbers_written_with_a_point_lose_it(tmp_path: Path) -> None:
    plain = table(tmp_path / "plain.xlsx", [["id", "question", "answer"], [7, 10086, "x"]])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(tmp_path / "n.xlsx", "w") as new:
        for name in old.namelist():  # as some programs save it
            new.writestr(name, old.read(name).replace(b"<v>7</v>", b"<v>7.0</v>").replace(b"<v>10086<", b"<v>1.0086E4<"))
    assert facts(tmp_path / "n.xlsx") == [("7", ["10086"], {"en": "x"})]


@pytest.mark.parametrize(
    "header", ["编号,问题,答案,标题", "編號,問題,答案,標題", "ID , QUESTION,Answer,title", "id,questions,回答,标题"]
)
def test_headers_in_other_words(tmp_path: Path, header: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{header}\n1,怎么退,可以退,退货\n", encoding="utf-8")
    assert facts(path) == [("1", ["怎么退"], {"zh-Hans": "可以退"})]


def test_answers_by_language_in_the_header(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("question,answer,Answer_zh-hant,answer_YUE\n怎么退,可以退,可以退貨,可以退㗎\n", encoding="utf-8")
    assert facts(path) == [("row_2", ["怎么退"], {"zh-Hans": "可以退", "zh-Hant": "可以退貨", "yue": "可以退㗎"})]


def test_english_table_is_english(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,question,answer\na,how do I return,Within 7 days\n", encoding="utf-8")
    assert facts(path) == [("a", ["how do I return"], {"en": "Within 7 days"})]


def test_folder_with_a_table_takes_the_folders_name(tmp_path: Path) -> None:
    folder = tmp_path / "stall"
    folder.mkdir()
    (folder / "export.csv").write_text("id,question,answer\na,b,c\n")
    (folder / "~$export.xlsx").write_bytes(b"lock")
    knowledge, problems = read([folder])
    assert problems == []
    assert [(pack.name, len(pack.entries)) for pack in knowledge.packs] == [("stall", 1)]


def test_rows_without_id_in_two_tables_do_not_collide(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("question,answer\nb,c\n")
    assert [e.id for e in read([tmp_path])[0].entries] == ["one.row_2", "two.row_2"]


def test_two_answers_for_one_id_is_an_error_at_the_second(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,question,answer\na,b,c\na,d,e\na,f,\n")
    knowledge, (problem,) = read([path])
    assert (problem.code, problem.severity, problem.place.line) == ("two_answers", "error", 3)
    assert knowledge.entries[0].answers == {"en": "c"}


def test_unknown_and_missing_columns_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,question,anwser\na,b,c\n")
    _, problems = read([path])
    assert [(p.code, p.severity) for p in problems] == [("unknown_column", "warning"), ("no_column", "error")]
    assert "did you mean `answer`?" in problems[0].sentence


def test_first_sheet_with_the_columns_is_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("faq")
    sheet.append(["问题", "答案"])
    sheet.append(["怎么退", "可以退"])
    book.save(tmp_path / "t.xlsx")
    assert facts(tmp_path / "t.xlsx") == [("row_2", ["怎么退"], {"zh-Hans": "可以退"})]


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES), zipped=st.booleans())
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, zipped: bool) -> None:
    path = tmp_path_factory.mktemp("table") / f"t{suffix}"
    path.write_bytes((b"PK\x03\x04" if zipped else b"question,answer\n") + data)
    knowledge, problems = read([path])
    assert len(knowledge.packs) == 1
    assert all(p.place.line >= 1 for p in problems)


@settings(max_examples=40, deadline=None)
@given(at=st.integers(min_value=0), byte=st.integers(min_value=0, max_value=255))
def test_damaged_xlsx_does_not_raise(tmp_path_factory: pytest.TempPathFactory, at: int, byte: int) -> None:
    path = table(tmp_path_factory.mktemp("table") / "t.xlsx", [["question", "answer"], ["a", "b"]])
    data = bytearray(path.read_bytes())
    data[at % len(data)] = byte
    path.write_bytes(data)
    assert len(read([path])[0].packs) == 1


def test_big5_is_known_from_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("id,question,answer\np1,請問怎麼退貨,您可以在七天內退。\n", encoding="big5")
    assert facts(path) == [("p1", ["請問怎麼退貨"], {"zh-Hans": "您可以在七天內退。"})]


def test_an_encoding_that_is_neither_is_told(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_bytes("id,question,answer\np1,when,Please don’t worry it’s free.\n".encode("cp1252"))
    assert [p.code for p in read([path])[1]] == ["not_readable"]


def test_an_english_table_may_hold_a_chinese_name(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("id,question,answer\np1,how do I pay,With 支付宝 or by card at the counter.\n", encoding="utf-8")
    assert list(read([path])[0].entries[0].answers) == ["en"]


def test_a_text_cut_by_its_own_comma_is_told(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("id,question,answer\np1,多久到账,好的,三天到账\n", encoding="utf-8")
    assert [(p.place.line, p.code) for p in read([path])[1]] == [(2, "too_many_cells")]


def test_an_open_quote_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text('id,question,answer\np1,多久到账,"三天\np2,怎么退,可以退\n', encoding="utf-8")
    assert [(p.place.line, p.code) for p in read([path])[1]] == [(2, "not_readable")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_that_is_no_csv_is_told_where_it_begins(tmp_path: Path, end: str) -> None:
    rows = [
        "id,question,answer",
        'p1,"怎么退',
        '我要退掉",可以退',
        "",
        'p2,几点开门,"九点',
        *["p3,在哪,街角"] * 9,
        'p4,在吗,"在"',
    ]
    path = tmp_path / "shop.csv"
    path.write_bytes(end.join([*rows, ""]).encode())
    (problem,) = read([path])[1]
    assert (problem.place.line, problem.code) == (5, "not_readable")
    assert 'most likely a double quote (")' in problem.sentence


def test_line_ends_that_xlsx_and_windows_write_become_plain(tmp_path: Path) -> None:
    rows = [["id", "question", "answer"], ["p1", "怎么退_x000D_\n我要退掉", "可以退。_x000D_\n七天内。"]]
    (tmp_path / "t.csv").write_bytes('id,question,answer\r\np1,"怎么退\r\n我要退掉","可以退。\r\n七天内。"\r\n'.encode())
    (tmp_path / "mac.csv").write_bytes('id,question,answer\rp1,"怎么退\r我要退掉","可以退。\r七天内。"\r'.encode())
    for path in (table(tmp_path / "t.xlsx", [list(row) for row in rows]), tmp_path / "t.csv", tmp_path / "mac.csv"):
        assert facts(path) == [("p1", ["怎么退", "我要退掉"], {"zh-Hans": "可以退。\n七天内。"})]


def test_several_columns_of_questions_or_tags_add_up(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,问题,问法,tags,答案,标签\n1,怎么退货,"我要退货\n东西不想要了",售后,可以退,退货\n', encoding="utf-8")
    assert facts(path) == [("1", ["怎么退货", "我要退货", "东西不想要了"], {"zh-Hans": "可以退"})]
    assert read([path])[0].entries[0].tags == ("售后", "退货")


@pytest.mark.parametrize("header", ["question,答案,title,回答", "标题,question,title,answer"])
def test_two_columns_that_cannot_add_up_are_an_error_with_their_letters(tmp_path: Path, header: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"{header}\na,b,c,d\n", encoding="utf-8")
    (problem,) = read([path])[1]
    assert (problem.severity, problem.code, problem.place.line) == ("error", "column_twice", 1)
    assert problem.sentence.startswith(
        ("the columns B and D are each read as `answer`", "the columns A and C are each read as `title`")
    )


def test_sheets_that_are_not_read_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet()):
        sheet.append(["id", "question", "answer"])
        sheet.append(["p1", "怎么退", "可以退"])
    book.save(tmp_path / "t.xlsx")
    assert [p.code for p in read([tmp_path / "t.xlsx"])[1]] == ["more_sheets"]


def merged(path: Path, rows: list[list[object]], *areas: str) -> Path:
    book = openpyxl.load_workbook(table(path, rows))
    for area in areas:
        book.active.merge_cells(area)
    book.save(path)
    return path


def test_an_id_merged_over_rows_holds_for_each(tmp_path: Path) -> None:
    rows = [
        ["id", "question", "answer", "tags"],
        ["p1", "怎么退", "可以退", "售后"],
        ["", "我要退掉", "", ""],
        ["p2", "开门", "九点", ""],
    ]
    path = merged(tmp_path / "t.xlsx", rows, "A2:A3", "D2:D4")
    assert facts(path) == [("p1", ["怎么退", "我要退掉"], {"zh-Hans": "可以退"}), ("p2", ["开门"], {"zh-Hans": "九点"})]
    assert [entry.tags for entry in read([path])[0].entries] == [("售后",), ("售后",)]


def test_questions_beside_one_merged_answer_are_one_entry(tmp_path: Path) -> None:
    rows = [["问题", "答案"], ["怎么退", "可以退"], ["我要退掉", ""], ["", ""], ["几点开门", "九点"]]
    path = merged(tmp_path / "t.xlsx", rows, "B2:B4")
    assert facts(path) == [
        ("row_2", ["怎么退", "我要退掉"], {"zh-Hans": "可以退"}),
        ("row_5", ["几点开门"], {"zh-Hans": "九点"}),
    ]


def test_ids_of_their_own_beside_one_merged_answer_stay_entries(tmp_path: Path) -> None:
    rows = [["id", "question", "answer"], ["p1", "怎么退", "可以退"], ["p2", "怎么换", ""]]
    path = merged(tmp_path / "t.xlsx", rows, "C2:C3")
    assert facts(path) == [("p1", ["怎么退"], {"zh-Hans": "可以退"}), ("p2", ["怎么换"], {"zh-Hans": "可以退"})]


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!"])
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_an_error_of_the_spreadsheet_is_told_with_its_cell(tmp_path: Path, error: str, suffix: str) -> None:
    rows = [["id", "question", "answer", "helper"], ["p1", "怎么退", "可以退", error], ["p2", "几点开门", error, ""]]
    path = tmp_path / f"t{suffix}"
    if suffix == ".csv":
        path.write_text(csv_text(rows), encoding="utf-8")
    else:
        table(path, [list(row) for row in rows])
    problem, helper = sorted(read([path])[1], key=lambda problem: problem.code)
    assert (problem.code, problem.severity, problem.place.line) == ("error_cell", "error", 3)
    assert f"C3 holds the spreadsheet's error {error}" in problem.sentence
    assert helper.code == "unknown_column"


def test_a_formula_never_computed_is_told_with_its_cell(tmp_path: Path) -> None:
    rows = [["id", "question", "answer"], ["p1", '="怎么"&"退"', "可以退"], ["=1+1", "=A1", "=A2"]]
    problems = read([table(tmp_path / "t.xlsx", rows)])[1]
    assert {(p.code, p.severity) for p in problems} == {("not_computed", "error")}
    assert [(p.place.line, p.sentence[:2]) for p in problems] == [(2, "B2"), (3, "A3"), (3, "B3"), (3, "C3")]
    assert "open the file in a spreadsheet program and save it" in problems[0].sentence


def test_a_formula_computed_to_nothing_is_an_empty_cell(tmp_path: Path) -> None:
    rows = [["id", "question", "answer", "title"], ["p1", "怎么退", "可以退", '=IF(1,"","")']]
    plain = table(tmp_path / "plain.xlsx", rows)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(tmp_path / "t.xlsx", "w") as new:
        for name in old.namelist():  # as a spreadsheet program saves it
            new.writestr(name, old.read(name).replace(b'<c r="D2">', b'<c r="D2" t="str">'))
    assert facts(tmp_path / "t.xlsx") == [("p1", ["怎么退"], {"zh-Hans": "可以退"})]


def test_a_header_is_found_below_a_title(tmp_path: Path) -> None:
    rows = [
        ["常见问题库"],
        [],
        ["2026 年版", "仅供内部"],
        ["编号", "问题", "答案"],
        ["p1", "怎么退", "可以退"],
        ["", "我要退掉"],
    ]
    path = merged(tmp_path / "t.xlsx", rows, "A1:C1", "A5:A6", "C5:C6")
    assert facts(path) == [("p1", ["怎么退", "我要退掉"], {"zh-Hans": "可以退"})]
    (tmp_path / "t.csv").write_text("FAQ\t\t\nid\tquestion\tanswer\na\tb\tc\n")
    assert facts(tmp_path / "t.csv") == [("a", ["b"], {"en": "c"})]


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_table_without_a_header_is_told_once(tmp_path: Path, suffix: str) -> None:
    rows = [["怎么退", "可以退"], ["几点开门", "九点", "早上"], ["怎么换", "可以换", "", "三天内"]] * 5
    path = tmp_path / f"t{suffix}"
    if suffix == ".csv":
        path.write_text(csv_text(rows), encoding="utf-8")
    else:
        table(path, [list(row) for row in rows])
    knowledge, (problem,) = read([path])
    assert (problem.code, problem.severity, problem.place.line) == ("no_column", "error", 1)
    assert not knowledge.entries


def test_texts_under_a_header_merged_over_two_columns_are_told_with_their_cell(tmp_path: Path) -> None:
    rows = [
        ["id", "question", "", "answer"],
        ["a", "怎么退", "", "可以退"],
        ["b", "开门", "几点开", "九点", "早上"],
        ["c", "x", "y", "z"],
    ]
    path = merged(tmp_path / "t.xlsx", rows, "B1:C1")
    first, second = sorted(read([path])[1], key=lambda problem: problem.sentence)
    assert (first.code, first.severity, first.place.line) == ("no_name", "error", 3)
    assert first.sentence.startswith("C3 (and 1 cell below it) stands in a column without a name")
    assert second.sentence.startswith("E3 stands in a column without a name")
    assert "separator" not in second.sentence
    plain = tmp_path / "t.csv"
    plain.write_text("question,,answer\nb,x,c\n")
    assert [(p.code, p.sentence[:2]) for p in read([plain])[1]] == [("no_name", "B2")]


def test_hidden_rows_and_columns_are_told_once_by_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (
        ["question", "answer", "answer_yue", "note"],
        ["怎么退", "可以退", "可以退㗎", "n"],
        *[["开门", "九点"]] * 11,
    ):
        book.active.append(cells)
    for number in (1, *range(3, 14), 20):
        book.active.row_dimensions[number].hidden = True
    for letter in "CD":
        book.active.column_dimensions[letter].hidden = True
    book.save(tmp_path / "t.xlsx")
    knowledge, problems = read([tmp_path / "t.xlsx"])
    assert len(knowledge.entries) == 12
    (problem,) = (p for p in problems if p.code == "hidden_rows")
    assert (problem.severity, problem.place.line) == ("warning", 1)
    assert "rows 3, 4, 5, 6, 7, 8, 9, 10 and 3 more and column C;" in problem.sentence


def test_a_hidden_sheet_is_not_the_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet, answer in ((book.active, "旧"), (book.create_sheet(), "新")):
        sheet.append(["id", "question", "answer"])
        sheet.append(["p1", "怎么退", answer])
    book.worksheets[0].sheet_state = "hidden"
    book.active = 1
    book.save(tmp_path / "t.xlsx")
    assert facts(tmp_path / "t.xlsx") == [("p1", ["怎么退"], {"zh-Hans": "新"})]


def test_a_format_that_is_not_read_is_told_with_its_first_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for cells in (["question", "answer", "price"], ["多少钱", 1300000, 1300000], ["多贵", 20000, 1]):
        book.active.append(cells)
    for name in ("B2", "B3", "C2"):
        book.active[name].number_format = '0.0,"万"'
    book.save(tmp_path / "t.xlsx")
    (problem,) = (p for p in read([tmp_path / "t.xlsx"])[1] if p.code == "format_not_read")
    assert (problem.severity, problem.place.line) == ("warning", 2)
    assert problem.sentence.startswith('B2 (and 1 cell below it) has the format `0.0,"万"`, which is not read')
