"""Publishing and going back; whatever stops it, `current` names a version that works."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assist import artifact
from assist.artifact import ArtifactError
from assist.engine import Engine
from index.publish import HISTORY, find, publish, rollback, versions

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(shop: Path, tmp_path: Path) -> Path:
    """Three unpublished versions: v1, v2, v3."""
    source = shop / artifact.current(shop)
    for name in ("v1", "v2", "v3"):
        shutil.copytree(source, tmp_path / name)
        os.utime(tmp_path / name / artifact.MANIFEST, (int(name[1]), int(name[1])))
    return tmp_path


def test_publish_tells_what_was_before(folder: Path) -> None:
    assert publish(folder, "v1") == ""
    assert publish(folder, "v2") == "v1"
    assert artifact.current(folder) == "v2"


def test_rollbacks_go_back_step_by_step(folder: Path) -> None:
    for version in ("v1", "v2", "v3"):
        publish(folder, version)
    assert rollback(folder) == "v2"
    assert rollback(folder) == "v1"
    with pytest.raises(ArtifactError, match="no version was published before v1"):
        rollback(folder)
    assert artifact.current(folder) == "v1"
    publish(folder, "v3")
    assert rollback(folder) == "v1"


def test_rollback_to_a_named_version_and_past_one_that_is_gone(folder: Path) -> None:
    for version in ("v1", "v2", "v3"):
        publish(folder, version)
    shutil.rmtree(folder / "v2")
    assert rollback(folder) == "v1"
    publish(folder, "v3")
    assert rollback(folder, "v1") == "v1"
    with pytest.raises(ArtifactError):
        rollback(folder, "v2")
    assert artifact.current(folder) == "v1"


def test_a_broken_version_is_not_published(folder: Path) -> None:
    publish(folder, "v1")
    (folder / "v2" / artifact.CATALOG).write_text("{}", encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"catalog\.json"):
        publish(folder, "v2")
    assert artifact.current(folder) == "v1"
    assert "v2" not in (folder / HISTORY).read_text(encoding="utf-8")


def test_a_path_is_not_a_version(folder: Path) -> None:
    publish(folder, "v1")
    for wrong in (str(folder / "v2"), "../" + folder.name + "/v2", "./", "nothing", ""):
        with pytest.raises(ArtifactError):
            publish(folder, wrong)
        assert artifact.current(folder) == "v1"


def test_nothing_published_nothing_to_go_back_to(folder: Path) -> None:
    with pytest.raises(ArtifactError, match="no artifact is published; there are, newest first: v3, v2, v1"):
        rollback(folder)


@pytest.mark.parametrize("version", ["", "v4"])
def test_a_version_that_is_not_there_is_answered_by_those_there_are(folder: Path, version: str) -> None:
    publish(folder, "v2")
    for ask in (find, publish):
        with pytest.raises(ArtifactError, match=r"there are, newest first: v3, v2 \(current\), v1\.$"):
            ask(folder, version)
    publish(folder, "v1")
    with pytest.raises(ArtifactError, match=r"v3, v2, v1 \(current\)\.$"):
        rollback(folder, "v4")


def test_versions_oldest_first_without_drafts(folder: Path) -> None:
    shutil.copytree(folder / "v1", folder / ".draft-x")
    assert versions(folder) == ["v1", "v2", "v3"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_kill_9_in_the_middle_of_publishing_leaves_a_working_artifact(folder: Path) -> None:
    publish(folder, "v1")
    loop = (
        "from pathlib import Path\nfrom index.publish import publish\nfrom assist import artifact\n"
        f"folder = Path({str(folder)!r})\nprint('begun', flush=True)\n"
        "publish(folder, 'v2')\n"
        "while True:\n    for version in ('v1', 'v2', 'v3'):\n        artifact.point(folder, version)\n"
    )
    for attempt in range(4):
        running = subprocess.Popen([sys.executable, "-c", loop], cwd=ROOT, stdout=subprocess.PIPE)
        assert running.stdout
        running.stdout.readline()
        deadline = time.monotonic() + 0.05 * attempt + 0.1
        while time.monotonic() < deadline:
            assert artifact.current(folder) in ("v1", "v2", "v3")
        with contextlib.suppress(ProcessLookupError):
            running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        Engine(folder / artifact.current(folder))
        publish(folder, "v3")
        assert rollback(folder) in ("v1", "v2")


def test_rollback_to_a_version_never_published_keeps_the_way_back(folder: Path) -> None:
    publish(folder, "v1")
    publish(folder, "v2")
    assert rollback(folder, "v3") == "v3"
    assert rollback(folder) == "v2"
