"""Why a sentence gets the cards it gets: windows, nearest variants, scores, thresholds. For editors, as plain text."""

from collections.abc import Iterator

import numpy as np

from assist.artifact import QUESTIONS
from assist.engine import Engine
from assist.text import normalise
from assist.windows import windows
from index.evaluate import answers

NEAREST = 5
LABELS = 3


def explain(engine: Engine, text: str) -> Iterator[str]:
    """Lines that tell how the engine reads one caller turn."""
    said = normalise(text)
    yield f"heard as: {said or '(nothing: fillers and signs only)'}"
    thresholds = engine.manifest.thresholds
    pieces = windows(said)
    read = engine.read(pieces)
    for what, names, values, least in (
        ("intent", engine.catalog.intents, read.intents, thresholds.intent),
        ("emotion", engine.catalog.emotions, read.emotions, thresholds.emotion),
    ):
        p = (values[0] + values[-1]) / 2
        best = np.argsort(-p)[:LABELS]
        told = ", ".join(f"{names[i]} {p[i]:.2f}" for i in best)
        yield f"{what}: {told}; told from {least} on: {'yes' if p[best[0]] >= least else 'no, unknown'}"
    for piece, vector in zip(pieces, read.vectors, strict=True):
        yield f"window: {piece}"
        yield from _nearest(engine, vector)
    answer = answers(engine, [text])[0]
    yield f"an entry is shown from {answer.threshold:.3f} on:"
    for hit in answer.hits:
        shown = "shown" if hit.shown else "denied" if hit.denied else "not shown"
        yield f"  {shown:9}  {hit.score:.3f}  {hit.entry.id}  by {hit.matched!r} ({hit.source})"


def _nearest(engine: Engine, vector: np.ndarray) -> Iterator[str]:
    scores, found = engine.search(QUESTIONS, vector[np.newaxis, :], count=NEAREST)
    for score, number in zip(scores[0], found[0], strict=True):
        if number >= 0:
            row = engine.catalog.rows[QUESTIONS][number]
            sign = "  NOT " if row.negative else "  "
            yield f"{sign}{score:.3f}  {row.owner}  {row.text!r}  {row.source}"
