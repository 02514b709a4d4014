"""The same 2,000 questions answered over the same 2,000 texts by ours and by what a Python team would pick instead.

Each contender runs in its own venv and a fresh process; those that are close run several rounds in turn. A contender's
best throughput is over batch sizes, and over one or two calling threads where it can be called from two.
"""

import argparse
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench import contest, machine, venvs
from bench.results import Writer

HELP = "the same questions over the same texts: ours, and what a Python team would pick instead"
LIMIT_S: Final = 900


@dataclass(frozen=True, slots=True)
class Plan:
    """A contender and how it is tuned. `threads`: from how many it is called for throughput."""

    name: str
    tuned: str = ""
    threads: tuple[int, ...] = (1,)
    environment: Mapping[str, str] = field(default_factory=dict)
    rounds: bool = False


ONE_THREAD: Final = {"BENCH_INTRA_OP": "1", "OMP_NUM_THREADS": "1"}
ALL_THREADS: Final = {"BENCH_INTRA_OP": str(os.cpu_count() or 1)}
PLANS: Final = (
    Plan("ours_lean", "1 thread", threads=(1, 2), environment=ONE_THREAD, rounds=True),
    Plan("ours_lean", "all threads", environment=ALL_THREADS, rounds=True),
    Plan("st_onnx", "1 thread", threads=(1, 2), environment=ONE_THREAD, rounds=True),
    Plan("st_onnx", "all threads", rounds=True),
    Plan("ours_engine", "1 thread", threads=(1, 2), environment=ONE_THREAD, rounds=True),
    Plan("ours_engine", "all threads", environment=ALL_THREADS, rounds=True),
    Plan("ours_default_lean", threads=(1, 2), rounds=True),
    Plan("ours_default", threads=(1, 2), rounds=True),
    Plan("st_torch"),
    Plan("semantic_router"),
    Plan("txtai"),
    Plan("chromadb"),
    Plan("qdrant"),
    Plan("llama_index"),
)
ORACLE: Final = "st_torch"  # full precision: what the others' first answers are compared with


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--only", nargs="*", default=sorted({plan.name for plan in PLANS}), metavar="CONTENDER")
    parser.add_argument("--questions", type=int, default=2_000)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=2, help="of the contenders that are close")
    parser.add_argument("--seconds", type=float, default=24.0, help="at most, for one by one; an eighth for each batch size")
    parser.add_argument("--prepare", action="store_true", help="only make the venvs, the models and the artifacts")


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    folder = args.work / "peers"
    contest.prepare(folder, texts=args.texts, questions_=args.questions)
    plans = [plan for plan in PLANS if plan.name in args.only]
    firsts: dict[str, list[int]] = {}
    for round_ in range(args.rounds):
        for plan in plans:
            if round_ == 0 or plan.rounds:
                _contend(args, writer, plan, round_, folder, firsts)
    owners = json.loads((folder / "owners.json").read_text(encoding="utf-8"))
    for name, found in firsts.items():
        writer.figures("agreement", agreement(found, firsts.get(ORACLE, []), owners), contender=name)


def _contend(
    args: argparse.Namespace, writer: Writer, plan: Plan, round_: int, folder: Path, firsts: dict[str, list[int]]
) -> None:
    labels = {"contender": plan.name, "tuned": plan.tuned, "round": round_}
    try:
        python = venvs.python_of(plan.name)
        if args.prepare:
            return
        told = _measured(python, plan, folder, args.seconds)
    except venvs.Skipped as skipped:
        print(f"{plan.name}: skipped, {skipped}", flush=True)
        writer.figures("skipped", {"reason": str(skipped)}, **labels)
        return
    firsts[plan.name] = told.pop("firsts")
    kept = writer.series("answer", told.pop("us"), unit="us", **labels)
    told["versions"] = venvs.versions(python, venvs.REQUIREMENTS.get(plan.name, ()))
    writer.figures("contender", {**told, "foreign_cpu_percent": round(machine.foreign_cpu(), 1)}, **labels)
    print(f"{plan.name} {plan.tuned}: p50 {kept.percentile(50) / 1000:.2f} ms, {told['per_s']:.0f}/s", flush=True)


def _measured(python: Path, plan: Plan, folder: Path, seconds: float) -> dict[str, Any]:
    """The figures of one fresh process. Raises Skipped when it fails."""
    command = [str(python), "-m", "bench.contend", plan.name, str(folder), str(seconds), *map(str, plan.threads)]
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    environment = {**os.environ, **offline, **plan.environment}
    try:
        done = subprocess.run(
            command, cwd=machine.ROOT, env=environment, check=True, capture_output=True, text=True, timeout=LIMIT_S
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
