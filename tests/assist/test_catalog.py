"""The catalog file: what is written is what is read; the nearest language stands in for a missing one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist import catalog as catalogs
from assist.catalog import FALLBACK, LANGUAGES, Catalog, Row, loads, pick
from assist.engine import Engine


def test_a_catalog_comes_back_as_it_was(catalog: Catalog, engine: Engine) -> None:
    for each in (catalog, engine.catalog):
        assert loads(each.dumps()) == each


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"entries": {"a": {}}}', "null"])
def test_what_is_no_catalog(text: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        loads(text)


@given(st.lists(st.sampled_from([*LANGUAGES, "fr"]), min_size=1, unique=True), st.sampled_from([*LANGUAGES, "fr", ""]))
def test_pick_takes_the_language_or_the_nearest(there: list[str], wanted: str) -> None:
    texts = {language: f"text in {language}" for language in there}
    picked = pick(texts, wanted)
    assert picked in texts.values()
    order = FALLBACK.get(wanted, LANGUAGES)
    known = [language for language in order if language in there]
    if known:
        assert picked == texts[known[0]]


def test_a_phrase_in_a_tone_it_has_or_any(catalog: Catalog) -> None:
    assert catalog.phrases["thanks"].say("zh-Hans", "warm") == "不客气。"
    assert catalog.phrases["thanks"].say("yue", "plain") == "不客气。"
    assert catalog.phrases["thanks"].say("en", "plain") == "不客气。 (en)"


def test_every_row_names_something_and_its_place(engine: Engine) -> None:
    for row in engine.catalog.rows["questions"]:
        assert row.owner in engine.catalog.entries
        path, _, line = row.source.rpartition(":")
        assert Path(path).suffix == ".yaml"
        assert line.isdigit()


def test_json_keeps_chinese_readable(catalog: Catalog) -> None:
    assert "话费查询" in catalog.dumps()
    assert json.loads(catalog.dumps())["entries"]["bill"]["title"] == "话费查询"
    assert catalogs.Row(owner="a", text="b", source="c") == Row(owner="a", text="b", source="c", negative=False)
