"""Emotion as a state: it has inertia, a trend, and boils over only on persistent anger."""

from hypothesis import given
from hypothesis import strategies as st

from assist.mood import HEAT, Mood
from assist.queries import UNKNOWN, Label

LABELS = st.builds(Label, st.sampled_from([*HEAT, UNKNOWN, "made_up"]), st.floats(0, 1))


def after(*labels: str, p: float = 0.9) -> Mood:
    mood = Mood()
    for label in labels:
        mood = mood.after(Label(label, p))
    return mood


def test_anger_rises_boils_and_cools() -> None:
    once = after("angry")
    assert once.trend == "rising"
    assert not once.boiling
    twice = after("angry", "angry")
    assert twice.boiling
    assert twice.hot_turns == 2
    calmed = after("angry", "angry", "calm", "satisfied", "satisfied")
    assert calmed.trend == "falling"
    assert not calmed.boiling
    assert calmed.peak > calmed.heat


def test_boiling_ends_later_than_it_begins() -> None:
    assert after("angry", "angry", "calm").boiling


def test_an_unknown_emotion_changes_nothing_but_the_trend() -> None:
    before = after("angry")
    unknown = before.after(Label(UNKNOWN, 0.4))
    assert (unknown.heat, unknown.hot_turns, unknown.trend) == (before.heat, before.hot_turns, "steady")


def test_an_unsure_reading_weighs_less() -> None:
    assert after("angry", p=0.3).heat < after("angry", p=0.9).heat


@given(st.lists(LABELS, max_size=30))
def test_heat_stays_between_0_and_1_below_its_peak(labels: list[Label]) -> None:
    mood = Mood()
    for label in labels:
        mood = mood.after(label)
        assert 0 <= mood.heat <= mood.peak <= 1
