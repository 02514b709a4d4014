"""Text to the ids a graph reads. Two kinds of tokenizer.json: our own n-grams, and Hugging Face's for imported encoders.

Padded with 0, or with the id that an imported model knows as padding. Used at build time and at run time alike.
"""

import itertools
import json
import operator
import re
import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]
Run = tuple[Sequence[int], Ids]  # places of some texts, and their ids
NGRAMS: Final = "ngrams"
MEMO_MAX: Final = 200_000  # features remembered, about 30 MB
PIECE_LETTERS: Final = 3
# What a transformer best reads in one run: so many ids, which its tables just fit into a core's cache, and texts whose
# lengths do not differ more than so, for attention does compute the padding.
RUN_IDS: Final = 256
ALIKE: Final = 2.0
_WORD = re.compile(r"[a-z0-9]+")
_ID_BYTES: Final = 4
_SPREAD: Final = 0x9E3779B97F4A7C15


class Tokenizer(Protocol):
    """Turns normalised texts into one padded batch of ids."""

    def __call__(self, texts: Sequence[str]) -> Ids:
        """Ids of shape (len(texts), longest), padded."""
        ...

    def runs(self, texts: Sequence[str]) -> Sequence[Run]:
        """The same of one text or more, cut into what the graph reads fastest. A single run has the texts in order."""
        ...


class Ngrams:
    """Hashed characters, character pairs, toneless fuzzy syllables and their pairs; words and letter triples for Latin.

    A homophone slip of the recogniser changes the characters but not the syllables, so half of the features stay.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        self.buckets: int = body["buckets"]
        self.ids_max: int = body["ids_max"]
        syllables = {c: number for number, group in enumerate(body["syllables"], start=1) for c in group}
        self._chinese = _Chinese(self.buckets, syllables)
        self._latin = _Latin(self.buckets)

    def __call__(self, texts: Sequence[str]) -> Ids:
        rows = [self._ids(text) for text in texts]
        longest = max(map(len, rows))
        padded = b"".join([row.ljust(longest, b"\0") for row in rows])
        return np.frombuffer(padded, dtype=np.int32).reshape(len(rows), -1)

    def runs(self, texts: Sequence[str]) -> Sequence[Run]:
        """One: the graph takes no longer over padding than over the start of another run."""
        return [(range(len(texts)), self(texts))]

    def row(self, text: str) -> Ids:
        """The ids of one text; a single 0 when it has no features."""
        return np.frombuffer(self._ids(text), dtype=np.int32)

    def _ids(self, text: str) -> bytes:
        """The ids as the bytes of an int32 array: to join those of each feature takes a third of the time of a list."""
        written = itertools.chain(text, map(operator.add, text, text[1:]))
        ids = b"".join(map(self._chinese.__getitem__, written))
        words = _WORD.findall(text)
        if words:
            said = itertools.chain(words, map(" ".join, itertools.pairwise(words)))
            ids += b"".join(map(self._latin.__getitem__, said))
        return ids[: self.ids_max * _ID_BYTES] or bytes(_ID_BYTES)


class _Memo(dict[str, bytes]):
    """Remembers the ids of features: callers say the same things, and a lookup is ten times faster than hashing."""

    def __init__(self, buckets: int) -> None:
        super().__init__()
        self.buckets = buckets

    def __missing__(self, feature: str) -> bytes:
        if len(self) >= MEMO_MAX:
            self.clear()
        self[feature] = ids = array("i", self._compute(feature)).tobytes()
        return ids

    def _compute(self, feature: str) -> Sequence[int]:
        raise NotImplementedError


class _Chinese(_Memo):
    """Ids of a character or a pair: by how it is written, and by how it sounds. None for anything but Chinese."""

    def __init__(self, buckets: int, syllables: dict[str, int]) -> None:
        super().__init__(buckets)
        self._syllables = syllables

    def _compute(self, feature: str) -> Sequence[int]:
        if not all("\u3400" <= character < "\ua000" for character in feature):
            return ()
        written = [ord(character) for character in feature]
        sounds = [self._syllables.get(character, 0) for character in feature]
        single = len(feature) == 1
        ids = [self._bucket(written, 0 if single else 1)]
        if all(sounds):
            ids.append(self._bucket(sounds, 2 if single else 3))
        return ids

    def _bucket(self, values: list[int], kind: int) -> int:
        """Fibonacci hashing, Knuth, TAOCP vol. 3, 6.4; `kind` keeps characters, pairs and their sounds apart."""
        key = values[0] if len(values) == 1 else (values[0] << 20) + values[1]
        return (((key | kind << 42) * _SPREAD % 2**64) >> 31) % (self.buckets - 1) + 1


class _Latin(_Memo):
    """Ids of a word and its letter triples, or of a pair of words."""

    def _compute(self, feature: str) -> Sequence[int]:
        marked = f"<{feature}>"
        pieces = [] if " " in feature else [marked[i : i + PIECE_LETTERS] for i in range(len(feature))]
        return [zlib.crc32(f.encode()) % (self.buckets - 1) + 1 for f in (feature, *pieces)]


class HuggingFace:
    """A tokenizer of the `tokenizers` library, as imported encoders bring it."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer as Loaded  # only imported encoders need it: it costs 50 ms of start-up

        self._loaded = Loaded.from_file(str(path))
        self._padding: int = (self._loaded.padding or {"pad_id": 0})["pad_id"]
        self._nothing = [int(self._padding == 0)]  # some id that is not padding: a graph cannot read nothing
        self._loaded.no_padding()

    def __call__(self, texts: Sequence[str]) -> Ids:
        return self._padded(self._rows(texts))

    def runs(self, texts: Sequence[str]) -> Sequence[Run]:
        """By length: those of nearly one length together."""
        rows = self._rows(texts)
        runs: list[list[int]] = []
        for place in sorted(range(len(rows)), key=lambda place: len(rows[place])):
            length = len(rows[place])
            if not runs or length > ALIKE * len(rows[runs[-1][0]]) or length * (len(runs[-1]) + 1) > RUN_IDS:
                runs.append([])
            runs[-1].append(place)
        return [(run, self._padded([rows[place] for place in run])) for run in map(sorted, runs)]

    def _rows(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids or self._nothing for encoding in self._loaded.encode_batch_fast(list(texts))]

    def _padded(self, rows: Sequence[list[int]]) -> Ids:
        longest = max(map(len, rows))
        return np.array([row + [self._padding] * (longest - len(row)) for row in rows], dtype=np.int32)


def load(path: Path) -> Tokenizer:
    """The tokenizer in a tokenizer.json. Raises OSError or ValueError."""
    body = json.loads(path.read_text(encoding="utf-8"))
    return Ngrams(body) if body.get("type") == NGRAMS else HuggingFace(path)
