"""The chance that half a turn's answer is the whole turn's."""

import math

import pytest

from assist.outlook import HEARD_MAX, USUAL, Outlook, signs


def test_a_share_is_even_among_equals_and_whole_for_one_alone() -> None:
    assert signs([0.7, 0.7, 0.7, 0.7], 0.5, 10)[0] == pytest.approx(0.25)
    assert signs([0.7], 0.5, 10) == pytest.approx((1.0, 0.2, math.log(10)))


def test_nothing_heard_is_no_error() -> None:
    assert signs([0.7], 0.5, 0)[2] == 0.0


def test_a_turn_without_end_makes_no_surer() -> None:
    assert signs([0.7], 0.5, HEARD_MAX) == signs([0.7], 0.5, 2_000)


def test_the_chance_is_a_logistic_of_the_weighted_signs() -> None:
    even = Outlook(share=0.0, score=0.0, heard=0.0, bias=0.0)
    assert even.chance((1.0, 1.0, 1.0)) == 0.5
    assert Outlook(share=1.0, score=2.0, heard=3.0, bias=-1.0).chance((0.5, 0.25, 1.0)) == pytest.approx(
        1 / (1 + math.exp(-3))
    )


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (signs([0.7, 0.69], 0.5, 9), signs([0.7, 0.4], 0.5, 9)),
        (signs([0.5, 0.2], 0.5, 9), signs([0.8, 0.5], 0.5, 9)),
        (signs([0.7, 0.4], 0.5, 3), signs([0.7, 0.4], 0.5, 30)),
    ],
    ids=["stands out", "scores higher", "more is heard"],
)
def test_each_sign_counts_for_it(less: tuple[float, float, float], more: tuple[float, float, float]) -> None:
    assert USUAL.chance(less) < USUAL.chance(more)
