"""The results of a benchmark as JSON lines: a header, then series of samples and single figures, each with its labels.

A file is written under another name and renamed at the end: an interrupted run, or one that measured nothing, does not
destroy the last good one.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from bench import machine, samples
from bench.samples import Samples

RESULTS: Final = Path(__file__).parent / "results"
Labels = dict[str, Any]


class Writer:
    """Writes one results file; `with` it."""

    def __init__(self, name: str, *, folder: Path, foreign_cpu: float, options: Labels) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{name}.jsonl"
        self._draft = folder / f".{name}.jsonl.part"
        self._file = self._draft.open("w", encoding="utf-8")
        self._measured = False
        header = {"bench": name, **machine.describe(), "foreign_cpu_percent": round(foreign_cpu, 1), "options": options}
        self._put(header | {"flagged": foreign_cpu > machine.FOREIGN_MAX})

    def series(self, series: str, values: Iterable[float], *, unit: str, **labels: Any) -> Samples:
        """Keep samples; returns them."""
        kept = samples.of(values)
        self._measured = True
        self._put({"series": series, "unit": unit, **labels, **samples.as_json(kept)})
        return kept

    def figures(self, figures: str, values: Labels, **labels: Any) -> None:
        """Keep single figures."""
        self._measured = True
        self._put({"figures": figures, **labels, "values": values})

    def _put(self, line: Labels) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
        self._file.flush()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        if error is None and self._measured:
            os.replace(self._draft, self._path)
        else:
            self._draft.unlink()


@dataclass(frozen=True, slots=True)
class Series:
    """A stored series."""

    name: str
    unit: str
    labels: Labels
    samples: Samples


@dataclass(frozen=True, slots=True)
class Figures:
    """Stored figures."""

    name: str
    labels: Labels
    values: Labels


@dataclass(frozen=True, slots=True)
class Results:
    """A results file."""

    header: Labels
    series: tuple[Series, ...]
    figures: tuple[Figures, ...]


def read(name: str, *, folder: Path = RESULTS) -> Results | None:
    """A benchmark's results; None when it has not been run."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        return None
    header, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return Results(
        header,
        tuple(_series(line) for line in lines if "series" in line),
        tuple(Figures(line["figures"], _labels(line), line["values"]) for line in lines if "figures" in line),
    )


def _series(line: Labels) -> Series:
    return Series(line["series"], line["unit"], _labels(line), samples.from_json(line))


def _labels(line: Labels) -> Labels:
    return {k: v for k, v in line.items() if k not in ("series", "figures", "unit", "samples", "histogram", "values")}
