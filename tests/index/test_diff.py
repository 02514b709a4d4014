"""What changed between two artifacts."""

from pathlib import Path

import pytest

from assist.artifact import ArtifactError
from index.diff import diff


def version(shop: Path, which: str) -> Path:
    return shop / (shop / which).read_text(encoding="utf-8")


def test_an_artifact_does_not_differ_from_itself(shop: Path) -> None:
    assert list(diff(version(shop, "first"), version(shop, "first"))) == []


def test_changed_answers_and_variants_are_told_both_ways(shop: Path) -> None:
    first, second = version(shop, "first"), version(shop, "second")
    forth, back = list(diff(first, second)), list(diff(second, first))
    assert any(line.startswith("~ entry shop.parking") for line in forth)
    assert "- variant of shop.hours: 周末营业吗" in forth
    assert "+ variant of shop.hours: 节假日营业吗" in forth
    assert not any("shop.refund" in line for line in forth)
    assert "+ variant of shop.hours: 周末营业吗" in back


def test_what_is_no_artifact(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError):
        list(diff(version(shop, "first"), tmp_path))
