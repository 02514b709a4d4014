"""What changed between two artifacts."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assist import artifact
from assist.artifact import ArtifactError
from index.diff import diff


def version(shop: Path, which: str) -> Path:
    return shop / (shop / which).read_text(encoding="utf-8")


def rewrite_catalog(folder: Path, **changed: object) -> None:
    """Change the catalog of an artifact, and its checksum."""
    manifest, file = artifact.verify(folder), folder / artifact.CATALOG
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | changed), encoding="utf-8")
    files = {**manifest.files, artifact.CATALOG: artifact.sha256(file)}
    (folder / artifact.MANIFEST).write_text(replace(manifest, files=files).dumps(), encoding="utf-8")


def test_an_artifact_does_not_differ_from_itself(shop: Path) -> None:
    assert list(diff(version(shop, "first"), version(shop, "first"))) == []


def test_changed_answers_and_variants_are_told_both_ways(shop: Path) -> None:
    first, second = version(shop, "first"), version(shop, "second")
    forth, back = list(diff(first, second)), list(diff(second, first))
    assert "~ entry shop.parking: answers: zh-Hans: 地下二层可以停车。 -> 地下二层可以停车，每小时五元。" in forth
    assert "- variant of shop.hours: 周末营业吗" in forth
    assert "+ variant of shop.hours: 节假日营业吗" in forth
    assert not any("shop.refund" in line for line in forth)
    assert "+ variant of shop.hours: 周末营业吗" in back


def test_changed_labels_and_moments_are_told(shop: Path, tmp_path: Path) -> None:
    """A catalog is edited in place of a second build: what the build makes of packs is tested elsewhere."""
    first = version(shop, "first")
    other = tmp_path / "other"
    shutil.copytree(first, other)
    rewrite_catalog(
        other,
        intents=["ask", "order"],
        unanswered=["ask"],
        emotions=["angry", "joyful"],
        tones={"angry": "warm"},
        moments={"ask_wait": {"zh": "请等等", "zh-Hant": "請等一等"}, "bye": {"zh": "再见"}},
    )
    assert list(diff(first, other)) == [
        "~ intent ask: answered -> unanswered",
        "- intent complain",
        "+ intent order",
        "~ emotion angry: tone plain -> tone warm",
        "- emotion calm",
        "+ emotion joyful",
        "+ moment bye",
        "- name of moment ask_wait in en",
        "~ name of moment ask_wait in zh: 请等一等 -> 请等等",
    ]
    assert {"+ emotion calm", "- intent order", "- moment bye"} <= set(diff(other, first))


def test_what_is_no_artifact(shop: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError):
        list(diff(version(shop, "first"), tmp_path))
