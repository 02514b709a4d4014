"""Turns as a recogniser would stream them: partials that grow at speaking pace, then the final. Deterministic; pure.

For demo calls and benchmarks, which are written as turns. Called by `replay` and bench/.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from assist.messages import Fragment, Speaker

CHARS_PER_S: Final = 4.5  # spoken Mandarin; SERVICE.md asks agents for about half of it
LETTERS_PER_S: Final = 14.0
PARTIAL_EVERY_MS: Final = 330
FINAL_AFTER_MS: Final = 400  # what end-pointing takes
PAUSE_MS: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A fragment and the call's time when it arrives."""

    at_ms: int
    fragment: Fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A turn to be spoken; `pause_ms` is the silence before it."""

    speaker: Speaker
    text: str
    pause_ms: int = PAUSE_MS


def stream(call: str, turns: Iterable[Spoken], *, start_ms: int = 0) -> Iterator[Timed]:
    """The fragments of a call, in order of time."""
    now = start_ms
    for number, turn in enumerate(turns, start=1):
        now += turn.pause_ms
        pace = CHARS_PER_S if any(c > "\u2e80" for c in turn.text) else LETTERS_PER_S
        lasts = int(len(turn.text) / pace * 1000)
        for heard in range(PARTIAL_EVERY_MS, lasts, PARTIAL_EVERY_MS):
            said = turn.text[: int(len(turn.text) * heard / lasts)]
            if said:
                yield Timed(at_ms=now + heard, fragment=_fragment(call, number, turn.speaker, said, final=False))
        now += lasts + FINAL_AFTER_MS
        yield Timed(at_ms=now, fragment=_fragment(call, number, turn.speaker, turn.text, final=True))


def _fragment(call: str, number: int, speaker: Speaker, text: str, *, final: bool) -> Fragment:
    return Fragment(call=call, segment=f"s{number}", speaker=speaker, text=text, final=final)
