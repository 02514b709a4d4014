"""Which texts are kept apart."""

from collections.abc import Callable
from pathlib import Path

from index.knowledge import NO_ENTRY, Knowledge
from index.splits import split


def test_a_pack_without_calibration_gives_up_some_utterances_and_none_twice(
    read_pack: Callable[..., Knowledge], tmp_path: Path
) -> None:
    said = ", ".join(f"第{i}个问题怎么办" for i in range(210))
    asks = f"label: ask\nmeaning: {{zh: 问}}\nexamples:\n  zh-Hans:\n    calm: [{said}]\n"
    thanks = asks.replace("label: ask", "label: thank\nanswered: false").replace("问题", "谢谢")
    knowledge = read_pack(tmp_path / "shop", intents__ask=asks, intents__thank=thanks)
    parts = split(knowledge)
    used, kept = {u.text for u in parts.used}, {turn.say for turn in parts.kept}
    assert not used & kept
    assert used | kept == {u.text for u in knowledge.utterances}
    assert 0.05 < len(kept) / len(used | kept) < 0.3
    assert {turn.entry for turn in parts.kept if turn.intent == "thank"} == {NO_ENTRY}
    assert {turn.entry for turn in parts.kept if turn.intent == "ask"} == {None}
    assert split(knowledge) == parts
