"""Our whole engine with the imported MiniLM: it also reads intent and emotion, windows long turns, and ranks entries.

BENCH_INTRA_OP sets the graph's threads.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from bench.contend import FOUND, Material


class Whole:
    """The engine, asked as the service asks it."""

    def __init__(self, folder: Path) -> None:
        from assist.engine import Engine, search_alone
        from assist.queries import Query
        from assist.text import normalise

        search_alone()
        self._query, self._normalise = Query, normalise
        self._engine = Engine(
            folder / (folder / "current").read_text().strip(), threads=int(os.environ.get("BENCH_INTRA_OP", "1"))
        )
        rows = self._engine.catalog.rows["questions"]
        self._places = {row.source + row.text: i for i, row in reversed(list(enumerate(rows)))}

    def learn(self, texts: Sequence[str]) -> None:
        """The artifact holds the vectors already."""
        assert len(self._engine.catalog.rows["questions"]) == len(texts)

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """The rows by which the best entries answered."""
        queries = [
            self._query(call="", number=i, segment="", speaker="caller", turn=self._normalise(text), final=True, heard_ms=0)
            for i, text in enumerate(questions)
        ]
        told = self._engine.answer(queries)
        return [[self._places[hit.source + hit.matched] for hit in answer.hits[:FOUND]] for answer in told]


def load(material: Material) -> Whole:
    """Import and load."""
    return Whole(material.folder / "minilm")
