"""Variations of training texts by code."""

from index.augment import Augmenter
from index.phonetics import syllables

TEXT = "我想问一下你们这个套餐到底是怎么收费的呀为什么这个月多了这么多"
TEXTS = [TEXT] * 400


def varied(*, heard: bool, seed: int = 3) -> list[str]:
    return Augmenter(syllables(), [TEXT, "昨天我家的网又断了一整天"], seed=seed).vary(TEXTS, heard=heard)


def test_the_same_seed_varies_alike_and_another_does_not() -> None:
    assert varied(heard=True) == varied(heard=True)
    assert varied(heard=True) != varied(heard=True, seed=4)


def test_what_is_heard_often_ends_early_and_other_texts_seldom() -> None:
    def halves(texts: list[str]) -> int:
        return sum(len(text) < 0.6 * len(TEXT) for text in texts)

    assert halves(varied(heard=True)) >= 20
    assert halves(varied(heard=False)) == 0


def test_a_story_comes_before_what_is_heard_only() -> None:
    assert any(text.startswith("昨天我家的网") for text in varied(heard=True))
    assert not any("昨天" in text for text in varied(heard=False))


def test_slips_keep_the_length_and_the_sound() -> None:
    slipped = Augmenter(syllables(), [TEXT, "响象项"], seed=1).slip("想" * 50, 1.0)
    assert len(slipped) == 50
    assert set(slipped) <= set("响象项想")
