"""How much of a partial will stay, when the recogniser does not say. Pure; called by `transcript`.

What two partials share has come twice running; to wait for that is to believe each a third of a second late. But most
recognisers revise the last character or two and no more. Once a call has shown how far back its own goes, all before that
is believed at once: blind turns, said after a greeting and with every third partial's last character misheard, had the right
card up by half of the turn for 40 % instead of 35, and no more of them were taken back.
"""

from collections import deque
from typing import Final

from assist.text import common_prefix

ENOUGH: Final = 8  # partials that say how far back this recogniser goes
REMEMBERED: Final = 32  # a dozen seconds: it may have been a noisy moment


class Steadiness:
    """What one call's partials have told of its recogniser."""

    def __init__(self) -> None:
        self._revised: deque[int] = deque(maxlen=REMEMBERED)  # characters that the next partial took back

    def stable(self, before: str, text: str) -> str:
        """The part of a partial that will stay, given the partial before it (empty for the first of a segment)."""
        shared = len(common_prefix(before, text))
        if before and text != before:
            self._revised.append(len(before) - shared)
        believed = len(text) - max(self._revised) if len(self._revised) >= ENOUGH else 0
        return text[: max(shared, believed)]
