"""Figures about knowledge: how much there is of what, by pack, label and language, and how varied the wording is.

Counts only; whether a figure is too low is for the reader to judge. Shown by the command line.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.knowledge import Knowledge, Pack

_PACK_COLUMNS = ("entries", "questions", "phrases", "intents", "emotions", "utterances", "examples")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFigures:
    """How many of each thing a pack holds, by the names of `_PACK_COLUMNS`."""

    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """A label's utterances by language; `distinct_4`: distinct character 4-grams over all (Li et al. 2016)."""

    kind: str
    label: str
    texts: Mapping[str, int]
    distinct_4: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures; `str(report)` is a table for people. Compare distinct_4 between labels of like size only."""

    packs: tuple[PackFigures, ...]
    labels: tuple[LabelFigures, ...]

    def __str__(self) -> str:
        packs = [["pack", *_PACK_COLUMNS], *([p.name, *(str(p.counts[c]) for c in _PACK_COLUMNS)] for p in self.packs)]
        languages = list(dict.fromkeys(language for label in self.labels for language in label.texts))
        labels = [["kind", "label", *languages, "distinct-4"]]
        for label in self.labels:
            counts = [str(label.texts.get(language, 0)) for language in languages]
            labels.append([label.kind, label.label, *counts, f"{label.distinct_4:.2f}"])
        return f"{_table(packs)}\n\n{_table(labels)}\n" if self.labels else f"{_table(packs)}\n"


def report(knowledge: Knowledge) -> Report:
    """Count everything; labels come in the order they are first used."""
    by_label: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for said in knowledge.utterances:
        for kind, label in (("intent", said.intent), ("emotion", said.emotion)):
            if label is not None:
                by_label.setdefault((kind, label), []).append((said.language, said.text))
    labels = [_label(kind, label, texts) for (kind, label), texts in by_label.items()]
    labels.sort(key=lambda label: label.kind, reverse=True)
    return Report(packs=tuple(_pack(pack) for pack in knowledge.packs), labels=tuple(labels))


def _pack(pack: Pack) -> PackFigures:
    counts = {column: len(getattr(pack, column)) for column in _PACK_COLUMNS if column != "questions"}
    counts["questions"] = sum(len(entry.questions) for entry in pack.entries)
    return PackFigures(name=pack.name, counts=counts)


def _label(kind: str, label: str, texts: Sequence[tuple[str, str]]) -> LabelFigures:
    languages = Counter(language for language, _ in texts)
    return LabelFigures(kind=kind, label=label, texts=languages, distinct_4=distinct(text for _, text in texts))


def distinct(texts: Iterable[str], *, n: int = 4) -> float:
    """Distinct character n-grams over all character n-grams; 0.0 when no text is that long."""
    grams = [text[i : i + n] for text in texts for i in range(len(text) - n + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
