"""Which of the four languages a caller speaks, told from the characters. Pure; a guess that grows surer with more text."""

import re
from typing import Final

from assist.text import traditional

_CANTONESE = re.compile("[喺嘅咗唔冇啲嚟畀嘢佢哋咁嗰乜咩點噉攞揾嗌啱諗瞓睇俾嘥哂晒]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[㐀-鿿]")
_WORDS_FOR_ENGLISH: Final = 3


def language_of(text: str) -> str | None:
    """`zh-Hans`, `zh-Hant`, `yue` or `en`; None when the text is too short to tell."""
    han = len(_HAN.findall(text))
    latin = len(_LATIN.findall(text))
    if latin >= _WORDS_FOR_ENGLISH and latin > han:
        return "en"
    if han < 2:
        return None
    if len(_CANTONESE.findall(text)) >= 1 + han // 40:
        return "yue"
    return "zh-Hant" if traditional(text) >= 1 + han // 40 else "zh-Hans"
