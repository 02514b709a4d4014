"""Turns as a recogniser streams them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assist.speech import PARTIAL_EVERY_MS, Spoken, stream

SPOKEN = st.builds(
    Spoken, speaker=st.sampled_from(["caller", "agent"]), text=st.text(max_size=60), pause_ms=st.integers(0, 5_000)
)


@given(st.lists(SPOKEN, max_size=6))
def test_partials_grow_into_the_final_and_time_never_goes_back(turns: list[Spoken]) -> None:
    streamed = list(stream("c", turns))
    assert [timed.at_ms for timed in streamed] == sorted(timed.at_ms for timed in streamed)
    assert [timed.fragment.text for timed in streamed if timed.fragment.final] == [turn.text for turn in turns]
    for before, after in pairwise(streamed):
        if not before.fragment.final:
            assert after.fragment.segment == before.fragment.segment
            assert after.fragment.text.startswith(before.fragment.text)
            assert after.at_ms - before.at_ms >= PARTIAL_EVERY_MS


def test_chinese_takes_longer_than_letters() -> None:
    chinese, english = (list(stream("c", [Spoken(speaker="caller", text=text)]))[-1].at_ms for text in ("字" * 20, "a" * 20))
    assert chinese > 2 * english
