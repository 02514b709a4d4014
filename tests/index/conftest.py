"""What the tests of the offline half share: a small pack that builds in a second, and artifacts built from it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index import packs
from index.build import build
from index.encoder import DEFAULT, Encoder
from index.knowledge import Knowledge
from index.publish import publish

INTENT = """label: {label}
meaning: {{zh: {label}}}
examples:
  zh-Hans:
    {emotion}: [{said}]
"""
ENTRIES = """- id: shop.hours
  title: 营业时间
  questions: [几点开门, 周末营业吗, 你们几点关门]
  answer: 每天九点到二十一点营业。
- id: shop.refund
  title: 退货
  questions: [衣服不合身能退吗, 我要退货, 鞋子穿着小想退掉]
  answer: 七天内可以退货。
  not_when: [我要退出登录]
- id: shop.parking
  title: 停车
  questions: [有停车场吗, 车停在哪里, 停车收费吗]
  answer: 地下二层可以停车。
"""
VOCABULARY = """tones: [plain]
kinds: [phrase]
moments: {ask_wait: {zh: 请等一等, en: please wait}}
situations: [hold]
"""
EMOTIONS = """- {label: calm, meaning: {zh: 平静}, tone: plain}
- {label: angry, meaning: {zh: 生气}, tone: plain}
"""
WAIT = """- id: shop.wait
  moment: ask_wait
  text: {zh-Hans: {plain: 请您稍等。}}
  when: {situation: [hold]}
"""
EXAMPLES = """- {say: 周日几点关门, entry: shop.hours}
- {say: 今天天气好, entry: none}
- {say: 气死人, intent: complain}
"""
ASK = INTENT.format(label="ask", emotion="calm", said="请问几点开门, 想问一下停车, 能不能退货, 怎么走, 多少钱")
COMPLAIN = INTENT.format(label="complain", emotion="angry", said="气死我了, 你们太差劲了, 我要投诉, 什么破服务, 再也不来了")
FILES = {
    "pack.yaml": "name: shop\nlanguages: [zh-Hans]\n",
    "vocabulary.yaml": VOCABULARY,
    "emotions.yaml": EMOTIONS,
    "intents/ask.yaml": ASK,
    "intents/complain.yaml": COMPLAIN,
    "entries/shop.yaml": ENTRIES,
    "phrases/wait.yaml": WAIT,
    "examples/shop.yaml": EXAMPLES,
}
WritePack = Callable[..., Path]


@pytest.fixture(scope="session")
def write_pack() -> WritePack:
    """Writes the small pack, with files changed or added, and returns its folder."""

    def write(folder: Path, **changed: str) -> Path:
        for name, text in {**FILES, **{key.replace("__", "/") + ".yaml": text for key, text in changed.items()}}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture(scope="session")
def read_pack(write_pack: WritePack) -> Callable[..., Knowledge]:
    """Writes the small pack and reads it; it must be readable."""

    def read(folder: Path, **changed: str) -> Knowledge:
        knowledge, problems = packs.read([write_pack(folder, **changed)])
        assert not problems, problems
        return knowledge

    return read


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The encoder that ships."""
    return Encoder(DEFAULT)


@pytest.fixture(scope="session")
def shop(read_pack: Callable[..., Knowledge], encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of artifacts with two versions of the small pack; `first` and `second` name them. The first is published."""
    folder, pack = tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("pack") / "shop"
    first = build(read_pack(pack), encoder, folder, say=lambda line: None)
    dearer = ENTRIES.replace("停车。\n", "停车，每小时五元。\n").replace("周末营业吗", "节假日营业吗")
    second = build(read_pack(pack, entries__shop=dearer), encoder, folder, say=lambda line: None)
    publish(folder, first.name)
    (folder / "first").write_text(first.name, encoding="utf-8")
    (folder / "second").write_text(second.name, encoding="utf-8")
    return folder
