"""Logs are JSON lines, whatever is logged."""

import json
import logging

from assist.logs import JsonLines


def line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.getLogger("assist.x").makeRecord(
        "assist.x", logging.WARNING, "f", 1, message, arguments, None, extra=extra
    )
    text = JsonLines().format(record)
    assert "\n" not in text
    body: dict[str, object] = json.loads(text)
    return body


def test_a_line_tells_when_where_what_and_the_extras() -> None:
    body = line("slow %s", "reader", session="n1", path=object)
    assert (body["level"], body["where"], body["event"], body["session"]) == ("warning", "assist.x", "slow reader", "n1")
    assert str(body["time"]).endswith("+00:00")
    assert "object" in str(body["path"])


def test_an_exception_is_one_line_too() -> None:
    try:
        raise ValueError("bad\nthing")
    except ValueError as error:
        record = logging.LogRecord("assist", logging.ERROR, "f", 1, "failed", (), (type(error), error, error.__traceback__))
    text = JsonLines().format(record)
    assert "\n" not in text
    assert "ValueError" in json.loads(text)["error"]
