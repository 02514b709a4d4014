"""How long words take to become cards: one call in a closed loop beside the bare sum, then N calls in an open loop."""

import argparse

from bench import closed, material, runs
from bench.results import Writer
from bench.runs import Traffic
from bench.served import served
from bench.workload import SEED, script

HELP = "text to card: one call in a closed loop beside the bare sum, and N calls in an open loop"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--calls", type=int, nargs="*", default=[1, 50, 200, 500], help="concurrent calls, one run each")
    parser.add_argument("--seconds", type=float, default=60.0, help="measured seconds of each run")
    parser.add_argument("--ramp", type=float, default=5.0, help="seconds over which calls open, not measured")
    parser.add_argument("--rate", type=float, default=3.0, help="fragments a second of each call")
    parser.add_argument("--closed", type=int, default=3000, help="texts of the closed loop; 0 leaves it out")
    parser.add_argument("--seed", type=int, default=SEED)


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    artifact = material.pinned(args.artifact, args.work)
    said = script(material.knowledge())
    if args.closed:
        _closed(args, writer, said.caller)
    for calls in args.calls:
        traffic = Traffic(calls=calls, seconds=args.seconds, ramp_s=args.ramp, rate=args.rate, seed=args.seed, settings={})
        outcome = runs.run(traffic, artifact, said, writer)
        print(f"{calls} calls: {len(outcome.finals)} finals measured, {outcome.lost} lost", flush=True)


def _closed(args: argparse.Namespace, writer: Writer, texts: tuple[str, ...]) -> None:
    folder = args.work / "artifact"
    chosen = closed.with_cards(folder, texts, count=args.closed, seed=args.seed)
    with served(folder) as service:
        times = closed.measure(service.address, folder, chosen, count=args.closed)
    for name in ("card", "client_card", "echo", "engine", "bare", "overhead", "client_overhead"):
        kept = writer.series(name, [round(us, 1) for us in getattr(times, name)], unit="us", loop="closed")
        print(f"closed loop, {name}: p50 {kept.percentile(50):.0f} us, p99 {kept.percentile(99):.0f} us", flush=True)
