"""Silences, holds and long calls: what time brings to a call. Pure; `call` tells it what was said and asks at each tick."""

from dataclasses import dataclass
from typing import Final

from assist.guidance import Situation
from assist.settings import Settings

ASK_WAIT: Final = "ask_wait"  # the moment of asking the caller to wait
LONG_WAIT: Final = "long_wait"  # that of a word while he waits
HOLD_MOMENTS: Final = frozenset({ASK_WAIT, LONG_WAIT})
THANKS_AFTER_MS: Final = 3_000  # who has waited for less is not thanked for it


@dataclass(slots=True)
class Waiting:
    """Who spoke last, whether the caller is on hold, and which situations have been told already."""

    settings: Settings
    speaker: str = ""
    spoke_ms: int = 0
    hold_ms: int | None = None  # when the last word of a hold was said
    held_since_ms: int = 0  # when the hold began
    _silence_told: bool = False
    _long_told: bool = False

    def heard(self, speaker: str, *, now: int) -> None:
        """Somebody speaks."""
        self.speaker, self.spoke_ms, self._silence_told = speaker, now, False

    def said(self, moment: str, *, now: int) -> Situation:
        """The agent said a standard phrase (or, with an empty moment, something else): return the situation it makes."""
        if moment in HOLD_MOMENTS:
            self.held_since_ms = now if self.hold_ms is None else self.held_since_ms
            self.hold_ms = now
            return ""
        waited_ms = 0 if self.hold_ms is None else now - self.held_since_ms
        self.hold_ms = None
        return "hold_end" if waited_ms >= THANKS_AFTER_MS and moment != "thank_wait" else ""

    def tick(self, *, now: int) -> list[Situation]:
        """The situations that have come about by `now`; each is told once, a long hold again and again."""
        situations: list[Situation] = []
        if self.hold_ms is not None:
            if now - self.hold_ms >= self.settings.hold_word_ms:
                self.hold_ms = now
                situations.append("long_hold")
        elif self._silent_for(now) and not self._silence_told:
            self._silence_told = True
            situations.append("agent_silent" if self.speaker == "caller" else "caller_silent")
        if now >= self.settings.long_call_ms and not self._long_told:
            self._long_told = True
            situations.append("long_call")
        return situations

    def _silent_for(self, now: int) -> bool:
        limit = self.settings.agent_silent_ms if self.speaker == "caller" else self.settings.caller_silent_ms
        return now - self.spoke_ms >= limit
