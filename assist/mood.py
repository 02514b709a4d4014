"""Emotion as a state over the call, not a label per sentence: its heat, trend and peak. Pure."""

from dataclasses import replace
from typing import Final, Literal

from assist.messages import Fragment
from assist.queries import UNKNOWN, Label
from assist.records import record

Trend = Literal["rising", "steady", "falling"]

# How much each emotion asks for care, 0 (pleased) to 1 (hot).
HEAT: Final = {
    "satisfied": 0.0, "calm": 0.15, "confused": 0.35, "anxious": 0.45,
    "disappointed": 0.55, "dissatisfied": 0.65, "angry": 1.0,
}  # fmt: skip
_NEUTRAL: Final = HEAT["calm"]
_INERTIA: Final = 0.55  # share of the old heat that a new turn leaves
_TREND_STEP: Final = 0.08
BOILING: Final = 0.6
COOLED: Final = 0.4
_BOILING_TURNS: Final = 2
_BELIEVED: Final = 0.5  # a recogniser's confidence in the emotion it heard; where it tells none, it means what it says


@record(frozen=True, slots=True, kw_only=True)
class Mood:
    """The caller's mood after some turns. `heat` and `peak` run from 0 to 1; `hot_turns` counts angry turns in a row."""

    heat: float = _NEUTRAL
    peak: float = _NEUTRAL
    trend: Trend = "steady"
    hot_turns: int = 0
    boiling: bool = False

    def after(self, emotion: Label) -> "Mood":
        """The mood once a caller turn has been read. An unknown emotion changes nothing."""
        if emotion.label == UNKNOWN or emotion.label not in HEAT:
            return self if self.trend == "steady" else replace(self, trend="steady")
        felt = _NEUTRAL + (HEAT[emotion.label] - _NEUTRAL) * emotion.p
        heat = _INERTIA * self.heat + (1 - _INERTIA) * felt
        hot_turns = self.hot_turns + 1 if emotion.label == "angry" else 0
        boiling = hot_turns >= _BOILING_TURNS or heat >= BOILING or (self.boiling and heat >= COOLED)
        return Mood(
            heat=heat, peak=max(self.peak, heat), trend=_trend(heat - self.heat), hot_turns=hot_turns, boiling=boiling
        )


def _trend(change: float) -> Trend:
    if abs(change) < _TREND_STEP:
        return "steady"
    return "rising" if change > 0 else "falling"


def heard_in_voice(fragment: Fragment) -> Label | None:
    """The emotion that came with a fragment, if it is one and the recogniser is sure enough of it."""
    told = fragment.emotion or {}
    label, p = told.get("label"), told.get("confidence", _BELIEVED)
    if isinstance(label, str) and isinstance(p, int | float) and _BELIEVED <= p <= 1:
        return Label(label, float(p))
    return None
