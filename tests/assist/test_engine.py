"""The engine against brute force over the same vectors, and the rules it adds: windows, counter-examples, validity."""

import datetime
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from assist import artifact
from assist.artifact import COLLECTIONS, LINES, QUESTIONS
from assist.engine import ANSWERS_MAX, NEIGHBOURS, SOFTNESS, UNASKED, Engine, label
from assist.legible import legible
from assist.outlook import USUAL
from assist.queries import UNKNOWN, Answer, Query
from assist.text import normalise
from assist.tokens import Run
from assist.windows import windows

RAMBLE = (
    "你好啊我想问一下就是我上个月不是换了手机嘛然后营业厅的人说什么套餐也要换我也没听懂反正就是这个月话费一下子"
    "多出来好几十块钱我平时也就五十多你帮我看看怎么回事"
)
TEXTS = (
    "我的话费怎么多了", "我要去日本开通国际漫游", "宽带上不去网了", "手机丢了先停机", "谢谢再见", "今天天气不错", RAMBLE,
    "", "I've lost my phone and want to block my SIM card", "一二三四五", "😀", "a" * 5_000, "\x00\x07",
    "我想查一下流量还剩多少",
)  # fmt: skip


def query(text: str, *, speaker: str = "caller", number: int = 1) -> Query:
    return Query(call="c", number=number, segment="s", speaker=speaker, turn=normalise(text), final=True, heard_ms=0)


def ask(engine: Engine, text: str, *, speaker: str = "caller") -> Answer:
    return engine.answer([query(text, speaker=speaker)])[0]


@pytest.fixture(scope="module")
def vectors(engine: Engine, artifact_folder: Path) -> dict[str, Any]:
    """The vectors of each collection, read without the engine."""
    folder = artifact_folder / engine.version
    indexes = {name: faiss.read_index(str(folder / f"{name}.faiss")) for name in COLLECTIONS}
    return {name: index.reconstruct_n(0, index.ntotal) for name, index in indexes.items()}


def oracle(engine: Engine, vectors: dict[str, Any], text: str) -> list[tuple[str, float, str, bool]]:
    """What brute force finds for a turn: entry, score, variant, whether a counter-example is nearer."""
    if not legible(normalise(text), engine.catalog.words):
        return []
    pieces = windows(normalise(text))
    scores = engine.read(pieces).vectors @ vectors[QUESTIONS].T
    floors = np.sort(scores, axis=1)[:, -NEIGHBOURS]  # what is farther from a window than so many others is not seen there
    best: dict[str, tuple[float, str]] = {}
    counter: dict[str, float] = {}
    near: dict[str, Any] = {}
    for row, column in zip(engine.catalog.rows[QUESTIONS], scores.T, strict=True):
        score = float(column.max())
        if row.negative:
            counter[row.owner] = max(counter.get(row.owner, -9.0), score)
            continue
        near[row.owner] = np.maximum(near.get(row.owner, floors), column)
        if score > best.get(row.owner, (-9.0, ""))[0]:
            best[row.owner] = (score, row.text)
    about = {owner: float(np.exp(SOFTNESS * values).mean()) for owner, values in near.items()}
    ranked = sorted(best.items(), key=lambda item: (-about[item[0]], -item[1][0]))[:ANSWERS_MAX]
    return [(owner, score, text, counter.get(owner, -9.0) > score) for owner, (score, text) in ranked]


@pytest.mark.parametrize("text", TEXTS)
def test_hits_are_those_of_brute_force(engine: Engine, vectors: dict[str, Any], text: str) -> None:
    answer, expected = ask(engine, text), oracle(engine, vectors, text)
    expected = expected[: len(answer.hits)]  # the rows found may be of fewer entries
    assert bool(expected) == legible(normalise(text), engine.catalog.words)
    scores = [score for _, score, _, _ in expected]
    assert [hit.score for hit in answer.hits] == pytest.approx(scores, abs=1e-4)
    unanswered = answer.intent.label in engine.catalog.unanswered
    for hit, (owner, score, matched, countered) in zip(answer.hits, expected, strict=True):
        if scores.count(score) == 1:
            assert (hit.entry.id, hit.matched) == (owner, matched)
        assert hit.shown == (not unanswered and not countered and score >= engine.manifest.thresholds.answer)


def test_some_are_shown_and_some_are_not(engine: Engine) -> None:
    shown = {text: any(hit.shown for hit in ask(engine, text).hits) for text in TEXTS}
    assert shown["我的话费怎么多了"]
    assert shown[RAMBLE]
    assert not shown["今天天气不错"]
    assert not shown[""]


@budget(max_examples=40)
@given(st.lists(st.sampled_from(TEXTS) | st.text(max_size=60), min_size=1, max_size=12))
def test_a_batch_says_what_each_text_says_alone(engine: Engine, texts: Sequence[str]) -> None:
    batch = engine.answer([query(text, number=i) for i, text in enumerate(texts)])
    assert [answer.query.number for answer in batch] == list(range(len(texts)))
    for text, together in zip(texts, batch, strict=True):
        alone = ask(engine, text)
        assert together.intent.label == alone.intent.label or abs(together.intent.p - alone.intent.p) < 1e-3
        assert together.intent.p == pytest.approx(alone.intent.p, abs=1e-3)
        assert [hit.score for hit in together.hits] == pytest.approx([hit.score for hit in alone.hits], abs=1e-3)


def test_the_point_of_a_ramble_counts_wherever_it_comes(engine: Engine) -> None:
    chat = "你好啊我跟你说啊我这两天忙得很都没时间打电话过来今天总算有空了"
    plain = ask(engine, "我的流量怎么用得这么快").hits[0]
    for text in (chat + "我的流量怎么用得这么快", "我的流量怎么用得这么快" + chat, chat + chat + "我的流量怎么用得这么快"):
        assert plain.entry.id in [hit.entry.id for hit in ask(engine, text).hits[:2]], text


def test_an_agent_s_standard_sentence_is_known_by_its_moment(engine: Engine, vectors: dict[str, Any]) -> None:
    rows = engine.catalog.rows[LINES]
    row = next(row for row in rows if engine.catalog.phrases[row.owner].moment == "ask_wait" and "{" not in row.text)
    answer = ask(engine, row.text, speaker="agent")
    assert answer.moment is not None
    assert answer.moment.moment == "ask_wait"
    assert answer.moment.score == pytest.approx(1.0, abs=1e-3)
    assert answer.hits == ()
    assert ask(engine, "喵喵喵汪汪汪", speaker="agent").moment is None


def test_label_is_unknown_below_its_threshold_and_averages_the_whole_with_the_last_window() -> None:
    names = ("a", "b")
    assert label(np.array([[0.6, 0.4]]), names, 0.6).label == "a"
    assert label(np.array([[0.6, 0.4]]), names, 0.61).label == UNKNOWN
    told = label(np.array([[0.6, 0.4], [1.0, 0.0], [0.1, 0.9]]), names, 0.5)
    assert told.label == "b"
    assert told.p == pytest.approx(0.65)


@pytest.fixture(scope="module")
def changed(artifact_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Makes an engine from the artifact with its catalog changed by a function."""
    source = artifact_folder / artifact.current(artifact_folder)

    def make(change: Any) -> Engine:
        folder = Path(shutil.copytree(source, tmp_path_factory.mktemp("changed") / "v"))
        path = folder / "catalog.json"
        body = json.loads(path.read_text(encoding="utf-8"))
        change(body)
        path.write_text(json.dumps(body), encoding="utf-8")
        manifest = artifact.verify(source)
        files = {**manifest.files, "catalog.json": artifact.sha256(path)}
        (folder / artifact.MANIFEST).write_text(replace(manifest, files=files).dumps(), encoding="utf-8")
        return Engine(folder)

    return make


def test_an_entry_that_is_not_valid_today_is_not_found(engine: Engine, changed: Any) -> None:
    text = "我的话费怎么多了"
    first = ask(engine, text).hits[0].entry.id
    today = datetime.date.today().toordinal()

    def found(**days: int) -> bool:
        other = changed(lambda body: body["entries"][first].update(days))
        return first in [hit.entry.id for hit in ask(other, text).hits]

    assert not found(valid_until=today - 1)
    assert not found(valid_from=today + 1)
    assert found(valid_from=today, valid_until=today)


def test_a_nearer_counter_example_keeps_an_entry_from_the_screen(engine: Engine, changed: Any) -> None:
    text = "我的话费怎么多了"
    first = ask(engine, text).hits[0]
    assert first.shown

    def negate(body: dict[str, Any]) -> None:
        rows = [row for row in body["rows"][QUESTIONS] if row["owner"] == first.entry.id]
        next(row for row in rows if row["text"] == first.matched)["negative"] = True

    hits = [hit for hit in ask(changed(negate), text).hits if hit.entry.id == first.entry.id]
    assert not any(hit.shown for hit in hits)
    assert all(hit.denied for hit in hits)


@pytest.mark.parametrize("step", [1, 7])
def test_many_texts_are_read_as_each_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    def runs(texts: Sequence[str]) -> list[Run]:
        cut = [range(first, len(texts), step) for first in range(step)]
        return [(places, engine.tokenizer([texts[place] for place in places])) for places in cut if places]

    monkeypatch.setattr(engine.tokenizer, "runs", runs)
    texts = [text[: 1 + i % 40] for i, text in enumerate(["我想查一下这个月的话费怎么多了这么多请你帮我看看" * 2] * 60)]
    together = engine.read(texts)
    alone = [engine.read([text]) for text in texts]
    assert np.allclose(together.vectors, np.concatenate([read.vectors for read in alone]), atol=1e-5)
    assert np.allclose(together.intents, np.concatenate([read.intents for read in alone]), atol=1e-5)


def test_the_chance_of_partials_is_the_artifact_s(engine: Engine) -> None:
    assert engine.manifest.outlook != USUAL
    assert ask(engine, "我的话费怎么多了").outlook == engine.manifest.outlook


def test_a_turn_that_wants_no_answer_gets_only_a_surer_one(engine: Engine, changed: Any) -> None:
    silent = changed(lambda body: body.update(unanswered=list(engine.catalog.intents)))
    for text in filter(lambda text: legible(normalise(text), engine.catalog.words), TEXTS):
        free, held = ask(engine, text), ask(silent, text)
        reserve = UNASKED if free.intent.label != UNKNOWN else 0.0
        assert held.threshold == engine.manifest.thresholds.answer + reserve
        assert not any(hit.shown for hit in held.hits if hit.score < held.threshold)
        assert {hit.entry.id for hit in held.hits if hit.shown} <= {hit.entry.id for hit in free.hits if hit.shown}
    assert any(hit.shown for hit in ask(engine, "我的话费怎么多了").hits)
    assert not any(hit.shown for hit in ask(engine, "谢谢你啊").hits)


def test_the_newest_words_of_a_turn_are_searched_by_themselves_and_change_nothing_else(engine: Engine) -> None:
    turn = "我的话费怎么多了手机卡丢了怎么补办"
    query = Query(call="", number=1, segment="s", speaker="caller", turn=turn, final=True, heard_ms=0)
    newest = replace(query, fallback="手机卡丢了怎么补办")
    plain, told, alone = engine.answer([query, newest, replace(query, turn=newest.fallback)])
    assert (told.intent, told.hits) == (plain.intent, plain.hits)
    assert plain.fallback == ()
    assert [hit.entry for hit in told.fallback] == [hit.entry for hit in alone.hits]
    assert told.fallback[0].shown
