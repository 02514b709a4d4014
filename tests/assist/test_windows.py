"""A long turn is read whole and in overlapping windows that leave nothing out but the far past."""

from hypothesis import given
from hypothesis import strategies as st

from assist.windows import COUNT_MAX, SIZE, STEP, TURN_CHARS_MAX, windows

TURN = st.lists(st.sampled_from(["我", "要", "查", "wifi ", "5", "话费"]), max_size=500).map("".join).map(str.strip)


def test_a_short_turn_is_read_once() -> None:
    assert windows("我要查话费") == ["我要查话费"]
    assert windows("") == [""]
    assert windows("字" * (SIZE + STEP // 2)) == ["字" * (SIZE + STEP // 2)]


def test_latin_words_count_as_one() -> None:
    turn = "internet " * 30
    assert windows(turn.strip()) == [turn.strip()]


@given(TURN)
def test_windows_are_parts_of_the_turn_and_few(turn: str) -> None:
    whole, *pieces = windows(turn)
    assert whole == turn[-TURN_CHARS_MAX:]
    assert len(pieces) <= COUNT_MAX
    assert all(piece and piece in whole for piece in pieces)


@given(st.integers(SIZE + STEP // 2 + 1, SIZE + STEP * (COUNT_MAX - 1)))
def test_windows_cover_a_turn_of_middling_length(length: int) -> None:
    turn = "".join(chr(0x4E00 + i) for i in range(length))
    pieces = windows(turn)[1:]
    assert set("".join(pieces)) == set(turn)
    assert max(map(len, pieces)) == SIZE
    assert turn.endswith(pieces[-1])


def test_of_an_endless_turn_the_end_is_read() -> None:
    turn = "啰嗦" * 5_000 + "我要退订"
    assert all(len(piece) <= TURN_CHARS_MAX for piece in windows(turn))
    assert windows(turn)[-1].endswith("我要退订")
