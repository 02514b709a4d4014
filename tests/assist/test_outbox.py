"""The stream to one client: no number is missing without notice, memory is bounded, and a resume repeats nothing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assist.messages import Dropped, Ended, Heard, Pong, ServerMessage
from assist.outbox import Numbered, Outbox


def partial(text: str = "p") -> ServerMessage:
    return Heard(call="c", segment="s", speaker="caller", text=text, final=False)


def lasting(text: str = "x") -> ServerMessage:
    return Pong(echo=text)


def drain(outbox: Outbox) -> list[Numbered]:
    taken = []
    while (numbered := outbox.take()) is not None:
        taken.append(numbered)
    return taken


def last(numbered: Numbered) -> int:
    """The last number that a message stands for."""
    message = numbered.message
    return message.to_seq if isinstance(message, Dropped) and message.kind == "provisional" else numbered.seq


def check_whole(stream: list[Numbered]) -> None:
    """Each number is there or lies within the range of the notice before it."""
    for before, after in pairwise(stream):
        assert after.seq == last(before) + 1, (before, after)
    for numbered in stream:
        if isinstance(numbered.message, Dropped) and numbered.message.kind == "provisional":
            assert numbered.message.from_seq == numbered.seq


def test_numbers_begin_at_one() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for text in "abc":
        outbox.push(lasting(text))
    assert [(n.seq, n.message) for n in drain(outbox)] == [(i, lasting(t)) for i, t in enumerate("abc", start=1)]
    assert outbox.take() is None


def test_a_slow_reader_loses_what_is_provisional_and_is_told() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for message in [lasting("a"), *[partial()] * 5, lasting("b"), partial(), lasting("c")]:
        outbox.push(message)
    stream = drain(outbox)
    assert [n.message for n in stream] == [
        lasting("a"), Dropped(from_seq=2, to_seq=6, kind="provisional"), lasting("b"),
        Dropped(from_seq=8, to_seq=8, kind="provisional"), lasting("c"),
    ]  # fmt: skip
    assert outbox.dropped == 6
    check_whole(stream)


def test_it_overflows_when_all_that_waits_is_lasting() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for _ in range(100):
        outbox.push(lasting())
    assert outbox.overflowed
    assert len(outbox) == 9


def test_a_resume_gives_what_was_missed_once() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for text in "abcde":
        outbox.push(lasting(text))
    for _ in range(3):
        outbox.take()
    assert outbox.resume(2) == ([lasting("c"), lasting("d"), lasting("e")], 0)
    assert len(outbox) == 0
    outbox.push(lasting("opened"))
    assert drain(outbox) == [Numbered(3, lasting("opened"))]


def test_a_resume_after_more_than_is_remembered_tells_how_many_are_lost() -> None:
    outbox = Outbox(waiting_max=50, ring_max=4)
    for i in range(20):
        outbox.push(lasting(str(i)))
    drain(outbox)
    assert outbox.resume(10) == ([], 10)


def test_of_what_is_lost_the_ends_of_calls_come_again() -> None:
    outbox = Outbox(waiting_max=50, ring_max=4)
    for i in range(20):
        outbox.push(Ended(call=str(i)) if i in (3, 12, 14) else lasting())
        outbox.take()
    assert outbox.resume(10) == ([Ended(call="12"), Ended(call="14")], 10)
    assert outbox.resume(10) == ([], 0)


def test_calls_that_end_after_an_overflow_are_remembered() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for _ in range(20):
        outbox.push(lasting())
    for i in range(20):
        outbox.push(Ended(call=str(i)))
    assert outbox.resume(0) == ([Ended(call=str(i)) for i in range(12, 20)], 9)


def test_a_long_backlog_counts_as_lost_for_a_snapshot_says_more() -> None:
    outbox = Outbox(waiting_max=8, ring_max=50)
    for i in range(8):
        outbox.push(lasting(str(i)))
        outbox.take()
    assert outbox.resume(4) == ([lasting(str(i)) for i in (4, 5, 6, 7)], 0)
    for i in range(5):
        outbox.push(lasting(str(i)))
    assert outbox.resume(4) == ([], 5)


def test_after_an_overflow_all_is_lost() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for _ in range(20):
        outbox.push(lasting())
    assert outbox.resume(0) == ([], 9)
    assert not outbox.overflowed
    outbox.push(lasting("opened"))
    assert [n.seq for n in drain(outbox)] == [1]


def test_a_resume_from_the_future_loses_nothing() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    outbox.push(lasting())
    assert outbox.resume(1_000) == ([], 0)


def test_a_resume_after_a_notice_does_not_count_its_messages_as_lost() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for message in [*[partial()] * 8, lasting("a")]:
        outbox.push(message)
    (notice, _) = drain(outbox)
    assert last(notice) == 8
    assert outbox.resume(notice.seq) == ([lasting("a")], 0)


def test_a_notice_that_comes_again_keeps_its_length_at_its_new_place() -> None:
    outbox = Outbox(waiting_max=8, ring_max=8)
    for message in [lasting("a"), *[partial()] * 8, lasting("b")]:
        outbox.push(message)
    drain(outbox)
    missed, lost = outbox.resume(0)
    assert lost == 0
    for message in [lasting("opened"), *missed]:
        outbox.push(message)
    stream = drain(outbox)
    assert [n.message for n in stream][2] == Dropped(from_seq=3, to_seq=10, kind="provisional")
    check_whole(stream)


@given(st.lists(st.sampled_from(["partial", "lasting", "take"]), max_size=200), st.integers(1, 20))
def test_dropped_ranges_cover_exactly_the_gaps(steps: list[str], waiting_max: int) -> None:
    outbox, stream, pushed = Outbox(waiting_max=waiting_max, ring_max=5), list[Numbered](), list[ServerMessage]()
    for i, step in enumerate(steps):
        if step != "take":
            message = partial(str(i)) if step == "partial" else lasting(str(i))
            pushed += [] if outbox.overflowed else [message]
            outbox.push(message)
        elif (numbered := outbox.take()) is not None:
            stream.append(numbered)
        assert len(outbox) <= waiting_max + 1
    stream += drain(outbox)
    check_whole(stream)
    sent = {n.seq: n.message for n in stream if not isinstance(n.message, Dropped)}
    assert all(pushed[seq - 1] == message for seq, message in sent.items())
    gone = [pushed[seq - 1] for seq in range(1, len(pushed) + 1) if seq not in sent]
    assert all(isinstance(message, Heard) for message in gone), "only what is provisional may be dropped"
    assert outbox.dropped == len(gone)


class Resuming(RuleBasedStateMachine):
    """A client that reads, loses its connection at any moment, and resumes: each lasting message comes exactly once."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox(waiting_max=1_000, ring_max=1_000)
        self.pushed: list[str] = []
        self.seen: list[str] = []
        self.after = 0
        self.stream: list[Numbered] = []

    @rule(count=st.integers(1, 5))
    def say(self, count: int) -> None:
        for _ in range(count):
            text = str(len(self.pushed))
            self.pushed.append(text)
            self.outbox.push(lasting(text))

    @rule(count=st.integers(1, 4), arrives=st.integers(0, 4))
    def send(self, count: int, arrives: int) -> None:
        """Take some; of those only the first few reach the client before the connection may be lost."""
        taken = [numbered for _ in range(count) if (numbered := self.outbox.take())]
        for numbered in taken[:arrives]:
            self.read(numbered)
        if len(taken) > arrives:
            self.resume()

    def read(self, numbered: Numbered) -> None:
        assert numbered.seq == self.after + 1
        self.after = numbered.seq
        if isinstance(numbered.message, Pong) and numbered.message.echo != "opened":
            self.seen.append(str(numbered.message.echo))

    @rule()
    def resume(self) -> None:
        missed, lost = self.outbox.resume(self.after)
        assert lost == 0
        for message in [lasting("opened"), *(m for m in missed if m != lasting("opened"))]:
            self.outbox.push(message)

    @invariant()
    def nothing_comes_twice_or_out_of_order(self) -> None:
        assert self.seen == self.pushed[: len(self.seen)]

    def teardown(self) -> None:
        for numbered in drain(self.outbox):
            self.read(numbered)
        assert self.seen == self.pushed


TestResuming = Resuming.TestCase
