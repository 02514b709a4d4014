"""Whether words say anything that can be read: not digits alone, not a language nobody here has learned, not noise. Pure.

The model reads whatever it is given, and firmly: "13800138000" as anger, Spanish as a request for English. So the engine
asks here first; what is not legible is `unknown` and gets no card.
"""

import re
import zlib
from collections.abc import Set
from typing import Final

CHARS_MAX: Final = 2_000  # a turn is cut there; more at once is a paste, not speech
# English callers know 60 % and more of the words of our packs (every one of 2,500 turns but a postcode); Malay, French and
# Vietnamese ones none, Spanish ones half: "no", "plan", "me".
KNOWN_SHARE: Final = 0.5
WORDS_MIN: Final = 1_000  # that packs must use to tell other languages by; ours use four times as many
# Of 2,730 turns of 60 characters and more none shrinks to less than half; somebody who says one sentence thirty times over
# still means it, a stuck recogniser does not.
STUCK_CHARS: Final = 200
STUCK_SHARE: Final = 0.1
_CHINESE = re.compile("[0-9]*[㐀-鿿][0-9㐀-鿿]*")
_HAN = re.compile("[㐀-鿿]")
_WORD = re.compile(r"[^\W\d_㐀-鿿]+")  # in any alphabet
_STRANGE = re.compile("[^\\W\\d_\u0000-\u024f\u1e00-\u1eff\u3100-\u312f\u3400-\u9fff]")  # no Latin, no Han, no Zhuyin


def legible(turn: str, words: Set[str]) -> bool:
    """Whether a normalised turn can be read; `words` are those that packs in Latin letters use."""
    if len(turn) > CHARS_MAX or _stuck(turn):
        return False
    if _CHINESE.fullmatch(turn):
        return True
    said = _WORD.findall(turn)
    han, strange = len(_HAN.findall(turn)), len(_STRANGE.findall(turn))
    if 2 * strange > han + sum(map(len, said)):
        return False
    if han or len(words) < WORDS_MIN:
        return bool(han or said)
    return sum(word in words for word in said) > KNOWN_SHARE * len(said)


def latin_words(text: str) -> list[str]:
    """The words of a normalised text that are written in an alphabet."""
    return _WORD.findall(text)


def _stuck(turn: str) -> bool:
    if len(turn) < STUCK_CHARS:
        return False
    told = turn.encode(errors="replace")
    return len(zlib.compress(told, 1)) < STUCK_SHARE * len(told)
