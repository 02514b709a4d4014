"""semantic-router: a route for each entry, its texts the utterances; it tells the entry only, not the text."""

from collections.abc import Sequence
from typing import Any

from bench.contend import Material


class Contender:
    """A router; the best utterance decides, as in our ranking."""

    def __init__(self, model: str, owners: Sequence[str]) -> None:
        from semantic_router.encoders import HuggingFaceEncoder

        self._encoder = HuggingFaceEncoder(name=model, device="cpu", score_threshold=0.0)
        self._owners = list(owners)
        self._router: Any = None
        self._first: dict[str, int] = {}

    def learn(self, texts: Sequence[str]) -> None:
        """Make the routes."""
        from semantic_router import IndexedRouter, Route

        said: dict[str, list[str]] = {}
        for row, (owner, text) in enumerate(zip(self._owners, texts, strict=True)):
            said.setdefault(owner, []).append(text)
            self._first.setdefault(owner, row)
        routes = [Route(name=owner, utterances=utterances) for owner, utterances in said.items()]
        self._router = IndexedRouter(encoder=self._encoder, routes=routes, aggregation="max")

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Route one by one: a router takes no batch."""
        choices = [self._router(question) for question in questions]
        return [[self._first[choice.name]] if choice.name else [] for choice in choices]


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model, material.owners)
