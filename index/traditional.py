"""Simplified text to Traditional, as an agent in Taiwan reads it: for what is shown, never for what is searched.

OpenCC's `s2tw` gives the characters. Its `s2twp` gives Taiwan's words too, but those of programmers ("绑定" becomes "繫結",
"审核" "稽核", "托运行李" "托執行李", "注销户口" "登出戶口"), so the words come from `traditional.yaml`, which also mends the
characters that OpenCC gets wrong. Called by `cataloguing.py`.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import opencc
import yaml

from assist.text import traditional

_CHINESE = re.compile(r"[㐀-鿿]+")
_BRACES = re.compile(r"(\{[^{}]*\})")  # {caller}, {company}: names for programs


def to_traditional(text: str) -> str:
    """The text in Traditional characters. What is in braces stays, and so does a text that is Traditional already."""
    if _is_traditional(text):
        return text
    parts = _BRACES.split(text)  # every second one is in braces
    parts[::2] = [_words().replace(_converter().convert(part)) for part in parts[::2]]
    return "".join(parts)


def _is_traditional(text: str) -> bool:
    """Whether Simplified would write it otherwise, and Taiwan's code page, which holds no Simplified, holds all of it.

    A table of a company in Taiwan or Hong Kong need not say its language; its words are not ours to change.
    """
    characters = "".join(_CHINESE.findall(text))
    return traditional(text) > 0 and characters == characters.encode("cp950", "ignore").decode("cp950")


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("s2tw")


@dataclass(frozen=True, slots=True)
class _Words:
    """What to write instead of a word; words to keep stand for themselves, and so shield what is inside them."""

    instead: Mapping[str, str]
    pattern: re.Pattern[str]

    def replace(self, text: str) -> str:
        """The text with every word of the table replaced, once, from left to right."""
        return self.pattern.sub(lambda match: self.instead[match.group()], text)


@functools.cache
def _words() -> _Words:
    table = yaml.safe_load((Path(__file__).parent / "traditional.yaml").read_text(encoding="utf-8"))
    instead = {word: word for word in table["keep"]} | table["characters"] | table["words"]
    longest_first = sorted(instead, key=len, reverse=True)
    return _Words(instead, re.compile("|".join(map(re.escape, longest_first))))
