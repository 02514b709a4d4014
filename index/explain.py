"""Why a sentence gets the cards it gets: windows, nearest variants, scores, thresholds. For editors, as plain text."""

from collections.abc import Iterator

import numpy as np

from assist.artifact import QUESTIONS
from assist.candidates import ABREAST, ANSWERS_MAX, answering
from assist.engine import Engine
from assist.legible import legible
from assist.queries import Answer
from assist.text import is_filler, normalise
from assist.windows import windows
from index.evaluate import answers

NEAREST = 5
LABELS = 3


def explain(engine: Engine, text: str) -> Iterator[str]:
    """Lines that tell how the engine reads one caller turn."""
    said = normalise(text)
    yield f"heard as: {said or '(nothing: fillers and signs only)'}"
    if is_filler(said):
        yield "the service asks nothing of it: it holds no words but fillers"
        return
    if not legible(said, engine.catalog.words):
        yield "the service does not read it: digits alone, noise, or a language that the packs do not speak"
        return
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
    yield from _entries(answers(engine, [text])[0])


def _entries(answer: Answer) -> Iterator[str]:
    """What becomes of each entry found: `passes` is over the threshold, but behind those that the service shows."""
    yield f"an entry passes from {answer.threshold:.3f} on; at most {ANSWERS_MAX} are shown, within {ABREAST} of the first:"
    shown = {hit.entry.id for hit in answering(answer)}
    for hit in answer.hits:
        passes = "passes" if hit.shown else "denied" if hit.denied else "not shown"
        fate = "shown" if hit.entry.id in shown else passes
        yield f"  {fate:9}  {hit.score:.3f}  {hit.entry.id}  by {hit.matched!r} ({hit.source})"


def _nearest(engine: Engine, vector: np.ndarray) -> Iterator[str]:
    scores, found = engine.search(QUESTIONS, vector[np.newaxis, :], count=NEAREST)
    for score, number in zip(scores[0], found[0], strict=True):
        if number >= 0:
            row = engine.catalog.rows[QUESTIONS][number]
            sign = "  NOT " if row.negative else "  "
            yield f"{sign}{score:.3f}  {row.owner}  {row.text!r}  {row.source}"
