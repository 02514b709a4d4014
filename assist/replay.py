"""Plays a call from a file through the same core and engine as the service, without sockets, threads or a clock.

The same file gives the same output every time. A file holds JSON lines: timed fragments ({"at_ms": …, "segment": …, …},
fields as in the protocol) or turns to be spoken ({"speaker": …, "text": …}), and first, if it likes, {"caller": {…},
"language": …, "agent": …, "packs": ["service", …]}. Called by the command line, the demo and the tests.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from assist.call import Call
from assist.catalog import LANGUAGES
from assist.engine import Engine
from assist.faults import Fault
from assist.guidance import Guide
from assist.messages import Fragment, Heard, Reading, ServerMessage, Suggest, parse
from assist.session import caller_of
from assist.settings import Settings
from assist.speech import PAUSE_MS, Spoken, Timed, stream

TICK_MS: Final = 500
QUIET_MS: Final = 2_000  # watched after the last fragment
CALL_MS_MAX: Final = 24 * 3_600_000


class ReplayError(Exception):
    """A file that cannot be replayed; `str()` says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A call read from a file. `packs` names those whose knowledge answers it; empty: any will do."""

    name: str
    fragments: tuple[Timed, ...]
    opening: Mapping[str, Any] = field(default_factory=dict)
    packs: tuple[str, ...] = ()

    def fits(self, packs: Iterable[str]) -> bool:
        """Whether these packs can answer the call."""
        return set(self.packs) <= set(packs)


@dataclass(frozen=True, slots=True)
class Event:
    """Something an agent would have seen, and when."""

    at_ms: int
    message: ServerMessage


def load(path: Path) -> Script:
    """Read a call. Raises ReplayError."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReplayError(f"{path}: cannot be read: {error}") from error
    opening: dict[str, Any] = {}
    timed: list[Timed] = []
    turns: list[Spoken] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            body = _line(line, f"{path}:{number}")
            try:
                _take(body, path.stem, opening, timed, turns)
            except (Fault, TypeError, ValueError) as error:
                raise ReplayError(f"{path}:{number}: {error}") from error
    timed += stream(path.stem, turns)
    packs = opening.pop("packs", ())  # of the file, not of the message
    return Script(name=path.stem, fragments=tuple(sorted(timed, key=lambda t: t.at_ms)), opening=opening, packs=packs)


def _line(line: str, where: str) -> dict[str, Any]:
    try:
        body = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ReplayError(f"{where}: is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise ReplayError(f"{where}: must be an object, not {type(body).__name__}.")
    return body


def _take(body: dict[str, Any], call: str, opening: dict[str, Any], timed: list[Timed], turns: list[Spoken]) -> None:
    if "at_ms" in body:
        at_ms = _ms(body, "at_ms")
        fragment = parse({**body, "type": "fragment", "call": call})
        assert isinstance(fragment, Fragment)
        timed.append(Timed(at_ms=at_ms, fragment=fragment))
    elif "text" in body:
        checked = parse({**body, "type": "fragment", "call": call, "segment": "-", "final": True})
        assert isinstance(checked, Fragment)
        turns.append(Spoken(speaker=checked.speaker, text=checked.text, pause_ms=_ms(body, "pause_ms", PAUSE_MS)))
    else:
        parse({**body, "type": "open", "role": "ingest"})
        opening.update(body)
        if "packs" in body:
            opening["packs"] = _names(body, "packs")


def _ms(body: dict[str, Any], key: str, default: int | None = None) -> int:
    """A time of the call. Raises ValueError."""
    value = body.get(key, default)
    if not isinstance(value, int | float) or not 0 <= value <= CALL_MS_MAX:
        raise ValueError(f"`{key}` must be a number of milliseconds, at most a day, not {value!r}.")
    return int(value)


def _names(body: dict[str, Any], key: str) -> tuple[str, ...]:
    """A list of names. Raises ValueError."""
    value = body[key]
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise ValueError(f"`{key}` must be a list of names, not {value!r}.")
    return tuple(value)


def replay(script: Script, engine: Engine, settings: Settings) -> Iterator[Event]:
    """What an agent would have seen, event by event: every query is answered at the moment it is asked."""
    call = Call(script.name, settings, Guide(engine.catalog))
    language = script.opening.get("language")
    call.language = language if language in LANGUAGES else None
    call.caller = caller_of(script.opening.get("caller"))
    call.agent = script.opening.get("agent") or ""
    yield from _events(0, call.start())
    clock = 0
    for timed in script.fragments:
        yield from _ticks(call, clock, timed.at_ms)
        clock = timed.at_ms
        news = call.hear(timed.fragment, now=clock)
        yield from _events(clock, news.messages)
        if news.query:
            for answer in engine.answer([news.query]):
                answer.timing_us.clear()  # how long it took today is no part of the call
                yield from _events(clock, call.advise(answer))
    yield from _ticks(call, clock, clock + QUIET_MS)


def _ticks(call: Call, since: int, until: int) -> Iterator[Event]:
    for now in range((since // TICK_MS + 1) * TICK_MS, until + 1, TICK_MS):
        yield from _events(now, call.tick(now=now))


def _events(at_ms: int, messages: Iterable[ServerMessage]) -> Iterator[Event]:
    return (Event(at_ms, message) for message in messages)


def line(event: Event) -> str | None:
    """An event as a line to read; None for a partial's words, which would only repeat."""
    clock = f"{event.at_ms // 60_000:02}:{event.at_ms % 60_000 / 1000:04.1f}"
    message = event.message
    if isinstance(message, Heard):
        return f"{clock}  {message.speaker}: {message.text}" if message.final else None
    if isinstance(message, Reading):
        intent, emotion = message.intent, message.emotion
        state = "" if message.final else " (so far)"
        told = f"{intent['label']} {intent['p']:.2f}, {emotion['label']} {emotion['p']:.2f}, {emotion['trend']}"
        return f"{clock}      reading{state}: {told}"
    if isinstance(message, Suggest):
        shown = f"{message.title}: {message.text}" if message.state != "withdrawn" else message.title
        return f"{clock}      {message.state} {message.kind} [{message.why.get('entry', '')} {message.score:.2f}] {shown}"
    return None
