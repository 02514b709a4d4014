"""What a rule lets through, and what it says of the rest."""

import math
from typing import Any

import pytest

from assist.faults import Fault
from assist.messages import Ping
from assist.rules import TIME_MS_MAX, Rule, rules


@pytest.mark.parametrize(
    ("rule", "value", "result"),
    [
        (Rule(str), "", ""),
        (Rule(str, chars_max=2), "啊啊", "啊啊"),
        (Rule(int), 3.0, 3),
        (Rule(float, high=1), 1, 1.0),
        (Rule(int), TIME_MS_MAX, TIME_MS_MAX),
        (Rule(bool), False, False),
        (Rule(dict), {"a": 1}, {"a": 1}),
    ],
)
def test_what_fits_comes_out_in_the_field_s_own_type(rule: Rule, value: Any, result: Any) -> None:
    told = rule.check("field", value)
    assert told == result
    assert type(told) is type(result)


@pytest.mark.parametrize(
    ("rule", "value", "code"),
    [
        (Rule(str), 1, "wrong_type"),
        (Rule(str, required=True), "", "bad_value"),
        (Rule(str, choices=("a", "b")), "c", "bad_value"),
        (Rule(str, chars_max=2), "啊啊啊", "text_too_long"),
        (Rule(int), True, "wrong_type"),
        (Rule(int), "1", "wrong_type"),
        (Rule(float), math.nan, "wrong_type"),
        (Rule(int), -1, "bad_value"),
        (Rule(float, high=1), 1.01, "bad_value"),
        (Rule(bool), 1, "wrong_type"),
        (Rule(dict), [], "wrong_type"),
    ],
)
def test_what_does_not_is_a_fault_that_names_the_field(rule: Rule, value: Any, code: str) -> None:
    with pytest.raises(Fault) as caught:
        rule.check("field", value)
    assert (caught.value.code, caught.value.field) == (code, "field")
    assert "`field`" in str(caught.value)


def test_a_message_tells_its_rules() -> None:
    assert rules(Ping) == (("echo", Rule(str, chars_max=1000)),)
