"""What a field of a client message may hold: written beside the field, checked when one comes in. Pure; see `messages`."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Final

from assist.faults import Fault

NAME_CHARS_MAX: Final = 128
TEXT_CHARS_MAX: Final = 10_000  # what the format allows; the service's own, smaller limit is a setting
TIME_MS_MAX: Final = 2**53


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may hold: a type, and bounds where they mean something."""

    kind: type
    required: bool = False
    choices: tuple[str, ...] = ()
    chars_max: int = NAME_CHARS_MAX
    low: float = 0
    high: float = TIME_MS_MAX

    def check(self, name: str, value: Any) -> Any:
        """Return `value` in the field's own type; raise Fault wrong_type, bad_value or text_too_long."""
        if self.kind is str:
            return self._check_text(name, value)
        if self.kind in (int, float):
            return self._check_number(name, value)
        if not isinstance(value, self.kind):
            raise Fault("wrong_type", f"`{name}` must be {_WORD[self.kind]}, not {type(value).__name__}.", field=name)
        return value

    def _check_text(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise Fault("wrong_type", f"`{name}` must be text, not {type(value).__name__}.", field=name)
        if len(value) > self.chars_max:
            raise Fault("text_too_long", f"`{name}` may hold {self.chars_max} characters, not {len(value)}.", field=name)
        if self.choices and value not in self.choices:
            raise Fault("bad_value", f"`{name}` must be one of {', '.join(self.choices)}.", field=name)
        if self.required and not value and name != "text":
            raise Fault("bad_value", f"`{name}` must not be empty.", field=name)
        return value

    def _check_number(self, name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise Fault("wrong_type", f"`{name}` must be a number, not {type(value).__name__}.", field=name)
        if not self.low <= value <= self.high:
            raise Fault("bad_value", f"`{name}` must lie between {self.low:g} and {self.high:g}.", field=name)
        return self.kind(value)  # type: ignore[no-any-return]


_WORD: Final = {bool: "true or false", dict: "a map", list: "a list"}


def ruled(kind: type, *, default: Any = None, required: bool = False, **rule: Any) -> Any:
    """A field of a message, with its rule."""
    metadata = {"rule": Rule(kind, required=required, **rule)}
    return field(metadata=metadata) if required else field(default=default, metadata=metadata)


def rules(kind: type) -> tuple[tuple[str, Rule], ...]:
    """The fields of a message, all of them `ruled`, each with its rule."""
    return tuple((f.name, f.metadata["rule"]) for f in dataclasses.fields(kind))
