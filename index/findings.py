"""What reading and checking knowledge finds: a place, a sentence a non-programmer understands, how bad it is.

Pure. Used by everything in `index/` that reads or checks packs; the command line prints `str(problem)`, one a line.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
_SHOWN_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where something is written: a file and a line (or spreadsheet row), counted from 1."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding. `code` is for machines and never changes; an error stops a build, a warning and a note do not."""

    place: Place
    sentence: str
    severity: Severity = "error"
    code: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the nearest known one, or else the known ones when they are few."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"; did you mean `{near[0]}`?"
    if 0 < len(words) <= _SHOWN_MAX:
        return "; known here: " + ", ".join(f"`{w}`" for w in words)
    return ""


def quoted(text: str, *, length_max: int = 24) -> str:
    """A text cut to `length_max` characters, in quotation marks, for use in a sentence."""
    return f"“{text}”" if len(text) <= length_max else f"“{text[: length_max - 1]}…”"
