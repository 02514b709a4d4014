"""A foreign table and its queries: read as others write them; what cannot be used is told with its line, and status 2."""

from pathlib import Path

import pytest

from bench import cli
from bench.foreign_queries import Asked, Unusable, read_queries, read_table

TABLE = "id,question,answer\na,怎么开通国际漫游,x\nb,宽带坏了怎么报修,y\n"
GOOD = '{"query": "q", "gold": "a"}\n'


@pytest.mark.parametrize(("name", "text"), [
    ("q.jsonl", '{"id": 1, "query": "q", "gold": ["a", "b"]}\n\n'),
    ("q.jsonl", '{"query": "q", "gold_ids": "a;b"}'),
    ("q.jsonl", '{"Query": "q", "gold ids": "a | b|"}\r\n'),
    ("q.jsonl", '\ufeff{"query": "q", "gold": "a, b"}'),
    ("q.csv", 'id,query,gold\n1,q,"a, b"\n'),
    ("q.csv", "query,gold_ids,,\nq,a;b,,\n"),
    ("q.CSV", "Query,Gold IDs\r\nq,a|b\r\n"),
    ("q.csv", "query;gold ids\nq;a,b\n"),
    ("q.tsv", "query\tgold\nq\ta;b\n"),
])  # fmt: skip
def test_queries_are_read_as_others_write_them(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert read_queries(path, held={"a", "b"}) == [Asked("q", frozenset(["a", "b"]))]


def test_numbers_are_ids_and_texts_may_hold_any_sign(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"query": "q\u2028r", "gold": 7}\n{"query": "s", "gold": [7, "x,y"]}', encoding="utf-8")
    assert read_queries(path) == [Asked("q\u2028r", frozenset(["7"])), Asked("s", frozenset(["7", "x,y"]))]


@pytest.mark.parametrize(("name", "text", "line", "told"), [
    ("q.jsonl", GOOD + "nonsense\n", 2, "not JSON"),
    ("q.jsonl", "[" * 100_000, 1, "not JSON"),
    ("q.jsonl", GOOD + "\n[1]\n", 3, "no JSON object"),
    ("q.jsonl", '{"text": "q", "gold": "a"}', 1, "no `query`; named here: text, gold"),
    ("q.jsonl", '{"query": " ", "gold": "a"}', 1, "`query` must be a text"),
    ("q.jsonl", '{"query": 5, "gold": "a"}', 1, "`query` must be a text"),
    ("q.jsonl", GOOD + '{"query": "q", "answer": "a"}', 2, "no `gold` (or `gold_ids`); named here: query, answer"),
    ("q.jsonl", '{"query": "q", "gold": []}', 1, "`gold` names no entry"),
    ("q.jsonl", '{"query": "q", "gold_ids": " ; "}', 1, "`gold_ids` names no entry"),
    ("q.jsonl", '{"query": "q", "gold": {"a": 1}}', 1, "`gold` must be a list of ids"),
    ("q.jsonl", '{"query": "q", "gold": null}', 1, "`gold` must be a list of ids"),
    ("q.jsonl", GOOD + '{"query": "q", "gold": "a;zz"}', 2, "the table holds no entry `zz`; known here: `a`, `b`"),
    ("q.jsonl", "", 1, "holds no queries"),
    ("q.jsonl", "\n \n", 1, "holds no queries"),
    ("q.csv", "", 1, "holds no queries"),
    ("q.csv", "query,gold\n", 1, "holds no queries"),
    ("q.csv", "question,gold\nq,a\n", 2, "no `query`; named here: question, gold"),
    ("q.csv", 'query,gold\n"q\nr",a\n\n"s\nt",c\n', 5, "the table holds no entry `c`"),
    ("q.csv", "query,gold\nq\n", 2, "`gold` must be a list of ids"),
    ("q.csv", "query,gold\nq,a,b\n", 2, "more cells than the header"),
    ("q.csv", 'query,gold\nq,"a\n', 2, "not CSV"),
])  # fmt: skip
def test_what_cannot_be_used_is_told_with_its_line(tmp_path: Path, name: str, text: str, line: int, told: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable) as error:
        read_queries(path, held={"a", "b"})
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(("name", "data", "told"), [
    ("q.csv", "query,gold\n漫游,a\n".encode("gb18030"), "not UTF-8"), ("nowhere.csv", None, "cannot be read (No such file"),
])  # fmt: skip
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str, data: bytes | None, told: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(Unusable, match=r":1: .*") as error:
        read_queries(tmp_path / name)
    assert told in str(error.value)


@pytest.mark.parametrize(("name", "text", "told"), [
    ("nowhere.csv", None, ":1: there is no such folder"),
    ("notes.txt", "x", ":1: this is neither a folder nor a table"),
    ("faq.xlsx", "no workbook", ":1: this table cannot be read"),
    ("faq.csv", "", ":1: "),
    ("faq.csv", "id,question,answer\n", ":1: this holds no entries"),
    ("faq.csv", TABLE + "c,d,e,f\ng,h,i,j\n", ":4: this row has more cells than the header"),
])  # fmt: skip
def test_a_table_that_cannot_be_used(tmp_path: Path, name: str, text: str | None, told: str) -> None:
    path = tmp_path / name
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(Unusable) as error:
        read_table(path)
    assert str(error.value).startswith(f"{path}{told}")


def test_a_table_is_read_beside_the_service_pack_without_its_examples(tmp_path: Path) -> None:
    path = tmp_path / "faq.csv"
    path.write_text(TABLE, encoding="utf-8")
    known = read_table(path)
    assert [entry.id for entry in known.entries] == ["a", "b"]
    assert known.intents
    assert not known.examples


@pytest.mark.parametrize(("options", "told"), [
    (["--pack", "faq.csv"], "--pack is given without --queries"),
    (["--queries", "good.jsonl"], "--queries is given without --pack"),
    (["--pack", "nowhere.csv", "--queries", "good.jsonl"], "nowhere.csv:1: there is no such folder"),
    (["--pack", "faq.csv", "--queries", "nowhere.jsonl"], "nowhere.jsonl:1: this file cannot be read"),
    (["--pack", "faq.csv", "--queries", "bad.jsonl"], "bad.jsonl:2: the table holds no entry `aa`; did you mean `a`?"),
])  # fmt: skip
def test_the_command_ends_with_a_sentence_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("faq.csv").write_text(TABLE, encoding="utf-8")
    Path("good.jsonl").write_text(GOOD, encoding="utf-8")
    Path("bad.jsonl").write_text(GOOD + '{"query": "r", "gold_ids": "b|aa"}', encoding="utf-8")
    assert cli.main(["quality", *options, "--results", "results", "--work", "work", "--force", "--patience", "0"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("bench: ")
    assert told in line
    assert not Path("results").exists()
    assert not Path("work").exists()
