"""sentence-transformers on torch, and exact FAISS: what most teams write first."""

from collections.abc import Sequence
from typing import Any

from bench.contend import FOUND, Material


class Contender:
    """Model and index."""

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu")
        self._rows: Any = None

    def _embed(self, texts: Sequence[str]) -> Any:
        size = min(len(texts), 128)
        return self._model.encode(list(texts), batch_size=size, normalize_embeddings=True, show_progress_bar=False)

    def learn(self, texts: Sequence[str]) -> None:
        """Embed and index."""
        import faiss

        vectors = self._embed(texts)
        self._rows = faiss.IndexFlatIP(vectors.shape[1])
        self._rows.add(vectors)

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Embed and search."""
        found: list[list[int]] = self._rows.search(self._embed(questions), FOUND)[1].tolist()
        return found


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model)
