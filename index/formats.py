"""Writes a cell's value as its number format shows it: 5%, 2026-11-22, 11月22日, 299元/月, 05.

A number keeps the text around it, its leading zeros and its sign's own section; it is rounded where the format rounds it,
but has neither trailing zeros (percentages apart) nor separators of thousands. Days come in ISO order unless in Chinese,
times with 24 hours. A format that cannot be read so is told. Pure; called by `sheets.py`.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite
from typing import Any, Final

from openpyxl.utils.datetime import from_excel

_SEPARATOR = re.compile(r'("[^"]*"|\\.|\[[^\]]*\])|;')  # between positive numbers; negative numbers; zero; text
_CODE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|(?P<rule>\[(?:[<>=]|DBNum)[^\]]*\])|\[[^\]]*\]'
    r"|[_*].|(?P<core>General|G/通用格式|@|[#0?](?:[#0?,]*[#0?])?(?:\.[#0?]*)?|\.[#0?]+)|(?P<percent>%)"
    r"|(?P<unknown>[A-Za-z,‰?/#])|(?P<plain>.)",
    re.DOTALL | re.IGNORECASE,
)
_GENERAL = ("general", "g/通用格式", "@")
_DIGITS = 15  # what a spreadsheet keeps of a number
_DECIMALS_MAX = 12
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_UNSEEN = re.compile(r"\[(?!h)[^\]]*\]|[_*].|@")  # [Red], a language, padding
_CHINESE_DAY = re.compile(r"(?=.*[年月])[ymd年月日号號 ]+")
_HOURS = re.compile(r"\[h+\](:mm(:ss)?)?")
# Formats that Chinese Excel uses by number and does not write into the file (ECMA-376 part 1, 18.8.30, zh-cn)
_CHINESE_DAYS: Final = {
    30: "m-d-yy",
    31: "yyyy年m月d日",
    **dict.fromkeys((27, 36, 50, 52, 57), "yyyy年m月"),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), "m月d日"),
}
_CHINESE_TIMES: Final = (32, 33, 34, 35, 55, 56)
_DAYS_MAX: Final = 2_958_465  # 9999-12-31


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A number format: its code, and the number under which some are built in; `epoch` is the day that days count from."""

    code: str
    number: int
    epoch: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A value as text; `read` is False where the format says more than this text shows."""

    text: str
    read: bool = True


def shown(value: Any, form: Format) -> Shown:
    """A value of a cell as its format shows it; TRUE and FALSE as spreadsheets write them."""
    if isinstance(value, bool):
        return Shown(text=str(value).upper())
    if isinstance(value, int | float):
        return _number(value, form)
    if isinstance(value, timedelta):
        return _duration(value, form.code)
    if isinstance(value, date):  # a datetime is one too
        return Shown(text=_day(value, _shape(form.code)))
    return Shown(text=_time(value) if isinstance(value, time) else str(value))


def _number(value: float, form: Format) -> Shown:
    if not isfinite(value):  # no spreadsheet writes such
        return Shown(text=str(value), read=False)
    if (day := _CHINESE_DAYS.get(form.number)) and 1 <= value <= _DAYS_MAX:
        return Shown(text=_day(from_excel(value, form.epoch), day))
    if form.number in _CHINESE_TIMES and 0 <= value <= _DAYS_MAX:
        return Shown(text=_time(from_excel(value % 1, form.epoch)))
    text = _formatted(_exact(value), form.code)
    return Shown(text=_plain(_exact(value)) if text is None else text, read=text is not None)


def _formatted(value: Decimal, code: str) -> str | None:
    """A number as its format shows it; None where this cannot be told."""
    sections = [part for part in _SEPARATOR.sub(lambda found: found[1] or "\0", code).split("\0") if "@" not in part] or [
        code
    ]
    at = 1 if value < 0 else 2 if value == 0 else 0
    at = at if at < len(sections) else 0
    signed = abs(value) if at == 1 else value  # a section of their own shows negative numbers without the sign
    found = list(_CODE.finditer(sections[at]))
    cores = [part["core"] for part in found if part["core"]]
    if not found or len(cores) > 1 or any(part["rule"] or part["unknown"] for part in found):
        return None
    percent = any(part["percent"] for part in found)
    number = _digits(signed * (100 if percent else 1), cores[0], zeros=percent) if cores else ""
    sign, number = ("-", number[1:]) if number.startswith("-") else ("", number)
    texts = (number if part["core"] else _literal(part) for part in found)
    return (sign + "".join(texts)).strip()


def _literal(part: re.Match[str]) -> str:
    return next(filter(None, part.group("quoted", "escaped", "currency", "percent", "plain")), "")


def _digits(value: Decimal, core: str, *, zeros: bool) -> str:
    """A number under one run of placeholders, as #,##0.0#; `zeros`: with the zeros that it demands behind the point."""
    if core.lower() in _GENERAL or abs(value) >= 10**_DIGITS:
        return _plain(value)
    whole, _, decimals = core.partition(".")
    rounded = value.quantize(Decimal(1).scaleb(-min(len(decimals), _DECIMALS_MAX)), ROUND_HALF_UP)
    before, _, after = f"{abs(rounded):f}".partition(".")
    after = after.rstrip("0").ljust(decimals.count("0") if zeros else 0, "0")
    before = before.lstrip("0").rjust(whole.count("0"), "0")
    return ("-" if rounded < 0 else "") + before + (f".{after}" if after else "")


def _exact(value: float) -> Decimal:
    """Without what binary fractions add to it: 0.3, not 0.30000000000000004."""
    return Decimal(int(value)) if float(value).is_integer() else Decimal(f"{value:.{_DIGITS}g}")


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _duration(value: timedelta, code: str) -> Shown:
    """Hours and minutes, as [h]:mm shows them."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    read = bool(_HOURS.fullmatch(_shape(code)))
    return Shown(text=f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else ""), read=read)


def _shape(code: str) -> str:
    """What a number format shows of positive numbers."""
    return _UNSEEN.sub("", _LITERAL.sub(r"\1\2", code.split(";")[0])).strip().lower()


def _day(value: date, shape: str) -> str:
    """2026-11-22, with the time where it is shown; 11月22日 where the format says so."""
    if _CHINESE_DAY.fullmatch(shape):
        parts = {"y": value.year, "m": value.month, "d": value.day}
        return re.sub("y+|m+|d+", lambda found: f"{parts[found[0][0]]:0{len(found[0])}}", shape)
    if not isinstance(value, datetime):
        return value.isoformat()
    hidden = "h" not in shape and shape != "general"
    return value.date().isoformat() + ("" if hidden or value.time() == time() else f" {_time(value.time())}")


def _time(value: time) -> str:
    return value.isoformat("seconds" if value.second else "minutes")
