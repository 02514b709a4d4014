"""Every setting of the service, in one table: flags, environment variables, TOML keys and README's table come from it.

A bound has its unit in its name. Order of precedence: flag, `ASSIST_*` variable, TOML file, default.
"""

import argparse
import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from assist.rules import TEXT_CHARS_MAX

RESUME_MESSAGES: Final = 12  # besides a snapshot for each call


class SettingError(ValueError):
    """A setting that cannot be used; `str()` says which, from where, and why."""


class ListenError(SettingError):
    """The address in `listen` cannot be had: its port is taken, or it is not this machine's."""


def _setting(default: Any, help: str, *, low: int | None = None, high: int | None = None) -> Any:
    return field(default=default, metadata={"help": help, "low": low, "high": high})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The service's settings. See each one's help."""

    listen: str = _setting("ws://127.0.0.1:8300", "where to listen: ws://HOST:PORT; port 0 takes a free one")
    artifact: str = _setting("artifact", "folder of artifacts, the one that holds `current`")
    token: str = _setting("", "clients must send this token in `open`; empty: anyone may connect")
    origins: str = _setting("", "web pages of these origins may connect besides our own, comma-separated; * for any")
    company: str = _setting("", "the company's name, put into phrases at {company}; empty: 客服中心, customer service")
    workers: int = _setting(0, "engine threads; 0 answers on the event loop itself; 2 suit an imported transformer", low=0)
    graph_threads: int = _setting(1, "threads of one model run; with 2 an imported transformer is sooner done", low=1)
    budget_ms: int = _setting(50, "a partial that has waited longer is not computed", low=1)
    batch_max: int = _setting(4, "most queries answered together; 16 suit an imported transformer", low=1)
    queue_max: int = _setting(4096, "most partials that may wait; beyond it the oldest goes", low=1)
    frame_bytes_max: int = _setting(65_536, "largest frame a client may send", low=256)
    text_chars_max: int = _setting(2_000, "longest text of one fragment", low=1, high=TEXT_CHARS_MAX)
    fragments_per_s_max: int = _setting(
        25, "most fragments a second of one call, at once twice as many; partials leave a quarter of that to finals", low=1
    )
    calls_per_connection_max: int = _setting(500, "most open calls of one connection", low=1)
    calls_max: int = _setting(5_000, "most open calls of the service", low=1)
    connections_max: int = _setting(
        5_000, "most connections of the service; twice as many sockets, those that have not opened included", low=1
    )
    problems_per_minute_max: int = _setting(60, "a connection that causes more problems is closed", low=1)
    outbox_max: int = _setting(512, "messages that may wait for a slow reader; then what is provisional is dropped", low=8)
    ring_max: int = _setting(256, "sent messages remembered for a resume", low=1)
    resume_s: int = _setting(60, "how long a lost connection's session and calls are kept", low=0)
    call_idle_s: int = _setting(1_800, "a call without a fragment for so long is ended", low=1)
    drain_s: int = _setting(5, "how long finals in progress are waited for when the service stops", low=0)
    cards_max: int = _setting(3, "most cards on an agent's screen", low=1)
    card_ms: int = _setting(45_000, "how long a card stays", low=1)
    caller_silent_ms: int = _setting(8_000, "the caller says nothing for so long: offer a sentence", low=1)
    agent_silent_ms: int = _setting(8_000, "the caller waits for so long: offer a sentence", low=1)
    hold_word_ms: int = _setting(15_000, "on hold a word is due every so often", low=1)
    long_call_ms: int = _setting(900_000, "from here on a call counts as long", low=1)
    log_text: bool = _setting(False, "write callers' words to the log; off unless you must")


FIELDS: Final = {f.name: f for f in dataclasses.fields(Settings)}
PREFIX: Final = "ASSIST_"  # of variables of the environment
# What Kubernetes gives every container of a namespace that has a service called assist: addresses, no settings of ours
_INJECTED = re.compile(
    r".*_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)=.*|.*_PORT=(tcp|udp|sctp):.*"
)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Give a parser one flag for each setting, and --config."""
    parser.add_argument("--config", metavar="FILE", help="a TOML file with any of the settings below")
    for name, setting in FIELDS.items():
        text = f"{setting.metadata['help']} (default: {setting.default!r})".replace("%", "%%")
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name, metavar=_kind(name).upper(), help=text)


def load(flags: Mapping[str, Any], *, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force. `flags` may hold None for what was not given. Raises SettingError."""
    values = _from_file(flags.get("config") or environment.get(f"{PREFIX}CONFIG"))
    values |= {
        name: _parsed(environment[key], name, key) for name in FIELDS if (key := f"{PREFIX}{name.upper()}") in environment
    }
    values |= {
        name: _parsed(flags[name], name, f"--{name.replace('_', '-')}") for name in FIELDS if flags.get(name) is not None
    }
    settings = Settings(**values)
    least = settings.calls_per_connection_max + RESUME_MESSAGES
    if settings.outbox_max < least:
        raise SettingError(f"outbox_max must be at least {least}: a client that resumes is told all its calls at once")
    return settings


def strangers(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables that look like settings and are none, each with the one it may have meant, or an empty text.

    No error: other programs may have variables of that prefix too. Those that Kubernetes makes of a service are left out.
    """
    names = [name.upper() for name in (*FIELDS, "config")]
    asked = sorted(
        key.removeprefix(PREFIX)
        for key, value in environment.items()
        if key.startswith(PREFIX) and not _INJECTED.fullmatch(f"{key}={value}")
    )
    meant = {name: _closest(name.upper(), names) for name in asked if name not in names}
    return {f"{PREFIX}{name}": f"{PREFIX}{closest}" if closest else "" for name, closest in meant.items()}


def _closest(name: str, names: Iterable[str]) -> str:
    """The one of `names` that is most like this; empty where none is like it."""
    return next(iter(difflib.get_close_matches(name, names, n=1)), "")


def _or_rather(name: str) -> str:
    return f" (did you mean {name!r}?)" if name else ""


def _from_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        body = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError(f"{path}: cannot be read as TOML: {error}") from error
    unknown = sorted(set(body) - set(FIELDS))
    if unknown:
        told = (f"there is no setting {name!r}{_or_rather(_closest(name, FIELDS))}" for name in unknown)
        raise SettingError(f"{path}: {'; '.join(told)}.")
    return {name: _parsed(value, name, f"{path}: {name}") for name, value in body.items()}


def _kind(name: str) -> str:
    return type(FIELDS[name].default).__name__


def _parsed(value: Any, name: str, where: str) -> Any:
    """A value as the setting's own type, whether it came as text or from TOML."""
    kind = _kind(name)
    if kind == "bool":
        return _truth(value, where)
    if kind == "str":
        return _text(value, name, where)
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if not isinstance(number, int) or isinstance(number, bool):
        raise SettingError(f"{where} must be a whole number, not {value!r}")
    low = FIELDS[name].metadata["low"]
    if low is not None and number < low:
        raise SettingError(f"{where} must be at least {low}, not {number}")
    high = FIELDS[name].metadata["high"]
    if high is not None and number > high:
        raise SettingError(f"{where} must be at most {high}, not {number}")
    return number


def _text(value: Any, name: str, where: str) -> str:
    if not isinstance(value, str):
        raise SettingError(f"{where} must be text, not {value!r}")
    if name == "listen" and not _is_address(value):
        raise SettingError(f"{where} must be an address like ws://127.0.0.1:8300, not {value!r}")
    return value


def _is_address(value: str) -> bool:
    try:
        address = urlsplit(value)
        return address.scheme == "ws" and bool(address.hostname) and address.port is not None
    except ValueError:
        return False


def _truth(value: Any, where: str) -> bool:
    words: dict[str, Sequence[str]] = {"true": ("true", "1", "yes", "on"), "false": ("false", "0", "no", "off")}
    text = str(value).strip().lower()
    if text in words["true"] or text in words["false"]:
        return text in words["true"]
    raise SettingError(f"{where} must be true or false, not {value!r}")


def table() -> str:
    """README's settings table."""
    rows = [f"| `{name}` | `{f.default!r}` | {f.metadata['help']} |" for name, f in FIELDS.items()]
    return "\n".join(["| setting | default | what it does |", "|---|---|---|", *rows])
