"""How right the sidecar is, on turns that nothing was trained or tuned on: readings on the service pack's examples; for each
domain pack, beside the service pack as editors build it, its entries, cards and partials; an encoder on a foreign table.
"""

import argparse
import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from assist import artifact
from assist.engine import Engine
from assist.text import normalise
from bench import labels, material, partials
from bench.foreign_queries import Asked, Unusable, read_queries, read_table
from bench.labels import Measured
from bench.results import Writer
from index import exchanges, packs
from index.augment import Augmenter
from index.build import build
from index.encoder import DEFAULT, Encoder
from index.evaluate import Share, answers, judge
from index.knowledge import Example, Knowledge

HELP = (
    "readings and answers on examples/, pack by pack, by style and language, with slips; or a foreign table and its queries"
)
FOREIGN: Final = Path(__file__).parent / "foreign"  # FAQ tables of others, and what callers would ask of them
DOMAINS: Final = ("telecom", "power", "retail", "airline", "bank")
SLIPS: Final = 0.1  # share of characters that slip
RANKS: Final = (1, 3)
SEED: Final = 11


def add_options(parser: argparse.ArgumentParser) -> None:
    """The benchmark's own flags."""
    parser.add_argument("--pack", type=Path, metavar="FILE", help="a foreign table (CSV, XLSX) or pack to answer from")
    parser.add_argument(
        "--queries", type=Path, metavar="FILE", help="JSON lines or CSV with query and gold (ids, with , ; or | between)"
    )
    parser.add_argument("--domains", nargs="*", default=DOMAINS, metavar="PACK", help="domain packs to judge")
    parser.add_argument("--encoder", type=Path, default=DEFAULT, metavar="DIR", help="the encoder folder")


def result_name(args: argparse.Namespace) -> str:
    """What judges something else than all that ships does not take the place of the figures that README quotes."""
    ships = not args.pack and tuple(args.domains) == DOMAINS and args.encoder == DEFAULT
    return "quality" if ships else "quality_other"


def check(args: argparse.Namespace) -> None:
    """Refuse a foreign table and queries that cannot be used, before a quiet machine is waited for. Raises Unusable."""
    given, missing = ("pack", "queries") if args.pack else ("queries", "pack")
    if bool(args.pack) != bool(args.queries):
        raise Unusable(f"{getattr(args, given)}: --{given} is given without --{missing}; a foreign table needs both")
    if args.pack:
        read_queries(args.queries, held={entry.id for entry in read_table(args.pack).entries})


def run(args: argparse.Namespace, writer: Writer) -> None:
    """Measure."""
    if args.pack:
        _foreign(args, writer, args.pack, args.queries)
        return
    for number, name in enumerate(args.domains):
        known = material.knowledge(material.KNOWLEDGE / "service", material.KNOWLEDGE / name)
        engine = Engine(build(known, Encoder(args.encoder), args.work / "quality", say=lambda line: None))
        service, domain = (pack.examples for pack in known.packs)
        _tell(writer, exchanges.judge(engine, known.exchanges), texts="after the agent's question", pack=name)
        if number == 0:
            _readings(writer, engine, known, service)
        _entries(writer, engine, known, domain, name)
    for table in sorted(FOREIGN.glob("*_faq.csv")):
        _foreign(args, writer, table, FOREIGN / table.name.replace("_faq.csv", "_queries.jsonl"))


def _readings(writer: Writer, engine: Engine, known: Knowledge, examples: Sequence[Example]) -> None:
    for texts, said in _said(known, examples):
        for what in ("intent", "emotion"):
            reads = labels.read(engine, said, what)
            _tell(writer, {f"{what} {name}": one for name, one in labels.figures(reads).items()}, texts=texts)
            if what == "emotion":
                _tell(writer, {f"angry {name}": one for name, one in labels.of_label(reads, "angry").items()}, texts=texts)
        _tell(writer, _part(judge(engine, said), "told"), texts=texts)
    mishear = functools.partial(_augmenter(known).slip, rate=1.0)
    _tell(writer, partials.glimpses(engine, examples, mishear), texts="piece by piece")


def _entries(writer: Writer, engine: Engine, known: Knowledge, examples: Sequence[Example], name: str) -> None:
    for texts, said in _said(known, examples):
        _tell(writer, _part(judge(engine, said), "entry", "card"), texts=texts, pack=name)
    for texts, told in (("piece by piece", False), ("piece by piece, stable part told", True)):
        mishear = functools.partial(_augmenter(known).slip, rate=1.0)
        _tell(writer, partials.shares(engine, examples, mishear, told=told), texts=texts, pack=name)


def _said(known: Knowledge, examples: Sequence[Example]) -> Iterator[tuple[str, Sequence[Example]]]:
    """The examples as they stand, and with homophones for a tenth of the characters."""
    yield "as said", examples
    slips = _augmenter(known)
    yield "slipped", [replace(example, say=slips.slip(normalise(example.say), SLIPS)) for example in examples]


def _part(shares: Mapping[str, Share], *words: str) -> dict[str, Share]:
    return {name: share for name, share in shares.items() if any(word in name for word in words)}


def _augmenter(known: Knowledge) -> Augmenter:
    """Slips to characters that the packs' own texts use."""
    body = json.loads((DEFAULT / artifact.TOKENIZER).read_text(encoding="utf-8"))
    texts = [normalise(u.text) for u in known.utterances] + [normalise(e.say) for e in known.examples]
    return Augmenter(body["syllables"], texts, seed=SEED)


def _tell(writer: Writer, found: Mapping[str, Share | Measured], **where: Any) -> None:
    place = ", ".join(where.values())
    for name, one in found.items():
        low, high = one.interval if isinstance(one, Share) else (one.low, one.high)
        print(f"{name:40} {place:24} {one.percent:5.1f} %  [{low:5.1f}, {high:5.1f}]  of {one.of}", flush=True)
        writer.figures(name, {"percent": one.percent, "low": low, "high": high, "of": one.of}, **where)


def _foreign(args: argparse.Namespace, writer: Writer, table: Path, queries: Path) -> None:
    known = read_table(table)
    engine = Engine(build(known, Encoder(args.encoder), args.work / "foreign", say=lambda line: None))
    asked = read_queries(queries, held={entry.id for entry in known.entries})
    _tell(writer, ranks(engine, asked), texts="as said", pack=table.stem)
    _tell(writer, silence(engine), texts="of other domains", pack=table.stem)
    slips = _augmenter(known)
    slipped = [Asked(slips.slip(normalise(one.query), SLIPS), one.gold) for one in asked]
    _tell(writer, ranks(engine, slipped), texts="slipped", pack=table.stem)


def silence(engine: Engine) -> dict[str, Share]:
    """How many callers of each domain that ships get no card; one of these may be the table's own."""
    domains = (pack for pack in packs.read([packs.SHIPPED])[0].packs if pack.entries)
    said = {pack.name: [example.say for example in pack.examples if example.entry] for pack in domains}
    told = {name: answers(engine, turns) for name, turns in said.items()}
    return {
        f"no card for callers of {name}": Share(sum(not any(hit.shown for hit in each.hits) for each in found), len(found))
        for name, found in told.items()
    }


def ranks(engine: Engine, asked: Sequence[Asked]) -> dict[str, Share]:
    """R@1 and R@3: whether an entry that answers is among the first; and whether any card is shown."""
    told = answers(engine, [one.query for one in asked])
    found = [[hit.entry.id for hit in answer.hits] for answer in told]
    shown = Share(sum(any(hit.shown for hit in answer.hits) for answer in told), len(told))
    return {"card where one is due": shown} | {
        f"R@{rank}": Share(sum(bool(one.gold & set(ids[:rank])) for one, ids in zip(asked, found, strict=True)), len(asked))
        for rank in RANKS
    }
