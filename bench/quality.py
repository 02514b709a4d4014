"""How right the answers are: an artifact on the packs' examples, or an encoder on a foreign table; with slips too."""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from assist import artifact
from assist.engine import Engine
from assist.text import normalise
from bench import material
from bench.results import Labels, Writer
from index import packs
from index.augment import Augmenter
from index.build import build
from index.encoder import DEFAULT, Encoder
from index.evaluate import Share, answers, judge
from index.knowledge import Example, Knowledge

HELP = "the artifact on examples/, by style and language; or a foreign table with its queries; with slips or without"
SLIPS: Final = 0.1  # share of characters that slip
RANKS: Final = (1, 3)
SEED: Final = 11


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--pack", type=Path, metavar="FILE", help="a foreign table (CSV, XLSX) or pack to answer from")
    parser.add_argument(
        "--queries", type=Path, metavar="FILE", help="JSON lines or CSV with query and gold (ids, comma-separated)"
    )
    parser.add_argument("--slips", action="store_true", help="also with homophones for a tenth of the characters")
    parser.add_argument("--encoder", type=Path, default=DEFAULT, metavar="DIR", help="for --pack: the encoder folder")


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    known = material.knowledge()
    slips = _augmenter(known) if args.slips else None
    if args.pack:
        _foreign(args, writer, slips)
        return
    folder = material.pinned(args.artifact, args.work)
    engine = Engine(folder / artifact.current(folder))
    _tell(writer, judge(engine, known.examples), texts="as said")
    if slips:
        slipped = [replace(example, say=slips.slip(normalise(example.say), SLIPS)) for example in known.examples]
        _tell(writer, judge(engine, slipped), texts="slipped")


def _augmenter(known: Knowledge) -> Augmenter:
    """Slips to characters that the packs' own texts use."""
    body = json.loads((DEFAULT / artifact.TOKENIZER).read_text(encoding="utf-8"))
    texts = [normalise(u.text) for u in known.utterances] + [normalise(e.say) for e in known.examples]
    return Augmenter(body["syllables"], texts, seed=SEED)


def _tell(writer: Writer, shares: dict[str, Share], **labels: Any) -> None:
    for measure, share in shares.items():
        low, high = share.interval
        print(f"{measure:48} {share.percent:5.1f} %  [{low:5.1f}, {high:5.1f}]  of {share.of}", flush=True)
        _keep(writer, measure, share, labels)


def _keep(writer: Writer, measure: str, share: Share, labels: Labels) -> None:
    low, high = share.interval
    told = {"percent": share.percent, "low": low, "high": high, "right": share.right, "of": share.of}
    writer.figures(measure, told, **labels)


@dataclass(frozen=True, slots=True)
class Asked:
    """A foreign query and the ids of the entries that answer it."""

    query: str
    gold: frozenset[str]


def _foreign(args: argparse.Namespace, writer: Writer, slips: Augmenter | None) -> None:
    known = packs.read([material.KNOWLEDGE / "service", args.pack])[0]
    known = replace_examples(known)
    engine = Engine(build(known, Encoder(args.encoder), args.work / "foreign", say=lambda line: None))
    asked = read_queries(args.queries)
    _tell(writer, ranks(engine, asked), texts="as said", pack=args.pack.stem)
    if slips:
        slipped = [Asked(slips.slip(normalise(one.query), SLIPS), one.gold) for one in asked]
        _tell(writer, ranks(engine, slipped), texts="slipped", pack=args.pack.stem)


def replace_examples(known: Knowledge) -> Knowledge:
    """The same packs without examples: those of the service pack say nothing of a foreign table."""
    none: tuple[Example, ...] = ()
    return Knowledge(packs=tuple(replace(pack, examples=none) for pack in known.packs))


def read_queries(path: Path) -> list[Asked]:
    """JSON lines or CSV, each with `query` and `gold` (or `gold_ids`): a list, or ids separated by commas."""
    text = path.read_text(encoding="utf-8-sig")
    rows = [json.loads(line) for line in text.splitlines() if line.strip()] if path.suffix != ".csv" else None
    return [_asked(row) for row in rows or csv.DictReader(text.splitlines())]


def _asked(row: dict[str, Any]) -> Asked:
    gold = row.get("gold", row.get("gold_ids", ""))
    ids = gold if isinstance(gold, list) else str(gold).split(",")
    return Asked(row["query"], frozenset(str(one).strip() for one in ids))


def ranks(engine: Engine, asked: Sequence[Asked]) -> dict[str, Share]:
    """R@1 and R@3: whether an entry that answers is among the first."""
    told = answers(engine, [one.query for one in asked])
    found = [[hit.entry.id for hit in answer.hits] for answer in told]
    return {
        f"R@{rank}": Share(sum(bool(one.gold & set(ids[:rank])) for one, ids in zip(asked, found, strict=True)), len(asked))
        for rank in RANKS
    }
