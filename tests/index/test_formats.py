"""A number format never makes a table unreadable, and what it shows of a number is that number."""

import re
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from index.formats import Format, shown

PARTS = st.sampled_from(
    ["0", "#,##0", "0.00", "%", '"元"', '"', "\\", "\\月", "[Red]", "[", "]", "[h]", "[$¥-804]", "[>=3]", ";", "@",
     "General", "_)", "* ", ",", "?", "/", "E+00", "-", "(", ")", " ", "年", "yyyy", "m", "\n", "\0"]
)  # fmt: skip


def form(code: str, number: int = 164) -> Format:
    return Format(code=code, number=number, epoch=datetime(1899, 12, 30))


@given(
    value=st.integers() | st.floats(),
    code=st.lists(PARTS, max_size=8).map("".join),
    number=st.integers(min_value=0, max_value=200),
)
def test_no_format_and_no_number_raise(value: float, code: str, number: int) -> None:
    assert isinstance(shown(value, form(code, number)).text, str)


@given(
    st.integers(min_value=-(10**14), max_value=10**14),
    st.sampled_from(["General", "0", "#,##0.00", '0"元"', '"约"0', "000"]),
)
def test_whole_numbers_stay_what_they_are(value: int, code: str) -> None:
    assert int("".join(re.findall(r"[-\d]+", shown(value, form(code)).text))) == value
