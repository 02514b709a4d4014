"""From process start to ready, and what it weighs; and how long a rebuild takes after one entry was edited."""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench import material
from bench.machine import ROOT
from bench.results import Writer
from bench.served import ready_ms
from index import packs

HELP = "process start to ready, resident memory, rebuild after one edited entry"
VARIANT: Final = re.compile(r"^(\s*questions:\s*\n\s*- )(.+)$", re.MULTILINE)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--starts", type=int, default=10, help="fresh starts")
    parser.add_argument("--rebuilds", type=int, default=3, help="edits, each followed by a build; 0 leaves builds out")
    parser.add_argument("--packs", type=Path, nargs="*", default=list(packs.DEFAULT), metavar="DIR")


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    artifact = material.pinned(args.artifact, args.work)
    starts = [ready_ms(artifact) for _ in range(args.starts)]
    ready = writer.series("ready", [ms for ms, _ in starts], unit="ms")
    weight = writer.series("rss", [mb for _, mb in starts], unit="mb")
    print(f"ready: {ready.percentile(50):.0f} ms, {weight.percentile(50):.0f} MB", flush=True)
    if args.rebuilds:
        with tempfile.TemporaryDirectory() as folder:
            _rebuild(args, writer, Path(folder))


def _rebuild(args: argparse.Namespace, writer: Writer, folder: Path) -> None:
    packs = [folder / "knowledge" / path.name for path in args.packs]
    for source, copy in zip(args.packs, packs, strict=True):
        shutil.copytree(source, copy)
    writer.series("first build", [build_s(packs, folder / "artifact")], unit="s")
    taken = []
    for number in range(args.rebuilds):
        edit(packs, number)
        taken.append(build_s(packs, folder / "artifact"))
    kept = writer.series("rebuild", taken, unit="s")
    print(f"rebuild after one edit: {kept.percentile(50):.1f} s", flush=True)


def build_s(packs: list[Path], out: Path) -> float:
    """Seconds that `python -m index build` takes, start of Python included."""
    command = [sys.executable, "-m", "index", "build", "--out", str(out), "--knowledge", *map(str, packs)]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def edit(packs: list[Path], number: int) -> None:
    """Change one variant of an entry, another one for each number."""
    files = [file for pack in packs for file in sorted(pack.rglob("entries/*.yaml"))]
    file = files[number % len(files)]
    text = file.read_text(encoding="utf-8")
    edited = VARIANT.sub(lambda found: f"{found[1]}第{number}个新的问法在这里", text, count=1)
    if edited == text:
        raise ValueError(f"{file.name} has no variant to edit")
    file.write_text(edited, encoding="utf-8")
