"""One Markdown table for each benchmark, from its stored results. The docstring's first line is the table's title. Pure."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from bench import samples
from bench.results import Figures, Results, Series
from bench.samples import Samples

PERCENTILES: Final = (50, 90, 99, 99.9)
STAGES: Final = ("decode", "wait", "encode", "search", "advise", "total")
MS: Final = 1e-3
PARTS: Final = ("plain", "other_words", "ramble", "cross", "short", "none", "zh-Hans", "zh-Hant", "yue", "en")
CLOSED: Final = (
    ("card", "text to card over the socket, for a client that polls"), ("client_card", "the same for our Python client"),
    ("echo", "ping to pong: the socket alone"),
    ("bare", "bare sum: tokenise + ONNX run + search"), ("engine", "engine in process"),
    ("overhead", "socket and call core: card less bare sum"), ("client_overhead", "the same for our Python client"),
)  # fmt: skip
OPEN: Final = (
    ("finals", "final to reading"), ("cards", "final to card"), ("partials", "partial to reading"),
    ("lateness", "(lateness of the load client, part of the above)"),
)  # fmt: skip


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def number(value: float, digits: int = 2) -> str:
    """A number for a table; a dash for what is not one."""
    return "–" if value != value else f"{value:,.{digits}f}"


def at(kept: Samples, q: float, *, scale: float = MS, digits: int = 2) -> str:
    """A percentile, or a dash when too few samples lie beyond it."""
    return number(kept.percentile(q) * scale, digits) if kept.worth_telling(q) else "–"


def found(results: Results, name: str, **labels: Any) -> list[Series]:
    """The series of a name that have these labels."""
    return [s for s in results.series if s.name == name and all(s.labels.get(k) == v for k, v in labels.items())]


def pooled(results: Results, name: str, **labels: Any) -> Samples:
    """All samples of a name and labels, over rounds."""
    return samples.merged(s.samples for s in found(results, name, **labels))


def latency(results: Results) -> str:
    """Text to card, milliseconds"""
    rows = [_row(f"one call, closed loop: {text}", pooled(results, name, loop="closed")) for name, text in CLOSED]
    for calls in _labels(results, "finals", "calls"):
        rows += [_row(f"{calls} calls, open loop: {text}", pooled(results, name, calls=calls)) for name, text in OPEN]
        rows += _stages(results, calls)
    return table(["", *(f"p{q}" for q in PERCENTILES), "n"], [row for row in rows if row[-1] != "0"]) + _lost(results)


def _row(text: str, kept: Samples) -> list[str]:
    return [text, *(at(kept, q) for q in PERCENTILES), f"{kept.n:,}"]


def _stages(results: Results, calls: int) -> list[list[str]]:
    rows = []
    for of in ("final", "partial"):
        kept = [(stage, pooled(results, f"stage {stage}", calls=calls, of=of)) for stage in STAGES]
        rows += [_row(f"{calls} calls, in the service, {of}s with a card: {stage}", one) for stage, one in kept]
    return rows


def _labels(results: Results, name: str, label: str) -> list[Any]:
    return list(dict.fromkeys(s.labels[label] for s in results.series if s.name == name))


def _lost(results: Results) -> str:
    runs = [f for f in results.figures if f.name == "run"]
    lost, sent = (sum(run.values[key] for run in runs) for key in ("finals_lost", "finals_sent"))
    return f"\n\nFinals lost: {lost} of {sent:,}." if runs else ""


def capacity(results: Results) -> str:
    """Concurrent calls on one process, 3 fragments/s each"""
    head = ["calls", "fragments/s", "finals p50 ms", "p99 ms", "p99.9 ms", "finals lost", "partials dropped",
            "service CPU %", "client CPU %", "RSS MB"]  # fmt: skip
    rows = []
    for run in (f for f in results.figures if f.name == "run"):
        kept, v = pooled(results, "finals", calls=run.labels["calls"]), run.values
        rows.append([
            f"{run.labels['calls']:,}", number(v["fragments_per_s"], 0), *(at(kept, q, digits=1) for q in (50, 99, 99.9)),
            f"{v['finals_lost']} of {v['finals_sent']:,}", dropped(v), number(v["service_cpu_percent"], 0),
            number(v["client_cpu_percent"], 0), number(v["rss_mb"], 0),
        ])  # fmt: skip
    return table(head, rows)


def dropped(values: dict[str, Any]) -> str:
    """Dropped partials by reason, and their share."""
    by_reason = {reason: count for reason, count in values["partials_dropped"].items() if count}
    told = ", ".join(f"{count:,} {reason}" for reason, count in by_reason.items())
    return f"{told} of {values['partials_sent']:,}" if told else "0"


def workers(results: Results) -> str:
    """The `workers` setting: finals p99 in milliseconds, rounds pooled"""
    counts, calls = _labels(results, "finals", "workers"), _labels(results, "finals", "calls")
    rows = []
    if found(results, "card", loop="closed"):
        for q in (50, 99):
            kept = [pooled(results, "card", loop="closed", workers=w) for w in counts]
            rows.append([f"one call, closed loop, text to card p{q}", *(at(one, q) for one in kept)])
    for n in calls:
        for q in (50, 99):
            kept = [pooled(results, "finals", calls=n, workers=w) for w in counts]
            rows.append([f"{n} calls, finals p{q}", *(at(one, q, digits=1) for one in kept)])
        rows.append([f"{n} calls, service CPU %", *(number(_mean_cpu(results, n, w), 0) for w in counts)])
    return table(["", *(f"workers {w}" for w in counts)], rows)


def _mean_cpu(results: Results, calls: int, count: int) -> float:
    runs = [f for f in results.figures if f.name == "run" and f.labels["calls"] == calls and f.labels["workers"] == count]
    return float(sum(run.values["service_cpu_percent"] for run in runs)) / max(1, len(runs))


def peers(results: Results) -> str:
    """The same questions over the same texts"""
    head = ["", "p50 ms", "p99 ms", "best throughput/s", "at batch x threads", "RSS MB", "load s", "same entry %"]
    rows = []
    for name, tuned in contenders(results):
        kept = pooled(results, "answer", contender=name, tuned=tuned)
        runs = [f.values for f in results.figures if f.name == "contender" and _is(f.labels, name, tuned)]
        best = max(runs, key=lambda run: run["per_s"])
        agree = next((f.values for f in results.figures if f.name == "agreement" and f.labels["contender"] == name), {})
        rows.append([
            f"{name} {tuned}".strip(), at(kept, 50), at(kept, 99), number(best["per_s"], 0), best["best_at"],
            number(best["rss_mb"], 0), number(min(run["load_s"] for run in runs), 1),
            number(agree.get("entry", math.nan), 1),
        ])  # fmt: skip
    skipped = [f"\n\nSkipped: {f.labels['contender']}, {f.values['reason']}" for f in results.figures if f.name == "skipped"]
    return table(head, rows) + in_turn(results) + "".join(skipped)


def in_turn(results: Results) -> str:
    """What the duel said, as a sentence; nothing where there was none."""
    duel = next((f.values for f in results.figures if f.name == "duel"), None)
    if duel is None:
        return ""
    sides = [
        f"{s.labels['contender']} {s.labels['tuned']} at {s.labels['at']} {number(s.samples.percentile(50), 0)}/s"
        for s in found(results, "rate in turn")
    ]
    return (
        f"\n\nIn turn, each at its best, {duel['turns']} times: {', '.join(sides)}; "
        f"{duel['ratio']} x (half of the turns {duel['low']} to {duel['high']})."
    )


def contenders(results: Results) -> list[tuple[str, str]]:
    """Names and tunings, fastest first."""
    known = dict.fromkeys((s.labels["contender"], s.labels["tuned"]) for s in results.series)
    return sorted(known, key=lambda one: pooled(results, "answer", contender=one[0], tuned=one[1]).percentile(50))


def _is(labels: dict[str, Any], name: str, tuned: str) -> bool:
    return (labels["contender"], labels["tuned"]) == (name, tuned)


def quality(results: Results) -> str:
    """Right answers on examples, percent with 95 % interval"""
    parts = list(dict.fromkeys(one.name.partition("/")[2] for one in results.figures if "/" in one.name))
    order = sorted(parts, key=lambda part: (PARTS.index(part) if part in PARTS else len(PARTS), part))
    known = {(one.name, _where(one)): one.values for one in results.figures}
    rows = []
    for (name, where), v in known.items():
        if "/" not in name:
            split = [known.get((f"{name}/{part}", where)) for part in order]
            cells = [number(one["percent"], 0) if one else "" for one in split]
            whole = [number(v["percent"], 1), f"{v['low']:.1f} – {v['high']:.1f}", f"{v['of']:,}"]
            rows.append([f"{name} ({where})", *whole, *cells])
    return table(["measure", "%", "95 % interval", "of", *order], rows)


def _where(one: Figures) -> str:
    return ", ".join(str(value) for value in one.labels.values())


def growth(results: Results) -> str:
    """Search in a growing knowledge base: 256 dimensions, 10 neighbours, one thread"""
    head = ["vectors", "kind", "efSearch", "p50 us", "p99 us", "recall@10", "memory MB", "build CPU s"]
    rows = []
    for one in results.figures:
        v, size = one.values, one.labels["size"]
        kept = pooled(results, "search", size=size, breadth=v["breadth"])
        rows.append([
            f"{size:,}", v["kind"], f"{v['breadth'] or '–'}{' (ours)' if v['ours'] and v['breadth'] else ''}",
            at(kept, 50, scale=1, digits=0), at(kept, 99, scale=1, digits=0), number(v["recall"], 4),
            number(v["memory_mb"], 0), number(v["build_cpu_s"], 1),
        ])  # fmt: skip
    return table(head, rows)


def growth_max(results: Results) -> str:
    """A million vectors"""
    return growth(results)


def startup(results: Results) -> str:
    """Start and rebuild"""
    digits = {"ms": 0, "mb": 0, "s": 2}
    rows = [
        [f"{s.name}, {s.unit}", *(number(s.samples.percentile(q), digits[s.unit]) for q in (0, 50, 100)), str(s.samples.n)]
        for s in results.series
    ]
    return table(["", "least", "median", "most", "n"], rows)
