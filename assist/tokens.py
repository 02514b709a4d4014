"""Text to the ids a graph reads. Two kinds of tokenizer.json: our own n-grams, and Hugging Face's for imported encoders.

Id 0 is padding in both. Used at build time and at run time alike.
"""

import itertools
import json
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
NGRAMS: Final = "ngrams"
_WORD = re.compile(r"[a-z0-9]+")
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: Knuth, TAOCP vol. 3, 6.4
_HIGH: Final = np.uint64(31)
_PAIR: Final = np.uint64(1 << 20)  # moves the first of a pair clear of the second
_KIND: Final = np.uint64(1 << 42)  # keeps characters, pairs, syllables and syllable pairs apart
_PIECE_LETTERS: Final = 3


class Tokenizer(Protocol):
    """Turns normalised texts into one padded batch of ids."""

    def __call__(self, texts: Sequence[str]) -> Ids:
        """Ids of shape (len(texts), longest), padded with 0."""
        ...


class Ngrams:
    """Hashed characters, character pairs, toneless fuzzy syllables and their pairs; words and letter triples for Latin.

    A homophone slip of the recogniser changes the characters but not the syllables, so half of the features stay.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        self.buckets: int = body["buckets"]
        self.ids_max: int = body["ids_max"]
        self._syllables = np.zeros(0x10000, dtype=np.uint64)
        for number, characters in enumerate(body["syllables"], start=1):
            self._syllables[[ord(c) for c in characters]] = number

    def __call__(self, texts: Sequence[str]) -> Ids:
        rows = [self.row(text) for text in texts]
        if len(rows) == 1:
            return rows[0][np.newaxis, :]
        batch = np.zeros((len(rows), max(row.size for row in rows)), dtype=np.int32)
        for line, row in zip(batch, rows, strict=True):
            line[: row.size] = row
        return batch

    def row(self, text: str) -> Ids:
        """The ids of one text; a single 0 when it has no features."""
        codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
        codes = codes * ((codes >= 0x3400) & (codes < 0xA000))  # anything but Chinese characters counts as a gap
        characters = codes.astype(np.uint64)
        syllables = self._syllables[codes]
        keys = np.concatenate([
            characters, _pairs(characters) | _KIND, syllables | (_KIND << np.uint64(1)) * (syllables > 0),
            _pairs(syllables) | (_KIND * np.uint64(3)) * (_pairs(syllables) > 0),
        ])  # fmt: skip
        keys = keys[(keys != 0) & (keys != _KIND)]
        ids = (((keys * _SPREAD) >> _HIGH) % np.uint64(self.buckets - 1)).astype(np.int32) + 1
        words = _WORD.findall(text)
        if words:
            ids = np.concatenate([ids, np.array([self._bucket(f) for f in _latin(words)], dtype=np.int32)])
        return ids[: self.ids_max] if ids.size else np.zeros(1, dtype=np.int32)

    def _bucket(self, feature: str) -> int:
        return zlib.crc32(feature.encode()) % (self.buckets - 1) + 1


def _pairs(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value joined with the next; 0 where either is a gap."""
    first, second = values[:-1], values[1:]
    joined: NDArray[np.uint64] = (first * _PAIR + second) * ((first > 0) & (second > 0))
    return joined


def _latin(words: Sequence[str]) -> list[str]:
    pieces = [word[i : i + _PIECE_LETTERS] for word in (f"<{w}>" for w in words) for i in range(len(word) - 2)]
    return [*words, *(f"{a} {b}" for a, b in itertools.pairwise(words)), *pieces]


class HuggingFace:
    """A tokenizer of the `tokenizers` library, as imported encoders bring it."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer as Loaded  # only imported encoders need it: it costs 50 ms of start-up

        self._loaded = Loaded.from_file(str(path))
        self._loaded.enable_padding(pad_id=0)

    def __call__(self, texts: Sequence[str]) -> Ids:
        return np.array([encoding.ids for encoding in self._loaded.encode_batch_fast(list(texts))], dtype=np.int32)


def load(path: Path) -> Tokenizer:
    """The tokenizer in a tokenizer.json. Raises OSError or ValueError."""
    body = json.loads(path.read_text(encoding="utf-8"))
    return Ngrams(body) if body.get("type") == NGRAMS else HuggingFace(path)
