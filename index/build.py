"""Knowledge and an encoder to an artifact: heads, vectors, thresholds, figures, checksums, in one folder, at one stroke.

It is made in a temporary folder beside its place, verified by loading it, then renamed: a build that dies leaves nothing
that could be taken for an artifact.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
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
from assist.artifact import Manifest, Thresholds
from assist.catalog import Catalog
from assist.engine import Engine
from assist.outlook import USUAL, Outlook
from index import heads as fitting
from index.cataloguing import catalog as catalog_of
from index.collections import collection
from index.encoder import Embedded, Encoder
from index.evaluate import answers, evaluate
from index.graph import with_heads
from index.heads import Head, Heads
from index.knowledge import Knowledge
from index.outlook import outlook
from index.splits import Split, split
from index.strangers import strangers
from index.thresholds import OPEN, for_answers, for_labels
from index.vectors import Cache

Say = Callable[[str], None]
CACHE: Final = ".cache"
DRAFT_S: Final = 3_600  # no build takes so long


class BuildError(Exception):
    """Knowledge that cannot become an artifact; `str()` says why."""


def build(knowledge: Knowledge, encoder: Encoder, out: Path, *, say: Say) -> Path:
    """Build an artifact below `out` and return its folder. Does not publish it. Raises BuildError."""
    contents = catalog_of(knowledge)
    _check_enough(knowledge, contents)
    cache = Cache(out / CACHE, encoder)
    say(f"{len(contents.entries)} entries, {len(contents.phrases)} phrases, {len(knowledge.utterances)} utterances")
    rows = {
        name: cache.embed([row.text for row in contents.rows[name]], _progress(say, name)) for name in artifact.COLLECTIONS
    }
    parts = split(knowledge)
    heads = _heads(contents, parts, cache, out / CACHE, say)
    say(f"{cache.computed} texts embedded anew")
    return _write(_Parts(knowledge, parts, contents, rows, heads, encoder), out, say)


def _check_enough(knowledge: Knowledge, contents: Catalog) -> None:
    if not contents.entries:
        raise BuildError("There are no entries in these packs: nothing could be answered.")
    told = [any(getattr(u, what) for u in knowledge.utterances) for what in ("intent", "emotion")]
    if not contents.intents or not contents.emotions or not all(told):
        raise BuildError("No pack holds intents and emotions with examples; add knowledge/service to the packs.")


def _progress(say: Say, what: str) -> Callable[[int, int], None]:
    return lambda done, of: say(f"embedding {what}: {done} of {of}")


def features_of(embedded: Embedded) -> NDArray[np.float32]:
    """What the heads read: the vector and the signal, side by side, as in the graph."""
    return np.concatenate([embedded.vectors, embedded.signals], axis=1)


def _heads(contents: Catalog, parts: Split, cache: Cache, folder: Path, say: Say) -> Heads:
    """Fit both heads, or take them from the cache when neither the texts nor the encoder have changed."""
    used = [(u.text, u.intent, u.emotion) for u in parts.used]
    kept = [(turn.say, turn.intent, turn.emotion) for turn in parts.kept]
    program = artifact.sha256(Path(fitting.__file__))
    body = json.dumps([used, kept, contents.intents, contents.emotions, cache.encoder.hash, program])
    path = folder / f"heads-{hashlib.sha256(body.encode()).hexdigest()[:16]}.npz"
    known = fitting.load(path, intents=contents.intents, emotions=contents.emotions)
    if known:
        return known
    embedded = cache.embed([text for text, _, _ in [*used, *kept]], _progress(say, "utterances"))
    say("fitting intents and emotions")
    features = features_of(embedded)
    heads = Heads(
        _head(features, [u[1] for u in used], [k[1] for k in kept], contents.intents),
        _head(features, [u[2] for u in used], [k[2] for k in kept], contents.emotions),
    )
    fitting.save(path, heads)
    return heads


def _head(
    features: NDArray[np.float32], used: Sequence[str | None], kept: Sequence[str | None], labels: Sequence[str]
) -> Head:
    """Fit on the features of `used`, which come first, and calibrate on those of `kept`."""
    names = [*used, *kept]
    known = [i for i, name in enumerate(names) if name in labels]
    learn = [i for i in known if i < len(used)]
    check = [i for i in known if i >= len(used)]
    head = fitting.fit(features[learn], [names[i] or "" for i in learn], labels)
    if not check:
        return head
    held = features[check], [names[i] or "" for i in check]
    return fitting.careful(fitting.calibrate(head, *held), *held)


@dataclass(frozen=True, slots=True)
class _Parts:
    """All that an artifact is made of."""

    knowledge: Knowledge
    split: Split
    contents: Catalog
    rows: dict[str, Embedded]
    heads: Heads
    encoder: Encoder


def _write(parts: _Parts, out: Path, say: Say) -> Path:
    out.mkdir(parents=True, exist_ok=True)
    _clear_old_drafts(out)
    draft = Path(tempfile.mkdtemp(dir=out, prefix=".draft-"))
    try:
        manifest = _draft(parts, draft, say)
        draft.chmod(0o755)
        final = out / manifest.version
        if _whole(final):
            say(f"{final.name} was built before; nothing has changed")
        else:
            _put(draft, final)
        return final
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put(draft: Path, final: Path) -> None:
    """Rename a draft to its version, over a damaged one; another build may have just done the same."""
    shutil.rmtree(final, ignore_errors=True)
    try:
        os.replace(draft, final)
    except OSError:
        if not _whole(final):
            raise


def _whole(folder: Path) -> bool:
    """Whether a version is there, and undamaged."""
    try:
        artifact.verify(folder)
    except artifact.ArtifactError:
        return False
    return True


def _clear_old_drafts(out: Path) -> None:
    """Remove what builds that were killed have left; one that may still be at work is let be."""
    for left in out.glob(".draft-*"):
        if time.time() - left.stat().st_mtime > DRAFT_S:
            shutil.rmtree(left, ignore_errors=True)


def _draft(parts: _Parts, draft: Path, say: Say) -> Manifest:
    """Fill the draft's folder; its thresholds and figures come from loading and asking it."""
    onnx.save(with_heads(parts.encoder.serving, parts.heads), draft / artifact.GRAPH)
    shutil.copyfile(parts.encoder.folder / artifact.TOKENIZER, draft / artifact.TOKENIZER)
    (draft / artifact.CATALOG).write_text(parts.contents.dumps(), encoding="utf-8")
    for name, embedded in parts.rows.items():
        faiss.write_index(collection(embedded.vectors), str(draft / f"{name}.faiss"))
    _seal(parts, draft, OPEN, USUAL, figures={})
    thresholds = _calibrated(parts, draft)
    _seal(parts, draft, thresholds, USUAL, figures={})
    engine = Engine(draft, dated=False)  # knowledge may be made ready before it holds, and is as good on any day
    early = outlook(engine, parts.split.kept)
    say(f"calibrated on {len(parts.split.kept)} turns: {thresholds}, {early}")
    figures = evaluate(engine, parts.knowledge.examples)
    say(f"examples: {json.dumps(figures)}")
    return _seal(parts, draft, thresholds, early, figures=figures)


def _calibrated(parts: _Parts, draft: Path) -> Thresholds:
    """First the labels' thresholds, then the answers', which depend on them: some intents want no answer."""
    turns, engine = parts.split.kept, Engine(draft, dated=False)
    told = answers(engine, [turn.say for turn in turns])
    return for_answers(
        for_labels(turns, told),
        turns,
        told,
        frozenset(parts.contents.unanswered),
        others=lambda: [answers(engine, domain) for domain in strangers()],
    )


def _seal(parts: _Parts, draft: Path, thresholds: Thresholds, early: Outlook, *, figures: dict[str, object]) -> Manifest:
    """Write the manifest of what is in the draft. Content and figures name the version: equal knowledge, equal version."""
    files = {name: artifact.sha256(draft / name) for name in artifact.FILES}
    content = hashlib.sha256(json.dumps([files, str(thresholds), str(early), figures], sort_keys=True).encode()).hexdigest()
    manifest = Manifest(
        version=content[:12],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        knowledge_hash=artifact.sha256(draft / artifact.CATALOG),
        model_hash=parts.encoder.hash,
        thresholds=thresholds,
        figures=figures,
        files=files,
        packs=[pack.name for pack in parts.knowledge.packs],
        outlook=early,
    )
    (draft / artifact.MANIFEST).write_text(manifest.dumps(), encoding="utf-8")
    return manifest
