"""The command line of the service: `assist serve | demo | replay | ask`. Only parses, calls, prints."""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from assist import artifact, asking, console, logs, replay, settings
from assist.artifact import ArtifactError
from assist.engine import Engine
from assist.faults import Fault
from assist.messages import as_map
from assist.replay import ReplayError
from assist.settings import SettingError, Settings

SPEEDS: Final = ("max", "real")
SPEED_MIN: Final = 0.01
SPEED_MAX: Final = 1000.0
UNUSABLE: Final = 2  # the exit status argparse has for a flag that is none; also for any setting that cannot be used
log = logging.getLogger(__name__)


def _build_missing(chosen: Settings) -> None:
    """Build the shipped packs when nothing has ever been published; the offline half runs as its own program.

    Not in a folder that was named: with a slip of the pen in it, agents would be shown the answers of our example company.
    """
    folder = Path(chosen.artifact)
    if folder == Path(Settings().artifact) and not (folder / artifact.POINTER).exists():
        print(f"No artifact in {folder}: building one from the packs that ship …", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "index", "build", "--out", str(folder)], check=True, stdout=sys.stderr)


def _engine(chosen: Settings) -> Engine:
    folder = Path(chosen.artifact)
    _build_missing(chosen)
    return Engine(folder / artifact.current(folder), threads=chosen.graph_threads)


def _start_logs(level: int = logging.INFO) -> None:
    """Logs, and first in them what the environment may have misspelt: nothing else would tell."""
    logs.start(level)
    for name, meant in settings.strangers().items():
        weight = logging.WARNING if meant else logging.INFO  # a variable like none of ours is most likely another program's
        log.log(weight, "unknown setting in the environment", extra={"variable": name, "closest": meant or None})


def _serve(args: argparse.Namespace, chosen: Settings) -> None:
    from assist.service import Service  # only now: `ask` and `replay` need no sockets

    async def serve() -> None:
        async with Service(chosen).running() as address:
            print(f"listening on {address}/v1, panel at {address.replace('ws', 'http', 1)}/panel/", flush=True)
            await _stopped()

    _start_logs()
    _build_missing(chosen)
    _run(serve())


def _demo(args: argparse.Namespace, chosen: Settings) -> None:
    from assist.demo import demo

    async def serve() -> None:
        await demo(chosen, files=args.file, speed=args.speed, stopped=_stopped)

    _start_logs(logging.WARNING)  # what is said stands between the lines
    _build_missing(chosen)
    _run(serve())


async def _stopped() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
    await stop.wait()


def _run(work: "asyncio.Future[None] | object") -> None:
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)  # type: ignore[arg-type]
    else:
        uvloop.run(work)


def _replay(args: argparse.Namespace, chosen: Settings) -> None:
    script, engine = replay.load(args.file), _engine(chosen)
    if not script.fits(engine.manifest.packs):
        held, wanted = ", ".join(engine.manifest.packs), ", ".join(script.packs)
        print(f"assist: this call is for the packs {wanted}; the artifact holds {held}.", file=sys.stderr)
    started = time.monotonic()
    for event in replay.replay(script, engine, chosen):
        if args.speed == "real":
            time.sleep(max(0.0, event.at_ms / 1000 - (time.monotonic() - started)))
        if args.json:
            print(json.dumps({"at_ms": event.at_ms, **as_map(event.message)}, ensure_ascii=False), flush=True)
        elif line := replay.line(event):
            print(line, flush=True)


def _ask(args: argparse.Namespace, chosen: Settings) -> None:
    engine = _engine(chosen)
    lines: Iterable[str] = [" ".join(args.text)] if args.text else sys.stdin
    failed = False
    for asked in asking.questions(lines, as_json=args.json and not args.text):
        failed |= isinstance(asked, Fault)
        told = asking.problem(asked) if isinstance(asked, Fault) else asking.ask(engine, chosen, asked)
        print(json.dumps(told, ensure_ascii=False), flush=True)
    if failed:
        raise SystemExit(1)


def _speed(text: str) -> float:
    with contextlib.suppress(ValueError):
        if SPEED_MIN <= (speed := float(text)) <= SPEED_MAX:
            return speed
    raise argparse.ArgumentTypeError(f"must be a number from {SPEED_MIN:g} to {SPEED_MAX:g}, not {text!r}.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="assist", description="Real-time agent assist: words in, cards out.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace, Settings], None], help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        settings.add_flags(sub)
        return sub

    command("serve", _serve, "Run the service.")
    sub = command("demo", _demo, "Run the service and play calls through it, to be watched in the panel.")
    sub.add_argument("file", nargs="*", type=Path, help="calls to play; by default the bundled ones")
    sub.add_argument("--speed", type=_speed, default=1.0, help="how many times faster than life (default: 1)")
    sub = command("replay", _replay, "Print what an agent would have seen in a call.")
    sub.add_argument("file", type=Path, help="JSON lines: timed fragments, or turns to be spoken")
    sub.add_argument("--speed", choices=SPEEDS, default="max", help="as fast as possible, or as it was spoken")
    sub.add_argument("--json", action="store_true", help="print the messages themselves")
    sub = command("ask", _ask, "Tell intent, emotion, answers and phrases for texts, as JSON lines.")
    sub.add_argument("text", nargs="*", help="what the caller says; else lines of standard input")
    sub.add_argument("--json", action="store_true", help="standard input holds JSON objects with `text`")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    console.prepare()
    args = _parser().parse_args(arguments)
    try:
        args.run(args, settings.load(vars(args)))
    except SettingError as problem:
        print(f"assist: {problem}", file=sys.stderr)
        return UNUSABLE
    except (ArtifactError, ReplayError) as problem:
        print(f"assist: {problem}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError:
        print("assist: the packs could not be built; see above.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        console.hang_up()
        return 141
    except OSError as problem:
        print(f"assist: {problem}", file=sys.stderr)
        return 1
    return 0
