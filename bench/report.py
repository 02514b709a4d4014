"""Tables and plots from the stored samples: bench/figures/tables.md and *.png. Measures nothing.

One table for each benchmark, in functions named after them; the plots are in `plots`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench import results, tables
from bench.results import Results

FIGURES: Final = Path(__file__).parent / "figures"


def report(stored: Path, figures: Path) -> None:
    """Write what there are results for."""
    from bench import plots  # matplotlib takes a second to import, and only this needs it

    figures.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, table in TABLES.items():
        found = results.read(name, folder=stored)
        if found:
            parts.append(f"### {table.__doc__}\n\n{table(found)}\n\n{provenance(found)}")
            plots.plot(name, found, figures / f"{name}.png")
    (figures / "tables.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def provenance(found: Results) -> str:
    """The line under a table: machine, commit, and whether it was quiet."""
    h = found.header
    busy = " **Measured on a busy machine.**" if h["flagged"] else ""
    changed = " with changes" if h["changed_since"] else ""
    return (
        f"<sub>{h['cores']} cores of {h['cpu']}, {h['ram_gib']} GiB, {h['system']}, Python {h['python']}, commit "
        f"{h['commit']}{changed}, {h['at']}; other programs used {h['foreign_cpu_percent']} % of a core before.{busy}</sub>"
    )


TABLES: Final[dict[str, Callable[[Results], str]]] = {
    "latency": tables.latency,
    "capacity": tables.capacity,
    "workers": tables.workers,
    "peers": tables.peers,
    "quality": tables.quality,
    "growth": tables.growth,
    "growth_max": tables.growth_max,
    "startup": tables.startup,
}
