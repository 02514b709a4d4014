"""What benchmarks work on: packs, and an artifact of their own, as others may publish a new one meanwhile."""

import shutil
from pathlib import Path
from typing import Final

from assist import artifact
from assist.engine import Engine
from bench.machine import ROOT
from index import packs
from index.build import build
from index.encoder import DEFAULT, Encoder
from index.knowledge import Knowledge
from index.publish import publish

WORK: Final = Path(__file__).parent / "work"  # git-ignored
KNOWLEDGE: Final = ROOT / "knowledge"


def knowledge(*folders: Path) -> Knowledge:
    """The packs that ship, or those named."""
    return packs.read(list(folders) or packs.DEFAULT)[0]


def pinned(source: Path | None, work: Path) -> Path:
    """A copy of the version that `source` publishes, or one built anew; returns the folder. Raises ArtifactError."""
    target = work / "artifact"
    if source is None:
        publish(target, build(knowledge(), Encoder(DEFAULT), target, say=lambda line: None).name)
        return target
    version = artifact.current(source)
    if not (target / version).is_dir():
        shutil.copytree(source / version, target / version)
    artifact.point(target, version)
    return target


def engine(folder: Path) -> Engine:
    """The engine of a folder of artifacts."""
    return Engine(folder / artifact.current(folder))
