"""Spoken numerals become digits; words that merely contain one stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.numerals import to_digits


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("六个G", "6个G"),
        ("五十块", "50块"),
        ("幺三八零零", "13800"),
        ("一百零五", "105"),
        ("一百二", "120"),
        ("三千五", "3500"),
        ("两万三", "23000"),
        ("一千零一", "1001"),
        ("十五号", "15号"),
        ("一亿二千万", "120000000"),
        ("二零二六年", "2026年"),
        ("百分之二十", "百分之20"),
        ("万一", "万一"),
        ("千万别", "千万别"),
        ("一二三四五六七八九零" * 5, "1234567890" * 5),
        ("没有数", "没有数"),
    ],
)
def test_to_digits(spoken: str, written: str) -> None:
    assert to_digits(spoken) == written


@pytest.mark.parametrize("run", ["一百二百三百", "五五十"])
def test_what_is_no_number_never_raises(run: str) -> None:
    assert to_digits(run)


@given(st.text("零〇一二两三四五六七八九幺十百千万亿个", max_size=400))
def test_any_run_gives_a_text_no_longer_than_a_number_may_be(text: str) -> None:
    written = to_digits(text)
    assert len(written) <= len(text) * 8 + 8


def test_thousands_of_units_are_no_number() -> None:
    run = "一万二亿三万四亿" * 200
    assert to_digits(run) == run


def _spoken(number: int) -> str:
    """A number from 1 to 9999 as it is read out in full."""
    digits, said, zero = "零一二三四五六七八九", "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if zero and said else "") + digits[digit] + name
            zero = False
        else:
            zero = True
    return said


@given(st.integers(11, 9999).filter(lambda n: n % 100 != 0 or n < 100))
def test_numbers_read_out_in_full_come_back(number: int) -> None:
    assert to_digits(_spoken(number) + "块") == f"{number}块"
