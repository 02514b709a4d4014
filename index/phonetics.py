"""Which characters sound alike: toneless syllables, with what recognisers and southern accents confuse folded together.

Only training needs it (and pypinyin): its result travels in the encoder's tokenizer.json.
"""

from collections import defaultdict

from pypinyin import Style, pinyin

from assist.text import normalise

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))


def fuzzy(syllable: str) -> str:
    """A syllable without what is often misheard: zh/z, ch/c, sh/s, n/l, -ng/-n."""
    for full, folded in _INITIALS:
        if syllable.startswith(full):
            syllable = folded + syllable[len(full) :]
            break
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable


def syllables() -> list[str]:
    """All Simplified characters, one string for each fuzzy syllable, in the order of the syllables."""
    groups: dict[str, list[str]] = defaultdict(list)
    for code in range(0x4E00, 0xA000):
        character = chr(code)
        sounds = pinyin(character, style=Style.NORMAL, errors="ignore")
        if sounds and sounds[0] and normalise(character) == character:
            groups[fuzzy(sounds[0][0])].append(character)
    return ["".join(groups[name]) for name in sorted(groups)]
