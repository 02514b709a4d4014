"""The two that must be compared exactly, in turn, two seconds each: the same encoder, ours and the best-tuned peer's.

Each is alive the whole time and answers at its own best: the tuning, batch size and threads that were fastest in the rounds
before. The machine's drift then touches both alike; what is told is the ratio of neighbours in time. Called by `peers`.
"""

import contextlib
import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from bench import machine, venvs
from bench.plans import Plan
from bench.results import Writer

SIDES: Final = ("ours_lean", "st_onnx")
TURNS: Final = 20
SECONDS: Final = 2.0
Rates = Sequence[tuple[Plan, dict[str, float]]]  # of each plan and round: questions a second by "BATCHxTHREADS"


def run(folder: Path, rates: Rates, writer: Writer) -> None:
    """Measure, unless one of the two has not come."""
    chosen = [best(rates, name) for name in SIDES if any(plan.name == name for plan, _ in rates)]
    if len(chosen) < len(SIDES):
        return
    told: list[list[float]] = [[] for _ in SIDES]
    try:
        with contextlib.ExitStack() as stack:
            askers = [stack.enter_context(contextlib.closing(_asker(plan, folder, at))) for plan, at in chosen]
            for asker in askers:
                next(asker)  # loads, and warms up
            for turn in range(TURNS):
                for side in (0, 1) if turn % 2 else (1, 0):
                    told[side].append(next(askers[side]))
    except venvs.Skipped as skipped:
        print(f"duel: skipped, {skipped}", flush=True)
        return
    for (plan, at), values in zip(chosen, told, strict=True):
        writer.series("rate in turn", values, unit="1/s", contender=plan.name, tuned=plan.tuned, at=at)
    ratio = [ours / theirs for ours, theirs in zip(*told, strict=True)]
    low, middle, high = quantiles(ratio, n=4)
    writer.figures("duel", {"ratio": round(middle, 2), "low": round(low, 2), "high": round(high, 2), "turns": TURNS})
    print(f"in turn: {' and '.join(f'{median(values):.0f}/s' for values in told)}, ratio {middle:.2f}", flush=True)


def best(rates: Rates, name: str) -> tuple[Plan, str]:
    """A contender's fastest tuning, and at which batch size and threads, by the median of its rounds."""
    seen: dict[tuple[Plan, str], list[float]] = {}
    for plan, by_setting in rates:
        for at, rate in by_setting.items():
            if plan.name == name:
                seen.setdefault((plan, at), []).append(rate)
    return max(seen, key=lambda one: median(seen[one]))


def _asker(plan: Plan, folder: Path, at: str) -> Iterator[float]:
    """Each time it is asked: questions a second over SECONDS, by a process of its own. Raises Skipped when that fails."""
    with subprocess.Popen(
        plan.command(folder), cwd=machine.ROOT, env=plan.variables, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            while True:
                process.stdin.write(f"{at.replace('x', ' ')} {SECONDS}\n")
                process.stdin.flush()
                yield json.loads(process.stdout.readline())["rate"]
        except (OSError, ValueError) as problem:
            raise venvs.Skipped(f"{plan.name} does not answer") from problem
        finally:
            process.kill()
