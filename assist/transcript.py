"""Segments to turns: what has been said in a call, whatever order and shape the recogniser sends it in.

Pure. The turns are made of final segments alone, in the order they became final; a partial only lies over the current
turn. So equal finals give equal turns, whatever the partials were. Called by `call`.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from assist.messages import Fragment, Speaker
from assist.records import record
from assist.replies import Reply, reply, told_by
from assist.steadiness import Steadiness
from assist.text import is_filler, joined, normalise
from assist.windows import windows

SEGMENTS_KEPT: Final = 512  # closed segment names remembered, to know a duplicate
TURNS_KEPT: Final = 6
OPEN_SEGMENTS_MAX: Final = 8  # partials in flight at one time; the oldest is forgotten
SEGMENT_CHARS_MAX: Final = 10_000  # of one appended segment
TURN_CHARS_MAX: Final = 2_000
TURN_SEGMENTS_MAX: Final = 64


@dataclass(slots=True)
class Turn:
    """What one speaker said until the other spoke: the words as heard, and normalised; the names of its finals."""

    speaker: Speaker
    heard: str = ""
    said: str = ""
    segments: list[str] = field(default_factory=list)

    def add(self, segment: str, heard: str, said: str) -> None:
        """Append a final segment; of a turn without end the latest TURN_CHARS_MAX characters are kept."""
        self.heard = f"{self.heard} {heard}".strip()[-TURN_CHARS_MAX:]
        self.said = joined(self.said, said)[-TURN_CHARS_MAX:]
        self.segments = [*self.segments[-TURN_SEGMENTS_MAX + 1 :], segment]


@record(frozen=True, slots=True, kw_only=True)
class Change:
    """News worth a query: `turn` is the normalised turn up to this segment, of a partial only its stable part. `fallback`
    is what to answer where the turn brings nothing new: the final's own words, where the turn holds more; or the agent's
    question to which the turn is a mere `reply`.
    """

    segment: str
    speaker: Speaker
    turn: str
    final: bool
    fallback: str = ""
    reply: Reply = ""


@dataclass(slots=True)
class _OpenSegment:
    text: str = ""
    asked: str = ""  # the turn text of the last change that was reported


class Transcript:
    """The words of one call."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.finals = 0  # segments heard to their end
        self._open: OrderedDict[str, _OpenSegment] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()
        self._steadiness = Steadiness()

    def hear(self, fragment: Fragment) -> tuple[str, Change | None] | None:
        """Take in a fragment; return the segment's text and the change it makes, or None if it is a duplicate.

        A segment is closed by its final: whatever comes for it later has no effect. The change is None when nothing
        is worth asking: fillers only, or a stable part that has not grown.
        """
        if fragment.segment in self._closed:
            return None
        segment = self._open.setdefault(fragment.segment, _OpenSegment())
        before, segment.text = segment.text, self._revised(segment.text, fragment)
        if fragment.final:
            return segment.text, self._close(fragment, segment)
        while len(self._open) > OPEN_SEGMENTS_MAX:
            self._open.popitem(last=False)
        change = self._partial(fragment, segment, before)
        return (segment.text, change) if change or segment.text != before else None

    @staticmethod
    def _revised(before: str, fragment: Fragment) -> str:
        text = before + fragment.text if fragment.revision == "append" else fragment.text
        return text[:SEGMENT_CHARS_MAX]

    def _close(self, fragment: Fragment, segment: _OpenSegment) -> Change | None:
        self._open.pop(fragment.segment, None)
        self._closed[fragment.segment] = None
        self.finals += 1
        if len(self._closed) > SEGMENTS_KEPT:
            self._closed.popitem(last=False)
        said = normalise(segment.text)
        question = self.turns[-1] if self.turns and self.turns[-1].speaker != fragment.speaker else None
        replied = reply(said, to=question.heard) if question and fragment.speaker == "caller" else ""
        if is_filler(said) and not replied:
            return None  # a back-channel does not even end the other speaker's turn
        turn = self._turn_of(fragment.speaker)
        turn.add(fragment.segment, segment.text, said)
        fallback = said if len(turn.segments) > 1 else ""
        if question and replied:
            fallback = windows(told_by(question.said))[-1]
        return Change(
            segment=fragment.segment, speaker=fragment.speaker, turn=turn.said, final=True, fallback=fallback, reply=replied
        )

    def _turn_of(self, speaker: Speaker) -> Turn:
        if not self.turns or self.turns[-1].speaker != speaker:
            self.turns.append(Turn(speaker))
            del self.turns[:-TURNS_KEPT]
        return self.turns[-1]

    def _partial(self, fragment: Fragment, segment: _OpenSegment, before: str) -> Change | None:
        """What is stable is told by the recogniser, or to be learned from what it does: `steadiness`."""
        if fragment.stable_chars is not None:
            stable = segment.text[: fragment.stable_chars]
        else:
            stable = self._steadiness.stable(before, segment.text)
        said = normalise(stable)
        if is_filler(said):
            return None
        earlier = self.turns[-1].said if self.turns and self.turns[-1].speaker == fragment.speaker else ""
        turn = joined(earlier, said)
        if turn == segment.asked:
            return None
        segment.asked = turn
        return Change(segment=fragment.segment, speaker=fragment.speaker, turn=turn, final=False)
