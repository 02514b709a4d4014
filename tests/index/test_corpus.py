"""What the encoder is taught."""

from collections.abc import Callable
from pathlib import Path

from index.corpus import corpus
from index.knowledge import Knowledge

SAME = "- [如何开户, 怎样办一张新卡, how do I open an account]\n"


def test_paraphrases_are_groups_and_taiwan_s_words_join_them(read_pack: Callable[..., Knowledge], tmp_path: Path) -> None:
    told = corpus(read_pack(tmp_path / "shop", paraphrases="- [怎么发短信, 我要传个消息]\n"))
    (group,) = [group for group in told.groups if "怎么发短信" in group]
    assert {"怎么发短信", "我要传个消息", "怎么发简讯"} <= set(group)


def test_an_entry_s_paraphrases_are_learned_with_its_questions(read_pack: Callable[..., Knowledge], tmp_path: Path) -> None:
    entry = "- {id: shop.refund, title: 退款, questions: [我要退款], answer: 好的}\n"
    said = "shop.refund: [钱还没到我卡上]\nelsewhere.hours: [几点关门呀, 周日开不开]\n"
    groups = corpus(read_pack(tmp_path / "shop", entries=entry, paraphrases=said)).groups
    assert sum("我要退款" in group and "钱还没到我卡上" in group for group in groups) == 1
    assert sum({"几点关门呀", "周日开不开"} <= set(group) for group in groups) == 1


def test_with_translations_the_packs_own_texts_are_paired_with_english(
    read_pack: Callable[..., Knowledge], tmp_path: Path
) -> None:
    known = read_pack(tmp_path / "shop", paraphrases=SAME)
    file = tmp_path / "pairs.txt"
    file.write_text("Hello.\t你好。\tsomebody\n", encoding="utf-8")
    assert corpus(known).pairs == ()
    own = [(english, chinese) for english, chinese in corpus(known, file).pairs if english.startswith("how do I open")]
    assert own == [("how do I open an account", "如何开户"), ("how do I open an account", "怎样办一张新卡")]
    assert ("Hello.", "你好") in corpus(known, file).pairs
