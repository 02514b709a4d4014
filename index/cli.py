"""The command line of the offline half: `assist-index` or `python -m index`. Only parses, calls, prints."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assist import artifact, console
from assist.artifact import ArtifactError
from assist.engine import Engine
from index import check, exchanges, packs, publish
from index.build import BuildError, build
from index.diff import diff
from index.encoder import DEFAULT, Encoder, EncoderError
from index.evaluate import failing, judge
from index.explain import explain
from index.findings import Problem
from index.knowledge import Knowledge

ARTIFACT: Final = Path("artifact")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class Refused(Exception):
    """The knowledge has errors; they have been printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the packs that were `given` hold, what is to be built of it, and everything that is wrong with it."""

    given: Knowledge
    whole: Knowledge
    problems: list[Problem]


def _judged(folders: Sequence[Path]) -> Judged:
    """Read and check packs."""
    given, problems = packs.read(folders)
    whole = given
    if not given.intents:  # a company's entries alone, or a foreign table: how callers speak is known from ours
        whole, problems = packs.read([*folders, packs.SHIPPED / "service"])
    return Judged(given=given, whole=whole, problems=[*problems, *check.check(whole)])


def _list(problems: Sequence[Problem]) -> bool:
    """Print problems, one a line; says whether any is an error."""
    for problem in problems:
        print(f"{problem.severity}: {problem}")
    return any(problem.severity == "error" for problem in problems)


def _read_only(folders: Sequence[Path]) -> Knowledge:
    """Read packs without judging what they say. Raises Refused when something cannot be read."""
    knowledge, problems = packs.read(folders)
    if _list([problem for problem in problems if problem.severity == "error"]):
        raise Refused("The knowledge cannot be read (above).")
    return knowledge


def _check(args: argparse.Namespace) -> None:
    judged = _judged(args.knowledge)
    wrong = _list(judged.problems)
    if not wrong:
        print(check.report(judged.whole))
    print(check.summary(judged.given, judged.problems))
    if wrong:
        raise Refused("The knowledge has errors (above).")


def _build(args: argparse.Namespace) -> None:
    judged = _judged(args.knowledge)
    if _list([problem for problem in judged.problems if problem.severity == "error"]):
        raise Refused("The knowledge has errors (above); nothing was built.")
    folder = build(judged.whole, Encoder(args.encoder), args.out, say=_say)
    if not args.no_publish:
        publish.publish(args.out, folder.name)
        _say(f"published {folder.name}")
    print(folder)


def _engine(args: argparse.Namespace) -> Engine:
    return Engine(publish.find(args.artifact, args.version or artifact.current(args.artifact)))


def _evaluate(args: argparse.Namespace) -> None:
    engine = _engine(args)
    known = _read_only(args.knowledge)
    if not (known.examples or known.exchanges):
        raise Refused("These packs hold no examples/ to judge by.")
    if args.failing:
        for line in (*failing(engine, known.examples), *exchanges.failing(engine, known.exchanges)):
            print(line)
        return
    for name, share in (judge(engine, known.examples) | exchanges.judge(engine, known.exchanges)).items():
        low, high = share.interval
        print(f"{name:48} {share.percent:5.1f} %  [{low:5.1f}, {high:5.1f}]  of {share.of}")


def _explain(args: argparse.Namespace) -> None:
    for line in explain(_engine(args), " ".join(args.text)):
        print(line)


def _diff(args: argparse.Namespace) -> None:
    if args.old is None:
        print(publish.listed(args.artifact))
        return
    old = publish.find(args.artifact, args.old)
    if args.new is None:
        raise Refused(f"name another version to compare with; {publish.listed(args.artifact)}")
    for line in diff(old, publish.find(args.artifact, args.new)):
        print(line)


def _publish(args: argparse.Namespace) -> None:
    if args.version is None:
        print(publish.listed(args.artifact))
        return
    before = publish.publish(args.artifact, args.version)
    print(f"{args.version} is current; before: {before or 'none'}")


def _rollback(args: argparse.Namespace) -> None:
    print(f"{publish.rollback(args.artifact, args.version)} is current again")


def _train(args: argparse.Namespace) -> None:
    from index.recipe import train  # torch is not there in most installations

    train(_read_only(args.knowledge), args.out, pairs=args.pairs, say=_say)


def _import_encoder(args: argparse.Namespace) -> None:
    from index.import_encoder import import_encoder  # nor there

    import_encoder(args.name, args.out, say=_say)
    print(args.out)


Run = Callable[[argparse.Namespace], None]
Command = Callable[..., argparse.ArgumentParser]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="assist-index", description="Knowledge to artifact: check, build, publish.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Run, help: str, *, folders: Sequence[Path] = (), version: bool = False
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        if folders:
            sub.add_argument(
                "--knowledge", nargs="+", type=Path, default=folders, metavar="DIR", help="packs, or folders of packs"
            )
        else:
            sub.add_argument("--artifact", type=Path, default=ARTIFACT, metavar="DIR", help="folder of artifacts")
        if version:
            sub.add_argument("--version", help="a version; by default the published one")
        return sub

    _add_building(command)
    _add_versions(command)
    _add_encoders(command)
    return parser


def _add_building(command: Command) -> None:
    command("check", _check, "Read packs and list what is wrong, as path:line: sentence.", folders=packs.DEFAULT)
    sub = command("build", _build, "Build an artifact, evaluate it on examples/, publish it.", folders=packs.DEFAULT)
    sub.add_argument("--out", type=Path, default=ARTIFACT, metavar="DIR", help="folder of artifacts")
    sub.add_argument(
        "--encoder", type=Path, default=DEFAULT, metavar="DIR", help="an encoder folder; by default the shipped one"
    )
    sub.add_argument("--no-publish", action="store_true", help="build only; `publish` switches later")
    sub = command(
        "evaluate", _evaluate, "Judge an artifact on examples/, by style and language.", version=True, folders=packs.DEFAULT
    )
    sub.add_argument("--artifact", type=Path, default=ARTIFACT, metavar="DIR", help="folder of artifacts")
    sub.add_argument("--failing", action="store_true", help="list the examples that come out otherwise, as path:line")


def _add_versions(command: Command) -> None:
    sub = command("explain", _explain, "Tell why a sentence gets the cards it gets.", version=True)
    sub.add_argument("text", nargs="+", help="what the caller says")
    sub = command("diff", _diff, "What changed between two versions.")
    sub.add_argument("old", nargs="?", help="a version; without it, this tells which there are")
    sub.add_argument("new", nargs="?", help="another version")
    sub = command("publish", _publish, "Make a version the current one.")
    sub.add_argument("version", nargs="?", help="a version; without it, this tells which there are")
    command("rollback", _rollback, "Go back to the version before, or to the one named.").add_argument("version", nargs="?")


def _add_encoders(command: Command) -> None:
    sub = command("train", _train, "Train the default encoder (needs the `train` extra).", folders=[packs.SHIPPED])
    sub.add_argument("--out", type=Path, default=DEFAULT, metavar="DIR", help="where to write the encoder folder")
    sub.add_argument(
        "--pairs", type=Path, metavar="FILE", help="English-Chinese pairs, tab-separated, to learn English from"
    )
    sub = command("import-encoder", _import_encoder, "Use a sentence-transformers model (needs the `train` extra).")
    sub.add_argument("name", help="a model's name, or its folder")
    sub.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to write the encoder folder")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    console.prepare()
    args = _parser().parse_args(arguments)
    try:
        args.run(args)
    except (ArtifactError, BuildError, EncoderError, Refused) as problem:
        print(f"assist-index: {problem}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        console.hang_up()
        return 141
    except ModuleNotFoundError as problem:
        print(f"assist-index: {problem}; this command needs the `train` extra: see README", file=sys.stderr)
        return 1
    except (OSError, RuntimeError) as problem:  # FAISS tells of a full disk by a RuntimeError
        print(f"assist-index: {problem}", file=sys.stderr)
        return 1
    return 0
