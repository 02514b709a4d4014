"""One way to clean text, for knowledge at build time and for callers at run time; they only meet if it is the same.

Pure. `normalise` is for matching, never for showing: Traditional becomes Simplified, spoken numerals become digits,
stutters and punctuation go. It does not drop fillers: the encoder weighs them, and "吧" or "啊" may carry feeling.
"""

import functools
import re
import unicodedata

import opencc

from assist.numerals import to_digits

_FILLERS = "嗯啊哦噢呃额唉哎诶欸唔喔哈呵嘿呀咦哼喏嗳呐"
_FILLER_WORDS = frozenset(["um", "umm", "uh", "uhm", "er", "erm", "ah", "oh", "mm", "mmm", "hmm", "mhm", "huh", "uhhuh"])
_SAYING = re.compile(f"[^ a-z{_FILLERS}]")  # what no filler holds
_NOT_WORD = re.compile(r"[\W_]+")
_STUTTER = re.compile(r"([㐀-鿿]{1,4}?)\1{2,}")
_CJK_GAP = re.compile(r"(?<=[㐀-鿿]) +| +(?=[㐀-鿿])")
_MARKS = re.compile("[，。？！、 ]+")
_PLAIN = re.compile("[㐀-䶿一-鿿，。？！、 ]*")
_LATIN = re.compile(r"[a-z]+")


@functools.cache
def _simplified() -> dict[int, str]:
    """Character -> Simplified character. A table, because `str.translate` takes 1 us where the converter takes 5."""
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    converted = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(a): b for a, b in zip(characters, converted, strict=True) if a != b}


@functools.cache
def _traditional() -> re.Pattern[str]:
    """The characters that Simplified writes otherwise."""
    return re.compile(f"[{''.join(map(chr, _simplified()))}]")


def normalise(text: str) -> str:
    """Return the form in which texts are compared.

    NFKC, lower case, Simplified, digits for spoken numerals, no punctuation or control characters, single spaces
    between Latin words and none beside Chinese characters, "我我我" as "我". Empty when nothing is left.
    """
    if _PLAIN.fullmatch(text):  # most of what is said: what follows in half of the time
        text = _MARKS.sub("", text)
    else:
        text = unicodedata.normalize("NFKC", text).lower()
        text = _CJK_GAP.sub("", _NOT_WORD.sub(" ", text.replace("'", "")).strip())
    if _traditional().search(text):
        text = text.translate(_simplified())
    return to_digits(_STUTTER.sub(_said_once, text))


def _said_once(stutter: re.Match[str]) -> str:
    word = stutter.group(1)
    return word * 2 if word in "谢拜" else word  # "谢谢谢谢" is thanks said twice, not a stutter of "谢"


def is_filler(normalised: str) -> bool:
    """Whether a normalised text holds nothing but fillers and back-channels ("嗯 啊", "uh-huh"), or nothing at all."""
    if _SAYING.search(normalised):
        return False
    return all(all(c in _FILLERS for c in word) or word in _FILLER_WORDS for word in normalised.split())


def units(normalised: str) -> int:
    """How much a normalised text tells: its Chinese characters, and two for each Latin word."""
    return len(_LATIN.sub("xx", normalised).replace(" ", ""))


def joined(a: str, b: str) -> str:
    """Two normalised texts as one."""
    return f"{a} {b}" if a and b and a[-1].isascii() and b[0].isascii() else a + b


def common_prefix(a: str, b: str) -> str:
    """The characters with which both texts begin."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return a[:i]
    return a[: min(len(a), len(b))]


def traditional(text: str) -> int:
    """How many characters of a text Simplified would write otherwise."""
    return len(_traditional().findall(text))
