"""One measured load run on a fresh service, and what is kept of it. Used by latency, capacity and workers."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

import psutil

from bench import machine
from bench.load import Load, Outcome
from bench.results import Writer
from bench.served import Served, served
from bench.workload import Script, schedule

T = TypeVar("T")
WORK: Final = ("user", "nice", "system", "irq", "softirq")  # not idle, not stolen by the hypervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """A run: so many calls for so long; `settings` are the service's. Not `detailed`: finals and partials alone are kept."""

    calls: int
    seconds: float
    ramp_s: float
    rate: float
    seed: int
    settings: dict[str, Any]
    detailed: bool = True


def run(traffic: Traffic, artifact: Path, said: Script, writer: Writer, **labels: Any) -> Outcome:
    """Measure, and write series and figures under `calls=` and the labels."""
    sendings = schedule(
        said, calls=traffic.calls, seconds=traffic.seconds, ramp_s=traffic.ramp_s, rate=traffic.rate, seed=traffic.seed
    )
    with served(artifact, **traffic.settings) as service:
        load, used = Load(service.address, sendings, warm_s=traffic.ramp_s), list[dict[str, float]]()
        outcome = on_loop(load.run(lambda: used.append(_used(service, load))))
        (before, after), counters = used, service.counters()
    spent = {name: after[name] - before[name] for name in after}
    labels = {"calls": traffic.calls, **labels}
    _keep_series(writer, outcome, labels, detailed=traffic.detailed)
    writer.figures("run", _figures(outcome, counters, spent, after["rss_mb"]), **labels)
    return outcome


def new_loop() -> asyncio.AbstractEventLoop:
    """An event loop: uvloop's where it exists."""
    try:
        import uvloop
    except ImportError:  # Windows
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


def on_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)


def _used(service: Served, load: Load) -> dict[str, float]:
    """What has been used and sent so far."""
    me = psutil.Process().cpu_times()
    everyone = psutil.cpu_times()
    return {
        "wall_s": perf_counter(),
        "sent": load.outcome.sent.total() - load.outcome.sent["open"],
        "service_s": service.cpu_s(),
        "client_s": me.user + me.system,
        "all_s": sum(getattr(everyone, name, 0.0) for name in WORK),
        "stolen_s": machine.stolen_s(),
        "rss_mb": service.rss_mb(),
    }


def _keep_series(writer: Writer, outcome: Outcome, labels: dict[str, Any], *, detailed: bool) -> None:
    for name in ("finals", "partials", *(("cards", "lateness") if detailed else ())):
        writer.series(name, [round(us) for us in getattr(outcome, name)], unit="us", **labels)
    for (which, stage), values in sorted(outcome.stages.items() if detailed else ()):
        writer.series(f"stage {stage}", values, unit="us", of=which, **labels)


def _figures(
    outcome: Outcome, counters: dict[str, float], spent: dict[str, float], rss_mb: float
) -> dict[str, float | dict[str, int]]:
    """Counts, and CPU in percent of one core. Foreign is what neither the service nor this client has used."""
    cores = {name: 100 * spent[f"{name}_s"] / spent["wall_s"] for name in ("service", "client", "all", "stolen")}
    dropped = {k.split("{")[1][:-1]: int(v) for k, v in counters.items() if k.startswith("assist_partials_dropped_total{")}
    return {
        "finals_sent": outcome.sent["final"],
        "finals_lost": outcome.lost,
        "partials_sent": outcome.sent["partial"],
        "partials_dropped": dropped,
        "ambiguous": outcome.ambiguous,
        "problems": dict(outcome.problems),
        "fragments_per_s": round(spent["sent"] / spent["wall_s"], 1),
        "service_cpu_percent": round(cores["service"], 1),
        "client_cpu_percent": round(cores["client"], 1),
        "foreign_cpu_percent": round(max(0.0, cores["all"] - cores["service"] - cores["client"]), 1),
        "stolen_cpu_percent": round(cores["stolen"], 1),
        "rss_mb": round(rss_mb, 1),
    }
