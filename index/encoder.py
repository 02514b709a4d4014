"""An encoder on disk: the folder that `train` and `import-encoder` write and `build` reads. Names its files once for all.

    encoder.json      name, kind, dimensions; of the default also its licence and recipe
    tokenizer.json    text -> ids
    embed.onnx        ids -> vector, signal: embeds knowledge offline
    serve.onnx        the same, quantised, for the artifact; absent where embed.onnx is small and fast enough to serve

`vector` (n, d) is for search and has length 1; `signal` (n, s) is what the heads read; both float32.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assist import tokens
from assist.artifact import TOKENIZER, sha256
from assist.engine import session
from assist.text import normalise

Vectors = NDArray[np.float32]
CARD: Final = "encoder.json"
EMBED: Final = "embed.onnx"
SERVE: Final = "serve.onnx"
DEFAULT: Final = Path(__file__).parent / "encoders" / "default"
BATCH: Final = 64
_FILES: Final = frozenset({CARD, TOKENIZER, EMBED, SERVE})


class EncoderError(Exception):
    """An encoder folder that cannot be used; `str()` says why."""


def refuse_to_overwrite(folder: Path) -> None:
    """Raise EncoderError where writing an encoder would lose anything but an older one."""
    if folder.exists() and not (folder.is_dir() and {file.name for file in folder.iterdir()} <= _FILES):
        raise EncoderError(f"{folder} holds something that is not an encoder; name a folder that is empty or not there yet.")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What an encoder makes of texts: vectors (n, d) and signals (n, s)."""

    vectors: Vectors
    signals: Vectors


class Encoder:
    """An encoder folder, loaded for embedding knowledge."""

    def __init__(self, folder: Path) -> None:
        try:
            self.card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
            self.tokenizer = tokens.load(folder / TOKENIZER)
            self._graph = session(folder / EMBED, threads=os.cpu_count() or 1)
            self._sizes = [part.shape[1] for part in self._run(["a"])]  # a graph need not tell them
        except Exception as error:  # onnxruntime's errors have no common class
            raise EncoderError(f"{folder}: is not an encoder ({error}); make one with `assist-index train`.") from error
        self.folder = folder
        self.serving = folder / SERVE if (folder / SERVE).exists() else folder / EMBED
        # what tokenises is part of what embeds
        made_of = dict.fromkeys([folder / EMBED, self.serving, folder / TOKENIZER, Path(tokens.__file__)])
        self.hash = hashlib.sha256("".join(map(sha256, made_of)).encode()).hexdigest()

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Embed texts as they stand in the packs; they are normalised here."""
        said = [normalise(text) for text in texts]
        vectors, signals = (np.zeros((len(texts), size), dtype=np.float32) for size in self._sizes)
        order = sorted(range(len(said)), key=lambda i: len(said[i]))  # alike in length, so that little is padded
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            vectors[rows], signals[rows] = self._run([said[i] for i in rows])
        return Embedded(vectors, signals)

    def _run(self, said: Sequence[str]) -> list[Vectors]:
        told: list[Vectors] = self._graph.run(["vector", "signal"], {"ids": self.tokenizer(said)})
        return told
