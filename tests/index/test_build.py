"""A build: from packs to an artifact that loads, at one stroke, again and again; whatever stops it leaves what was."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assist import artifact
from assist.engine import Engine
from assist.queries import Query
from assist.text import normalise
from index import packs
from index.build import CACHE, BuildError, build
from index.encoder import Encoder
from index.evaluate import answers
from index.knowledge import Knowledge
from index.publish import publish, versions

ROOT = Path(__file__).parents[2]
ReadPack = Callable[..., Knowledge]


def silent(line: str) -> None:
    """Where progress goes in tests."""


def ask(engine: Engine, text: str) -> str:
    query = Query(call="", number=1, segment="", speaker="caller", turn=normalise(text), final=True, heard_ms=0)
    return engine.answer([query])[0].hits[0].entry.id


@pytest.fixture
def small(read_pack: ReadPack, tmp_path: Path) -> Knowledge:
    return read_pack(tmp_path / "shop")


def test_what_is_built_loads_and_answers(small: Knowledge, encoder: Encoder, tmp_path: Path) -> None:
    lines: list[str] = []
    folder = build(small, encoder, tmp_path / "out", say=lines.append)
    engine = Engine(folder)
    assert engine.version == folder.name
    assert ask(engine, "请问你们几点关门") == "shop.hours"
    assert engine.catalog.intents == ("ask", "complain")
    assert engine.manifest.figures["right entry first"] == {"percent": 100.0, "of": 1}
    assert sorted(path.name for path in folder.iterdir()) == sorted([artifact.MANIFEST, *artifact.FILES])
    assert any("embedding" in line for line in lines)
    assert [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")] == [CACHE]


def test_equal_knowledge_is_an_equal_version_also_without_the_cache(
    small: Knowledge, encoder: Encoder, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first, lines = build(small, encoder, out, say=silent), list[str]()
    assert build(small, encoder, out, say=lines.append) == first
    assert "0 texts embedded anew" in lines
    assert any("built before" in line for line in lines)
    shutil.rmtree(out / CACHE)
    assert build(small, encoder, out, say=silent) == first
    assert build(small, encoder, tmp_path / "elsewhere", say=silent).name == first.name


def test_a_version_does_not_depend_on_where_the_packs_lie(read_pack: ReadPack, encoder: Encoder, tmp_path: Path) -> None:
    one, two = (build(read_pack(tmp_path / p / "shop"), encoder, tmp_path / "out", say=silent) for p in ("a", "b"))
    assert one == two


def test_an_edit_makes_another_version_and_embeds_only_what_is_new(
    read_pack: ReadPack, small: Knowledge, encoder: Encoder, tmp_path: Path
) -> None:
    first, lines = build(small, encoder, tmp_path / "out", say=silent), list[str]()
    edited = read_pack(
        tmp_path / "shop",
        entries__more="- {id: shop.gift, title: 礼品卡, questions: [有礼品卡吗, 买张卡, 送礼], answer: 有。}\n",
    )
    started = time.monotonic()
    second = build(edited, encoder, tmp_path / "out", say=lines.append)
    assert time.monotonic() - started < 5
    assert second != first
    assert "4 texts embedded anew" in lines
    assert ask(Engine(second), "你们有礼品卡吗") == "shop.gift"
    assert "shop.gift" not in Engine(first).catalog.entries


@pytest.mark.parametrize("damage", ["truncated", "missing"])
def test_a_version_that_was_damaged_is_built_again(small: Knowledge, encoder: Encoder, tmp_path: Path, damage: str) -> None:
    folder = build(small, encoder, tmp_path / "out", say=silent)
    path = folder / artifact.CATALOG
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100])
    assert build(small, encoder, tmp_path / "out", say=silent) == folder
    Engine(folder)


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"PK\x03\x04 half"])
def test_a_damaged_cache_is_only_a_cache(small: Knowledge, encoder: Encoder, tmp_path: Path, damage: bytes) -> None:
    folder = build(small, encoder, tmp_path / "out", say=silent)
    for path in (tmp_path / "out" / CACHE).iterdir():
        path.write_bytes(damage)
    assert build(small, encoder, tmp_path / "out", say=silent) == folder


def test_what_cannot_be_built_is_told(read_pack: ReadPack, encoder: Encoder, tmp_path: Path) -> None:
    empty, problems = packs.read([])
    assert not problems
    with pytest.raises(BuildError, match="no entries"):
        build(empty, encoder, tmp_path / "out", say=silent)
    nobody = "label: ask\nmeaning: {zh: 问}\n"
    unasked = {"intents__ask": nobody, "intents__complain": nobody.replace("ask", "complain")}
    mute = read_pack(tmp_path / "shop", **unasked)
    felt = "- {label: calm, meaning: {zh: 平静}, examples: {zh-Hans: [好的, 嗯知道了]}}\n"
    feeling = read_pack(tmp_path / "shop", emotions=felt, **unasked)
    for knowledge in (mute, feeling):
        with pytest.raises(BuildError, match="examples"):
            build(knowledge, encoder, tmp_path / "out", say=silent)
    assert versions(tmp_path / "out") == []


def test_a_build_that_fails_leaves_no_draft(small: Knowledge, encoder: Encoder, tmp_path: Path) -> None:
    class Full(Exception):
        pass

    def fail(line: str) -> None:
        if line.startswith("calibrated"):
            raise Full

    with pytest.raises(Full):
        build(small, encoder, tmp_path / "out", say=fail)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [CACHE]


KILLED = 5


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_kill_9_in_the_middle_of_a_build_leaves_a_working_artifact(
    write_pack: Callable[..., Path], small: Knowledge, encoder: Encoder, tmp_path: Path
) -> None:
    """Builds are killed at times spread over their whole length; each must leave what was, and the next must succeed."""
    out, chance = tmp_path / "out", random.Random(1)
    publish(out, build(small, encoder, out, say=silent).name)
    was = artifact.current(out)
    shutil.rmtree(out / CACHE)
    command = [sys.executable, "-m", "index", "build", "--knowledge", str(tmp_path / "shop"), "--out", str(out)]

    def run(number: int, seconds: float) -> None:
        write_pack(
            tmp_path / "shop",
            entries__more=f"- {{id: shop.e{number}, title: 第{number}条, questions: [问题{number}], answer: 好。}}\n",
        )
        building = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            building.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            building.send_signal(signal.SIGKILL)
        building.wait()

    started = time.monotonic()
    run(99, 120)
    whole = time.monotonic() - started
    assert artifact.current(out) != was
    for number in range(KILLED):
        shutil.rmtree(out / CACHE, ignore_errors=True)
        run(number, whole * (0.2 + 0.8 * (number + chance.random()) / KILLED))
        for version in versions(out):
            Engine(out / version)
        Engine(out / artifact.current(out))
    run(100, 120)
    assert "shop.e100" in Engine(out / artifact.current(out)).catalog.entries


def test_the_manifest_tells_where_it_comes_from(shop: Path, encoder: Encoder) -> None:
    manifest = artifact.verify(shop / artifact.current(shop))
    assert manifest.model_hash == encoder.hash
    assert manifest.created.endswith("+00:00")
    assert json.loads((shop / manifest.version / artifact.MANIFEST).read_text(encoding="utf-8"))["format"] == artifact.FORMAT


def test_knowledge_that_does_not_hold_yet_is_judged_as_if_it_did(
    read_pack: ReadPack, encoder: Encoder, tmp_path: Path
) -> None:
    known = read_pack(tmp_path / "shop")
    entries = tuple(replace(entry, valid_from=date(2999, 1, 1)) for entry in known.entries)
    ahead = replace(known, packs=(replace(known.packs[0], entries=entries),))
    now, later = (Engine(build(each, encoder, tmp_path / "out", say=silent)) for each in (known, ahead))
    assert now.manifest.thresholds == later.manifest.thresholds
    assert now.manifest.figures == later.manifest.figures
    assert not answers(later, ["几点开门"])[0].hits


def test_a_table_without_turns_of_its_own_leaves_other_companies_callers_alone(encoder: Encoder, tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text(
        "id,question,answer\np1,你们几点开门,九点。\np2,衣服能退吗,七天内可以。\np3,有停车场吗,有。\n", encoding="utf-8"
    )
    engine = Engine(build(packs.read([packs.SHIPPED / "service", table])[0], encoder, tmp_path / "out", say=silent))
    others = packs.read([packs.SHIPPED / "airline"])[0].calibration
    told = answers(engine, [turn.say for turn in others])
    assert sum(any(hit.shown for hit in answer.hits) for answer in told) < 0.15 * len(told)
    assert ask(engine, "请问几点开门") == "p1"
