"""What the tests of the online half share: the engine of the one built artifact, and small catalogs to steer by."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assist import artifact
from assist.catalog import Catalog, Entry, Phrase
from assist.engine import Engine
from assist.settings import Settings
from index import packs
from index.build import build
from index.encoder import DEFAULT, Encoder


@pytest.fixture(scope="session")
def engine(artifact_folder: Path) -> Engine:
    """The published artifact, loaded."""
    return Engine(artifact_folder / artifact.current(artifact_folder))


@pytest.fixture(scope="session")
def engine_with(artifact_folder: Path) -> Callable[[Sequence[str]], Engine]:
    """Engines of other packs that ship, built when first asked for."""

    @functools.cache
    def built(*names: str) -> Engine:
        known = packs.read([packs.SHIPPED / name for name in names])[0]
        return Engine(build(known, Encoder(DEFAULT), artifact_folder, say=lambda line: None))

    return lambda names: built(*names)


@pytest.fixture
def settings(artifact_folder: Path) -> Settings:
    """Settings of a service that listens on a free port."""
    return Settings(listen="ws://127.0.0.1:0", artifact=str(artifact_folder))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Two entries and a few phrases, in Chinese and English."""

    def phrase(id: str, kind: str, text: str, *, moment: str = "offer", **when: tuple[str, ...]) -> Phrase:
        tones = {"zh-Hans": {"plain": text}, "en": {"plain": f"{text} (en)"}}
        return Phrase(id=id, moment=moment, kind=kind, when=when, text=tones, source=f"phrases.yaml:{id}")

    phrases = [
        phrase("hello", "phrase", "您好。", moment="opening", situation=("call_open",)),
        phrase("thanks", "phrase", "不客气。", intent=("thank",)),
        phrase("calm", "empathy", "我明白您着急。", moment="empathy", emotion=("angry", "anxious")),
        phrase("calmer", "empathy", "确实让人生气。", moment="empathy", emotion=("angry",)),
        phrase("boil", "alert", "客户在发火。", situation=("boiling",)),
        phrase("hold", "phrase", "请再等一下。", moment="long_wait", situation=("long_hold",)),
        phrase("back", "phrase", "让您久等了。", moment="thank_wait", situation=("hold_end",)),
        phrase("there", "phrase", "您还在听吗？", situation=("caller_silent",)),
        phrase("unasked", "phrase", "谁也没问。"),
    ]
    entries = [
        Entry(id="bill", title="话费查询", answers={"zh-Hans": "您可以发短信查话费。", "en": "Text us."}, source="e.yaml:1"),
        Entry(id="roam", title="漫游", answers={"zh-Hans": "出国前请开通漫游。"}, source="e.yaml:9"),
        Entry(id="slow", title="网速慢", answers={"zh-Hans": "请重启一下。"}, source="e.yaml:19"),
    ]
    return Catalog(
        entries={entry.id: entry for entry in entries},
        phrases={phrase.id: phrase for phrase in phrases},
        moments={"offer": {"zh": "提议", "en": "an offer"}},
        tones={"angry": "warm"},
        intents=("inquire", "thank"),
        emotions=("calm", "angry", "anxious", "satisfied"),
    )
