"""llama-index: an in-memory vector index with its Hugging Face embedding."""

from collections.abc import Sequence
from typing import Any

from bench.contend import FOUND, Material


class Contender:
    """A retriever."""

    def __init__(self, model: str) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self._embed = HuggingFaceEmbedding(model_name=model, device="cpu", normalize=True, embed_batch_size=64)
        self._retriever: Any = None

    def learn(self, texts: Sequence[str]) -> None:
        """Index the texts."""
        from llama_index.core import VectorStoreIndex
        from llama_index.core.schema import TextNode

        nodes = [TextNode(text=text, id_=str(row)) for row, text in enumerate(texts)]
        index = VectorStoreIndex(nodes, embed_model=self._embed, show_progress=False)
        self._retriever = index.as_retriever(similarity_top_k=FOUND)

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Retrieve one by one: a retriever takes no batch."""
        return [[int(found.node.node_id) for found in self._retriever.retrieve(question)] for question in questions]


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model)
