"""Segments to turns: duplicates, order, revisions, back-channels; and nothing that grows without end."""

from hypothesis import given
from hypothesis import strategies as st

from assist.messages import Fragment, Speaker
from assist.transcript import OPEN_SEGMENTS_MAX, SEGMENTS_KEPT, TURN_CHARS_MAX, TURNS_KEPT, Change, Transcript

SEGMENTS = st.sampled_from(["a", "b", "c"])
TEXTS = st.text("我要查话费嗯啊 abc", max_size=12)


def said(
    text: str, *, segment: str = "a", speaker: Speaker = "caller", final: bool = False, revision: str = "replace",
    stable: int | None = None,
) -> Fragment:  # fmt: skip
    return Fragment(
        call="c", segment=segment, speaker=speaker, text=text, final=final, revision=revision, stable_chars=stable
    )


FRAGMENTS = st.builds(
    said, TEXTS, segment=SEGMENTS, speaker=st.sampled_from(["caller", "agent"]), final=st.booleans(),
    revision=st.sampled_from(["replace", "append"]), stable=st.none() | st.integers(0, 20),
)  # fmt: skip


def change(transcript: Transcript, fragment: Fragment) -> Change | None:
    heard = transcript.hear(fragment)
    assert heard is not None
    return heard[1]


def test_a_final_makes_a_turn_and_the_next_one_of_the_same_speaker_lengthens_it() -> None:
    transcript = Transcript()
    first = change(transcript, said("我的话费", segment="a", final=True))
    second = change(transcript, said("怎么多了", segment="b", final=True))
    assert first is not None
    assert second is not None
    assert (first.turn, second.turn) == ("我的话费", "我的话费怎么多了")
    assert transcript.turns[-1].segments == ["a", "b"]


def test_the_other_speaker_begins_a_turn_but_a_back_channel_does_not() -> None:
    transcript = Transcript()
    change(transcript, said("我的话费", segment="a", final=True))
    assert change(transcript, said("嗯", segment="b", speaker="agent", final=True)) is None
    assert len(transcript.turns) == 1
    change(transcript, said("请稍等", segment="c", speaker="agent", final=True))
    assert [turn.speaker for turn in transcript.turns] == ["caller", "agent"]


def test_a_closed_segment_hears_nothing_more() -> None:
    transcript = Transcript()
    change(transcript, said("我的话费", final=True))
    assert transcript.hear(said("我的话费", final=True)) is None
    assert transcript.hear(said("换了说法")) is None


def test_a_partial_acts_on_what_two_of_them_share() -> None:
    transcript = Transcript()
    assert change(transcript, said("我的花费")) is None
    grown = change(transcript, said("我的花费怎么"))
    assert grown is not None
    assert grown.turn == "我的花费"
    assert change(transcript, said("我的花费什么")) is None  # the shared part has not grown


def test_once_the_recogniser_has_shown_to_take_nothing_back_a_partial_acts_at_once() -> None:
    transcript = Transcript()
    greeting = "您好请问有什么可以帮您"
    for end in range(1, len(greeting)):
        transcript.hear(said(greeting[:end], segment="greeting", speaker="agent"))
    first = change(transcript, said("我的话费"))
    assert first is not None
    assert first.turn == "我的话费"


def test_a_partial_that_comes_again_is_stable_as_a_whole() -> None:
    transcript = Transcript()
    assert change(transcript, said("我的花费怎么")) is None
    paused = change(transcript, said("我的花费怎么"))
    assert paused is not None
    assert paused.turn == "我的花费怎么"
    assert transcript.hear(said("我的花费怎么")) is None
    revised = change(transcript, said("我的花费什么"))
    assert revised is not None
    assert revised.turn == "我的花费"


def test_a_recogniser_that_tells_its_stable_part_is_believed() -> None:
    told = change(Transcript(), said("我的话费怎么", stable=4))
    assert told is not None
    assert told.turn == "我的话费"


def test_words_that_become_stable_without_changing_are_news() -> None:
    transcript = Transcript()
    change(transcript, said("我的话费怎么", stable=4))
    grown = change(transcript, said("我的话费怎么", stable=6))
    assert grown is not None
    assert grown.turn == "我的话费怎么"
    assert transcript.hear(said("我的话费怎么", stable=6)) is None


def test_appended_revisions_add_up() -> None:
    transcript = Transcript()
    transcript.hear(said("我的", revision="append"))
    heard = transcript.hear(said("话费", revision="append", final=True))
    assert heard is not None
    assert heard[0] == "我的话费"


def test_a_partial_of_a_turn_in_progress_carries_the_finals_before_it() -> None:
    transcript = Transcript()
    change(transcript, said("我的话费", segment="a", final=True))
    change(transcript, said("怎么多了", segment="b"))
    grown = change(transcript, said("怎么多了很多", segment="b"))
    assert grown is not None
    assert grown.turn == "我的话费怎么多了"


def test_segments_that_never_say_a_word_or_never_end_do_not_pile_up() -> None:
    transcript = Transcript()
    for i in range(2_000):
        transcript.hear(said("" if i % 2 else "我的话费", segment=f"s{i}"))
    assert len(transcript._open) <= OPEN_SEGMENTS_MAX
    for i in range(2 * SEGMENTS_KEPT):
        transcript.hear(said("我的话费" * 100, segment=f"t{i}", final=True, speaker="agent" if i % 9 else "caller"))
    assert len(transcript._closed) <= SEGMENTS_KEPT
    assert len(transcript.turns) <= TURNS_KEPT
    assert all(len(turn.said) <= TURN_CHARS_MAX and len(turn.heard) <= TURN_CHARS_MAX for turn in transcript.turns)


@given(st.lists(FRAGMENTS, max_size=40))
def test_any_fragments_in_any_order_never_raise(fragments: list[Fragment]) -> None:
    transcript = Transcript()
    for fragment in fragments:
        heard = transcript.hear(fragment)
        if heard and heard[1]:
            assert heard[1].segment == fragment.segment
            assert heard[1].final == fragment.final


@given(st.lists(FRAGMENTS.filter(lambda f: f.revision == "replace"), max_size=40))
def test_turns_depend_on_finals_alone(fragments: list[Fragment]) -> None:
    whole, finals = Transcript(), Transcript()
    for fragment in fragments:
        whole.hear(fragment)
        if fragment.final:
            finals.hear(fragment)
    assert whole.turns == finals.turns
