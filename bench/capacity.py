"""How many calls one service carries: ever more, three fragments a second each, until the finals' p99 passes the budget."""

import argparse

from bench import material, runs, samples
from bench.results import Writer
from bench.runs import Traffic
from bench.workload import SEED, script

HELP = "concurrent calls at 3 fragments/s until the finals' p99 passes the budget"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--calls", type=int, nargs="*", default=[200, 500, 1000, 1500, 2000, 2500, 3000, 4000])
    parser.add_argument("--seconds", type=float, default=30.0, help="measured seconds of each run")
    parser.add_argument("--ramp", type=float, default=10.0, help="seconds over which calls open, not measured")
    parser.add_argument("--rate", type=float, default=3.0, help="fragments a second of each call")
    parser.add_argument("--budget-ms", type=float, default=50.0)
    parser.add_argument("--workers", type=int, help="the service's setting; by default its own default")
    parser.add_argument("--seed", type=int, default=SEED)


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    artifact = material.pinned(args.artifact, args.work)
    said = script(material.knowledge())
    settings = {} if args.workers is None else {"workers": args.workers}
    for calls in args.calls:
        traffic = Traffic(
            calls=calls, seconds=args.seconds, ramp_s=args.ramp, rate=args.rate, seed=args.seed, settings=settings
        )
        outcome = runs.run(traffic, artifact, said, writer)
        p99 = samples.of(outcome.finals).percentile(99) / 1000
        print(f"{calls} calls: finals p99 {p99:.1f} ms of {len(outcome.finals)}, {outcome.lost} lost", flush=True)
        if not p99 <= args.budget_ms:
            return
