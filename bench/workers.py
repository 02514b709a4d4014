"""Which `workers` setting is best: short runs of each in turn, round after round, so that drift touches all alike."""

import argparse

from bench import closed, material, runs, samples
from bench.results import Writer
from bench.runs import Traffic
from bench.served import served
from bench.workload import SEED, Script, script

HELP = "the service's `workers` setting: 0, 1, 2 compared in interleaved rounds"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--workers", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--calls", type=int, nargs="*", default=[200, 500, 1000, 2000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0, help="measured seconds of each run")
    parser.add_argument("--ramp", type=float, default=3.0, help="seconds over which calls open, not measured")
    parser.add_argument("--rate", type=float, default=3.0, help="fragments a second of each call")
    parser.add_argument("--closed", type=int, default=500, help="texts of the closed loop in each round; 0: none")
    parser.add_argument("--seed", type=int, default=SEED)


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    material.pinned(args.artifact, args.work)
    said = script(material.knowledge())
    for turn in range(args.rounds):
        for workers in args.workers:
            if args.closed:
                _closed(args, writer, said, workers=workers, turn=turn)
        for calls in args.calls:
            for workers in args.workers:
                _open(args, writer, said, calls=calls, workers=workers, turn=turn)


def _closed(args: argparse.Namespace, writer: Writer, said: Script, *, workers: int, turn: int) -> None:
    folder = args.work / "artifact"
    chosen = closed.with_cards(folder, said.caller, count=args.closed, seed=args.seed)
    with served(folder, workers=workers) as service:
        cards = closed.cards(service.address, chosen, count=args.closed)
    writer.series("card", [round(us, 1) for us in cards], unit="us", loop="closed", workers=workers, round=turn)


def _open(args: argparse.Namespace, writer: Writer, said: Script, *, calls: int, workers: int, turn: int) -> None:
    traffic = Traffic(
        calls=calls, seconds=args.seconds, ramp_s=args.ramp, rate=args.rate, seed=args.seed + turn,
        settings={"workers": workers}, detailed=False,
    )  # fmt: skip
    outcome = runs.run(traffic, args.work / "artifact", said, writer, workers=workers, round=turn)
    p99 = samples.of(outcome.finals).percentile(99) / 1000
    print(f"{calls} calls, {workers} workers: finals p99 {p99:.1f} ms, {outcome.lost} lost", flush=True)
