"""One picture for each benchmark, from its stored results."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np

from bench import tables
from bench.results import Results
from bench.samples import Samples

mpl.use("Agg")
from matplotlib import pyplot as plt

QUANTILES: Final = 100 * (1 - np.logspace(0, -3.3, 200))
OURS, THEIRS, BUDGET = "#1f6f8b", "#b0b0b0", "#c0392b"


def plot(name: str, results: Results, path: Path) -> None:
    """Draw a benchmark's picture, if it has one and there is something to draw."""
    draw = PICTURES.get(name)
    if draw is None or not (results.series or results.figures):
        return
    figure, axes = plt.subplots(figsize=(7, 4), dpi=110)
    draw(axes, results)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def _latency(axes: Any, results: Results) -> None:
    """How many in a thousand take longer than so much."""
    _tail(axes, tables.pooled(results, "card", loop="closed"), "1 call, closed loop, text to card")
    for calls in dict.fromkeys(s.labels["calls"] for s in results.series if s.name == "finals"):
        _tail(axes, tables.pooled(results, "finals", calls=calls), f"{calls} calls, final to reading")
    axes.set(xscale="log", yscale="log", xlabel="milliseconds from the intended sending time", ylabel="share that is slower")
    axes.legend(frameon=False, fontsize=8)


def _tail(axes: Any, kept: Samples, label: str) -> None:
    told = [q for q in QUANTILES if kept.worth_telling(q)] if kept.n else []
    if told:
        axes.plot([kept.percentile(q) / 1000 for q in told], [1 - q / 100 for q in told], label=label)


def _capacity(axes: Any, results: Results) -> None:
    runs = [f for f in results.figures if f.name == "run"]
    calls = [run.labels["calls"] for run in runs]
    finals = [tables.pooled(results, "finals", calls=n) for n in calls]
    for q in (50, 99):
        axes.plot(calls, [one.percentile(q) / 1000 for one in finals], "o-", label=f"finals p{q}")
    axes.axhline(50, color=BUDGET, linestyle="--", linewidth=1, label="budget 50 ms")
    axes.set(yscale="log", xlabel="calls, 3 fragments/s each", ylabel="milliseconds")
    right = axes.twinx()
    right.plot(calls, [run.values["service_cpu_percent"] for run in runs], ":", color=THEIRS)
    right.set(ylabel="service CPU, % of one core (dotted)", ylim=(0, 200))
    axes.legend(frameon=False, fontsize=8)


def _workers(axes: Any, results: Results) -> None:
    calls = list(dict.fromkeys(s.labels["calls"] for s in results.series if s.name == "finals"))
    for count in dict.fromkeys(s.labels["workers"] for s in results.series if s.name == "finals"):
        finals = [tables.pooled(results, "finals", calls=n, workers=count) for n in calls]
        axes.plot(calls, [one.percentile(99) / 1000 for one in finals], "o-", label=f"workers {count}")
    axes.set(yscale="log", xlabel="calls, 3 fragments/s each", ylabel="finals p99, milliseconds")
    axes.legend(frameon=False, fontsize=8)


def _peers(axes: Any, results: Results) -> None:
    names = tables.contenders(results)[::-1]
    kept = [tables.pooled(results, "answer", contender=name, tuned=tuned) for name, tuned in names]
    labels = [f"{name} {tuned}".strip() for name, tuned in names]
    colours = [OURS if label.startswith("ours") else THEIRS for label in labels]
    bars = axes.barh(labels, [one.percentile(50) / 1000 for one in kept], color=colours)
    axes.bar_label(bars, fmt="%.2f", padding=3, fontsize=8)
    axes.set(xscale="log", xlabel="milliseconds for one question, p50")


def _growth_max(axes: Any, results: Results) -> None:
    """What a broader search costs and brings."""
    told = [(f, tables.pooled(results, "search", breadth=f.values["breadth"])) for f in results.figures]
    for q in (50, 99):
        axes.plot([f.values["recall"] for f, _ in told], [kept.percentile(q) for _, kept in told], "o-", label=f"p{q}")
    for f, kept in told:
        axes.annotate(f"ef {f.values['breadth']}", (f.values["recall"], kept.percentile(50)), fontsize=7)
    axes.set(xlabel="recall@10 against exact search", ylabel="microseconds for one search")
    axes.legend(frameon=False, fontsize=8)


def _growth(axes: Any, results: Results) -> None:
    ours = [f for f in results.figures if f.values["ours"]]
    sizes = [f.labels["size"] for f in ours]
    kept = [tables.pooled(results, "search", size=f.labels["size"], breadth=f.values["breadth"]) for f in ours]
    for q in (50, 99):
        axes.plot(sizes, [one.percentile(q) for one in kept], "o-", label=f"p{q}")
    for size, one, f in zip(sizes, kept, ours, strict=True):
        axes.annotate(f"{f.values['kind']}, recall {f.values['recall']:.3f}", (size, one.percentile(50)), fontsize=7,
                      xytext=(0, -12), textcoords="offset points", ha="center")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="vectors", ylabel="microseconds for one search")
    axes.margins(0.12)
    axes.legend(frameon=False, fontsize=8)


def _startup(axes: Any, results: Results) -> None:
    kept = next((s.samples for s in results.series if s.name == "ready"), None)
    if kept:
        axes.plot(np.repeat(kept.values, kept.counts), "o", color=OURS)
        axes.set(xlabel="start, in order of time taken", ylabel="milliseconds from process start to ready", ylim=(0, None))


def _quality(axes: Any, results: Results) -> None:
    whole = [f for f in results.figures if "/" not in f.name and f.labels.get("texts") != "slipped"][::-1]
    names = [f"{f.name} {f.labels.get('pack', '')}".strip() for f in whole]
    values = [f.values["percent"] for f in whole]
    low, high = ([abs(f.values[end] - f.values["percent"]) for f in whole] for end in ("low", "high"))
    axes.barh(names, values, xerr=[low, high], color=OURS, ecolor=THEIRS)
    axes.tick_params(axis="y", labelsize=6)
    axes.set(xlabel="percent, with 95 % interval", xlim=(0, 100))


PICTURES: Final[dict[str, Callable[[Any, Results], None]]] = {
    "latency": _latency,
    "capacity": _capacity,
    "workers": _workers,
    "peers": _peers,
    "growth": _growth,
    "growth_max": _growth_max,
    "startup": _startup,
    "quality": _quality,
}
