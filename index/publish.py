"""Publishing: which version the service uses. Switching is one atomic rename; the history makes going back a command."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from assist import artifact
from assist.artifact import ArtifactError
from assist.engine import Engine

HISTORY: Final = "history"  # one line a switch: time, version, and `back` for a rollback
BACK: Final = "back"


def publish(folder: Path, version: str, *, back: bool = False) -> str:
    """Make a version current after loading it whole. Returns the one it replaces, or "". Raises ArtifactError."""
    if version not in versions(folder):
        known = ", ".join(versions(folder)) or "none"
        raise ArtifactError(f"{folder}: there is no version {version!r}; there are: {known}.")
    Engine(folder / version)
    try:
        before = artifact.current(folder)
    except ArtifactError:
        before = ""
    artifact.point(folder, version)
    with (folder / HISTORY).open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {version}{f' {BACK}' if back else ''}\n")
    return before


def rollback(folder: Path, version: str | None = None) -> str:
    """Go back to a version, by default the last one published before the current one. Returns it. Raises ArtifactError."""
    target = version or _before(folder, artifact.current(folder))
    publish(folder, target, back=True)
    return target


def versions(folder: Path) -> list[str]:
    """The versions that are there, oldest first."""
    found = [path.parent for path in folder.glob(f"*/{artifact.MANIFEST}") if not path.parent.name.startswith(".")]
    return [path.name for path in sorted(found, key=lambda path: (path / artifact.MANIFEST).stat().st_mtime)]


def _before(folder: Path, current: str) -> str:
    try:
        lines = (folder / HISTORY).read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    there = set(versions(folder))
    for version in reversed(_stack(lines)):
        if version != current and version in there:
            return version
    raise ArtifactError(f"{folder}: no version was published before {current}.")


def _stack(lines: Sequence[str]) -> list[str]:
    """The versions published, less those that were rolled back from: so two rollbacks go back two steps."""
    stack: list[str] = []
    for words in map(str.split, lines):
        if BACK in words[2:] and words[1] in stack:
            while stack and stack[-1] != words[1]:
                stack.pop()
        if len(words) > 1 and stack[-1:] != words[1:2]:
            stack.append(words[1])
    return stack
