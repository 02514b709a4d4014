"""Reads a pack that is a plain table: CSV or XLSX with the columns id, question, answer (and title, tags, answer_en …).

Takes what spreadsheets export: UTF-8 or GB18030, comma, semicolon or tab, Chinese headers, several questions in one
cell, several rows with one id. XLSX cells are read by `sheets.py`. Called by `packs.py`; knows no YAML. Never raises for
what is in a file.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.findings import Place, Problem, quoted, suggestion
from index.knowledge import Entry, Pack, Variant
from index.sheets import Row, cell_name, sheets

SUFFIXES = (".csv", ".tsv", ".xlsx")
_SEPARATORS = ",;\t"
_COLUMNS = ("id", "question", "answer", "title", "tags")
_ALIASES = {
    "编号": "id", "編號": "id", "问题": "question", "問題": "question", "问法": "question", "questions": "question",
    "答案": "answer", "回答": "answer", "标题": "title", "標題": "title", "标签": "tags", "標籤": "tags", "tag": "tags",
}  # fmt: skip
_ANSWER_IN = re.compile(r"answer[_-]([a-z]{2,3}(?:-[a-z]+)?)")
_LANGUAGE_CASE = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}
_HAN = re.compile(r"[㐀-鿿]")
_HAN_LEAST = 0.1  # of the characters; an English table may hold a Chinese name
_COMMON = re.compile("[的是不我您在有了可以一怎請请麼么這这嗎吗]")  # tell Big5 from GB18030: either reads as the other
_MISREAD = re.compile(r"[A-Za-z][㐀-鿿](?![㐀-鿿])")  # Windows-1252 read as one of them: "don抰"
_ERROR = re.compile(r"#[A-Z]+!|#DIV/0!|#NAME\?|#N/A|Err:\d{3}")  # what spreadsheets show for what they cannot compute


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of one row by column, without the empty ones."""

    place: Place
    texts: dict[str, str]


def tables_in(folder: Path) -> list[Path]:
    """The tables directly in a folder, without the lock files of open spreadsheets."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [f for f in files if f.suffix.lower() in SUFFIXES and f.is_file() and not f.name.startswith((".", "~$"))]


def pack(path: Path, *, files: Sequence[Path], problems: list[Problem]) -> Pack:
    """One pack of all `files`, named after `path` (a file or the folder around them)."""
    name = path.stem if path.is_file() else path.resolve().name
    place = Place(path=path.as_posix(), line=1)
    rows = {file: list(_rows(file, problems=problems)) for file in files}
    text = "".join(cell for found in rows.values() for row in found[1:] for cell in row.cells)
    language = "en" if text and _latin(text) else "zh-Hans"
    entries: list[Entry] = []
    for file, found in rows.items():
        entries.extend(_entries(found, file=file, pack=name, language=language, problems=problems))
    languages = tuple(dict.fromkeys([language, *(key for entry in entries for key in entry.answers)]))
    return Pack(name=name, languages=languages, folder=path.as_posix(), place=place, entries=tuple(entries))


def _rows(file: Path, *, problems: list[Problem]) -> Iterator[Row]:
    """The rows that are not empty; the first is the header."""
    try:
        rows = _xlsx_rows(file, problems) if file.suffix.lower() == ".xlsx" else _csv_rows(_text(file))
    except Exception as error:  # a damaged XLSX makes openpyxl raise whatever its zip and XML parsers do
        sentence = f"this table cannot be read ({error}); open it in a spreadsheet and save it anew"
        problems.append(Problem(place=Place(path=file.as_posix(), line=1), sentence=sentence, code="not_readable"))
        return
    yield from (row for row in rows if not row.empty)


def _text(file: Path) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM (a spreadsheet's "Unicode text"), else GB18030 or Big5. ValueError."""
    data = file.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        texts = [data.decode(encoding, errors="replace") for encoding in ("gb18030", "big5hkscs")]
    text = max(texts, key=lambda text: (-text.count("\ufffd"), len(_COMMON.findall(text))))
    if "\ufffd" in text or (_latin(text) and _MISREAD.search(text)):
        raise ValueError("its encoding is not known; choose “CSV UTF-8” when saving")
    return text


def _latin(text: str) -> bool:
    return len(_HAN.findall(text)) < _HAN_LEAST * len(text)


def _csv_rows(text: str) -> list[Row]:
    """Rows under the separator that makes the most known columns of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=lambda sign: _columns_known(first, separator=sign))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    line = 1
    for number, cells in enumerate(reader, 1):
        rows.append(Row(number=number, line=line, cells=cells))
        line = reader.line_num + 1
    return rows


def _columns_known(header: str, *, separator: str) -> int:
    cells = next(csv.reader([header], delimiter=separator), [])
    return sum(_column(cell) is not None for cell in cells)


def _xlsx_rows(file: Path, problems: list[Problem]) -> list[Row]:
    """The first sheet whose first row names a known column, else the first sheet."""
    found = sheets(file)
    named = [rows for rows in found if any(_column(cell) for row in rows[:1] for cell in row.cells)]
    if len(named) > 1:
        sentence = (
            f"{len(named)} sheets name columns, and only the first is read; put all rows on it, or each sheet in a file"
        )
        problems.append(Problem(place=Place(path=file.as_posix(), line=1), sentence=sentence, code="more_sheets"))
    return next(iter(named or found), [])


def _column(name: str) -> str | None:
    """The column a header names ("Question", "问题", "answer_EN"), or None."""
    plain = name.strip().strip("\ufeff").lower().replace(" ", "_")
    plain = _ALIASES.get(plain, plain)
    if plain in _COLUMNS:
        return plain
    match = _ANSWER_IN.fullmatch(plain)
    return f"answer_{_LANGUAGE_CASE.get(match.group(1), match.group(1))}" if match else None


def _header(row: Row, *, file: Path, problems: list[Problem]) -> list[str]:
    """The columns by position ("" where unknown); question and answer must be among them."""
    columns = [_column(cell) or "" for cell in row.cells]
    sentences = [
        f"the column {quoted(cell)} is not read{suggestion(cell.lower(), _COLUMNS)}"
        for cell, column in zip(row.cells, columns, strict=True) if cell.strip() and not column
    ]  # fmt: skip
    sentences += [f"the column `{column}` is there twice" for column, n in Counter(columns).items() if n > 1 and column]
    place = Place(path=file.as_posix(), line=row.line)
    problems.extend(Problem(place=place, sentence=s, severity="warning", code="unknown_column") for s in sentences)
    missing = [f"`{name}`" for name in ("question", "answer") if name not in columns]
    if missing:
        sentence = f"the first row must name the columns id, question, answer; {' and '.join(missing)} cannot be found"
        problems.append(Problem(place=place, sentence=sentence, code="no_column"))
    return columns


def _entries(rows: list[Row], *, file: Path, pack: str, language: str, problems: list[Problem]) -> list[Entry]:
    columns = _header(rows[0], file=file, problems=problems) if rows else []
    merged: dict[str, list[Cells]] = {}
    id = ""
    for row in rows[1:]:
        cells = Cells(place=Place(path=file.as_posix(), line=row.line), texts=_named(row, columns))
        problems.extend(_flaws(row, columns, place=cells.place))
        if "id" in cells.texts or not _answered_above(row, columns):
            id = cells.texts.get("id") or f"{file.stem}.row_{row.number}"
        merged.setdefault(id, []).append(cells)
    if "question" not in columns:
        return []
    for id, parts in merged.items():
        problems.extend(_contradictions(id, parts))
    return [_entry(id, parts, pack=pack, language=language) for id, parts in merged.items()]


def _answered_above(row: Row, columns: list[str]) -> bool:
    """Its answer is one cell with that of the row above: questions of one entry, then."""
    return "answer" in columns and columns.index("answer") in row.repeated


def _flaws(row: Row, columns: list[str], *, place: Place) -> Iterator[Problem]:
    """Cells that hold no text an agent could say, in the columns that are read; and cells of no column."""
    if any(cell.strip() for cell in row.cells[len(columns) :]):
        sentence = "this row has more cells than the first; put a text that holds the separator in double quotes"
        yield Problem(place=place, sentence=sentence, code="too_many_cells")
    for at, cell in enumerate(row.cells[: len(columns)]):
        if columns[at] and at in row.uncomputed:
            sentence = (
                f"{cell_name(row, at)} holds a formula never computed; open the file in a spreadsheet program and save it"
            )
            yield Problem(place=place, sentence=sentence, code="not_computed")
        elif columns[at] and at not in row.repeated and _ERROR.fullmatch(cell.strip()):
            sentence = f"{cell_name(row, at)} holds the spreadsheet's error {cell.strip()}; write there what is meant"
            yield Problem(place=place, sentence=sentence, code="error_cell")


def _named(row: Row, columns: list[str]) -> dict[str, str]:
    cells = zip(columns, row.cells, strict=False)
    return {column: cell.strip() for column, cell in cells if column and cell.strip()}


def _contradictions(id: str, parts: list[Cells]) -> Iterator[Problem]:
    """Rows of one id that answer differently."""
    first: dict[str, Cells] = {}
    for cells in parts:
        for column, text in cells.texts.items():
            said = first.setdefault(column, cells)
            if column.startswith("answer") and said.texts[column] != text:
                sentence = f"`{id}` has another answer in line {said.place.line}; give both rows one answer, or two ids"
                yield Problem(place=cells.place, sentence=sentence, code="two_answers")


def _entry(id: str, parts: list[Cells], *, pack: str, language: str) -> Entry:
    """One entry of all rows with this id: questions add up; of answers, titles and tags the first stands."""
    questions: dict[str, Variant] = {}
    first: dict[str, str] = {}
    places: dict[str, Place] = {}
    for cells in parts:
        for line in filter(None, map(str.strip, cells.texts.get("question", "").splitlines())):
            questions.setdefault(line, Variant(text=line, place=cells.place))
        places = dict.fromkeys(cells.texts, cells.place) | places
        first = cells.texts | first
    answers = {_answer_language(key, language): text for key, text in first.items() if key.startswith("answer")}
    return Entry(
        id=id,
        title=first.get("title") or next(iter(questions), id),
        questions=tuple(questions.values()),
        answers=answers,
        tags=tuple(filter(None, re.split(r"[,，;；、\n]\s*", first.get("tags", "")))),
        pack=pack,
        place=parts[0].place,
        places=places,
    )


def _answer_language(column: str, language: str) -> str:
    return column.removeprefix("answer_") if column != "answer" else language
