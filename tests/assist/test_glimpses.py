"""Of half a sentence that alone is told which is likely to stay."""

from assist.catalog import Catalog
from assist.glimpses import RUNNING, SURE, Glimpses, glimpse
from assist.messages import Reading
from assist.queries import UNKNOWN, Answer, Label, Query

QUERY = Query(call="c", number=1, segment="s", speaker="caller", turn="话费", final=False, heard_ms=0)


def reading(intent: str, emotion: str = UNKNOWN) -> Reading:
    return Reading(call="c", segment="s", final=False, intent={"label": intent}, emotion={"label": emotion})


def test_what_it_is_not_sure_of_is_unknown() -> None:
    seen = glimpse(
        Answer(query=QUERY, catalog=Catalog(), intent=Label("inquire", SURE), emotion=Label("angry", SURE - 0.01))
    )
    assert seen.intent == Label("inquire", SURE)
    assert seen.emotion == Label(UNKNOWN, SURE - 0.01)


def test_it_is_told_when_enough_partials_running_say_so() -> None:
    glimpses = Glimpses()
    said = ["inquire"] * (RUNNING - 1) + ["thank"] + ["inquire"] * RUNNING
    assert [glimpses.worth_telling(reading(intent), None) for intent in said] == [False] * (len(said) - 1) + [True]


def test_what_has_been_told_or_says_nothing_is_not() -> None:
    glimpses = Glimpses()
    for _ in range(RUNNING + 1):
        assert not glimpses.worth_telling(reading(UNKNOWN), None)
    for _ in range(RUNNING + 1):
        assert not glimpses.worth_telling(reading("inquire", "calm"), reading("inquire", "calm"))
    assert glimpses.worth_telling(reading("inquire", "calm"), reading("inquire", "angry"))
