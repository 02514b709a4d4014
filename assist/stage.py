"""Where a call stands: opening, listening, verifying, handling, confirming, closing.

Told by the agent's standard sentences and by what the caller wants. Pure; `call` tells it who said what.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from assist.queries import UNKNOWN

_MOMENTS: Final = {  # stage -> the moments of the agent's sentences that lead there
    "listening": ("acknowledge", "ask_details", "muddled_story", "venting"),
    "verifying": ("verify_identity", "spelling"),
    "handling": (
        "ask_wait", "long_wait", "thank_wait", "take_charge", "hand_over", "offer_choice", "refusal", "not_offered",
        "fault_apology", "dont_know", "confirm_next", "charge_check", "progress_chased",
    ),
    "confirming": ("check_clarity", "anything_else", "sum_up", "read_back"),
    "closing": ("closing", "strong_closing", "complaint_closing"),
}  # fmt: skip
LEADS: Final = {moment: stage for stage, moments in _MOMENTS.items() for moment in moments}
_MORE: Final = "anything_else"
# It mostly comes at the end of a longer sentence, which is then near no standard one.
_ASKS_MORE: Final = re.compile(
    "(?:还|仲)有(?:没有|冇)?(?:什么|啥|咩|别的|其[他它]).{0,6}(?:帮|需要|业务|服务|问题|要办)|anything else"
)
_ENOUGH: Final = frozenset({"deny", "thank", "goodbye", "confirm"})  # replies to "anything else?" that name nothing else


@dataclass(slots=True)
class Stage:
    """The stage of one call, and whether the caller has told yet what it is about."""

    name: str = "opening"
    _wanted: bool = False
    _offered: bool = False  # the agent's last words asked whether there is anything else

    def agent_said(self, moment: str, turn: str) -> None:
        """The agent's turn, normalised, and the moment of the standard sentence that it is; "" if it is none."""
        moment = _MORE if _ASKS_MORE.search(turn) else moment
        self._offered = moment == _MORE
        if moment in LEADS:
            self.name = LEADS[moment]
        elif self._wanted and self.name == "listening" and not moment:
            self.name = "handling"

    def caller_said(self, intent: str, *, unanswered: Collection[str]) -> bool:
        """The caller said this; says whether he has nothing else. An intent not `unanswered` is a matter to listen to."""
        if intent != UNKNOWN and intent not in unanswered:
            self._wanted, self._offered = True, False
            if self.name in ("opening", "confirming", "closing"):
                self.name = "listening"
        elif self._offered and intent in _ENOUGH:
            self.name, self._offered = "closing", False
            return True
        elif self.name == "opening":
            self.name = "listening"
        return False
