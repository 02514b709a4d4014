"""The commands as real processes: what comes out, what is refused, and that nothing ends in a traceback."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assist import artifact
from assist.demo import bundled

ROOT = Path(__file__).parents[2]


def assist(
    *arguments: str, given: bytes = b"", artifact: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run `assist`; its standard error must hold no traceback."""
    where = ["--artifact", str(artifact)] if artifact else []
    done = subprocess.run(
        [sys.executable, "-m", "assist", *arguments, *where], input=given, capture_output=True, cwd=ROOT, timeout=120,
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"Warning" not in done.stderr, done.stderr.decode()
    return done


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]


@pytest.mark.parametrize("locale", ["C", "en_US.ISO-8859-1"])
def test_ask_answers_each_line_in_order_whatever_it_holds(artifact_folder: Path, locale: str) -> None:
    asked = [
        '{"id": "a", "text": "我的流量怎么用得这么快"}'.encode(),
        b"not json",
        b"\xff\xfe\x80",
        b'{"id": "\\ud800", "text": "half \\udc00"}',
        '{"text": "😀😀"}'.encode(),
        b'{"text": ""}',
        b'{"text": "\\u0000\\u0007\\u202e"}',
        ('{"text": "' + "字" * 10_000 + '"}').encode(),
        ('{"text": "' + "字" * 10_001 + '"}').encode(),
        b'{"text": ["list"]}',
        b"  ",
        '{"id": "z", "text": "谢谢再见"}'.encode(),
    ]
    done = assist("ask", "--json", given=b"\n".join(asked), artifact=artifact_folder, LC_ALL=locale, PYTHONUTF8="0")
    told = lines(done)
    assert done.returncode == 1
    problems = [body["problem"]["code"] if "problem" in body else None for body in told]
    bad = "malformed_frame"
    assert problems == [None, bad, bad, None, None, None, None, None, "text_too_long", "wrong_type", None]
    assert (told[0]["id"], told[-1]["id"]) == ("a", "z")
    assert told[0]["answers"][0]["shown"]


def test_ask_takes_words_or_plain_lines_and_nothing(artifact_folder: Path) -> None:
    (one,) = lines(assist("ask", "我的流量", "怎么用得这么快", artifact=artifact_folder))
    assert one["answers"]
    done = assist("ask", given="你好\n\n{\n".encode(), artifact=artifact_folder)
    assert [body["id"] for body in lines(done)] == [1, 3]
    nothing = assist("ask", artifact=artifact_folder)
    assert (nothing.returncode, nothing.stdout) == (0, b"")


def test_ask_stops_quietly_when_nobody_reads(artifact_folder: Path) -> None:
    asking = subprocess.Popen(
        [sys.executable, "-m", "assist", "ask", "--artifact", str(artifact_folder)], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert asking.stdin
    assert asking.stdout
    assert asking.stderr
    asking.stdin.write(b"hello\n")
    asking.stdin.flush()
    asking.stdout.readline()
    asking.stdout.close()
    try:
        asking.stdin.write(b"hello\n" * 50)
        asking.stdin.close()
    except BrokenPipeError:
        pass
    assert asking.stderr.read() == b""
    asking.stderr.close()
    assert asking.wait(60) == 141


def test_replay_prints_the_same_every_time(artifact_folder: Path) -> None:
    (path, *_) = bundled()
    first, second = (assist("replay", str(path), artifact=artifact_folder).stdout for _ in range(2))
    assert first == second
    assert "confirmed answer" in first.decode()
    events = lines(assist("replay", str(path), "--json", artifact=artifact_folder))
    assert {event["type"] for event in events} >= {"heard", "reading", "suggest"}


@pytest.mark.parametrize(
    ("arguments", "told", "status"),
    [
        (["replay", "/nowhere.jsonl"], "cannot be read", 1),
        (["demo", "/nowhere.jsonl", "--listen", "ws://127.0.0.1:0"], "cannot be read", 1),
        (["ask", "x", "--workers", "many"], "--workers", 2),
        (["ask", "x", "--config", "/nowhere.toml"], "/nowhere.toml", 2),
        (["replay", "x", "--budget-ms", "abc"], "--budget-ms", 2),
        (["serve", "--listen", "everywhere"], "--listen", 2),
        (["serve", "--listen", "ws://127.0.0.1:99999"], "--listen", 2),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    artifact_folder: Path, arguments: list[str], told: str, status: int
) -> None:
    done = assist(*arguments, artifact=artifact_folder)
    assert done.returncode == status
    assert told in done.stderr.decode()
    assert done.stderr.decode().startswith("assist: ") or "assist: " in done.stderr.decode()


def test_a_broken_artifact_is_told(artifact_folder: Path, tmp_path: Path) -> None:
    artifact.point(tmp_path, "nothing")
    done = assist("ask", "x", artifact=tmp_path)
    assert done.returncode == 1
    assert "manifest.json" in done.stderr.decode()


@pytest.fixture
def taken() -> Iterator[str]:
    """An address another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield f"ws://127.0.0.1:{other.getsockname()[1]}"


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_told(artifact_folder: Path, taken: str, command: str) -> None:
    done = assist(command, "--listen", taken, artifact=artifact_folder)
    assert done.returncode == 2
    told = done.stderr.decode().splitlines()[-1]
    assert told.startswith(f"assist: cannot listen on {taken}: the port is taken by another program")
    assert "Errno" not in told


def test_a_misspelt_variable_is_told_in_the_log(artifact_folder: Path, taken: str) -> None:
    mistyped = {"ASSIST_BUDGETMS": "40", "ASSIST_TOKENN": "secret", "ASSIST_XYZ": "1", "ASSIST_SERVICE_HOST": "10.0.0.1"}
    done = assist("serve", "--listen", taken, artifact=artifact_folder, **mistyped)
    first, second, third, *more = (json.loads(line) for line in done.stderr.decode().splitlines() if line.startswith("{"))
    assert (first["level"], first["event"]) == ("warning", "unknown setting in the environment")
    assert (first["variable"], first["closest"]) == ("ASSIST_BUDGETMS", "ASSIST_BUDGET_MS")
    assert (second["variable"], second["closest"]) == ("ASSIST_TOKENN", "ASSIST_TOKEN")
    assert (third["level"], third["variable"], third["closest"]) == ("info", "ASSIST_XYZ", None)
    assert not any("variable" in line for line in more)
    assert b"secret" not in done.stderr


@pytest.mark.parametrize("arguments", [[], ["dance"], ["ask", "--no-such-flag"], ["replay"]])
def test_wrong_usage(arguments: list[str]) -> None:
    assert assist(*arguments).returncode == 2


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "1e-320", "fast"])
def test_a_speed_at_which_nothing_can_be_played_is_refused(speed: str) -> None:
    done = assist("demo", "--listen", "nowhere", "--speed", speed)
    assert done.returncode == 2
    assert f"argument --speed: must be a number from 0.01 to 1000, not '{speed}'." in done.stderr.decode()


@pytest.mark.parametrize("command", ["serve", "demo", "replay", "ask"])
def test_help_names_every_setting(command: str) -> None:
    done = assist(command, "--help")
    assert done.returncode == 0
    assert b"--budget-ms" in done.stdout


def test_a_folder_that_was_named_is_not_filled_with_the_packs_that_ship(tmp_path: Path) -> None:
    done = assist("ask", "怎么查话费", artifact=tmp_path / "slip")
    assert done.returncode == 1
    assert b"no artifact is published here" in done.stderr
    assert not (tmp_path / "slip").exists()
