"""The columns of a table: which row names them, under which names, and what is amiss with the names.

The header may stand below a title: it is looked for in the first rows. Called by `tables.py`; reads no file.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from index.findings import Place, Problem, quoted, suggestion
from index.sheets import Row, column_name

HEADER_ROWS_MAX: Final = 5  # how far down the header may stand
REPEATABLE: Final = ("question", "tags")  # several columns of one such name add up
_NEEDED = ("question", "answer")
_COLUMNS = ("id", "question", "answer", "title", "tags")
_ALIASES = {
    "编号": "id", "編號": "id", "问题": "question", "問題": "question", "问法": "question", "questions": "question",
    "答案": "answer", "回答": "answer", "标题": "title", "標題": "title", "标签": "tags", "標籤": "tags", "tag": "tags",
}  # fmt: skip
_ANSWER_IN = re.compile(r"answer[_-]([a-z]{2,3}(?:-[a-z]+)?)")
_LANGUAGE_CASE = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The row that names the columns; `columns` by position, "" where a name is none of ours."""

    row: Row
    columns: Sequence[str]

    @property
    def complete(self) -> bool:
        return all(name in self.columns for name in _NEEDED)

    @property
    def begun(self) -> bool:
        return any(name in self.columns for name in _NEEDED)


def header_of(rows: Sequence[Row]) -> Header | None:
    """The first of the first rows that names question and answer, else the one that names most; None without rows."""
    headers = [Header(row=row, columns=[column(cell) or "" for cell in row.cells]) for row in rows[:HEADER_ROWS_MAX]]
    complete = (header for header in headers if header.complete)
    return next(complete, None) or max(headers, key=lambda header: sum(map(bool, header.columns)), default=None)


def column(name: str) -> str | None:
    """The column a header names ("Question", "问题", "answer_EN"), or None."""
    plain = name.strip().strip("\ufeff").lower().replace(" ", "_")
    plain = _ALIASES.get(plain, plain)
    if plain in _COLUMNS:
        return plain
    match = _ANSWER_IN.fullmatch(plain)
    return f"answer_{_LANGUAGE_CASE.get(match.group(1), match.group(1))}" if match else None


def judge(header: Header | None, *, file: Path) -> list[Problem]:
    """What is amiss with the names: an error where the table cannot be read by them."""
    place = Place(path=file.as_posix(), line=header.row.line if header else 1)
    sentences: list[str] = []
    if header and any(header.columns):
        sentences += [
            f"the column {quoted(cell)} is not read{suggestion(cell.lower(), _COLUMNS)}"
            for cell, column in zip(header.row.cells, header.columns, strict=True) if cell.strip() and not column
        ]  # fmt: skip
    problems = [Problem(place=place, sentence=s, severity="warning", code="unknown_column") for s in sentences]
    problems += [Problem(place=place, sentence=s, code="column_twice") for s in _twice(header.columns if header else ())]
    missing = [f"`{name}`" for name in _NEEDED if not header or name not in header.columns]
    if missing:
        sentence = (
            f"one of the first {HEADER_ROWS_MAX} rows must name the columns id, question, answer; "
            f"{' and '.join(missing)} cannot be found"
        )
        problems.append(Problem(place=place, sentence=sentence, code="no_column"))
    return problems


def _twice(names: Sequence[str]) -> Iterator[str]:
    """Columns of one name whose texts cannot add up: nobody knows which of them is meant."""
    for name in dict.fromkeys(filter(None, names)):
        letters = [column_name(at) for at, other in enumerate(names) if other == name]
        if len(letters) > 1 and name not in REPEATABLE:
            yield f"the columns {' and '.join(letters)} are each read as `{name}`; keep one, or name the rest otherwise"
