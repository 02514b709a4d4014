"""Reading packs of YAML: what comes out, what is told of what is wrong and where; nothing an editor writes raises."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.check import check
from index.findings import Problem
from index.knowledge import Knowledge
from index.packs import read

PACK = "name: shop\nlanguages: [zh-Hans, en]\nowner: Li\ndescription: a shop\n"
ENTRY = """\
- id: shop.parcel
  title: 查快递
  questions:
    - 我的包裹到哪了
    - 10086
    - yes
  answer: 我帮您查一下。
  answer_en: Let me look.
  steps: [问单号, 查询]
  tags: [快递]
  not_when:
    - 我要退货
  next: [shop.return]
  valid_from: 2026-01-01
  valid_until: 2026-12-31
"""
TABLE = "id,question,answer\na,b,c\n"


def written(folder: Path, **files: str) -> Path:
    """A pack folder; `entries__plan="…"` writes entries/plan.yaml."""
    for name, text in {"pack": PACK, **files}.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def problems_of(folder: Path, **files: str) -> list[Problem]:
    return read([written(folder, **files)])[1]


def knowledge_of(folder: Path, **files: str) -> Knowledge:
    knowledge, problems = read([written(folder, **files)])
    assert problems == []
    return knowledge


def test_entry_is_read_whole(tmp_path: Path) -> None:
    knowledge = knowledge_of(tmp_path, entries__parcel=ENTRY)
    (entry,) = knowledge.entries
    assert entry.id == "shop.parcel"
    assert [v.text for v in entry.questions] == ["我的包裹到哪了", "10086", "yes"]
    assert [v.place.line for v in entry.questions] == [4, 5, 6]
    assert entry.answers == {"zh-Hans": "我帮您查一下。", "en": "Let me look."}
    assert (entry.steps, entry.tags, entry.next) == (("问单号", "查询"), ("快递",), ("shop.return",))
    assert (entry.valid_from, entry.valid_until) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [v.text for v in entry.not_when] == ["我要退货"]
    assert entry.at("answer_en").line == 8
    assert str(entry.place) == f"{(tmp_path / 'entries/parcel.yaml').as_posix()}:1"


def test_pack_describes_itself(tmp_path: Path) -> None:
    (pack,) = knowledge_of(tmp_path).packs
    assert (pack.name, pack.languages, pack.owner, pack.description) == ("shop", ("zh-Hans", "en"), "Li", "a shop")
    assert pack.folder == tmp_path.as_posix()


@pytest.mark.parametrize("line", ["007", "12:30", "1.50", "2026-01-01", "no", "null", "0x1F", "1_000"])
def test_text_is_what_was_typed(tmp_path: Path, line: str) -> None:
    knowledge = knowledge_of(tmp_path, entries__e=f"- {{id: shop.a, title: t, questions: [{line}]}}\n")
    assert [v.text for v in knowledge.entries[0].questions] == [line]


def test_phrase_with_conditions_tones_and_places(tmp_path: Path) -> None:
    text = """\
- id: shop.wait
  moment: ask_wait
  when:
    intent: [complain, bargain]
    emotion: angry
  text:
    zh-Hans: {plain: 请稍等。, warm: 您等我一下。}
    en: One moment, please.
"""
    (phrase,) = knowledge_of(tmp_path, phrases__waiting=text).phrases
    assert phrase.kind == "phrase"
    assert phrase.when == {"intent": ("complain", "bargain"), "emotion": ("angry",)}
    assert phrase.text == {
        "zh-Hans": {"plain": "请稍等。", "warm": "您等我一下。"},
        "en": {"plain": "One moment, please."},
    }
    assert (phrase.at("when.emotion").line, phrase.at("text.zh-Hans.warm").line, phrase.at("text.en.plain").line) == (
        5,
        7,
        8,
    )


def test_intents_carry_both_labels_and_emotions_their_need(tmp_path: Path) -> None:
    intent = """\
label: inquire
meaning: {zh: 想了解, en: wants to know}
examples:
  zh-Hans:
    calm: [请问几点开门]
    angry: [到底几点]
  en: [when do you open]
"""
    emotions = "- {label: angry, meaning: {zh: 生气}, need: {zh: 想被重视}, tone: plain, examples: {zh-Hans: [气死我了]}}\n"
    knowledge = knowledge_of(tmp_path, intents__inquire=intent, emotions=emotions)
    said = {(u.text, u.language, u.intent, u.emotion) for u in knowledge.utterances}
    assert said == {
        ("请问几点开门", "zh-Hans", "inquire", "calm"),
        ("到底几点", "zh-Hans", "inquire", "angry"),
        ("when do you open", "en", "inquire", None),
        ("气死我了", "zh-Hans", None, "angry"),
    }
    assert knowledge.intents[0].meaning["en"] == "wants to know"
    assert (knowledge.emotions[0].need["zh"], knowledge.emotions[0].tone) == ("想被重视", "plain")


def test_examples_default_to_the_first_language_and_keep_none(tmp_path: Path) -> None:
    text = "- {say: 今天天气好, entry: none, style: none}\n- {say: you again, intent: complain, language: en}\n"
    first, second = knowledge_of(tmp_path, examples__e=text).examples
    assert (first.entry, first.language, first.style, first.intent) == ("none", "zh-Hans", "none", None)
    assert (second.entry, second.language, second.style, second.intent) == (None, "en", "plain", "complain")


def test_an_exchange_says_what_is_asked_what_is_replied_and_what_must_come_out(tmp_path: Path) -> None:
    whole = "- {asked: 您要退货吗, say: 对, entry: shop.refund}\n"
    parts = "- {say: 对, entry: none}\n- {asked: 您要退货吗, entry: none}\n- {asked: 您要退货吗, say: 对}\n"
    knowledge, problems = read([written(tmp_path, exchanges=whole + parts)])
    (exchange,) = knowledge.exchanges
    assert (exchange.asked, exchange.say, exchange.entry, exchange.language) == (
        "您要退货吗",
        "对",
        "shop.refund",
        "zh-Hans",
    )
    assert [(p.place.line, p.code) for p in problems] == [(2, "no_asked"), (3, "no_say"), (4, "no_entry")]


def test_paraphrases_are_lists_of_lists(tmp_path: Path) -> None:
    folder = written(tmp_path, paraphrases__bank="- - 如何开户\n  - how do I open an account\n- - 挂失\n  - 卡丢了\n")
    knowledge, problems = read([folder])
    assert problems == []
    assert [[v.text for v in group.said] for group in knowledge.paraphrases] == [
        ["如何开户", "how do I open an account"],
        ["挂失", "卡丢了"],
    ]
    assert knowledge.paraphrases[1].said[1].place.line == 4


def test_paraphrases_may_be_those_of_an_entry(tmp_path: Path) -> None:
    folder = written(tmp_path, paraphrases="shop.refund: [钱还没到我卡上]\nshop.hours: [几点关门呀, 周日开不开]\n")
    knowledge, problems = read([folder])
    assert problems == []
    told = {group.entry: [v.text for v in group.said] for group in knowledge.paraphrases}
    assert told == {"shop.refund": ["钱还没到我卡上"], "shop.hours": ["几点关门呀", "周日开不开"]}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("shop.refnud: [钱还没到我卡上]", "unknown_entry"),
        ("shop.refund:", "no_value"),
        ("shop.refund: [几点关门]", "shared_question"),
        ("shop.refund: [我要退款]", "question_twice"),
        ("shop.hours: [你们在哪]", "question_and_not"),
    ],
)
def test_a_paraphrase_that_leads_astray_is_told(tmp_path: Path, said: str, code: str) -> None:
    entries = (
        "- {id: shop.refund, title: 退款, questions: [我要退款], answer: 好的}\n"
        "- {id: shop.hours, title: 营业时间, questions: [几点关门], not_when: [你们在哪], answer: 九点}\n"
    )
    folder = written(tmp_path, entries=entries, paraphrases=said)
    knowledge, problems = read([folder])
    assert code in {problem.code for problem in [*problems, *check(knowledge)]}


def test_paraphrases_of_entries_of_packs_that_are_not_read_are_not_judged(tmp_path: Path) -> None:
    folder = written(tmp_path, paraphrases="elsewhere.refund: [钱还没到我卡上]\n")
    knowledge, problems = read([folder])
    assert [*problems, *check(knowledge)] == []


def test_a_paraphrase_of_nothing_is_told(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, paraphrases="- [如何开户]\n")
    assert problem.code == "lone_paraphrase"


def test_a_test_that_a_paraphrase_trains_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, paraphrases="- [如何开户, 怎样开户]\n", examples="- {say: 怎样开户, entry: none}\n")
    assert "example_trained" in {problem.code for problem in check(read([folder])[0])}


def test_vocabulary_as_map_or_list(tmp_path: Path) -> None:
    knowledge = knowledge_of(tmp_path, vocabulary="moments:\n  opening: {zh: 开场, en: opening}\ntones: [plain, warm]\n")
    assert knowledge.packs[0].vocabulary["moments"]["opening"]["zh"] == "开场"
    assert knowledge.words("tones") == {"plain", "warm"}
    assert knowledge.words("stages") == frozenset()


def test_all_problems_of_all_files_are_told(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        entries__a="- id: shop.a\n  title: t\n  anwser: 好\n  qustions: [x]\n  valid_from: 2026-02-30\n",
        entries__b="- title: [a, b]\n",
        phrases__c="- id: shop.c\n  text: {zh-Hans: {plain: 你: 好}}\n",
    )
    found = {(Path(p.place.path).name, p.place.line, p.code) for p in problems}
    assert found == {
        ("a.yaml", 3, "unknown_key"),
        ("a.yaml", 4, "unknown_key"),
        ("a.yaml", 5, "not_a_date"),
        ("b.yaml", 1, "no_id"),
        ("b.yaml", 1, "not_a_text"),
        ("c.yaml", 2, "not_yaml"),
    }
    sentences = " ".join(map(str, problems))
    assert "`anwser` is not a key known here; did you mean `answer`?" in sentences
    assert "did you mean `questions`?" in sentences


@pytest.mark.parametrize(
    ("text", "line", "advice"),
    [
        ("- id：shop.a\n  title: t\n", 1, "full-width colon"),
        ("- id: shop.a\n  title:t\n  answer: x\n", 2, "colon without a space"),
        ("- id: shop.a\n  title: 你: 好\n", 2, "double quotes"),
        ("- id: shop.a\n\ttitle: x\n", 2, "use spaces"),
        ("- id: shop.a\n  title: @x\n", 2, "double quotes"),
        ('- id: shop.a\n  title: "x\n  answer: y\n', 2, "never closed"),
    ],
)
def test_unreadable_file_is_one_problem_with_its_line(tmp_path: Path, text: str, line: int, advice: str) -> None:
    (problem,) = problems_of(tmp_path, entries__a=text)
    assert (problem.code, problem.place.line) == ("not_yaml", line)
    assert advice in problem.sentence


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("- id: shop.a\n  title: t\n  id: shop.b\n", "key_twice", 3),
        ("- id: shop.a\n  title: !重要 的事\n", "not_yaml", 2),
        ("- id: shop.a\n  title: '*'\n  tags: [*x]\n", "unquoted_sign", 3),
        ("- id: shop.a\n  title: &x y\n", "unquoted_sign", 2),
        ("- id: shop.a\n  title: t\n  questions:\n    - a\n    -\n", "empty_item", 5),
        ("- id: shop.a\n  title: t\n  questions:\n    - 什么: 意思\n", "not_a_text", 4),
        ("- 只有一句话\n", "not_a_map", 1),
        ("- id: shop.a\n  title: a\x07b\n", "bad_character", 2),
        ("- id: shop.a\n---\n- id: shop.b\n", "not_yaml", 2),
        ("- id: shop.a\n", "no_title", 1),
    ],
)
def test_slips_are_told(tmp_path: Path, text: str, code: str, line: int) -> None:
    assert (code, line) in {(p.code, p.place.line) for p in problems_of(tmp_path, entries__a=text)}


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 50_000 + "]" * 50_000])
def test_absurd_nesting_is_refused_at_once(tmp_path: Path, text: str) -> None:
    (problem,) = problems_of(tmp_path, entries__a=text)
    assert "nested too deep" in problem.sentence


def test_comma_that_cuts_a_text_in_two_is_told(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, emotions="- label: calm\n  meaning: {en: quiet, no feeling}\n")
    assert (problem.code, problem.place.line) == ("no_value", 2)
    assert "no feeling" in problem.sentence


def test_file_nobody_reads_is_told_with_the_folder_that_was_meant(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, entry__plan=ENTRY)
    assert (problem.severity, problem.code) == ("warning", "unread_file")
    assert "did you mean `entries`?" in problem.sentence


def unread(problems: list[Problem], folder: Path) -> dict[str, str]:
    """The files that nothing reads, told from `folder`, with the sentences; there is nothing else to tell."""
    assert {(p.severity, p.code) for p in problems} <= {("warning", "unread_file")}
    return {Path(p.place.path).relative_to(folder).as_posix(): p.sentence for p in problems}


def test_files_that_no_program_reads_yet_are_told(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, procedure="x: y", situations="x: y", taboos="x: y")
    assert list(unread(problems, tmp_path)) == ["procedure.yaml", "situations.yaml", "taboos.yaml"]


def test_a_table_beside_packs_is_a_pack_of_its_own(tmp_path: Path) -> None:
    for name in ("alpha", "beta"):
        written(tmp_path / name, pack=PACK.replace("shop", name), entries=ENTRY.replace("shop.", f"{name}."))
    (tmp_path / "faq.csv").write_text(TABLE)
    knowledge, problems = read([tmp_path])
    assert problems == []
    assert [(pack.name, len(pack.entries)) for pack in knowledge.packs] == [("alpha", 1), ("beta", 1), ("faq", 1)]


def test_what_is_not_read_beside_and_below_tables_is_told(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name in ("faq.csv", "more/faq2.csv", "entry.yaml", "old.xls", "new.xlsm", "~$faq.xlsx", "notes.txt"):
        (tmp_path / name).write_text(TABLE)
    knowledge, problems = read([tmp_path])
    told = unread(problems, tmp_path)
    assert [len(pack.entries) for pack in knowledge.packs] == [1]
    assert set(told) == {"more/faq2.csv", "entry.yaml", "old.xls", "new.xlsm"}
    assert told["old.xls"].endswith("save it as .xlsx")
    assert told["new.xlsm"].endswith("save it as .xlsx")
    assert "next to other tables" in told["more/faq2.csv"]
    assert "did you mean `entries`?" in told["entry.yaml"]


def test_what_is_not_read_in_a_folder_of_packs_is_told(tmp_path: Path) -> None:
    written(tmp_path / "one")
    silent = (".git/a.yaml", "__pycache__/a.yaml", "__MACOSX/one/a.yaml", "three/.cache/a.yaml", "four/README.md")
    for name in ("two/entrys/a.yaml", "two/notes.txt", "kept.ods", *silent):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(ENTRY)
    knowledge, problems = read([tmp_path])
    told = unread(problems, tmp_path)
    assert len(knowledge.packs) == 1
    assert set(told) == {"two/entrys/a.yaml", "kept.ods"}
    assert "did you mean `entries`?" in told["two/entrys/a.yaml"]


def test_hidden_folders_hold_no_packs(tmp_path: Path) -> None:
    written(tmp_path / "one")
    written(tmp_path / ".trash")
    knowledge, problems = read([tmp_path])
    assert (len(knowledge.packs), problems) == (1, [])


def test_not_utf8_tells_the_line(tmp_path: Path) -> None:
    folder = written(tmp_path, entries__a="x")
    (folder / "entries/a.yaml").write_bytes(b"- id: shop.a\n  title: " + "标题".encode("gb18030"))
    (problem,) = read([folder])[1]
    assert (problem.code, problem.place.line) == ("not_readable", 2)


def test_bom_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    folder = written(tmp_path, entries__a="x")
    (folder / "entries/a.yaml").write_bytes(b"\xef\xbb\xbf" + ENTRY.replace("\n", "\r\n").encode())
    knowledge, problems = read([folder])
    assert problems == []
    assert [v.place.line for v in knowledge.entries[0].questions] == [4, 5, 6]


def test_missing_pack_file_does_not_hide_the_rest(tmp_path: Path) -> None:
    folder = written(tmp_path / "stall", entries__a=ENTRY)
    (folder / "pack.yaml").unlink()
    knowledge, problems = read([folder])
    assert [p.code for p in problems] == ["no_pack"]
    assert [(e.id, e.pack) for e in knowledge.entries] == [("shop.parcel", "stall")]


def test_folder_of_packs_is_read_pack_by_pack_and_once(tmp_path: Path) -> None:
    written(tmp_path / "b", entries__a=ENTRY)
    written(tmp_path / "a")
    (tmp_path / "README.md").write_text("x")
    knowledge, problems = read([tmp_path, tmp_path / "b"])
    assert problems == []
    assert [Path(pack.folder).name for pack in knowledge.packs] == ["a", "b"]


def test_what_is_no_pack_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "note.txt").write_text("x")
    knowledge, problems = read([tmp_path / "gone", tmp_path / "empty", tmp_path / "note.txt"])
    assert knowledge.packs == ()
    assert [p.code for p in problems] == ["no_pack"] * 3
    assert len({p.sentence for p in problems}) == 3


def test_problem_reads_path_line_sentence(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, entries__a="- title: t\n")
    assert str(problem) == f"{tmp_path.as_posix()}/entries/a.yaml:1: {problem.sentence}"


_PIECES = st.sampled_from(
    [
        *(
            "- ",
            "id: ",
            "title: ",
            "text: ",
            "when: ",
            "examples: ",
            "questions:",
            "answer_: ",
            "valid_from: ",
            "say: ",
        ),
        *(
            "\n",
            "  ",
            "[",
            "]",
            "{",
            "}",
            ": ",
            ", ",
            "| ",
            "> ",
            "'",
            '"',
            "\\q",
            "# ",
            "---\n",
            "? ",
            "~",
            "\t",
            "<<: ",
        ),
        *("&a ", "*a ", "!x ", "2026-01-01", "你好", "\x85", "\u2028"),
    ]
)
_FILES = ("pack", "entries/x", "phrases/x", "intents/x", "emotions", "vocabulary", "examples/x")


@settings(max_examples=150, deadline=None)
@given(data=st.one_of(st.binary(max_size=200), st.lists(_PIECES, max_size=40).map(lambda p: "".join(p).encode())))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("pack")
    for name in _FILES:
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    knowledge, problems = read([folder])
    assert len(knowledge.packs) == 1
    assert all(p.place.line >= 1 and p.sentence for p in problems + check(knowledge))
