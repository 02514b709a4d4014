"""The benchmarks: their arithmetic on known samples, and each of them once, tiny, for its files (never for its speed)."""

import asyncio
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from assist.messages import Fragment
from bench import (
    cli,
    contend,
    growth,
    labels,
    machine,
    material,
    partials,
    peers,
    results,
    samples,
    tables,
    venvs,
    workload,
)
from bench.load import Load
from bench.peers import agreement
from bench.workload import Script, Sending, schedule

SAID = Script(caller=("我想查一下话费还剩多少", "how do I change my plan"), agent=("好的，请稍等。",))


def test_percentiles_are_nearest_ranks() -> None:
    kept = samples.of(range(1, 1001))
    assert [kept.percentile(q) for q in (0, 50, 90, 99, 99.9, 100)] == [1, 500, 900, 990, 999, 1000]
    assert samples.of([5, 5, 5, 9]).percentile(75) == 5
    assert kept.mean == 500.5


def test_no_samples_have_no_percentile() -> None:
    nothing = samples.of([])
    assert nothing.percentile(50) != nothing.percentile(50)
    assert tables.at(nothing, 50) == "–"


def test_a_percentile_needs_ten_samples_beyond_it() -> None:
    assert samples.of(range(1000)).worth_telling(99)
    assert not samples.of(range(999)).worth_telling(99)
    assert samples.of([1]).worth_telling(50)


def test_a_histogram_moves_no_percentile_by_more_than_half_a_percent() -> None:
    values = np.random.default_rng(1).lognormal(7, 1.5, 50_000)
    raw = samples.of(values)
    line = json.loads(json.dumps(samples.as_json(raw)))
    stored = samples.from_json(line)
    assert "histogram" in line
    assert stored.n == raw.n
    for q in (1, 50, 90, 99, 99.9, 100):
        assert stored.percentile(q) == pytest.approx(raw.percentile(q), rel=0.0051)


def test_few_samples_are_kept_as_they_are() -> None:
    line = samples.as_json(samples.of([3.0, 1.25, 3.0]))
    assert line == {"samples": [1.25, 3, 3]}
    assert samples.from_json(line).n == 3


def test_rounds_are_merged() -> None:
    both = samples.merged([samples.of([1, 2]), samples.of([2, 3])])
    assert (both.n, both.percentile(50)) == (4, 2)


def test_a_schedule_is_seeded_and_keeps_each_call_in_order() -> None:
    sendings = schedule(SAID, calls=20, seconds=30, ramp_s=5, rate=3)
    assert sendings == schedule(SAID, calls=20, seconds=30, ramp_s=5, rate=3)
    assert [s.at_s for s in sendings] == sorted(s.at_s for s in sendings)
    per_call = len([s for s in sendings if s.fragment]) / 20 / 32.5
    assert per_call == pytest.approx(3, rel=0.15)
    for call in {s.call for s in sendings}:
        said = [s.fragment for s in sendings if s.call == call]
        assert said[0] is None
        numbers = [int(fragment.segment[1:]) for fragment in said if fragment]
        assert numbers == sorted(numbers)


def test_agents_say_finals_only() -> None:
    said = [s.fragment for s in schedule(SAID, calls=5, seconds=60, ramp_s=1) if s.fragment]
    assert {fragment.final for fragment in said if fragment.speaker == "agent"} == {True}
    assert {fragment.final for fragment in said if fragment.speaker == "caller"} == {True, False}


def _load() -> Load:
    return Load("ws://nowhere", [], warm_s=1.0)


def _send(load: Load, at: float, *, final: bool, segment: str = "s1") -> None:
    fragment = Fragment(call="c", segment=segment, speaker="caller", text="x", final=final)
    load._names, load._sockets = {"c": 0}, [SimpleNamespace(protocol=SimpleNamespace(state=None))]  # type: ignore[list-item]
    load._put(Sending(at, "c", fragment), b"", at)


def _reading(*, final: bool, segment: str = "s1") -> dict[str, object]:
    return {"type": "reading", "call": "c", "segment": segment, "final": final}


async def test_a_final_without_an_answer_is_lost_and_latency_counts_from_the_intended_time() -> None:
    load = _load()
    for i in range(3):
        _send(load, 2.0 + i, final=True, segment=f"s{i}")
    load._take(_reading(final=True, segment="s0"), 2.25)
    load._take(_reading(final=True, segment="s0"), 2.5)  # told twice, counted once
    load._take(_reading(final=True, segment="s2"), 4.5)
    assert load.outcome.lost == 1
    assert load.outcome.finals == pytest.approx([250_000, 500_000])


async def test_what_is_due_while_calls_open_is_counted_but_not_sampled() -> None:
    load = _load()
    _send(load, 0.5, final=True)
    load._take(_reading(final=True), 0.6)
    assert (load.outcome.lost, load.outcome.finals) == (0, [])


async def test_a_partials_answer_counts_only_when_it_cannot_be_anothers() -> None:
    load = _load()
    _send(load, 2.0, final=False)
    load._take(_reading(final=False), 2.01)
    _send(load, 2.1, final=False)
    load._take(_reading(final=False), 2.11)
    assert load.outcome.partials == pytest.approx([10_000])
    assert load.outcome.ambiguous == 1


def test_recall_and_exact_search() -> None:
    chance = np.random.default_rng(3)
    crowd = growth.crowd(np.eye(32, dtype=np.float32) + 0.2)
    vectors, queries = crowd.draw(500, chance), crowd.draw(20, chance)
    truth = growth.exact(vectors, queries)
    by_hand = [set(np.argsort(-vectors @ query)[:10].tolist()) for query in queries]
    assert [set(row) for row in truth.tolist()] == by_hand
    assert growth.recall(truth, truth) == 1
    assert growth.recall(np.array([[1, 2]]), np.array([[2, 3]])) == 0.5


def test_crowds_are_as_alike_as_neighbours_are() -> None:
    """Two copies of one vector have the cosine that nearest neighbours of the base have."""
    base = np.zeros((16, 64), dtype=np.float32)
    base[np.arange(8), np.arange(8)] = base[np.arange(8) + 8, np.arange(8)] = 1
    base[8:, 20] = 0.75
    base /= np.linalg.norm(base, axis=1, keepdims=True)
    crowd = growth.crowd(base)
    one = growth.Crowd(base[:1], crowd.noise)
    copies = one.draw(400, np.random.default_rng(0))
    alike = copies @ copies.T
    nearest = np.median((base @ base.T - 2 * np.eye(16)).max(axis=1))
    assert np.median(alike[~np.eye(400, dtype=bool)]) == pytest.approx(nearest, abs=0.05)


def test_agreement_is_with_the_oracles_first_answer() -> None:
    told = agreement([0, 1, 2, -1], [0, 2, 1, 3], owners=["a", "b", "b", "c"])
    assert told == {"text": 25.0, "entry": 75.0, "of": 4}


def test_reasons_name_no_places() -> None:
    assert venvs.reason("x\nERROR: https://host.example/simple/a and /root/b failed\n") == "ERROR: … and … failed"


def test_throughput_counts_every_question_of_every_thread() -> None:
    asked: list[int] = []

    def ask(questions: list[str]) -> list[list[int]]:
        asked.append(len(questions))
        return [[0] for _ in questions]

    rate = contend.throughput(ask, ["q"] * 5, 8, 2, seconds=0.05)  # type: ignore[arg-type]
    assert set(asked) == {8}
    assert rate > 0


def test_contenders_are_all_there() -> None:
    for plan in peers.PLANS:
        assert (Path(peers.__file__).parent / "contenders" / f"{plan.name}.py").exists()


def test_questions_cycle_and_are_seeded() -> None:
    known = material.knowledge()
    asked = workload.questions(known, 3_000)
    assert asked == workload.questions(known, 3_000)
    assert len(asked) == 3_000
    assert asked[0] != asked[1]


def test_a_busy_machine_is_refused_or_flagged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "foreign_cpu", lambda: 60.0)
    with pytest.raises(machine.Busy):
        machine.gate(patience_s=0, force=False)
    assert machine.gate(patience_s=0, force=True) == 60.0


def test_an_interrupted_run_leaves_the_last_results(tmp_path: Path) -> None:
    def write(values: list[float], *, fail: bool) -> None:
        with results.Writer("x", folder=tmp_path, foreign_cpu=1.0, options={}) as writer:
            writer.series("s", values, unit="us", calls=1)
            if fail:
                raise RuntimeError

    write([1, 2], fail=False)
    with pytest.raises(RuntimeError):
        write([3], fail=True)
    found = results.read("x", folder=tmp_path)
    assert found is not None
    assert (found.series[0].samples.n, found.series[0].labels, found.header["flagged"]) == (2, {"calls": 1}, False)
    assert [path.name for path in tmp_path.iterdir()] == ["x.jsonl"]


def test_a_header_names_no_place() -> None:
    text = json.dumps(machine.describe())
    assert "/root" not in text
    assert str(machine.ROOT) not in text


class Tried:
    """Runs benchmarks, tiny, on the tests' artifact, and reads what they leave."""

    def __init__(self, folder: Path, artifact: Path) -> None:
        self.folder = folder
        self.common = ["--results", str(folder), "--work", str(folder / "work"), "--force", "--patience", "0"]
        self.common += ["--artifact", str(artifact)]

    def __call__(self, name: str, *options: str) -> results.Results:
        """Run, report, return the results."""
        found = self.kept(name, *options)
        assert cli.main(["report", "--results", str(self.folder), "--figures", str(self.folder / "figures")]) == 0
        assert (self.folder / "figures" / f"{name}.png").stat().st_size > 1000
        return found

    def kept(self, name: str, *options: str, under: str = "") -> results.Results:
        """Run, return the results that are kept under this name, by default its own."""
        assert cli.main([name, *options, *self.common]) == 0
        found = results.read(under or name, folder=self.folder)
        assert found is not None
        return found

    @property
    def tables(self) -> str:
        """The report's text."""
        return (self.folder / "figures" / "tables.md").read_text(encoding="utf-8")


@pytest.fixture
def tried(tmp_path: Path, artifact_folder: Path) -> Tried:
    """A runner of tiny benchmarks."""
    asyncio.set_event_loop_policy(None)
    return Tried(tmp_path, artifact_folder)


def test_latency(tried: Tried) -> None:
    found = tried("latency", "--calls", "8", "--seconds", "3", "--ramp", "0.5", "--closed", "20")
    run = next(f for f in found.figures if f.name == "run")
    assert run.values["finals_sent"] > 0
    assert run.values["finals_lost"] == 0
    assert run.values["problems"] == {}
    assert tables.pooled(found, "card").n == tables.pooled(found, "bare").n == 20
    assert "Finals lost: 0 of" in tried.tables


def test_capacity_stops_where_the_budget_is_passed(tried: Tried) -> None:
    found = tried("capacity", "--calls", "5", "10", "--seconds", "2", "--ramp", "0.2", "--budget-ms", "0.001", "--rate", "9")
    assert [f.labels["calls"] for f in found.figures] == [5]


def test_workers(tried: Tried) -> None:
    options = ["--workers", "0", "1", "--calls", "6", "--rounds", "1", "--seconds", "2", "--ramp", "0.2", "--closed", "10"]
    found = tried("workers", *options, "--rate", "9")
    assert {f.labels["workers"] for f in found.figures} == {0, 1}
    assert "| workers 0 | workers 1 |" in tried.tables


def test_quality(tried: Tried, artifact_folder: Path) -> None:
    shutil.copytree(artifact_folder / ".cache", tried.folder / "work" / "quality" / ".cache")  # spares a minute of embedding
    found = tried.kept("quality", "--domains", "telecom", under="quality_other")
    (tried.folder / "quality_other.jsonl").rename(tried.folder / "quality.jsonl")  # as a run of all that ships is kept
    assert cli.main(["report", "--results", str(tried.folder), "--figures", str(tried.folder / "figures")]) == 0
    assert "right entry first" in tried.tables
    told = {(f.name, f.labels["texts"]): f.values for f in found.figures}
    assert told["right entry first", "slipped"]["percent"] <= told["right entry first", "as said"]["percent"] + 2
    assert told["right entry first", "as said"]["low"] < told["right entry first", "as said"]["percent"]
    assert told["intent accuracy", "as said"]["low"] <= told["intent accuracy", "as said"]["percent"]
    assert told["angry recall", "as said"]["of"] > 50
    assert told["provisional card withdrawn", "piece by piece"]["of"] > 100


def reads(expected: str, said: str, p: float = 1.0) -> labels.Reads:
    return labels.Reads(np.array([*expected]), np.array([*said]), np.full(len(said), p), np.array(["en"] * len(said)))


def test_macro_f1_counts_each_label_alike() -> None:
    assert labels.macro_f1(reads("aaab", "aaaa")) == pytest.approx((6 / 7 + 0) / 2)
    assert labels.accuracy(reads("aaab", "aaaa")) == 0.75
    assert labels.of_label(reads("aab", "aba"), "a")["precision"].percent == 50


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    assert labels.calibration_error(reads("aaab", "aaaa", p=0.95)) == pytest.approx(0.2)
    assert labels.calibration_error(reads("aaaa", "aaaa", p=1.0)) == 0


def test_turns_said_piece_by_piece_show_cards_early(artifact_folder: Path) -> None:
    engine = material.engine(artifact_folder)
    turns = ("我的手机丢了麻烦你先帮我把号码停掉别让人家拿去用", "话费充错号码了充到别人那里去了能不能给我退回来啊", "嗯")
    for told in (False, True):
        said = [partials.say(engine, text, lambda _: "豫", told=told) for text in turns]
        assert all(one.half <= one.confirmed for one in said)
        assert any(one.provisional for one in said[:2])
        assert said[2] == partials.Said(frozenset(), 0, 0, frozenset())


def test_early_intents_come_before_the_final_s(artifact_folder: Path) -> None:
    engine = material.engine(artifact_folder)
    text = "气死我了你们这是什么态度啊我要投诉你们我现在就要投诉你们那个营业员"
    *early, final = partials.intents(engine, text, lambda _: "豫")
    assert early[-1:] == [final] == ["complain"]
    assert partials.intents(engine, "嗯", lambda _: "豫") == ["unknown"]


def test_a_third_of_the_pieces_end_misheard() -> None:
    text = "我的手机丢了麻烦你先帮我把号码停掉别让人家拿去用" * 4
    *partials_, final = partials.pieces("caller", text, lambda _: "豫", told=True)
    misheard = [one for one in partials_ if one.text.endswith("豫")]
    assert 0.2 < len(misheard) / len(partials_) < 0.5
    assert all(text.startswith(one.text[: one.stable_chars]) for one in partials_)
    assert all(one.stable_chars == len(one.text) - (one in misheard) for one in partials_)
    assert (final.text, final.final) == (text, True)


@pytest.mark.parametrize(
    "text", ["喂", "你好", *("帮我查一下这个月的话费怎么多了这么多钱"[:n] for n in range(3, 20)), "my bill is too high"]
)
def test_a_piece_ends_where_half_of_the_turn_has_been_heard(text: str) -> None:
    *lengths, whole = [len(one.text) for one in partials.pieces("caller", text, lambda _: "豫", told=True)]
    assert lengths == sorted(set(lengths))
    assert all(0 < length <= whole == len(text) for length in lengths)
    assert len(text) // 2 in [*lengths, 0]


def test_quality_of_a_foreign_table(tried: Tried, artifact_folder: Path) -> None:
    pack, queries = tried.folder / "faq.csv", tried.folder / "queries.jsonl"
    pack.write_text("id,question,answer\na,怎么开通国际漫游,x\nb,宽带坏了怎么报修,y\n", encoding="utf-8")
    asked = [{"query": "国际漫游怎么开", "gold": "a"}, {"query": "宽带坏了找谁修", "gold": ["b"]}]
    queries.write_text("\n".join(json.dumps(one) for one in asked), encoding="utf-8")
    shutil.copytree(artifact_folder / ".cache", tried.folder / "work" / "foreign" / ".cache")  # spares a minute of embedding
    found = tried.kept("quality", "--pack", str(pack), "--queries", str(queries), under="quality_other")
    told = {f.name: f.values["percent"] for f in found.figures if f.labels["texts"] == "as said"}
    assert told == {"card where one is due": 100.0, "R@1": 100.0, "R@3": 100.0}
    silent = [f.values["percent"] for f in found.figures if f.labels["texts"] == "of other domains"]
    assert len(silent) == 5
    assert min(silent) > 75


def test_growth(tried: Tried) -> None:
    found = tried("growth", "--sizes", "300", "--queries", "40")
    assert found.figures[0].values["recall"] == 1.0
    assert found.series[0].samples.n == 40


def test_startup(tried: Tried) -> None:
    found = tried("startup", "--starts", "1", "--rebuilds", "0")
    assert {s.name for s in found.series} == {"ready", "rss"}


def test_an_edit_changes_one_variant(tmp_path: Path) -> None:
    from bench.startup import edit

    file = tmp_path / "entries" / "a.yaml"
    file.parent.mkdir()
    file.write_text("- id: a\n  questions:\n    - one\n    - two\n", encoding="utf-8")
    edit([tmp_path], 4)
    assert file.read_text(encoding="utf-8") == "- id: a\n  questions:\n    - 第4个新的问法在这里\n    - two\n"
