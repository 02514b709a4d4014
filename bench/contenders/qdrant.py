"""qdrant-client in memory, fed by sentence-transformers."""

from collections.abc import Sequence
from typing import Any

from bench.contend import FOUND, Material


class Contender:
    """Model and client."""

    def __init__(self, model: str) -> None:
        from qdrant_client import QdrantClient
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu")
        self._client = QdrantClient(":memory:")

    def _embed(self, texts: Sequence[str]) -> Any:
        return self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    def learn(self, texts: Sequence[str]) -> None:
        """Upload the vectors."""
        from qdrant_client.models import Distance, VectorParams

        vectors = self._embed(texts)
        self._client.create_collection("texts", vectors_config=VectorParams(size=vectors.shape[1], distance=Distance.COSINE))
        self._client.upload_collection("texts", vectors=vectors, ids=range(len(texts)))

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Embed together, search one by one: the local mode has nothing faster."""
        found = [self._client.query_points("texts", query=vector, limit=FOUND) for vector in self._embed(questions)]
        return [[int(point.id) for point in one.points] for one in found]


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model)
