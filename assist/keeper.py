"""Keeps the engine at the published artifact: loads what `current` names, watches it, loads beside, hands over.

A broken artifact is refused with a sentence in the log, and the one in use stays.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from assist import artifact
from assist.artifact import ArtifactError
from assist.engine import Engine

log = logging.getLogger(__name__)
Stamp = tuple[tuple[str, int, int], ...]
RECHECK_MS: Final = 2_000


class Keeper:
    """The way from a folder of artifacts to an engine in use."""

    def __init__(self, folder: Path, adopt: Callable[[Engine], None], *, threads: int = 1) -> None:
        self.folder = folder
        self.refused = 0
        self.loaded = 0
        self._adopt = adopt
        self._threads = threads
        self._used: str | None = None
        self._refused: tuple[str, Stamp] | None = None  # the last version that was, and its files then
        self._why = ""  # the last one was refused

    async def refresh(self) -> None:
        """Load the current version, if it is another than the one in use or last refused.

        One that was refused is tried again when its files are others: equal knowledge has an equal version, so that a
        rebuild repairs it under the same name; and a copy may arrive after the pointer to it.
        """
        try:
            version = artifact.current(self.folder)
            if version == self._used:
                return
            tried = version, _written(self.folder / version)
            if tried == self._refused:
                return
            self._refused = tried
            engine = await asyncio.to_thread(Engine, self.folder / version, threads=self._threads)
        except ArtifactError as error:
            if str(error) != self._why:  # a pointer that is missing is looked for again and again
                self._why = str(error)
                self.refused += 1
                log.error("artifact refused", extra={"why": self._why})
            return
        self.loaded += 1
        self._used, self._refused, self._why = version, None, ""
        self._adopt(engine)
        log.info("artifact in use", extra={"artifact": engine.version})

    async def watch(self) -> None:
        """Refresh whenever `current` is replaced, until cancelled.

        Looks again every RECHECK_MS: a change may come while the watch begins, and some file systems tell of none.
        """
        from watchfiles import awatch  # only now: it must not cost start-up time

        self.folder.mkdir(parents=True, exist_ok=True)
        async for _ in awatch(
            self.folder,
            recursive=False,
            watch_filter=lambda _, path: Path(path).name == artifact.POINTER,
            rust_timeout=RECHECK_MS,
            yield_on_timeout=True,
        ):
            await self.refresh()


def _written(folder: Path) -> Stamp:
    """Which files a folder holds, how long they are and when they were written."""
    try:
        told = ((entry.name, entry.stat()) for entry in os.scandir(folder))
        return tuple(sorted((name, stat.st_size, stat.st_mtime_ns) for name, stat in told))
    except OSError:
        return ()
