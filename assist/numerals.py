"""Spoken Chinese numerals to digits, so that "六个G", "五十块" and "幺三八" meet "6个G", "50块" and "138".

Pure. Called by `text.normalise` for callers and knowledge alike; a reading that is wrong for grammar ("两" as 2 in any
place) does no harm as long as both sides get it.
"""

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "幺": 1, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}  # 亿 multiplies all before it, 万 only what follows the last 亿
_RUN = re.compile("[零〇一二两三四五六七八九幺十百千万亿]+")
# A single character of these is a word far more often than a number ("一下", "万一", "千万").
_LONE_WORDS = frozenset("一百千万亿零〇")
_WORDS = frozenset(["万一", "千万", "一一", "十万火急"])
_UNITS_RUN_MAX = 24  # characters; a longer run is no number, and reading it as one would take thousands of digits


def to_digits(text: str) -> str:
    """Return `text` with every run of spoken numerals written in digits."""
    return _RUN.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    run = match.group()
    if run in _WORDS or (len(run) == 1 and run in _LONE_WORDS):
        return run
    if all(c in _DIGITS for c in run):
        return "".join(str(_DIGITS[c]) for c in run)
    value = _value(run) if len(run) <= _UNITS_RUN_MAX else None
    return run if value is None else str(value)


def _value(run: str) -> int | None:
    """The value of a numeral with units, e.g. 一百零五万 -> 1050000; None when it is not well formed."""
    total = myriads = group = 0
    digit: int | None = None
    unit = 10_000
    for c in run:
        if c in _DIGITS:
            if digit not in (None, 0):
                return None
            digit = _DIGITS[c]
        elif c in _UNITS:
            unit = _UNITS[c]
            group += (1 if digit is None else digit) * unit
            digit = None
        else:
            myriads = (myriads + group + (digit or 0)) * _GROUPS[c] or _GROUPS[c]
            if c == "亿":
                total, myriads = total * _GROUPS[c] + myriads, 0
            group, digit, unit = 0, None, _GROUPS[c]
    if digit and run[-2] in "百千万亿":  # "一百二" is 120, "三千五" is 3500
        digit *= unit // 10
    return total + myriads + group + (digit or 0)
