"""What README says of settings, codes and messages is what the code says."""

import dataclasses
from pathlib import Path

import pytest

from assist import settings
from assist.faults import CODES
from assist.messages import CLIENT_TYPES, SERVER_TYPES

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_settings_table_is_the_code_s() -> None:
    assert settings.table() in README


@pytest.mark.parametrize("code", CODES)
def test_every_problem_code_is_told(code: str) -> None:
    assert f"| `{code}` | {CODES[code]} |" in README


@pytest.mark.parametrize(("name", "kind"), [*CLIENT_TYPES.items(), *((n, k) for k, n in SERVER_TYPES.items())])
def test_every_message_and_field_is_told(name: str, kind: type) -> None:
    row = next(line for line in README.splitlines() if line.split("|")[2:3] == [f" `{name}` "])
    for field in dataclasses.fields(kind):
        assert field.name in row, f"{name}.{field.name}"
