"""Stages of a call, told by what both sides say; and that content and code speak of the same ones."""

from typing import get_args

import pytest

from assist.guidance import Situation
from assist.stage import LEADS, Stage
from assist.text import normalise
from index import packs

SMALL_TALK = ("thank", "confirm", "deny", "goodbye", "greet")


def heard(stage: Stage, *intents: str) -> list[bool]:
    return [stage.caller_said(intent, unanswered=SMALL_TALK) for intent in intents]


def test_a_call_goes_from_its_opening_to_its_closing() -> None:
    stage, seen = Stage(), []
    for agent, caller in (
        ("opening", "inquire"), ("verify_identity", "confirm"), ("ask_wait", "confirm"), ("check_clarity", "confirm"),
        ("anything_else", "deny"),
    ):  # fmt: skip
        stage.agent_said(agent, "")
        heard(stage, caller)
        seen.append(stage.name)
    assert seen == ["listening", "verifying", "handling", "confirming", "closing"]


def test_an_answer_in_the_agent_s_own_words_is_handling() -> None:
    stage = Stage()
    stage.agent_said("", "")
    heard(stage, "greet")
    stage.agent_said("", "")
    assert stage.name == "listening"  # nothing has been asked yet
    heard(stage, "inquire")
    stage.agent_said("", "")
    assert stage.name == "handling"


@pytest.mark.parametrize(("reply", "over"), [("deny", True), ("thank", True), ("inquire", False), ("unknown", False)])
def test_a_call_is_over_when_nothing_else_is_wanted(reply: str, over: bool) -> None:
    stage = Stage()
    heard(stage, "inquire")
    stage.agent_said("anything_else", "")
    assert heard(stage, reply, "deny") == [over, reply == "unknown"]


@pytest.mark.parametrize(
    ("said", "more"),
    [
        ("会有短信通知您。请问还有别的可以帮您吗？", True),
        ("都办好了，您还有没有其他业务要办？", True),
        ("搞掂喇，请问仲有咩可以帮到你？", True),
        ("That's done. Is there anything else I can do?", True),
        ("您名下还有其他号码吗？", False),
        ("如果没有别的业务，我就把线路留给后面的客户", False),
    ],
)
def test_to_ask_for_more_may_end_a_longer_sentence(said: str, more: bool) -> None:
    stage = Stage()
    stage.agent_said("", normalise(said))
    assert (stage.name == "confirming") == more
    assert heard(stage, "deny") == [more]


def test_a_new_matter_is_listened_to() -> None:
    stage = Stage(name="closing")
    heard(stage, "inquire")
    assert stage.name == "listening"


def test_the_shipped_vocabulary_names_what_the_code_tells() -> None:
    known = packs.read(packs.DEFAULT)[0]
    assert known.words("situations") == set(get_args(Situation)) - {""}
    assert known.words("stages") == {"opening", *LEADS.values()}
    assert known.words("moments") >= set(LEADS)
