"""The artifact on disk: whole or refused with a sentence; the pointer is replaced at one stroke."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assist import artifact
from assist.artifact import FILES, FORMAT, MANIFEST, POINTER, ArtifactError, Manifest, Thresholds
from assist.engine import Engine
from assist.outlook import Outlook


@pytest.fixture
def version(artifact_folder: Path, tmp_path: Path) -> Path:
    """A copy of the published version, to be damaged."""
    name = artifact.current(artifact_folder)
    return Path(shutil.copytree(artifact_folder / name, tmp_path / name))


def refusal(folder: Path) -> str:
    with pytest.raises(ArtifactError) as caught:
        Engine(folder)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    return sentence


def reseal(folder: Path, **changes: Any) -> None:
    """Write a manifest that fits the damaged files, as a clumsy tool might."""
    body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    del body["seal"]
    parts = {"thresholds": Thresholds(**body["thresholds"]), "outlook": Outlook(**body["outlook"])}
    manifest = Manifest(**{**body, **parts})
    files = {name: artifact.sha256(folder / name) for name in FILES if (folder / name).exists()}
    (folder / MANIFEST).write_text(replace(manifest, **{"files": files, **changes}).dumps(), encoding="utf-8")


def test_a_whole_artifact_is_what_it_says(version: Path) -> None:
    manifest = artifact.verify(version)
    assert manifest.version == version.name
    assert manifest.files.keys() == set(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["truncated", "tampered", "missing", "empty"])
def test_a_damaged_file_is_named(version: Path, name: str, damage: str) -> None:
    path = version / name
    data = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "tampered":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    else:
        path.write_bytes(data[: len(data) // 2] if damage == "truncated" else b"")
    assert name in refusal(version)


@pytest.mark.parametrize(
    "pair", [("questions.faiss", "lines.faiss"), ("catalog.json", "tokenizer.json"), ("graph.onnx", "catalog.json")]
)
def test_swapped_files_are_refused_even_with_a_fresh_manifest(version: Path, pair: tuple[str, str]) -> None:
    one, two = (version / name for name in pair)
    one.rename(version / "aside")
    two.rename(one)
    (version / "aside").rename(two)
    assert "checksum" in refusal(version)
    reseal(version)
    assert str(version) in refusal(version)


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"[]", b"null", b"{", b"\xff\xfe", b'{"format": 99}', b'{"format": %d, "seal": ""}' % FORMAT]
)
def test_a_manifest_that_is_none(version: Path, damage: bytes) -> None:
    (version / MANIFEST).write_bytes(damage)
    assert MANIFEST in refusal(version)


def test_an_edited_manifest_is_refused(version: Path) -> None:
    path = version / MANIFEST
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"answer": 0.', '"answer": 0.1'), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    assert "seal" in refusal(version)
    path.unlink()
    assert MANIFEST in refusal(version)


def test_a_manifest_that_lists_too_little(version: Path) -> None:
    reseal(version, files={"graph.onnx": ""})
    assert "does not list" in refusal(version)


@pytest.mark.parametrize(
    ("name", "content"),
    [("graph.onnx", b"no graph"), ("questions.faiss", b"no vectors"), ("tokenizer.json", b"[]"), ("catalog.json", b"[]"),
     ("catalog.json", b'{"entries": []}'), ("tokenizer.json", b"{}")],
)  # fmt: skip
def test_foreign_content_under_a_fresh_manifest_is_refused(version: Path, name: str, content: bytes) -> None:
    (version / name).write_bytes(content)
    reseal(version)
    assert "does not load" in refusal(version)


def test_a_catalog_of_another_build_does_not_fit(version: Path) -> None:
    path = version / "catalog.json"
    catalog = json.loads(path.read_text(encoding="utf-8"))
    for change in ("rows", "intents", "entries"):
        body = json.loads(json.dumps(catalog))
        if change == "rows":
            body["rows"]["questions"].pop()
        elif change == "intents":
            body["intents"].pop()
        else:
            body["entries"].popitem()
        path.write_text(json.dumps(body), encoding="utf-8")
        reseal(version)
        assert "fit together" in refusal(version)


@pytest.mark.parametrize("content", ["", "\n", "..", ".hidden", "a/b", "/etc", "a\\..\\b/c"])
def test_a_pointer_to_nowhere(tmp_path: Path, content: str) -> None:
    (tmp_path / POINTER).write_text(content, encoding="utf-8")
    with pytest.raises(ArtifactError, match="not the name"):
        artifact.current(tmp_path)


def test_no_pointer_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="assist-index build"):
        artifact.current(tmp_path)
    (tmp_path / POINTER).write_bytes(b"\xff\xff")
    with pytest.raises(ArtifactError):
        artifact.current(tmp_path)


def test_point_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        artifact.point(tmp_path, version)
        assert artifact.current(tmp_path) == version
    assert [path.name for path in tmp_path.iterdir()] == [POINTER]


@pytest.mark.parametrize("version", ["", "..", ".draft", "/abs/v1", "folder/v1"])
def test_point_refuses_what_could_not_be_read_back(tmp_path: Path, version: str) -> None:
    artifact.point(tmp_path, "v1")
    with pytest.raises(ArtifactError, match="not the name"):
        artifact.point(tmp_path, version)
    assert artifact.current(tmp_path) == "v1"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_another_user_s_service_can_read_the_pointer(tmp_path: Path) -> None:
    artifact.point(tmp_path, "v1")
    assert (tmp_path / POINTER).stat().st_mode & 0o444 == 0o444
