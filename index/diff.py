"""What changed between two artifacts: entries, phrases, variants, labels, moments, thresholds, figures. Plain lines."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from assist import artifact, catalog
from assist.catalog import Catalog


def diff(old: Path, new: Path) -> Iterator[str]:
    """Lines that begin with + (new), - (gone) or ~ (changed). Raises ArtifactError."""
    before, after = artifact.verify(old), artifact.verify(new)
    yield from _changes("threshold", _plain(before.thresholds), _plain(after.thresholds))
    yield from _changes("figure", before.figures, after.figures)
    yield from _changes("model", {"encoder": before.model_hash[:12]}, {"encoder": after.model_hash[:12]})
    a, b = (catalog.loads((folder / artifact.CATALOG).read_text(encoding="utf-8")) for folder in (old, new))
    yield from _changes("entry", _without_source(a.entries), _without_source(b.entries))
    yield from _changes("phrase", _without_source(a.phrases), _without_source(b.phrases))
    yield from _changes("intent", _intents(a), _intents(b))
    yield from _changes("emotion", _emotions(a), _emotions(b))
    yield from _moments(a, b)
    yield from _variants(a, b)


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def _without_source(values: Mapping[str, Any]) -> dict[str, Any]:
    """Moving an entry to another line is no change."""
    return {key: {name: v for name, v in _plain(value).items() if name != "source"} for key, value in values.items()}


def _intents(side: Catalog) -> dict[str, str]:
    """Each intent, and whether its turns may get answer cards."""
    return {label: "unanswered" if label in side.unanswered else "answered" for label in side.intents}


def _emotions(side: Catalog) -> dict[str, str]:
    """Each emotion, and the tone that it asks for."""
    return {label: f"tone {side.tones[label]}" if label in side.tones else "no tone" for label in side.emotions}


def _moments(old: Catalog, new: Catalog) -> Iterator[str]:
    """Moments that have come or gone; of the others the names."""
    yield from _changes("moment", dict.fromkeys(old.moments), dict.fromkeys(new.moments))
    kept = old.moments.keys() & new.moments.keys()
    yield from _changes("name of moment", *(_names(side, kept) for side in (old, new)))


def _names(side: Catalog, kept: Collection[str]) -> dict[str, str]:
    return {f"{key} in {language}": name for key in kept for language, name in side.moments[key].items()}


def _changes(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield f"+ {what} {key}"
        elif key not in new:
            yield f"- {what} {key}"
        elif isinstance(old[key], dict) and isinstance(new[key], dict):
            yield from _changes(f"{what} {key}:", old[key], new[key])
        elif old[key] != new[key]:
            yield f"~ {what} {key}: {_short(old[key])} -> {_short(new[key])}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _variants(old: Catalog, new: Catalog) -> Iterator[str]:
    sides = [{(row.owner, row.negative, row.text) for rows in side.rows.values() for row in rows} for side in (old, new)]
    for sign, gone in (("-", sides[0] - sides[1]), ("+", sides[1] - sides[0])):
        for owner, negative, text in sorted(gone):
            yield f"{sign} {'counter-example' if negative else 'variant'} of {owner}: {text}"
