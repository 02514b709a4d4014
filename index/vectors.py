"""Embeds texts through a cache on disk, so that a rebuild only computes what is new. Keys are hashes of normalised texts."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.encoder import Embedded, Encoder
from index.normalised import normalise

Progress = Callable[[int, int], None]
CHUNK = 512


class Cache:
    """Vectors and signals of texts already embedded by one encoder."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.encoder = encoder
        self.computed = 0
        self._path = folder / f"vectors-{encoder.hash[:16]}.npz"
        self._rows: dict[str, int] = {}
        self._known = encoder.embed([])
        if self._path.exists():
            self._load()

    def _load(self) -> None:
        try:
            with self._path.open("rb") as file, np.load(file) as stored:
                keys, self._known = stored["keys"].tolist(), Embedded(stored["vectors"], stored["signals"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):  # half-written or foreign: it is only a cache
            return
        self._rows = {key: row for row, key in enumerate(keys)}

    def embed(self, texts: Sequence[str], progress: Progress) -> Embedded:
        """Embed texts, in order; computes only unknown ones and remembers them."""
        keys = [hashlib.sha256(normalise(text).encode()).hexdigest()[:32] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._rows}
        if new:
            self._compute(new, progress)
        rows = [self._rows[key] for key in keys]
        return Embedded(self._known.vectors[rows], self._known.signals[rows])

    def _compute(self, new: dict[str, str], progress: Progress) -> None:
        keys, texts = list(new), list(new.values())
        parts = [self._known]
        for start in range(0, len(texts), CHUNK):
            parts.append(self.encoder.embed(texts[start : start + CHUNK]))
            progress(min(start + CHUNK, len(texts)), len(texts))
        self._rows |= {key: len(self._rows) + i for i, key in enumerate(keys)}
        self._known = Embedded(
            np.concatenate([part.vectors for part in parts]), np.concatenate([part.signals for part in parts])
        )
        self.computed += len(keys)
        self._save()

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, keys=list(self._rows), vectors=self._known.vectors, signals=self._known.signals)
            os.replace(name, self._path)
        finally:  # a full disk must not be filled with drafts
            Path(name).unlink(missing_ok=True)
