"""From queries to answers: an ONNX run for vector, intent and emotion, then a search.

Holds no state that changes, so that several threads may share one engine. The service calls it through `batching`,
`ask` and `replay` directly.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Final, NamedTuple

import faiss
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from assist import artifact, catalog, tokens
from assist.artifact import LINES, QUESTIONS, ArtifactError, Manifest
from assist.catalog import Catalog
from assist.legible import legible
from assist.queries import UNKNOWN, Answer, Hit, Label, Moment, Query
from assist.text import normalise
from assist.windows import windows

Vectors = NDArray[np.float32]
NEIGHBOURS: Final = 64  # rows fetched per window; an entry has up to twenty variants, and three to five entries are told
ANSWERS_MAX: Final = 5
# One node for a sum and its LayerNorm takes three times as long as two on a CPU; a transformer has a dozen of them.
SLOW_FUSIONS: Final = ["SkipLayerNormFusion"]
# How much surer an answer must be when the intent wants none (thanks, a number read out): intents are misread too, and
# refusing outright cost 6 % of the cards that were due on calibration turns.
UNASKED: Final = 0.1
PIECEMEAL: Final = 0.1  # how much surer, when only the newest words of a turn are answered: a part of a story tells less
SOFTNESS: Final = 12.0  # of the maximum over windows; from 4 to 12 it makes no difference, infinity would be the maximum
SEARCH_EF: Final = 64  # HNSW's breadth of search; MEASURED: recall >= 0.999


class Read(NamedTuple):
    """What the graph says of some texts: unit vectors (n, d), probabilities (n, intents) and (n, emotions)."""

    vectors: Vectors
    intents: Vectors
    emotions: Vectors


class Engine:
    """An artifact, loaded."""

    def __init__(self, folder: Path, *, threads: int = 1, dated: bool = True) -> None:
        """Load a version's folder; not `dated`, entries answer on days on which they do not hold, too.

        Raises ArtifactError when it is not whole or does not fit together.
        """
        self.manifest: Manifest = artifact.verify(folder)
        try:
            self.catalog: Catalog = catalog.loads((folder / artifact.CATALOG).read_text(encoding="utf-8"))
            self.tokenizer = tokens.load(folder / artifact.TOKENIZER)
            self._graph = session(folder / artifact.GRAPH, threads=threads)
            self._collections = {name: _collection(folder / f"{name}.faiss") for name in artifact.COLLECTIONS}
            rows = self.catalog.rows[QUESTIONS]
            places = {entry: place for place, entry in enumerate(self.catalog.entries)}
            nobody = len(places)
            # whose a row is, and whom it speaks for: a counter-example speaks for nobody, and so does FAISS's -1, no row at
            # all, which points to one more at the end
            self._owners = np.array([*(places.get(row.owner, nobody) for row in rows), nobody])
            self._answered = np.array([*(nobody if row.negative else places.get(row.owner, nobody) for row in rows), nobody])
            self._dated = frozenset(entry.id for entry in self.catalog.entries.values() if dated and entry.dated)
            misfit = self._misfit()
        except Exception as error:  # three libraries read these files, each with errors of its own; none may get past here
            raise ArtifactError(f"{folder}: does not load ({type(error).__name__}: {error}).") from error
        if misfit:
            raise ArtifactError(f"{folder}: does not fit together: {misfit}.")

    def _misfit(self) -> str:
        """What of the artifact does not fit the rest of it; runs the graph once, so that the first caller need not wait."""
        read = self.read([normalise("一")])  # which also fills what `normalise` remembers
        widths = read.intents.shape[1], read.emotions.shape[1]
        if widths != (len(self.catalog.intents), len(self.catalog.emotions)):
            return f"the graph tells {widths} intents and emotions, the catalog others"
        owners = {QUESTIONS: self.catalog.entries.keys(), LINES: self.catalog.phrases.keys()}
        for name, collection in self._collections.items():
            rows = self.catalog.rows[name]
            if collection.ntotal != len(rows) or collection.d != read.vectors.shape[1]:
                return f"{name} has {collection.ntotal} vectors, the catalog or the graph others"
            if not {row.owner for row in rows} <= owners[name]:
                return f"{name} names what the catalog does not hold"
        return ""

    @property
    def version(self) -> str:
        """The artifact's version."""
        return self.manifest.version

    def read(self, texts: Sequence[str]) -> Read:
        """What the graph says of normalised texts, one or more."""
        runs = self.tokenizer.runs(texts)
        read = [self._graph.run(None, {"ids": ids}) for _, ids in runs]
        if len(runs) == 1:
            return Read(*read[0])
        back = np.argsort([place for places, _ in runs for place in places])
        return Read(*(np.concatenate(parts)[back] for parts in zip(*read, strict=True)))

    def answer(self, queries: Sequence[Query]) -> list[Answer]:
        """Answer a micro-batch, in order."""
        started = perf_counter_ns()
        pieces = [[*windows(query.turn), query.fallback] if query.fallback else windows(query.turn) for query in queries]
        read = self.read([window for piece in pieces for window in piece])
        encoded = perf_counter_ns()
        ends = accumulate(map(len, pieces))
        answers = []
        for query, piece, end in zip(queries, pieces, ends, strict=True):
            rows = slice(end - len(piece), end - bool(query.fallback))
            answers.append(self._lines(query, read, rows) if query.speaker == "agent" else self._caller(query, read, rows))
        searched = perf_counter_ns()
        for answer in answers:
            answer.timing_us.update(encode=(encoded - started) // 1000, search=(searched - encoded) // 1000)
        return answers

    def _lines(self, query: Query, read: Read, rows: slice) -> Answer:
        scores, found = self.search(LINES, read.vectors[rows], count=1)
        best = int(scores[:, 0].argmax())
        if found[best, 0] < 0 or scores[best, 0] < self.manifest.thresholds.line:
            return Answer(query=query, catalog=self.catalog)
        phrase = self.catalog.phrases[self.catalog.rows[LINES][found[best, 0]].owner]
        return Answer(query=query, catalog=self.catalog, moment=Moment(phrase.moment, float(scores[best, 0])))

    def _caller(self, query: Query, read: Read, rows: slice) -> Answer:
        readable = legible(query.turn, self.catalog.words)
        answer = self._turn(query, read, rows) if readable else Answer(query=query, catalog=self.catalog)
        if not query.fallback or not (readable or query.reply) or not legible(query.fallback, self.catalog.words):
            return answer
        threshold = self.manifest.thresholds.answer if query.reply else answer.threshold + PIECEMEAL
        hits = self.hits(read.vectors[rows.stop : rows.stop + 1], threshold=threshold)
        return replace(answer, fallback=hits, fallback_threshold=threshold)

    def _turn(self, query: Query, read: Read, rows: slice) -> Answer:
        thresholds = self.manifest.thresholds
        intent = label(read.intents[rows], self.catalog.intents, thresholds.intent)
        threshold = thresholds.answer + (UNASKED if intent.label in self.catalog.unanswered else 0.0)
        return Answer(
            query=query,
            catalog=self.catalog,
            intent=intent,
            emotion=label(read.emotions[rows], self.catalog.emotions, thresholds.emotion),
            hits=self.hits(read.vectors[rows], threshold=threshold),
            threshold=threshold,
            outlook=self.manifest.outlook,
        )

    def search(self, name: str, vectors: Vectors, *, count: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Scores and row numbers of the nearest rows of a collection, each of shape (n, count); -1 where there is none."""
        return self._collections[name].search(vectors, count)  # type: ignore[no-any-return]

    def hits(self, vectors: Vectors, *, threshold: float) -> tuple[Hit, ...]:
        """The best entries over the windows of one turn, each by its nearest variant, best first.

        Of a turn in several windows those come first which most windows speak of: `_by_entry`. An entry one of whose
        counter-examples lies nearer than its nearest variant is not shown.
        """
        scores, found = self.search(QUESTIONS, vectors, count=NEIGHBOURS)
        if len(vectors) > 1:
            order = self._by_entry(scores, found)
            scores, found = scores.ravel()[order], found.ravel()[order]
        hits: list[Hit] = []
        rows, entries = self.catalog.rows[QUESTIONS], self.catalog.entries
        seen, countered = set(), set()
        owners = self._owners[found].ravel().tolist()  # most rows need not be looked at: they lie all over the memory
        for score, number, owner in zip(scores.ravel().tolist(), found.ravel().tolist(), owners, strict=True):
            if number < 0 or len(hits) == ANSWERS_MAX:
                break
            if owner in seen:
                continue
            row = rows[number]
            if row.negative:
                countered.add(owner)
            else:
                seen.add(owner)
                entry = entries[row.owner]
                if entry.id not in self._dated or entry.valid_on(date.today()):
                    denied = owner in countered
                    shown = score >= threshold and not denied
                    hits.append(
                        Hit(entry=entry, score=score, matched=row.text, source=row.source, shown=shown, denied=denied)
                    )
        return tuple(hits)

    def _by_entry(self, scores: Vectors, found: NDArray[np.int64]) -> NDArray[np.int64]:
        """The order of the rows found for several windows: the entry that the turn is about first, its nearest row first.

        An entry counts by the soft maximum of its scores over the windows. The maximum alone lets one window of a story
        decide; on long calibration turns it put the right entry first 89 times in 100, this does 94 times.
        """
        farthest = np.maximum(scores[:, -1:], -1.0)  # an entry that was not found lies no nearer than this
        gained = np.exp(SOFTNESS * np.maximum(scores, farthest)) - np.exp(SOFTNESS * farthest)
        shape = len(found), len(self.catalog.entries) + 1  # by window and entry, and one for what is no entry's
        each = np.zeros(shape[0] * shape[1], np.float32)
        places = self._answered[found] + np.arange(0, len(each), shape[1])[:, None]
        np.maximum.at(each, places.ravel(), gained.ravel())
        about = each.reshape(shape).sum(axis=0)
        about[-1] = 0.0
        return np.lexsort((-scores.ravel(), -about[self._owners[found].ravel()]))


def label(probabilities: Vectors, names: Sequence[str], threshold: float) -> Label:
    """The label of a turn from the probabilities of its windows: the whole turn's, averaged with the last window's.

    Callers end on what they want, so the last window has a word; a middle one has not.
    """
    each = (probabilities[0] if len(probabilities) == 1 else (probabilities[0] + probabilities[-1]) / 2).tolist()
    p = max(each)
    return Label(names[each.index(p)] if p >= threshold else UNKNOWN, p)


def search_alone() -> None:
    """Keep FAISS to the calling thread: OpenMP's setting holds for the thread that makes it, so each worker must."""
    faiss.omp_set_num_threads(1)


def session(path: Path, *, threads: int = 1) -> Any:
    """An ONNX session. More than one thread helps a transformer, by spinning while they wait for each other."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS)


def _collection(path: Path) -> Any:
    collection = faiss.read_index(str(path))
    if hasattr(collection, "hnsw"):
        collection.hnsw.efSearch = SEARCH_EF
    return collection
