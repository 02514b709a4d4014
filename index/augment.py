"""Variations of a training text by code: what recognisers and callers do to a sentence. Seeded, so that training repeats."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

_FILLERS: Final = (
    "嗯",
    "那个",
    "就是",
    "呃",
    "啊",
    "唉你好",
    "喂你好我想问一下",
    "就是说",
    "这个",
    "哎",
    "我跟你说啊",
    "不好意思",
)
_STORY: Final = 0.15  # share of texts that get another caller's words in front
_SLIPS: Final = 0.3  # share of texts with homophone slips
_SLIP: Final = 0.1  # share of characters that slip in those
_FILLED: Final = 0.3
_CUT: Final = (0.15, 0.6)  # share of texts cut to a prefix, and the least part of them that stays
_HALF_HEARD: Final = (0.4, 0.35)  # of what a caller says, for partials must be understood too


class Augmenter:
    """Varies normalised texts."""

    def __init__(self, syllables: Sequence[str], stories: Sequence[str], *, seed: int) -> None:
        self._random = random.Random(seed)
        self._stories = stories
        common = set("".join(stories))  # a recogniser slips to words that are said, not to rare characters
        self._homophones: dict[str, list[str]] = defaultdict(list)
        for group in syllables:
            said = [c for c in group if c in common]
            for character in said:
                self._homophones[character] = [c for c in said if c != character]

    def vary(self, texts: Iterable[str], *, heard: bool = False) -> list[str]:
        """One variation of each text. With `heard`, many end early, and some get another caller's words in front."""
        return [self._varied(text, heard) for text in texts]

    def _varied(self, text: str, heard: bool) -> str:
        chance = self._random.random
        share, least = _HALF_HEARD if heard else _CUT
        if chance() < share and len(text) > 8:
            text = text[: max(6, int(len(text) * (least + (1 - least) * chance())))]
        if chance() < _SLIPS:
            text = self.slip(text, _SLIP)
        if chance() < _FILLED:
            at = self._random.choice((0, 0, len(text) // 2))
            text = text[:at] + self._random.choice(_FILLERS) + text[at:]
        if heard and chance() < _STORY:
            text = self._random.choice(self._stories)[:40] + text
        return text

    def slip(self, text: str, rate: float) -> str:
        """The text with a share of its characters replaced by others that sound alike."""
        return "".join(self._slipped(c) if self._random.random() < rate else c for c in text)

    def _slipped(self, character: str) -> str:
        choices = self._homophones.get(character)
        return self._random.choice(choices) if choices else character
