"""The artifact on disk: names of its files, its manifest, and the check that it is whole. The halves meet here.

Written by index/ (build, publish), read by the service. `current` is a small file that names a version, replaced
atomically; a version's folder never changes once published.
"""

import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from assist.outlook import Outlook

FORMAT: Final = 5
MANIFEST: Final = "manifest.json"
GRAPH: Final = "graph.onnx"
TOKENIZER: Final = "tokenizer.json"
CATALOG: Final = "catalog.json"
POINTER: Final = "current"
QUESTIONS: Final = "questions"  # collections of vectors: callers' questions, …
LINES: Final = "lines"  # … and what agents say
COLLECTIONS: Final = (QUESTIONS, LINES)
FILES: Final = (GRAPH, TOKENIZER, CATALOG, *(f"{name}.faiss" for name in COLLECTIONS))


class ArtifactError(Exception):
    """An artifact that must not be used; `str()` says which file and why, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Below these the service abstains: cosine of an answer or an agent line, probability of a label."""

    answer: float = 0.6
    intent: float = 0.5
    emotion: float = 0.5
    line: float = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an artifact says of itself."""

    version: str
    created: str
    knowledge_hash: str
    model_hash: str
    thresholds: Thresholds
    figures: Mapping[str, Any]
    files: Mapping[str, str]  # name -> sha256
    outlook: Outlook
    packs: Sequence[str] = ()  # whose knowledge it holds
    format: int = FORMAT

    def dumps(self) -> str:
        """The text of manifest.json: the fields, and a seal over them, so that an edited manifest is known too."""
        body = dataclasses.asdict(self)
        return json.dumps(body | {"seal": _seal(body)}, ensure_ascii=False, indent=2)


def _seal(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def current(folder: Path) -> str:
    """The version that `current` names. Raises ArtifactError when there is none."""
    try:
        version = (folder / POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{folder / POINTER}: no artifact is published here; run `assist-index build`.") from error
    if not _is_name(version):
        raise ArtifactError(f"{folder / POINTER}: {version!r} is not the name of a version.")
    return version


def _is_name(version: str) -> bool:
    return bool(version) and Path(version).name == version and not version.startswith(".")


def point(folder: Path, version: str) -> None:
    """Make `version` the current one, in one step that a crash cannot halve. Raises ArtifactError."""
    if not _is_name(version):
        raise ArtifactError(f"{version!r} is not the name of a version in {folder}.")
    handle, name = tempfile.mkstemp(dir=folder, prefix=".current-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(version + "\n")
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(0o644)  # the service may run as another user
    os.replace(name, folder / POINTER)


def verify(folder: Path) -> Manifest:
    """Return the manifest of a version's folder once every file in it is seen to be whole. Raises ArtifactError."""
    manifest = _read_manifest(folder / MANIFEST)
    missing = [name for name in FILES if name not in manifest.files]
    if missing:
        raise ArtifactError(f"{folder / MANIFEST}: does not list {', '.join(missing)}.")
    for name in FILES:
        _verify_file(folder / name, manifest.files[name])
    return manifest


def _verify_file(path: Path, digest: str) -> None:
    if not path.is_file():
        raise ArtifactError(f"{path}: the file is missing.")
    try:
        found = sha256(path)
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read: {error.strerror}.") from error
    if found != digest:
        raise ArtifactError(f"{path}: the file is not the one that was built; its checksum differs.")


def _read_manifest(path: Path) -> Manifest:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            raise ArtifactError(f"{path}: format {body['format']!r}; this program reads format {FORMAT}; build it anew.")
        if body.pop("seal") != _seal(body):
            raise ArtifactError(f"{path}: has been changed since it was built; its seal is broken.")
        parts = {"thresholds": Thresholds(**body["thresholds"]), "outlook": Outlook(**body["outlook"])}
        return Manifest(**{**body, **parts})
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path}: is not a manifest ({type(error).__name__}: {error}).") from error
