"""Chroma in memory, with its sentence-transformers embedding function."""

from collections.abc import Sequence

from bench.contend import FOUND, Material


class Contender:
    """A collection."""

    def __init__(self, model: str) -> None:
        import chromadb
        from chromadb.config import Settings
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
        embed = SentenceTransformerEmbeddingFunction(model_name=model, device="cpu", normalize_embeddings=True)
        self._collection = client.create_collection("texts", embedding_function=embed, metadata={"hnsw:space": "ip"})

    def learn(self, texts: Sequence[str]) -> None:
        """Add the texts."""
        self._collection.add(ids=[str(i) for i in range(len(texts))], documents=list(texts))

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Query by text."""
        found = self._collection.query(query_texts=list(questions), n_results=FOUND, include=["distances"])
        return [[int(one) for one in ids] for ids in found["ids"]]


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model)
