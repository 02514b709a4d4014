"""Reads a pack that is a plain table: CSV or XLSX with the columns id, question, answer (and title, tags, answer_en …).

Takes what spreadsheets export: UTF-8 or GB18030, comma, semicolon or tab, Chinese headers, several questions in one
cell, several rows with one id. XLSX is read by `sheets.py`; `columns.py` finds the header, `cells.py` judges what stands in
single cells. Called by `packs.py`; knows no YAML. Never raises for what is in a file.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from index import cells, columns
from index.cells import Table
from index.columns import HEADER_ROWS_MAX, header_of
from index.findings import Place, Problem
from index.knowledge import Entry, Pack, Variant
from index.sheets import Row, Sheet, sheets

SUFFIXES = (".csv", ".tsv", ".xlsx")
_SEPARATORS = ",;\t"
_HAN = re.compile(r"[㐀-鿿]")
_HAN_LEAST = 0.1  # of the characters; an English table may hold a Chinese name
_COMMON = re.compile("[的是不我您在有了可以一怎請请麼么這这嗎吗]")  # tell Big5 from GB18030: either reads as the other
_MISREAD = re.compile(r"[A-Za-z][㐀-鿿](?![㐀-鿿])")  # Windows-1252 read as one of them: "don抰"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The cells of one row by column, without the empty ones."""

    place: Place
    texts: dict[str, str]


class _BadRow(Exception):
    """A row that is no CSV; `line` is where it begins."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def tables_in(folder: Path) -> list[Path]:
    """The tables directly in a folder, without the lock files of open spreadsheets."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return [f for f in files if f.suffix.lower() in SUFFIXES and f.is_file() and not f.name.startswith((".", "~$"))]


def pack(path: Path, *, files: Sequence[Path], problems: list[Problem]) -> Pack:
    """One pack of all `files`, named after `path` (a file or the folder around them)."""
    name = path.stem if path.is_file() else path.resolve().name
    place = Place(path=path.as_posix(), line=1)
    tables = [table for file in files if (table := _read(file, problems=problems))]
    text = "".join(cell for table in tables for row in table.rows for cell in row.cells)
    language = "en" if text and _latin(text) else "zh-Hans"
    entries: list[Entry] = []
    for table in tables:
        problems.extend(cells.judge(table))
        entries.extend(_entries(table, pack=name, language=language, problems=problems))
    languages = tuple(dict.fromkeys([language, *(key for entry in entries for key in entry.answers)]))
    return Pack(name=name, languages=languages, folder=path.as_posix(), place=place, entries=tuple(entries))


def _read(file: Path, *, problems: list[Problem]) -> Table | None:
    """The table in a file; None, and an error, where it cannot be read or names no columns."""
    try:
        sheet = _xlsx(file, problems) if file.suffix.lower() == ".xlsx" else _csv(_text(file))
    except _BadRow as row:
        sentence = (
            'the row that begins here cannot be read; most likely a double quote (") opens a text and nothing closes it, '
            "or stands inside a text: write it twice there"
        )
        problems.append(Problem(place=Place(path=file.as_posix(), line=row.line), sentence=sentence, code="not_readable"))
        return None
    except Exception as error:  # a damaged XLSX makes openpyxl raise whatever its zip and XML parsers do
        sentence = f"this table cannot be read ({error}); open it in a spreadsheet and save it anew"
        problems.append(Problem(place=Place(path=file.as_posix(), line=1), sentence=sentence, code="not_readable"))
        return None
    header = header_of(sheet.rows)
    problems.extend(columns.judge(header, file=file))
    return Table(file=file, header=header, sheet=sheet, rows=sheet.below(header.row)) if header and header.complete else None


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


def _csv(text: str) -> Sheet:
    """Rows under the separator that makes the most known columns of one of the first lines. Raises _BadRow."""
    first = list(islice((line for line in text.splitlines() if line.strip()), HEADER_ROWS_MAX))
    separator = max(_SEPARATORS, key=lambda sign: max((_columns_known(line, separator=sign) for line in first), default=0))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[Row] = []
    line = 1
    try:
        for number, texts in enumerate(reader, 1):
            rows.append(Row(number=number, line=line, cells=texts))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _BadRow(line) from error
    return Sheet(rows=[row for row in rows if not row.empty])


def _columns_known(header: str, *, separator: str) -> int:
    found = next(csv.reader([header], delimiter=separator), [])
    return sum(columns.column(cell) is not None for cell in found)


def _xlsx(file: Path, problems: list[Problem]) -> Sheet:
    """The first sheet that names the columns, else the first sheet."""
    found = sheets(file)
    complete = [sheet for sheet in found if (header := header_of(sheet.rows)) and header.complete]
    begun = [sheet for sheet in found if (header := header_of(sheet.rows[:1])) and header.begun]
    named = [sheet for sheet in found if sheet in complete or sheet in begun]
    if len(named) > 1:
        sentence = (
            f"{len(named)} sheets name columns, and only the first is read; put all rows on it, or each sheet in a file"
        )
        problems.append(Problem(place=Place(path=file.as_posix(), line=1), sentence=sentence, code="more_sheets"))
    return next(iter([*complete, *named, *found]), Sheet(rows=[]))


def _entries(table: Table, *, pack: str, language: str, problems: list[Problem]) -> list[Entry]:
    merged: dict[str, list[Part]] = {}
    id = ""
    for row in table.rows:
        found = Part(place=table.place(row), texts=_named(row, table.header.columns))
        if "id" in found.texts or table.header.columns.index("answer") not in row.repeated:
            id = found.texts.get("id") or f"{table.file.stem}.row_{row.number}"
        # else its answer is one cell with that of the row above: questions of one entry, then
        merged.setdefault(id, []).append(found)
    for id, parts in merged.items():
        problems.extend(_contradictions(id, parts))
    return [_entry(id, parts, pack=pack, language=language) for id, parts in merged.items()]


def _named(row: Row, names: Sequence[str]) -> dict[str, str]:
    """The texts by column, with plain line ends; those of several columns of one name add up where they may."""
    texts: dict[str, str] = {}
    for name, cell in zip(names, row.cells, strict=False):
        text = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
        if name and text:
            texts[name] = f"{texts[name]}\n{text}" if name in columns.REPEATABLE and name in texts else text
    return texts


def _contradictions(id: str, parts: list[Part]) -> Iterator[Problem]:
    """Rows of one id that answer differently."""
    first: dict[str, Part] = {}
    for part in parts:
        for column, text in part.texts.items():
            said = first.setdefault(column, part)
            if column.startswith("answer") and said.texts[column] != text:
                sentence = f"`{id}` has another answer in line {said.place.line}; give both rows one answer, or two ids"
                yield Problem(place=part.place, sentence=sentence, code="two_answers")


def _entry(id: str, parts: list[Part], *, pack: str, language: str) -> Entry:
    """One entry of all rows with this id: questions add up; of answers, titles and tags the first stands."""
    questions: dict[str, Variant] = {}
    first: dict[str, str] = {}
    places: dict[str, Place] = {}
    for part in parts:
        for line in filter(None, map(str.strip, part.texts.get("question", "").splitlines())):
            questions.setdefault(line, Variant(text=line, place=part.place))
        places = dict.fromkeys(part.texts, part.place) | places
        first = part.texts | first
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
