"""txtai's embeddings database, in memory, with its FAISS backend."""

from collections.abc import Sequence

from bench.contend import FOUND, Material


class Contender:
    """An embeddings database."""

    def __init__(self, model: str) -> None:
        from txtai import Embeddings

        self._database = Embeddings(path=model, content=False, gpu=False)

    def learn(self, texts: Sequence[str]) -> None:
        """Index the texts."""
        self._database.index(list(enumerate(texts)))

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Search all questions at once."""
        return [[int(row) for row, _ in one] for one in self._database.batchsearch(list(questions), FOUND)]


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model)
