"""What is to be sent to one client: numbered, bounded, remembered for a resume. Pure.

A reader that is too slow first loses what is provisional (told by `dropped`); if that is not enough the outbox
overflows, and the connection should be closed: a snapshot then says more than a long backlog. That a call is over no
snapshot says, so the ends of calls are remembered for longer than the rest.
"""

from collections import deque
from dataclasses import replace

from assist.messages import Dropped, Ended, Heard, Reading, ServerMessage, Suggest
from assist.records import record


@record(frozen=True, slots=True)
class Numbered:
    """A message with its place in the stream."""

    seq: int
    message: ServerMessage


class Outbox:
    """The stream of messages to one session."""

    def __init__(self, *, waiting_max: int, ring_max: int) -> None:
        self.seq = 0
        self.overflowed = False
        self.dropped = 0
        self._waiting_max = waiting_max
        self._waiting: deque[Numbered] = deque()
        self._sent: deque[Numbered] = deque(maxlen=ring_max)
        self._ends: deque[Numbered] = deque(maxlen=waiting_max)

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, message: ServerMessage) -> None:
        """Number a message and queue it; nothing is queued once the outbox has overflowed.

        A notice of dropped messages, which comes here again after a resume, takes as many numbers as it stands for.
        """
        if isinstance(message, Ended):
            self._ends.append(Numbered(self.seq + 1, message))
        if self.overflowed:
            return
        self.seq += 1
        numbered = Numbered(self.seq, message)
        if _notice(message):
            assert isinstance(message, Dropped)
            self.seq += message.to_seq - message.from_seq
            numbered = Numbered(numbered.seq, replace(message, from_seq=numbered.seq, to_seq=self.seq))
        self._waiting.append(numbered)
        if len(self._waiting) > self._waiting_max:
            self._shed()

    def take(self) -> Numbered | None:
        """The next message to send, remembered from now on; None when there is none."""
        if not self._waiting:
            return None
        numbered = self._waiting.popleft()
        self._sent.append(numbered)
        return numbered

    def resume(self, after: int) -> tuple[list[ServerMessage], int]:
        """Start over from what a client has seen: return the messages after `after`, and how many are lost.

        The stream is empty then and goes on with number after + 1, so that the client sees no gap and no repetition. A
        backlog that would fill half of the outbox again counts as lost, and so does all that came before an overflow. If
        one is lost all are, for a snapshot says more; only the ends of calls are returned then.
        """
        known = [*self._sent, *self._waiting]
        missed = [numbered for numbered in known if numbered.seq > after]
        seen = max([after, *(_end(numbered) for numbered in known if numbered.seq <= after)])
        lost = (missed[0].seq if missed else self.seq + 1) - seen - 1
        if self.overflowed or lost > 0 or len(missed) > self._waiting_max // 2:
            missed, lost = [end for end in self._ends if end.seq > after], max(1, self.seq - seen)
        for remembered in (self._sent, self._waiting, self._ends):
            remembered.clear()
        self.seq, self.overflowed = after, False
        return [numbered.message for numbered in missed], max(0, lost)

    def _shed(self) -> None:
        """Drop what is provisional; each run of dropped messages leaves one notice at the number of its first."""
        kept: deque[Numbered] = deque()
        for numbered in self._waiting:
            if not provisional(numbered.message):
                kept.append(numbered)
                continue
            self.dropped += not isinstance(numbered.message, Dropped)
            last = kept[-1] if kept else None
            if last and _notice(last.message) and _end(last) == numbered.seq - 1:
                kept[-1] = Numbered(last.seq, Dropped(from_seq=last.seq, to_seq=_end(numbered), kind="provisional"))
            else:
                kept.append(
                    Numbered(numbered.seq, Dropped(from_seq=numbered.seq, to_seq=_end(numbered), kind="provisional"))
                )
        self._waiting = kept
        self.overflowed = len(kept) > self._waiting_max


def _end(numbered: Numbered) -> int:
    """The last number a message stands for."""
    message = numbered.message
    return message.to_seq if isinstance(message, Dropped) and _notice(message) else numbered.seq


def _notice(message: ServerMessage) -> bool:
    """Whether this stands for messages of this stream. (A `resume` notice speaks of an earlier stretch of it.)"""
    return isinstance(message, Dropped) and message.kind == "provisional"


def provisional(message: ServerMessage) -> bool:
    """Whether a later message makes this one worthless."""
    if isinstance(message, Heard | Reading):
        return not message.final
    return _notice(message) or (isinstance(message, Suggest) and message.state == "provisional")
