"""Our lean path with the imported MiniLM: normalise, tokenise, int8 graph, exact FAISS, and nothing else."""

import os
from collections.abc import Sequence
from pathlib import Path

from bench.contend import FOUND, Material


class Lean:
    """An artifact's graph and vectors, as the engine reads and searches them. BENCH_INTRA_OP sets the graph's threads."""

    def __init__(self, folder: Path) -> None:
        from assist.engine import Engine, search_alone
        from assist.text import normalise

        search_alone()
        self._normalise = normalise
        self._engine = Engine(
            folder / (folder / "current").read_text().strip(), threads=int(os.environ.get("BENCH_INTRA_OP", "1"))
        )

    def learn(self, texts: Sequence[str]) -> None:
        """The artifact holds the vectors already."""
        assert len(self._engine.catalog.rows["questions"]) == len(texts)

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Normalise, tokenise, run, search."""
        vectors = self._engine.read([self._normalise(question) for question in questions]).vectors
        found: list[list[int]] = self._engine.search("questions", vectors, count=FOUND)[1].tolist()
        return found


def load(material: Material) -> Lean:
    """Import and load."""
    return Lean(material.folder / "minilm")
