"""A call from a file gives the same output every time; a file that is no call is refused with its line."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from assist import replay
from assist.demo import bundled
from assist.engine import Engine
from assist.messages import Heard, Reading, Suggest, as_map
from assist.replay import ReplayError
from assist.settings import Settings
from index.packs import SHIPPED

FRAGMENT = {"at_ms": 1_000, "segment": "s", "speaker": "caller", "text": "我的流量怎么用得这么快", "final": True}


def written(folder: Path, *lines: Any) -> Path:
    path = folder / "call.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def played(engine: Engine, path: Path) -> list[dict[str, Any]]:
    events = replay.replay(replay.load(path), engine, Settings())
    return [{"at_ms": event.at_ms, **as_map(event.message)} for event in events]


def test_there_are_bundled_calls_in_three_languages() -> None:
    languages = {replay.load(path).opening.get("language", "zh-Hans") for path in bundled()}
    assert {"zh-Hans", "yue", "en"} <= languages


@pytest.mark.parametrize("path", bundled(), ids=lambda path: path.stem)
def test_a_bundled_call_plays_and_plays_alike(engine_with: Callable[[Sequence[str]], Engine], path: Path) -> None:
    engine = engine_with(replay.load(path).packs)
    first = played(engine, path)
    assert played(engine, path) == first
    assert [event["at_ms"] for event in first] == sorted(event["at_ms"] for event in first)
    kinds = {(event["type"], event.get("kind"), event.get("state")) for event in first}
    assert ("suggest", "answer", "confirmed") in kinds
    assert any(event["type"] == "reading" for event in first)
    assert "timing_us" not in first[0]
    shown: set[str] = set()
    for event in first:
        if event["type"] == "suggest":
            shown = shown - {event["id"]} if event["state"] == "withdrawn" else shown | {event["id"]}
        assert len(shown) <= Settings().cards_max


def test_timed_fragments_come_at_their_time_in_order(engine: Engine, tmp_path: Path) -> None:
    early = {**FRAGMENT, "at_ms": 500, "text": "我的流量", "final": False}
    events = played(engine, written(tmp_path, FRAGMENT, "", early))
    assert [(e["at_ms"], e["final"]) for e in events if e["type"] == "heard"] == [(500, False), (1_000, True)]


def test_what_the_opening_says_is_heard_in_the_cards(engine: Engine, tmp_path: Path) -> None:
    turn = {"speaker": "caller", "text": "I used up my data so fast this month"}
    opening = {"language": "en", "caller": {"surname": "Brown", "title": "Ms"}, "agent": "7"}
    (first, *_) = [e for e in played(engine, written(tmp_path, opening, turn)) if e["type"] == "suggest"]
    assert first["text"].startswith("Hello")


def test_silence_brings_a_sentence(engine: Engine, tmp_path: Path) -> None:
    late = {**FRAGMENT, "at_ms": 60_000, "segment": "t", "text": "喂"}
    events = played(engine, written(tmp_path, FRAGMENT, late))
    assert [e for e in events if e["type"] == "suggest" and 8_000 < e["at_ms"] < 20_000 and e["state"] == "confirmed"]


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (["{"], ":1: is not JSON"),
        (["[" * 100_000], ":1: is not JSON"),
        ([FRAGMENT, "5"], ":2: must be an object"),
        ([{**FRAGMENT, "speaker": "dog"}], ":1: `speaker`"),
        ([{**FRAGMENT, "at_ms": "x"}], ":1: `at_ms`"),
        ([{**FRAGMENT, "at_ms": -1}], ":1: `at_ms`"),
        ([{**FRAGMENT, "at_ms": 10**15}], ":1: `at_ms`"),
        (['{"at_ms": 1e999, "text": ""}'], ":1: `at_ms`"),
        (['{"at_ms": NaN, "text": ""}'], ":1: `at_ms`"),
        ([{"at_ms": 1}], ":1: A message `fragment` needs"),
        ([{"text": "x"}], ":1: A message `fragment` needs `speaker`"),
        ([{"text": 5, "speaker": "caller"}], ":1: `text`"),
        ([{"text": "x", "speaker": "caller", "pause_ms": None}], ":1: `pause_ms`"),
        ([{"text": "x", "speaker": "caller", "pause_ms": "long"}], ":1: `pause_ms`"),
        ([{"caller": "王"}], ":1: `caller`"),
        ([{"language": ["en"]}], ":1: `language`"),
        ([{"packs": "service"}], ":1: `packs`"),
        ([{"packs": ["service", 5]}], ":1: `packs`"),
        ([{"packs": [""]}], ":1: `packs`"),
        ([{"packs": None}], ":1: `packs`"),
    ],
)
def test_what_is_no_call(tmp_path: Path, lines: list[Any], where: str) -> None:
    with pytest.raises(ReplayError) as caught:
        replay.load(written(tmp_path, *lines))
    assert where in str(caught.value)


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nothing", tmp_path, tmp_path / "binary"):
        with pytest.raises(ReplayError, match="cannot be read"):
            replay.load(path)


def test_a_message_s_type_cannot_be_smuggled_in(tmp_path: Path) -> None:
    script = replay.load(written(tmp_path, {"text": "喂", "speaker": "caller", "type": "ping"}))
    assert script.fragments[-1].fragment.text == "喂"


def test_a_call_may_name_the_packs_that_answer_it(tmp_path: Path) -> None:
    script = replay.load(written(tmp_path, {"agent": "7", "packs": ["service", "bank"]}, FRAGMENT))
    assert script.packs == ("service", "bank")
    assert script.opening == {"agent": "7"}  # the packs are no part of the message
    assert replay.load(written(tmp_path, {"agent": "7"}, FRAGMENT)).packs == ()


def test_the_bundled_calls_show_every_pack_that_ships() -> None:
    shown = {pack for path in bundled() for pack in replay.load(path).packs}
    assert shown == {pack.parent.name for pack in SHIPPED.glob("*/pack.yaml")} - {"common"}  # it has nothing to show


def test_a_call_fits_packs_that_hold_its_own(tmp_path: Path) -> None:
    script = replay.load(written(tmp_path, {"packs": ["service", "bank"]}, FRAGMENT))
    assert script.fits(["bank", "service", "power"])
    assert not script.fits(["service", "power"])


def test_lines_to_read(engine: Engine, tmp_path: Path) -> None:
    events = list(replay.replay(replay.load(written(tmp_path, FRAGMENT)), engine, Settings()))
    lines = [line for event in events if (line := replay.line(event))]
    assert "00:01.0  caller: 我的流量怎么用得这么快" in lines
    assert any("reading:" in line for line in lines)
    assert any("confirmed answer" in line for line in lines)
    assert {type(event.message) for event in events} <= {Heard, Reading, Suggest}
