"""Checking knowledge: every rule is shown a pack that breaks it; forbidden sentences are tried one by one."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assist.candidates import Voice
from assist.catalog import Phrase
from index.check import check, report, summary
from index.findings import Problem
from index.knowledge import Knowledge
from index.packs import read
from index.similarity import bigrams, nearest
from index.splits import split
from index.wording import SLOTS, hits, seconds_to_say, table

VOCABULARY = """\
languages: [zh-Hans, zh-Hant, yue, en]
tones: [plain, warm]
kinds: [phrase, empathy, alert]
moments: [opening, ask_wait]
stages: [opening, closing]
situations: [hold, over]
"""
INQUIRE = """\
label: inquire
meaning: {zh: 问}
examples:
  zh-Hans:
    calm: [请问营业厅几点开门]
    angry: [到底几点才开门]
"""
EMOTIONS = "- {label: calm, tone: plain}\n- {label: angry, tone: warm}\n"
CLEAN = {"vocabulary": VOCABULARY, "intents__inquire": INQUIRE, "emotions": EMOTIONS}


def read_pack(folder: Path, *, languages: str = "[zh-Hans]", **files: str) -> Knowledge:
    """The knowledge of one pack named shop, which must be readable; `entries__a="…"` is entries/a.yaml."""
    for name, text in {"pack": f"name: shop\nlanguages: {languages}\n", **CLEAN, **files}.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    knowledge, problems = read([folder])
    assert problems == []
    return knowledge


def found(folder: Path, *, languages: str = "[zh-Hans]", **files: str) -> list[tuple[str, int, str]]:
    """(file, line, code) of every finding, in the order told."""
    problems = check(read_pack(folder, languages=languages, **files))
    return [(Path(p.place.path).name, p.place.line, p.code) for p in problems]


def entry(id: str = "shop.a", *, questions: str = "[一句话, 两句话, 三句话]", answer: str = "好的。", more: str = "") -> str:
    return f"- id: {id}\n  title: {id}\n  questions: {questions}\n  answer: {answer}\n{more}"


def phrase(text: str, *, more: str = "", moment: str = "opening") -> str:
    return f"- id: shop.p\n  moment: {moment}\n  text: {text}\n{more}"


def only(problems: list[Problem], code: str) -> Problem:
    (problem,) = [p for p in problems if p.code == code]
    return problem


def test_clean_pack_has_no_findings(tmp_path: Path) -> None:
    files = {
        "entries__a": entry(more="  next: [shop.b]\n  not_when: [四句话]\n")
        + entry("shop.b", questions="[甲乙, 丙丁, 戊己]"),
        "phrases__p": phrase("{zh-Hans: {plain: 您好。}}", more="  when: {intent: inquire, stage: opening}\n"),
        "examples__e": "- {say: 别的事, entry: shop.a, intent: inquire, emotion: calm}\n- {say: 下雨, entry: none}\n",
    }
    assert found(tmp_path, **files) == []


@pytest.mark.parametrize(
    ("files", "line", "code"),
    [
        ({"entries__a": "- {id: shop.a, title: t, questions: [甲, 乙, 丙]}\n"}, 1, "no_answer"),
        ({"entries__a": "- {id: shop.a, title: t, questions: [甲, 乙, 丙], answer_en: Yes}\n"}, 1, "no_first_answer"),
        ({"entries__a": entry(questions="[甲, 乙]")}, 1, "few_questions"),
        ({"entries__a": entry("stall.a")}, 1, "foreign_id"),
        ({"entries__a": entry() + entry(questions="[甲, 乙, 丙]")}, 5, "id_twice"),
        ({"entries__a": entry() + entry("shop.b", questions="[两句话！, 乙, 丙]")}, 7, "shared_question"),
        ({"entries__a": entry(questions="[甲, 乙, 丙, 甲。]")}, 3, "question_twice"),
        ({"entries__a": entry() + entry("shop.b", questions="[shop.a, 乙, 丙]")}, 2, "shared_title"),
        ({"entries__a": entry(more="  not_when: [两句话]\n")}, 5, "question_and_not"),
        ({"entries__a": entry(more="  not_when: [Shop.A]\n")}, 5, "question_and_not"),
        ({"entries__a": entry(more="  next: [shop.aa]\n")}, 5, "unknown_entry"),
        (
            {"entries__a": entry(more="  valid_from: 2026-02-01\n  valid_until: 2026-01-31\n")},
            6,
            "ends_before_it_begins",
        ),
        ({"entries__a": entry(more="  answer_fr: Oui\n")}, 5, "unknown_language"),
        ({"entries__a": entry(answer="字" * 113)}, 4, "too_long"),
        ({"entries__a": entry(answer="费用是[待填：违约金]。")}, 4, "placeholder"),
        ({"entries__a": entry(more="  steps: ['[fill: number]']\n")}, 5, "placeholder"),
        ({"entries__a": entry(answer="一共{价格}元。")}, 4, "slot_in_answer"),
        ({"entries__a": entry(answer="您的单号是 {{Order Number}}。")}, 4, "slot_in_answer"),
        ({"entries__a": entry(more="  steps: ['问{caller}的单号']\n")}, 5, "slot_in_answer"),
        ({"phrases__p": phrase("{zh-Hans: {plain: '{calller}您好'}}")}, 3, "unknown_slot"),
        ({"phrases__p": phrase("{zh-Hans: {plain: 您好}}", moment="opning")}, 2, "unknown_moment"),
        ({"phrases__p": phrase("{zh-Hans: {plain: 您好}}", more="  kind: alarm\n")}, 4, "unknown_kind"),
        ({"phrases__p": phrase("{zh-Hans: {loud: 您好}}")}, 3, "unknown_tone"),
        ({"phrases__p": phrase("{zh-Hans: {plain: 您好}, fr: {plain: allo}}")}, 3, "unknown_language"),
        ({"phrases__p": phrase("{zh-Hans: {plain: 您好}}", more="  when: {intent: enquire}\n")}, 4, "unknown_intent"),
        ({"phrases__p": phrase("{zh-Hans: {plain: 您好}}", more="  when: {emotion: [mad]}\n")}, 4, "unknown_emotion"),
        (
            {"phrases__p": phrase("{zh-Hans: {plain: 您好}}", more="  when: {situation: held}\n")},
            4,
            "unknown_situation",
        ),
        ({"phrases__p": phrase("{zh-Hans: {plain: 您好}}", more="  when: {stage: end}\n")}, 4, "unknown_stage"),
        ({"phrases__p": phrase("{zh-Hant: {plain: 您好}}")}, 1, "missing_language"),
        ({"phrases__p": phrase("{zh-Hans: {plain: 这是公司的规定。}}")}, 3, "forbidden_company_rule"),
        ({"emotions": EMOTIONS + "- {label: calm, tone: plain}\n"}, 3, "emotion_twice"),
        ({"emotions": EMOTIONS + "- {label: sad, tone: soft}\n"}, 3, "unknown_tone"),
        ({"intents__x": "label: thank\nexamples: {zh-Hans: {glad: [谢谢你啊, 多谢]}}\n"}, 2, "unknown_emotion"),
        ({"intents__x": "label: thank\nexamples: {zh: {calm: [谢谢你啊, 多谢]}}\n"}, 2, "unknown_language"),
        (
            {"intents__x": "label: thank\nexamples: {zh-Hans: {calm: [请问营业厅几点开门？]}}\n"},
            2,
            "contradicting_labels",
        ),
        ({"intents__x": "label: thank\nexamples: {zh-Hans: {calm: [多谢, 多谢。]}}\n"}, 2, "utterance_twice"),
        ({"examples__e": "- {say: 啊, entry: shop.z}\n"}, 1, "unknown_entry"),
        ({"examples__e": "- {say: 啊, intent: enquire}\n"}, 1, "unknown_intent"),
        ({"exchanges": "- {asked: 您要退货吗, say: 对, entry: shop.z}\n"}, 1, "unknown_entry"),
        ({"exchanges": "- {asked: 您要退货吗, say: 对, entry: none, language: zh}\n"}, 1, "unknown_language"),
        ({"exchanges": "- {asked: 请问，营业厅几点开门？, say: 对, entry: none}\n"}, 1, "example_trained"),
        ({"examples__e": "- {say: 啊, emotion: mad}\n"}, 1, "unknown_emotion"),
        ({"examples__e": "- {say: 啊, emotion: calm, language: zh}\n"}, 1, "unknown_language"),
        ({"examples__e": "- {say: 啊, emotion: calm, style: long}\n"}, 1, "unknown_style"),
        ({"examples__e": "- {say: 请问，营业厅几点开门？, intent: inquire}\n"}, 1, "example_trained"),
        ({"examples__e": "- {say: 请问营业厅几点开门呀, intent: inquire}\n"}, 1, "example_near_trained"),
    ],
)
def test_each_rule_finds_its_own_and_nothing_else(tmp_path: Path, files: dict[str, str], line: int, code: str) -> None:
    assert [(at, what) for _, at, what in found(tmp_path, **files)] == [(line, code)]


def test_duplicate_says_both_places(tmp_path: Path) -> None:
    knowledge = read_pack(tmp_path, entries__a=entry(), entries__b=entry(questions="[甲, 乙, 丙]"))
    problem = only(check(knowledge), "id_twice")
    assert problem.place.path.endswith("b.yaml")
    assert f"{tmp_path.as_posix()}/entries/a.yaml:1" in problem.sentence


def titled(id: str, title: str, *, questions: str) -> str:
    return entry(id, questions=questions).replace(f"title: {id}", f"title: {title}")


def test_one_title_of_two_entries_that_is_also_a_test_is_told(tmp_path: Path) -> None:
    both = titled("shop.a", "补办会员卡", questions="[甲, 乙, 丙]") + titled(
        "shop.b", "补办会员卡", questions="[丁, 戊, 己]"
    )
    knowledge = read_pack(tmp_path, entries__a=both, examples__e="- {say: 补办会员卡, entry: shop.a}\n")
    problems = check(knowledge)
    assert [(p.place.line, p.severity, p.code) for p in problems] == [
        (6, "warning", "shared_title"),
        (1, "error", "example_trained"),
    ]
    assert f"leads to `shop.a` too, at {tmp_path.as_posix()}/entries/a.yaml:2" in problems[0].sentence


def test_a_title_may_say_what_a_question_or_paraphrase_of_its_entry_says(tmp_path: Path) -> None:
    asked = titled("shop.a", "补办会员卡", questions="[补办会员卡, 乙, 丙]")
    other = titled("shop.b", "查积分", questions="[丁, 戊, 己]")
    assert found(tmp_path, entries__a=asked + other, paraphrases="shop.b: [查积分]\n") == []


def test_a_calibration_turn_that_is_a_title_or_paraphrase_elsewhere_calibrates_nothing(tmp_path: Path) -> None:
    turns = "- {say: 补办会员卡, intent: inquire}\n- {say: 查一下积分, intent: inquire}\n- {say: 下雨吗, intent: inquire}\n"
    files = {
        "entries__a": titled("shop.a", "补办会员卡", questions="[甲, 乙, 丙]"),
        "paraphrases": "- [查一下积分, 看看积分]\n",
    }
    assert "下雨吗" in {turn.say for turn in split(read_pack(tmp_path, calibration__a=turns, **files)).kept}
    assert {"补办会员卡", "查一下积分"}.isdisjoint(turn.say for turn in split(read([tmp_path])[0]).kept)


@pytest.mark.parametrize(
    ("slot", "advice"),
    [
        ("{calller}", "did you mean `caller`?"),
        ("{Agent}", "did you mean `agent`?"),
        ("{客户姓氏}", "known here: `agent`, `caller`, `company`"),
        ("｛caller｝", "write `{caller}`"),
        ("{ company }", "write `{company}`"),
    ],
)
def test_a_slot_that_nothing_fills_is_told_with_what_may_be_meant(tmp_path: Path, slot: str, advice: str) -> None:
    knowledge = read_pack(tmp_path, phrases__p=phrase(f"{{zh-Hans: {{plain: '{slot}，您好'}}}}"))
    sentence = only(check(knowledge), "unknown_slot").sentence
    assert f"`{slot}`" in sentence
    assert advice in sentence


@pytest.mark.parametrize("slot", SLOTS)
def test_every_slot_is_filled(tmp_path: Path, slot: str) -> None:
    text = f"{{{slot}}}，您好。"
    assert found(tmp_path, phrases__p=phrase(f"{{zh-Hans: {{plain: '{text}'}}}}")) == []
    sentence = Phrase(id="p", moment="opening", kind="phrase", when={}, text={"zh-Hans": {"plain": text}})
    voice = Voice(language="zh-Hans", tone="plain", agent="8012", company="小店", surname="王", title="女士")
    assert voice.say(sentence) in {"8012，您好。", "小店，您好。", "王女士，您好。"}


def test_nearest_word_is_suggested(tmp_path: Path) -> None:
    knowledge = read_pack(tmp_path, phrases__p=phrase("{zh-Hans: {plain: 您好}}", moment="opning"))
    assert "did you mean `opening`?" in only(check(knowledge), "unknown_moment").sentence


def test_same_words_with_the_same_labels_may_stand_in_two_languages(tmp_path: Path) -> None:
    said = "label: thank\nexamples: {zh-Hans: {calm: [谢谢您]}, zh-Hant: {calm: [謝謝您]}, yue: {angry: [謝謝您]}}\n"
    assert [code for *_, code in found(tmp_path, intents__x=said)] == ["contradicting_labels"]


def test_closed_lists_nobody_states_are_not_held_against_a_pack(tmp_path: Path) -> None:
    files = {
        "entries__a": entry(),
        "phrases__p": phrase("{zh-Hans: {loud: 您好}}", moment="x", more="  when: {intent: y, stage: z}\n"),
    }
    (tmp_path / "bare").mkdir()
    knowledge = read_pack(tmp_path / "bare", vocabulary="{}", emotions="[]", intents__inquire="[]", **files)
    assert check(knowledge) == []


def test_packs_may_not_share_a_name_but_may_continue_a_label(tmp_path: Path) -> None:
    read_pack(tmp_path / "a")
    read_pack(
        tmp_path / "b", intents__inquire="label: inquire\nexamples: {zh-Hans: {calm: [多少钱一个月]}}\n", emotions="[]"
    )
    knowledge, _ = read([tmp_path])
    assert [p.code for p in check(knowledge)] == ["pack_twice"]


def test_findings_come_in_file_and_line_order(tmp_path: Path) -> None:
    bad = entry(questions="[甲]", answer="约[待填：x]") + entry("shop.b", questions="[乙]", answer="我也没办法。")
    found_here = found(tmp_path, entries__b=bad, entries__a=bad.replace("shop.", "shop.c"))
    places = [(file, line) for file, line, _ in found_here]
    assert places == sorted(places)
    assert len(places) >= 8


@pytest.mark.parametrize(
    ("text", "language", "seconds"),
    [
        ("字" * 45, "zh-Hans", 10),
        ("10086", "zh-Hans", 5 / 4.5),
        ("one two three four five", "en", 2),
        ("用APP查", "yue", 2 / 4.5 + 0.4),
    ],
)
def test_seconds_to_say(text: str, language: str, seconds: float) -> None:
    assert seconds_to_say(text, language=language) == pytest.approx(seconds)


FORBIDDEN = [
    ("zh-Hans", "讲话！", "command"),
    ("zh-Hans", "说话啊！", "command"),
    ("zh-Hans", "你听明白了吗？", "do_you_understand"),
    ("zh-Hans", "大声点，我听不清！", "command"),
    ("zh-Hans", "再讲一遍，我没听清！", "command"),
    ("zh-Hans", "我就这态度！", "attitude"),
    ("zh-Hans", "你快一点讲。", "command"),
    ("zh-Hans", "不是我的事，我不知道。", "not_my_business"),
    ("zh-Hans", "我也没办法！", "nothing_i_can_do"),
    ("zh-Hans", "你有气，找领导说去！", "challenge"),
    ("zh-Hans", "不能办就是不能办！", "nothing_i_can_do"),
    ("zh-Hans", "你到底要不要办理？", "challenge"),
    ("zh-Hans", "你有完没完？", "told_you_already"),
    ("zh-Hans", "我们的电脑是绝对不会出错的！", "never_errs"),
    ("zh-Hans", "刚才和你说过了，怎么还问？", "told_you_already"),
    ("zh-Hans", "你问我，我问谁？", "not_my_business"),
    ("zh-Hans", "你有没有搞错？", "you_are_wrong"),
    ("zh-Hans", "刚才不告诉你了吗，怎么还不明白？", "told_you_already"),
    ("zh-Hans", "现在才说，早干吗来着？", "told_you_already"),
    ("zh-Hans", "这是技术部门的事。", "other_department"),
    ("zh-Hans", "这个问题我解决不了。", "nothing_i_can_do"),
    ("zh-Hans", "您必须先补材料，否则办不了。", "must_or_else"),
    ("zh-Hans", "您买的是低折扣的机票。", "cheap"),
    ("zh-Hans", "没错，是这里。", "no_mistake"),
    ("zh-Hans", "那好吧。", "grudging"),
    ("zh-Hans", "这个能办，但是要等。", "but"),
    ("zh-Hans", "我们会尽快处理。", "as_soon_as_possible"),
    ("zh-Hans", "您想退票还是想赔偿？", "offers_compensation"),
    ("zh-Hans", "抱歉，对不起，真的抱歉。", "too_many_apologies"),
    ("zh-Hant", "您聽明白了嗎？", "do_you_understand"),
    ("zh-Hant", "這是公司的規定。", "company_rule"),
    ("yue", "唔關我哋事。", "not_my_business"),
    ("yue", "我都冇辦法。", "nothing_i_can_do"),
    ("en", "There's nothing I can do.", "nothing_i_can_do"),
    ("en", "I’ve already told you.", "told_you_already"),
    ("en", "It's company policy.", "company_rule"),
    ("en", "I told you that already.", "told_you_already"),
    ("en", "You must pay now, or we cancel.", "must_or_else"),
    ("en", "I'm sorry, but we cannot.", "but"),
]


@pytest.mark.parametrize(("language", "text", "rule"), FORBIDDEN)
def test_forbidden_sentences_are_hit(language: str, text: str, rule: str) -> None:
    assert rule in [hit.id for hit, _ in hits(text, language=language)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh-Hans", "您提到“我也没办法”，我已经记下。"),
        ("zh-Hant", "您說「這是公司的規定」讓您不舒服，我來處理。"),
        ("en", 'You were told "it is company policy"; let me look into that.'),
        ("zh-Hans", "不知道我讲清楚了没有，哪一步您还想再听一遍？"),
        ("zh-Hans", "您没错，是我们没有讲清楚。"),
        ("zh-Hans", "不但是您，附近几位客户也遇到了。"),
        ("zh-Hans", "您没办法到店的话，家人也可以代办。"),
        ("zh-Hans", "请您大声一点，好吗？"),
        ("zh-Hans", "是不是我们的问题，我现在就核实。"),
        ("zh-Hans", "全部的问题我都记下了。"),
        ("zh-Hans", "还有种办法是去营业厅办。"),
        ("zh-Hans", "如果我解决不了，会请班长来听电话。"),
        ("zh-Hans", "退保证金要三个工作日。"),
        ("yue", "您講咗幾次都未搞掂，換咗邊個都會攰。"),
        ("en", "Once you've got it in front of you, read me the last four digits."),
        ("en", "Did they say where they got it?"),
    ],
)
def test_kind_sentences_and_quotes_are_not_hit(language: str, text: str) -> None:
    assert [hit.id for hit, _ in hits(text, language=language)] == []


def test_advice_of_the_table_is_itself_clean_and_complete() -> None:
    assert len({rule.id for rule in table()}) == len(table()) >= 19
    for rule in table():
        assert set(rule.instead) == {"zh", "en"}
        for language, text in (("zh-Hans", rule.instead["zh"]), ("en", rule.instead["en"])):
            assert [hit.id for hit, _ in hits(text, language=language)] == [], rule.id


@example(texts=["甲乙丙"], queries=["甲乙丙"], threshold=1.0)
@given(
    texts=st.lists(st.text(alphabet="甲乙丙丁", max_size=12), max_size=30),
    queries=st.lists(st.text(alphabet="甲乙丙丁戊", max_size=12), max_size=3),
    threshold=st.sampled_from([0.3, 0.5, 0.8, 1.0]),
)
def test_the_nearest_text_is_found_as_by_comparing_with_every_one(
    texts: list[str], queries: list[str], threshold: float
) -> None:
    for query, near in zip(queries, nearest(queries, texts, threshold=threshold), strict=True):
        alike = [jaccard(bigrams(query), bigrams(text)) for text in texts]
        best = max(alike, default=0.0)
        assert (near.similarity if near else None) == (best if best >= threshold else None)
        assert near is None or near.position == alike.index(best)


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared bigrams over all bigrams of both; 0 when both are empty."""
    return len(a & b) / len(a | b) if a or b else 0.0


def test_twenty_thousand_texts_take_seconds(tmp_path: Path) -> None:
    rng = random.Random(7)
    letters = [chr(0x4E00 + i) for i in range(600)]
    lines = ["".join(rng.choices(letters, k=rng.randint(4, 60))) for _ in range(20_000)]
    said = "".join(f"    - {line}\n" for line in lines)
    tests = "".join(f"- {{say: {line}啊, intent: thank}}\n" for line in lines[::20])
    knowledge = read_pack(tmp_path, intents__x=f"label: thank\nexamples:\n  zh-Hans:\n    calm:\n{said}", examples__e=tests)
    begun = time.process_time()
    codes = [problem.code for problem in check(knowledge)]
    assert time.process_time() - begun < 10
    assert codes.count("example_near_trained") > 900


def test_report_counts_by_pack_label_and_language(tmp_path: Path) -> None:
    figures = report(read_pack(tmp_path, entries__a=entry(), examples__e="- {say: 啊, entry: none}\n"))
    assert dict(figures.packs[0].counts) == {
        "entries": 1, "questions": 3, "phrases": 0, "intents": 1, "emotions": 2, "utterances": 2, "examples": 1,
    }  # fmt: skip
    assert [(label.kind, label.label, dict(label.texts)) for label in figures.labels] == [
        ("intent", "inquire", {"zh-Hans": 2}),
        ("emotion", "calm", {"zh-Hans": 1}),
        ("emotion", "angry", {"zh-Hans": 1}),
    ]
    lines = str(figures).splitlines()
    assert lines[1].split() == ["shop", "1", "3", "0", "1", "2", "2", "1"]
    assert lines[4].split() == ["intent", "inquire", "2", "1.00"]


def test_the_summary_counts_what_was_read_and_found(tmp_path: Path) -> None:
    well = read_pack(tmp_path, entries__a=entry())
    assert summary(well, check(well)) == (
        "1 entry, no phrases, 2 labelled examples read: no errors, no warnings, no notes; all is well."
    )
    ill = read_pack(tmp_path, entries__a=entry(more="  next: [shop.c]\n") + entry("shop.b", questions="[另一句话]"))
    assert summary(ill, check(ill)).endswith("read: 1 error, 1 warning, no notes; errors stop a build.")


def test_distinct_4_falls_when_lines_repeat(tmp_path: Path) -> None:
    said = "label: inquire\nexamples: {zh-Hans: {calm: [我想查话费, 我想查话费, 我想查话费余额]}}\n"
    (figures, _) = report(read_pack(tmp_path, intents__inquire=said)).labels
    assert figures.distinct_4 == pytest.approx(4 / 8)


def test_a_turn_that_another_pack_is_judged_by_may_be_asked_here(tmp_path: Path) -> None:
    read_pack(tmp_path / "ours", calibration__a="- {say: 帮我开个发票, intent: inquire}\n")
    (tmp_path / "faq.csv").write_text("id,question,answer\nf1,帮我开个发票,可以开。\n", encoding="utf-8")
    knowledge = read([tmp_path / "ours", tmp_path / "faq.csv"])[0]
    reserved = only(check(knowledge), "reserved_elsewhere")
    assert (Path(reserved.place.path).name, reserved.severity) == ("faq.csv", "note")
    assert not any(p.severity == "error" for p in check(knowledge))
    assert not split(knowledge).kept


@pytest.mark.parametrize("text", ["{}", "{zh-Hans: {}}"])
def test_a_phrase_without_a_sentence_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "phrases.yaml").write_text(phrase(text), encoding="utf-8")
    assert "no_text" in [p.code for p in read([tmp_path])[1]]


@pytest.mark.parametrize(("word", "answered"), [("否", False), ("off", False), ("是", True), ("no", False), ("yes", True)])
def test_whether_an_intent_is_answered_is_read_in_both_languages(tmp_path: Path, word: str, answered: bool) -> None:
    knowledge = read_pack(tmp_path, intents__chat=f"label: chat\nmeaning: {{zh: 聊}}\nanswered: {word}\n")
    assert [label.answered for label in knowledge.intents if label.label == "chat"] == [answered]


def test_a_word_that_is_neither_yes_nor_no_is_told(tmp_path: Path) -> None:
    (tmp_path / "intents.yaml").write_text("label: chat\nmeaning: {zh: 聊}\nanswered: 看情况\n", encoding="utf-8")
    assert "unknown_truth" in [p.code for p in read([tmp_path])[1]]
