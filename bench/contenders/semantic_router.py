"""semantic-router: a route for each entry, its texts the utterances; it tells the entry only, not the text."""

from collections.abc import Sequence
from typing import Any

from bench.contend import Material


class Contender:
    """A router."""

    def __init__(self, model: str, owners: Sequence[str]) -> None:
        from semantic_router.encoders import HuggingFaceEncoder

        self._encoder = HuggingFaceEncoder(name=model, device="cpu", score_threshold=0.0)
        self._owners = list(owners)
        self._router: Any = None
        self._first: dict[str, int] = {}

    def learn(self, texts: Sequence[str]) -> None:
        """Make the routes."""
        from semantic_router import Route
        from semantic_router.routers import SemanticRouter

        said: dict[str, list[str]] = {}
        for row, (owner, text) in enumerate(zip(self._owners, texts, strict=True)):
            said.setdefault(owner, []).append(text)
            self._first.setdefault(owner, row)
        routes = [Route(name=owner, utterances=utterances, score_threshold=0.0) for owner, utterances in said.items()]
        self._router = SemanticRouter(encoder=self._encoder, routes=routes, auto_sync="local")

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Route; several questions are embedded together."""
        if len(questions) == 1:
            return [self._rows(self._router(questions[0]))]
        vectors = self._encoder(list(questions))
        return [self._rows(self._router(vector=vector)) for vector in vectors]

    def _rows(self, choice: Any) -> list[int]:
        return [self._first[choice.name]] if choice.name else []


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model, material.owners)
