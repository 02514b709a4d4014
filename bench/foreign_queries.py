"""Reads what others bring to `bench quality`: a file of queries with the ids of the entries that answer them, and the table
they are asked of. What cannot be used is refused with its line, before anything is built of it.
"""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from bench import material
from index import packs
from index.findings import Place, suggestion
from index.knowledge import Example, Knowledge

GOLD: Final = ("gold", "gold_ids")  # names of the column, a space being as good as "_"
_BETWEEN_IDS: Final = re.compile(r"[,;|]")
_BETWEEN_CELLS: Final = ",;\t"
_TABLES: Final = (".csv", ".tsv")  # any other file holds JSON lines


class Unusable(Exception):
    """Something named on the command line that cannot be measured with; `str()` says where and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A foreign query and the ids of the entries that answer it."""

    query: str
    gold: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file: where it stands and its values, by names in lower case."""

    place: Place
    values: dict[str, Any]

    def refuse(self, sentence: str) -> Unusable:
        """The error that this line is."""
        return Unusable(f"{self.place}: {sentence}")


def read_table(path: Path) -> Knowledge:
    """The service pack without its examples, and the table (or pack) at `path`. Raises Unusable."""
    known, problems = packs.read([material.KNOWLEDGE / "service", path])
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more: see `assist-index check --knowledge {path}`)" if errors[1:] else ""
        raise Unusable(f"{errors[0]}{more}")
    if not known.entries:
        raise _refuse(path, "this holds no entries to answer from")
    none: tuple[Example, ...] = ()  # those of the service pack say nothing of a foreign table
    return Knowledge(packs=tuple(replace(pack, examples=none) for pack in known.packs))


def read_queries(path: Path, *, held: Collection[str] | None = None) -> list[Asked]:
    """JSON lines, or a table (CSV, TSV), each line with `query` and `gold`: a list, or ids between `,`, `;` or `|`.

    Every id must be one of `held`, where that is given. Raises Unusable at the first line that is not so.
    """
    text = _text(path)
    lines = _rows(path, text) if path.suffix.lower() in _TABLES else _objects(path, text)
    asked = [_asked(line, held) for line in lines]
    if not asked:
        raise _refuse(path, "this file holds no queries")
    return asked


def _refuse(path: Path, sentence: str, *, line: int = 1) -> Unusable:
    return Unusable(f"{Place(path=path.as_posix(), line=line)}: {sentence}")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse(path, "this file is not UTF-8; choose “CSV UTF-8” when saving") from error
    except OSError as error:
        raise _refuse(path, f"this file cannot be read ({error.strerror})") from error


def _objects(path: Path, text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.split("\n"), start=1):  # `splitlines` also splits inside of texts, at U+2028
        if line.strip():
            try:
                body = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _refuse(path, "this line is not JSON", line=number) from error
            if not isinstance(body, dict):
                raise _refuse(path, "this line is no JSON object with `query` and `gold`", line=number)
            yield _line(path, number, body)


def _rows(path: Path, text: str) -> Iterator[_Line]:
    """The rows below the first line, which names the columns and shows what stands between them."""
    header = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(_BETWEEN_CELLS, key=header.count), strict=True)
    try:
        for row in reader:
            number = reader.line_num - sum(cell.count("\n") for cell in row.values() if isinstance(cell, str))
            if any(row.pop(None, ())):  # where the reader puts cells without a column
                raise _refuse(path, "this row has more cells than the header; put several ids in double quotes", line=number)
            yield _line(path, number, row)
    except csv.Error as error:
        raise _refuse(path, f"this row is not CSV ({error})", line=reader.line_num + 1) from error


def _line(path: Path, number: int, values: dict[str, Any]) -> _Line:
    named = {name.strip().lower().replace(" ", "_"): value for name, value in values.items()}
    return _Line(Place(path=path.as_posix(), line=number), named)


def _asked(line: _Line, held: Collection[str] | None) -> Asked:
    query = line.values.get("query")
    if "query" not in line.values:
        raise line.refuse(f"there is no `query`; named here: {', '.join(line.values) or 'nothing'}")
    if not isinstance(query, str) or not query.strip():
        raise line.refuse("`query` must be a text that is not empty")
    gold = _gold(line)
    for id in sorted(gold) if held is not None else ():
        if id not in held:
            raise line.refuse(f"the table holds no entry `{id}`{suggestion(id, held)}")
    return Asked(query, gold)


def _gold(line: _Line) -> frozenset[str]:
    """The ids that the line names; at least one."""
    column = next((name for name in GOLD if name in line.values), None)
    if column is None:
        raise line.refuse(f"there is no `gold` (or `gold_ids`); named here: {', '.join(line.values)}")
    value = line.values[column]
    parts = value if isinstance(value, list) else _BETWEEN_IDS.split(value) if isinstance(value, str) else [value]
    if not all(isinstance(part, str | int) and not isinstance(part, bool) for part in parts):
        raise line.refuse(f"`{column}` must be a list of ids, or ids with `,`, `;` or `|` between them")
    ids = frozenset(filter(None, (str(part).strip() for part in parts)))
    if not ids:
        raise line.refuse(f"`{column}` names no entry that answers the query")
    return ids
