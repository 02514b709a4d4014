"""The benchmarks' command line: `python -m bench NAME`. Only parses, waits for a quiet machine, calls."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

from assist.artifact import ArtifactError
from bench import machine, material, report, results
from bench.foreign_queries import Unusable
from bench.served import NotServed

NAMES: Final = ("latency", "capacity", "workers", "peers", "quality", "growth", "startup")
UNUSABLE: Final = 2  # the exit status argparse has for a flag that is none; also for a file that cannot be used


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Benchmarks; see bench/README.md.")
    commands = parser.add_subparsers(required=True, metavar="NAME")
    for name in NAMES:
        module = importlib.import_module(f"bench.{name}")
        sub = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_options(sub)
        _add_common(sub)
        sub.set_defaults(module=module, name=name)
    sub = commands.add_parser("report", help="tables and plots from the stored samples")
    sub.add_argument("--results", type=Path, default=results.RESULTS, metavar="DIR")
    sub.add_argument("--figures", type=Path, default=report.FIGURES, metavar="DIR")
    sub.set_defaults(module=None)
    return parser


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--artifact", type=Path, metavar="DIR", help="folder of artifacts; by default one is built")
    parser.add_argument("--results", type=Path, default=results.RESULTS, metavar="DIR", help="where samples are kept")
    parser.add_argument("--work", type=Path, default=material.WORK, metavar="DIR", help="scratch folder")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait for a quiet machine")
    parser.add_argument("--force", action="store_true", help="measure on a busy machine; the results are flagged")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark, or the report; returns the exit status."""
    args = _parser().parse_args(arguments)
    try:
        if args.module is None:
            report.report(args.results, args.figures)
        else:
            _run(args, args.module)
    except (ArtifactError, NotServed, machine.Busy) as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return 1
    except Unusable as problem:
        print(f"bench: {problem}", file=sys.stderr)
        return UNUSABLE
    return 0


def _run(args: argparse.Namespace, module: ModuleType) -> None:
    own = {"module", "name", "artifact", "results", "work", "patience", "force"}
    options = {key: _plain(value) for key, value in vars(args).items() if key not in own}
    if hasattr(module, "check"):
        module.check(args)
    args.work.mkdir(parents=True, exist_ok=True)
    foreign = machine.gate(patience_s=args.patience, force=args.force)
    name = module.result_name(args) if hasattr(module, "result_name") else args.name
    with results.Writer(name, folder=args.results, foreign_cpu=foreign, options=options) as writer:
        module.run(args, writer)


def _plain(value: object) -> object:
    """A path by its name alone: results tell nothing of where things lie."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.name if isinstance(value, Path) else value
