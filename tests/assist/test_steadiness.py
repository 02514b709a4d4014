"""What of a partial is believed, when the recogniser does not say."""

from hypothesis import given
from hypothesis import strategies as st

from assist.steadiness import ENOUGH, REMEMBERED, Steadiness
from assist.text import common_prefix

SAID = "我想问一下上个月的话费为什么比平时多了二十块钱麻烦你帮我查一查好吗谢谢你了"


def grown(steadiness: Steadiness, count: int, *, wrong: str = "") -> str:
    """Hear so many growing partials, each of which ends in `wrong` at first; what was believed of the last."""
    before = believed = ""
    for end in range(1, count + 1):
        text = SAID[: end % len(SAID)] + wrong
        believed = steadiness.stable(before, text)
        before = text
    return believed


def test_at_first_only_what_two_partials_share_is_believed() -> None:
    assert grown(Steadiness(), ENOUGH) == SAID[: ENOUGH - 1]


def test_a_recogniser_that_takes_nothing_back_is_believed_at_once() -> None:
    assert grown(Steadiness(), ENOUGH + 1) == SAID[: ENOUGH + 1]


def test_one_that_changes_two_characters_is_believed_but_for_two() -> None:
    steadiness = Steadiness()
    assert grown(steadiness, ENOUGH + 5, wrong="嗯嗯") == SAID[: ENOUGH + 5]
    assert steadiness.stable("", "话费多了") == "话费", "of the first partial of the next segment, too"


def test_what_two_partials_share_is_always_believed() -> None:
    steadiness = Steadiness()
    grown(steadiness, ENOUGH + 1)
    steadiness.stable(SAID, "完全不同")
    assert steadiness.stable("我要退货", "我要退款吗") == "我要退"
    assert steadiness.stable("我要退款", "我要退款") == "我要退款"


def test_a_noisy_moment_is_forgotten() -> None:
    steadiness = Steadiness()
    steadiness.stable(SAID, "完全不同")
    assert grown(steadiness, REMEMBERED) != SAID[:REMEMBERED]
    assert grown(steadiness, REMEMBERED + 1) == SAID[: REMEMBERED + 1]


@given(st.lists(st.text("ab", max_size=5), max_size=60))
def test_what_is_believed_is_said_and_grows_with_what_is_shared(texts: list[str]) -> None:
    steadiness, before = Steadiness(), ""
    for text in texts:
        believed = steadiness.stable(before, text)
        assert text.startswith(believed)
        assert believed.startswith(common_prefix(before, text))
        before = text
