"""Knowledge and an encoder to an artifact: heads, vectors, thresholds, figures, checksums, in one folder, at one stroke.

It is made in a temporary folder beside its place, verified by loading it, then renamed: a build that dies leaves nothing
that could be taken for an artifact.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import faiss
import numpy as np
import onnx
from numpy.typing import NDArray

from assist import artifact
from assist.artifact import LINES, QUESTIONS, Manifest, Thresholds
from assist.catalog import Catalog
from assist.engine import Engine
from index import heads as fitting
from index.cataloguing import catalog as catalog_of
from index.collections import collection
from index.encoder import Embedded, Encoder
from index.evaluate import evaluate
from index.graph import with_heads
from index.heads import Head, Heads
from index.knowledge import Knowledge, Utterance
from index.splits import held_out
from index.thresholds import SOCIAL, answer_threshold, label_threshold
from index.vectors import Cache

Say = Callable[[str], None]
CACHE: Final = ".cache"
LINE_THRESHOLD: Final = 0.6


class BuildError(Exception):
    """Knowledge that cannot become an artifact; `str()` says why."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    """Utterances with their features, split by whether they were held out."""

    used: list[Utterance]
    kept: list[Utterance]
    used_features: NDArray[np.float32]
    kept_features: NDArray[np.float32]
    kept_vectors: NDArray[np.float32]


def build(knowledge: Knowledge, encoder: Encoder, out: Path, *, say: Say) -> Path:
    """Build an artifact below `out` and return its folder. Does not publish it. Raises BuildError."""
    contents = catalog_of(knowledge)
    _check_enough(knowledge, contents)
    cache = Cache(out / CACHE, encoder)
    say(f"{len(contents.entries)} entries, {len(contents.phrases)} phrases, {len(knowledge.utterances)} utterances")
    rows = {
        name: cache.embed([row.text for row in contents.rows[name]], _progress(say, name)) for name in artifact.COLLECTIONS
    }
    labelled = _labelled(knowledge, cache, say)
    heads = _heads(contents, labelled, out / CACHE, encoder, say)
    thresholds = _thresholds(contents, rows[QUESTIONS], heads, labelled)
    say(f"{cache.computed} texts embedded anew; thresholds {thresholds}")
    return _write(knowledge, contents, rows, heads, thresholds, encoder, out, say)


def _check_enough(knowledge: Knowledge, contents: Catalog) -> None:
    if not contents.entries:
        raise BuildError("There are no entries in these packs: nothing could be answered.")
    if not contents.intents or not contents.emotions or not knowledge.utterances:
        raise BuildError("No pack holds intents and emotions with examples; add knowledge/service to the packs.")


def _progress(say: Say, what: str) -> Callable[[int, int], None]:
    return lambda done, of: say(f"embedding {what}: {done} of {of}")


def _labelled(knowledge: Knowledge, cache: Cache, say: Say) -> _Labelled:
    used = [u for u in knowledge.utterances if not held_out(u.text)]
    kept = [u for u in knowledge.utterances if held_out(u.text)]
    embedded = cache.embed([u.text for u in [*used, *kept]], _progress(say, "utterances"))
    features, count = features_of(embedded), len(used)
    return _Labelled(used, kept, features[:count], features[count:], embedded.vectors[count:])


def features_of(embedded: Embedded) -> NDArray[np.float32]:
    """What the heads read: the vector and the signal, side by side, as in the graph."""
    return np.concatenate([embedded.vectors, embedded.signals], axis=1)


def _heads(contents: Catalog, labelled: _Labelled, cache: Path, encoder: Encoder, say: Say) -> Heads:
    """Fit both heads, or take them from the cache when neither the utterances nor the encoder have changed."""
    told = [(u.text, u.intent, u.emotion) for u in [*labelled.used, *labelled.kept]]
    body = json.dumps([told, contents.intents, contents.emotions, encoder.hash, fitting.PENALTY])
    path = cache / f"heads-{hashlib.sha256(body.encode()).hexdigest()[:16]}.npz"
    if path.exists():
        with np.load(path) as stored:
            return Heads(
                Head(contents.intents, stored["intent_weights"], stored["intent_bias"]),
                Head(contents.emotions, stored["emotion_weights"], stored["emotion_bias"]),
            )
    say("fitting intents and emotions")
    heads = Heads(_head("intent", contents.intents, labelled), _head("emotion", contents.emotions, labelled))
    np.savez(
        path, intent_weights=heads.intent.weights, intent_bias=heads.intent.bias,
        emotion_weights=heads.emotion.weights, emotion_bias=heads.emotion.bias,
    )  # fmt: skip
    return heads


def _head(what: str, labels: Sequence[str], labelled: _Labelled) -> Head:
    used = [i for i, u in enumerate(labelled.used) if getattr(u, what) in labels]
    kept = [i for i, u in enumerate(labelled.kept) if getattr(u, what) in labels]
    head = fitting.fit(labelled.used_features[used], [getattr(labelled.used[i], what) for i in used], labels)
    if not kept:
        return head
    return fitting.calibrate(head, labelled.kept_features[kept], [getattr(labelled.kept[i], what) for i in kept])


def _thresholds(contents: Catalog, questions: Embedded, heads: Heads, labelled: _Labelled) -> Thresholds:
    positive = np.array([not row.negative for row in contents.rows[QUESTIONS]])
    social = [i for i, u in enumerate(labelled.kept) if u.intent in SOCIAL]
    scores = labelled.kept_vectors[social] @ questions.vectors[positive].T
    return Thresholds(
        answer=answer_threshold(scores.max(axis=1) if social else np.zeros(0)),
        intent=_label_threshold("intent", heads.intent, labelled),
        emotion=_label_threshold("emotion", heads.emotion, labelled),
        line=LINE_THRESHOLD,
    )


def _label_threshold(what: str, head: Head, labelled: _Labelled) -> float:
    kept = [i for i, u in enumerate(labelled.kept) if getattr(u, what) in head.labels]
    truth = [head.labels.index(getattr(labelled.kept[i], what)) for i in kept]
    return label_threshold(head.probabilities(labelled.kept_features[kept]), truth)


def _write(
    knowledge: Knowledge, contents: Catalog, rows: dict[str, Embedded], heads: Heads, thresholds: Thresholds,
    encoder: Encoder, out: Path, say: Say,
) -> Path:  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=out, prefix=".draft-"))
    try:
        onnx.save(with_heads(encoder.serving, heads), draft / artifact.GRAPH)
        shutil.copyfile(encoder.folder / artifact.TOKENIZER, draft / artifact.TOKENIZER)
        (draft / artifact.CATALOG).write_text(contents.dumps(), encoding="utf-8")
        for name in (QUESTIONS, LINES):
            faiss.write_index(collection(rows[name].vectors), str(draft / f"{name}.faiss"))
        manifest = _sealed(draft, contents, thresholds, encoder, figures={})
        figures = evaluate(Engine(draft), knowledge.examples)
        _sealed(draft, contents, thresholds, encoder, figures=figures)
        say(f"examples: {json.dumps(figures)}")
        draft.chmod(0o755)
        final = out / manifest.version
        if final.exists():
            shutil.rmtree(draft)
            say(f"{final.name} was built before; nothing has changed")
        else:
            os.replace(draft, final)
        return final
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _sealed(
    draft: Path, contents: Catalog, thresholds: Thresholds, encoder: Encoder, *, figures: dict[str, object]
) -> Manifest:
    """Write the manifest of what is in the draft. The version is named by content: equal knowledge, equal version."""
    files = {name: artifact.sha256(draft / name) for name in artifact.FILES}
    content = hashlib.sha256(json.dumps([files, str(thresholds)], sort_keys=True).encode()).hexdigest()
    manifest = Manifest(
        version=content[:12],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        knowledge_hash=hashlib.sha256(contents.dumps().encode()).hexdigest(),
        model_hash=encoder.hash,
        thresholds=thresholds,
        figures=figures,
        files=files,
    )
    (draft / artifact.MANIFEST).write_text(manifest.dumps(), encoding="utf-8")
    return manifest
