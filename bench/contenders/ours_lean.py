"""Our lean path with the imported MiniLM: normalise, tokenise, int8 graph, exact FAISS, and nothing else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.contend import FOUND, Material


class Lean:
    """An artifact's own graph, tokenizer and vectors."""

    def __init__(self, folder: Path) -> None:
        import faiss

        from assist import engine, tokens
        from assist.text import normalise

        faiss.omp_set_num_threads(1)
        version = folder / (folder / "current").read_text().strip()
        self._normalise = normalise
        self._tokenizer = tokens.load(version / "tokenizer.json")
        self._graph = engine.session(version / "graph.onnx")
        self._rows: Any = faiss.read_index(str(version / "questions.faiss"))

    def learn(self, texts: Sequence[str]) -> None:
        """The artifact holds the vectors already."""
        assert self._rows.ntotal == len(texts)

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Normalise, tokenise, run, search."""
        ids = self._tokenizer([self._normalise(question) for question in questions])
        found: list[list[int]] = self._rows.search(self._graph.run(None, {"ids": ids})[0], FOUND)[1].tolist()
        return found


def load(material: Material) -> Lean:
    """Import and load."""
    return Lean(material.folder / "minilm")
