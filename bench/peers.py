"""The same 2,000 questions answered over the same 2,000 texts by ours and by what a Python team would pick instead.

Each contender runs in its own venv and a fresh process; those that are close run several rounds in turn. A contender's
best throughput is over batch sizes, and over one or two calling threads where it can be called from two. Minutes lie between
one contender and the next, in which the machine may change by more than they differ: see `duel` for what must be exact.
"""

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench import contest, duel, machine, venvs
from bench.plans import PLANS, Plan
from bench.results import Writer

HELP = "the same questions over the same texts: ours, and what a Python team would pick instead"
LIMIT_S: Final = 900
ORACLE: Final = "st_torch"  # full precision: what the others' first answers are compared with
EVERYBODY: Final = sorted({plan.name for plan in PLANS})


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--only", nargs="*", default=EVERYBODY, metavar="CONTENDER")
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=2, help="of the contenders that are close")
    parser.add_argument("--seconds", type=float, default=24.0, help="at most, for one by one; an eighth for each batch size")
    parser.add_argument("--prepare", action="store_true", help="only make the venvs, the models and the artifacts")


def result_name(args: argparse.Namespace) -> str:
    """A few contenders' figures do not take the place of everybody's."""
    return "peers" if args.only == EVERYBODY else "peers_some"


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    folder = args.work / "peers"
    contest.prepare(folder, texts=args.texts, questions_=args.questions)
    plans = [plan for plan in PLANS if plan.name in args.only]
    firsts: dict[str, list[int]] = {}
    rates: list[tuple[Plan, dict[str, float]]] = []
    for round_ in range(args.rounds):
        for plan in plans:
            told = _contend(args, writer, plan, round_, folder) if round_ == 0 or plan.rounds else None
            if told:
                firsts[plan.name] = told["firsts"]
                rates.append((plan, told["rates"]))
    duel.run(folder, rates, writer)
    owners = json.loads((folder / "owners.json").read_text(encoding="utf-8"))
    for name, found in firsts.items():
        writer.figures("agreement", agreement(found, firsts.get(ORACLE, []), owners), contender=name)


def _contend(args: argparse.Namespace, writer: Writer, plan: Plan, round_: int, folder: Path) -> dict[str, Any] | None:
    """One contender's figures, kept; None where there are none."""
    labels = {"contender": plan.name, "tuned": plan.tuned, "round": round_}
    try:
        python = venvs.python_of(plan.name)
        if args.prepare:
            return None
        told = _measured(plan, folder, args.seconds)
    except venvs.Skipped as skipped:
        print(f"{plan.name}: skipped, {skipped}", flush=True)
        writer.figures("skipped", {"reason": str(skipped)}, **labels)
        return None
    kept = writer.series("answer", told["us"], unit="us", **labels)
    figures = {key: value for key, value in told.items() if key not in ("us", "firsts")}
    figures["versions"] = venvs.versions(python, venvs.REQUIREMENTS.get(plan.name, ()))
    writer.figures("contender", {**figures, "foreign_cpu_percent": round(machine.foreign_cpu(), 1)}, **labels)
    print(f"{plan.name} {plan.tuned}: p50 {kept.percentile(50) / 1000:.2f} ms, {told['per_s']:.0f}/s", flush=True)
    return told


def _measured(plan: Plan, folder: Path, seconds: float) -> dict[str, Any]:
    """The figures of one fresh process. Raises Skipped when it fails."""
    command = plan.command(folder, seconds, *plan.threads)
    try:
        done = subprocess.run(
            command, cwd=machine.ROOT, env=plan.variables, check=True, capture_output=True, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired as problem:
        raise venvs.Skipped(f"was not done within {LIMIT_S} s") from problem
    except subprocess.CalledProcessError as problem:
        raise venvs.Skipped(f"fails: {venvs.reason(problem.stderr)}") from problem
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def agreement(found: Sequence[int], truth: Sequence[int], owners: Sequence[str]) -> dict[str, float | int]:
    """Percent of the questions whose first answer is the oracle's: the same text, and the same entry."""
    pairs = list(zip(found, truth, strict=False))
    if not pairs:
        return {"of": 0}
    text = sum(a == b for a, b in pairs)
    entry = sum(a >= 0 and owners[a] == owners[b] for a, b in pairs)
    return {"text": round(100 * text / len(pairs), 1), "entry": round(100 * entry / len(pairs), 1), "of": len(pairs)}
