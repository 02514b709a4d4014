"""Settings: flag before environment before file before default; a bad value is told with where it came from."""

import argparse
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist import settings
from assist.settings import FIELDS, SettingError, Settings


def load(toml: Path | None = None, environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    return settings.load({"config": str(toml) if toml else None, **flags}, environment=environment or {})


def toml(folder: Path, text: str) -> Path:
    path = folder / "assist.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(**given: Any) -> str:
    with pytest.raises(SettingError) as caught:
        load(**given)
    return str(caught.value)


def test_defaults() -> None:
    assert load() == Settings()


def test_flag_before_environment_before_file(tmp_path: Path) -> None:
    path = toml(tmp_path, "budget_ms = 10\nworkers = 11\ncards_max = 12\n")
    found = load(path, {"ASSIST_BUDGET_MS": "20", "ASSIST_WORKERS": "21"}, budget_ms="30", company=None)
    assert (found.budget_ms, found.workers, found.cards_max) == (30, 21, 12)
    assert found.company == Settings().company


def test_the_file_may_be_named_by_the_environment(tmp_path: Path) -> None:
    path = toml(tmp_path, 'log_text = true\ncompany = "甲公司"\n')
    found = load(environment={"ASSIST_CONFIG": str(path)})
    assert (found.log_text, found.company) == (True, "甲公司")


@pytest.mark.parametrize("word", ["true", "1", "YES", " on "])
def test_true(word: str) -> None:
    assert load(environment={"ASSIST_LOG_TEXT": word}).log_text is True


@pytest.mark.parametrize("word", ["false", "0", "No", "off"])
def test_false(word: str) -> None:
    assert load(environment={"ASSIST_LOG_TEXT": word}).log_text is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", "two"), ("workers", ""), ("workers", "-1"), ("workers", "1.5"), ("budget_ms", "0"),
        ("log_text", "maybe"), ("log_text", ""), ("listen", "8300"), ("listen", "localhost:8300"), ("listen", "ws://host"),
        ("listen", ""), ("listen", "http://host:1"), ("listen", "ws://host:99999"), ("listen", "ws://:80"),
        ("listen", "ws://["),
    ],
)  # fmt: skip
def test_a_bad_value_is_told_with_its_source(name: str, value: str) -> None:
    assert f"ASSIST_{name.upper()}" in refusal(environment={f"ASSIST_{name.upper()}": value})
    assert f"--{name.replace('_', '-')}" in refusal(**{name: value})


@pytest.mark.parametrize(
    "text",
    ["workers = 'two'", "workers = 2.5", "workers = true", "workers = inf", "workers = [2]", "company = 5", "token = 12345",
     "origins = ['http://a', 'http://b']", "workers = -1", "log_text = 'maybe'", "listen = 'foo'"],
)  # fmt: skip
def test_a_bad_value_in_the_file_names_file_and_key(tmp_path: Path, text: str) -> None:
    told = refusal(toml=toml(tmp_path, text))
    assert "assist.toml" in told
    assert text.split()[0] in told


@pytest.mark.parametrize("text", ["workers = ", "work_ers = 2", "[table]\nworkers = 2"])
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str) -> None:
    assert "assist.toml" in refusal(toml=toml(tmp_path, text))


def test_an_unknown_key_is_told_with_the_setting_it_may_mean(tmp_path: Path) -> None:
    told = refusal(toml=toml(tmp_path, "budgetms = 40\nzzz = 1"))
    assert told.endswith(
        "assist.toml: there is no setting 'budgetms' (did you mean 'budget_ms'?); there is no setting 'zzz'."
    )


def test_variables_that_look_like_settings_are_found_with_the_one_they_may_mean() -> None:
    environment = {"ASSIST_BUDGETMS": "40", "ASSIST_CONFG": "x", "ASSIST_QQQ": "", "ASSIST_token": "secret",
                   "ASSIST_WORKERS": "1", "ASSIST_CONFIG": "", "PATH": "/bin"}  # fmt: skip
    assert settings.strangers(environment) == {
        "ASSIST_BUDGETMS": "ASSIST_BUDGET_MS", "ASSIST_CONFG": "ASSIST_CONFIG", "ASSIST_QQQ": "",
        "ASSIST_token": "ASSIST_TOKEN",
    }  # fmt: skip


def test_what_kubernetes_makes_of_a_service_called_assist_is_no_stranger() -> None:
    environment = {
        "ASSIST_SERVICE_HOST": "10.0.0.1", "ASSIST_SERVICE_PORT": "8300", "ASSIST_SERVICE_PORT_WS": "8300",
        "ASSIST_PORT": "tcp://10.0.0.1:8300", "ASSIST_PORT_8300_TCP": "tcp://10.0.0.1:8300",
        "ASSIST_PORT_8300_TCP_PROTO": "tcp", "ASSIST_PORT_8300_TCP_PORT": "8300", "ASSIST_PORT_53_UDP_ADDR": "10.0.0.1",
        "ASSIST_PANEL_SERVICE_HOST": "10.0.0.2",
    }  # fmt: skip
    assert settings.strangers(environment) == {}
    assert settings.strangers({"ASSIST_PORT": "8300"}).keys() == {"ASSIST_PORT"}


def test_no_setting_looks_like_a_stranger() -> None:
    assert settings.strangers({f"ASSIST_{name.upper()}": "x" for name in FIELDS}) == {}


def test_no_file(tmp_path: Path) -> None:
    assert "nothing.toml" in refusal(toml=tmp_path / "nothing.toml")


@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=12))
def test_any_text_is_a_value_or_refused(name: str, text: str) -> None:
    try:
        value = getattr(load(environment={f"ASSIST_{name.upper()}": text}), name)
    except SettingError:
        return
    assert type(value) is type(getattr(Settings(), name))


def test_every_setting_has_a_flag_a_row_and_a_unit() -> None:
    parser = argparse.ArgumentParser()
    settings.add_flags(parser)
    parsed = vars(parser.parse_args([f"--{name.replace('_', '-')}=x" for name in FIELDS]))
    assert parsed.keys() == FIELDS.keys() | {"config"}
    assert parser.format_help()
    for name, setting in FIELDS.items():
        assert f"| `{name}` |" in settings.table()
        number = isinstance(setting.default, int) and not isinstance(setting.default, bool)
        assert not number or name in ("workers", "graph_threads") or name.rpartition("_")[2] in ("ms", "s", "max"), name


def test_a_text_longer_than_the_format_allows_cannot_be_promised() -> None:
    assert refusal(text_chars_max="20000") == "--text-chars-max must be at most 10000, not 20000"


def test_who_resumes_must_find_room_for_all_calls() -> None:
    assert refusal(calls_per_connection_max="800").startswith("outbox_max must be at least 812: ")
