"""The keeper follows the pointer; a broken artifact is refused with a sentence, and the one in use stays."""

import asyncio
import contextlib
import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assist import artifact
from assist.engine import Engine
from assist.keeper import Keeper


@pytest.fixture
def folder(artifact_folder: Path, tmp_path: Path) -> Path:
    """A folder with two versions of the same content, v1 published."""
    source = artifact_folder / artifact.current(artifact_folder)
    for name in ("v1", "v2"):
        shutil.copytree(source, tmp_path / name)
    artifact.point(tmp_path, "v1")
    return tmp_path


def break_version(folder: Path) -> None:
    path = folder / "catalog.json"
    path.write_bytes(path.read_bytes()[:-100])


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)


async def test_what_is_published_is_loaded_once(folder: Path) -> None:
    adopted: list[Engine] = []
    keeper = Keeper(folder, adopted.append)
    await keeper.refresh()
    await keeper.refresh()
    assert len(adopted) == 1
    assert (keeper.loaded, keeper.refused) == (1, 0)


async def test_a_broken_version_is_refused_and_the_next_good_one_taken(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    adopted: list[Engine] = []
    keeper = Keeper(folder, adopted.append)
    await keeper.refresh()
    break_version(folder / "v2")
    artifact.point(folder, "v2")
    with caplog.at_level(logging.ERROR):
        await keeper.refresh()
        await keeper.refresh()
    assert (len(adopted), keeper.refused) == (1, 1)
    (record,) = caplog.records
    assert "catalog.json" in record.__dict__["why"]
    artifact.point(folder, "v1")
    await keeper.refresh()
    assert len(adopted) == 1, "it is in use"
    shutil.copytree(folder / "v1", folder / "v3")
    artifact.point(folder, "v3")
    await keeper.refresh()
    assert len(adopted) == 2


async def test_a_refused_version_that_is_repaired_under_its_name_is_taken(folder: Path) -> None:
    adopted: list[Engine] = []
    keeper = Keeper(folder, adopted.append)
    break_version(folder / "v1")
    await keeper.refresh()
    await keeper.refresh()
    assert (adopted, keeper.refused) == ([], 1)
    shutil.rmtree(folder / "v1")
    shutil.copytree(folder / "v2", folder / "v1")
    await keeper.refresh()
    assert (len(adopted), keeper.refused) == (1, 1)


async def test_a_version_that_arrives_after_the_pointer_to_it_is_taken_when_it_is_whole(folder: Path) -> None:
    adopted: list[Engine] = []
    keeper = Keeper(folder, adopted.append)
    artifact.point(folder, "v3")
    await keeper.refresh()
    (folder / "v3").mkdir()
    for file in sorted((folder / "v1").iterdir()):
        await keeper.refresh()
        assert not adopted
        shutil.copy2(file, folder / "v3" / file.name)
    await keeper.refresh()
    assert len(adopted) == 1


async def test_an_empty_folder_is_refused_until_something_is_published(folder: Path, tmp_path: Path) -> None:
    adopted: list[Engine] = []
    (folder / artifact.POINTER).rename(folder / "aside")
    keeper = Keeper(folder, adopted.append)
    await keeper.refresh()
    assert (adopted, keeper.refused) == ([], 1)
    (folder / "aside").rename(folder / artifact.POINTER)
    await keeper.refresh()
    assert len(adopted) == 1


async def test_it_watches_the_pointer_through_good_and_bad(folder: Path) -> None:
    adopted: list[Engine] = []
    keeper = Keeper(folder, adopted.append)
    await keeper.refresh()
    watch = asyncio.create_task(keeper.watch())
    try:
        await until(lambda: keeper.loaded == 1)
        artifact.point(folder, "v2")
        await until(lambda: keeper.loaded == 2)
        break_version(folder / "v1")
        artifact.point(folder, "v1")
        await until(lambda: keeper.refused == 1)
        (folder / artifact.POINTER).write_text("../elsewhere", encoding="utf-8")
        await until(lambda: keeper.refused >= 2)
        shutil.copytree(folder / "v2", folder / "v3")
        artifact.point(folder, "v3")
        await until(lambda: keeper.loaded == 3)
        assert not watch.done()
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch


async def test_a_manifest_with_surprises_is_refused_like_any_other(folder: Path) -> None:
    adopted: list[Engine] = []
    keeper = Keeper(folder, adopted.append)
    path = folder / "v1" / artifact.MANIFEST
    body = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**body, "files": list(body["files"])}), encoding="utf-8")
    await keeper.refresh()
    assert (adopted, keeper.refused) == ([], 1)


async def test_a_pointer_that_is_missing_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keeper = Keeper(tmp_path, lambda _: None)
    for _ in range(3):
        await keeper.refresh()
    assert keeper.refused == 1
    assert len(caplog.records) == 1
