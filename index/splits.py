"""Which texts are trained on, and which are kept apart to choose temperatures and thresholds.

Packs with turns in calibration/ give those, written by somebody else than the training texts; packs without give up one
utterance in seven, told by the text alone, so that training and build agree without a list.
"""

import zlib
from dataclasses import dataclass
from typing import Final

from index.knowledge import NO_ENTRY, Example, Knowledge, Utterance
from index.normalised import normalise
from index.overlaps import trained

ONE_IN: Final = 7
TURNS_MIN: Final = 200  # with fewer turns in calibration/ than these, utterances are given up


@dataclass(frozen=True, slots=True)
class Split:
    """Utterances to learn from, and turns to calibrate with."""

    used: tuple[Utterance, ...]
    kept: tuple[Example, ...]


def split(knowledge: Knowledge) -> Split:
    """The two parts of the packs' labelled texts."""
    calibration = _unseen(knowledge)
    labelled = sum(turn.intent is not None for turn in calibration)
    if labelled >= TURNS_MIN:
        return Split(knowledge.utterances, calibration)
    unanswered = {intent.label for intent in knowledge.intents if not intent.answered}
    used = tuple(u for u in knowledge.utterances if not _held_out(u.text))
    given_up = (_turn(u, unanswered) for u in knowledge.utterances if _held_out(u.text))
    return Split(used, (*calibration, *given_up))


def _unseen(knowledge: Knowledge) -> tuple[Example, ...]:
    """The calibration turns whose words are not also trained on, in another pack: `check` refuses them in one."""
    known = {normalise(variant.text) for variant in trained(knowledge)}
    return tuple(turn for turn in knowledge.calibration if normalise(turn.say) not in known)


def _held_out(text: str) -> bool:
    return zlib.crc32(normalise(text).encode()) % ONE_IN == 0


def _turn(utterance: Utterance, unanswered: set[str]) -> Example:
    return Example(
        say=utterance.text,
        entry=NO_ENTRY if utterance.intent in unanswered else None,
        intent=utterance.intent,
        emotion=utterance.emotion,
        language=utterance.language,
        style="plain",
        place=utterance.place,
    )
