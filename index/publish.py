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
        raise _unknown(folder, version)
    Engine(folder / version)
    before = _current(folder)
    artifact.point(folder, version)
    with (folder / HISTORY).open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {version}{f' {BACK}' if back else ''}\n")
    return before


def rollback(folder: Path, version: str | None = None) -> str:
    """Go back to a version, by default the last one published before the current one. Returns it. Raises ArtifactError."""
    target = version or _before(folder)
    publish(folder, target, back=True)
    return target


def find(folder: Path, version: str) -> Path:
    """The folder of a version; a path to one elsewhere will do. Raises ArtifactError, which tells those there are."""
    if not version or not (folder / version / artifact.MANIFEST).is_file():
        raise _unknown(folder, version)
    return folder / version


def listed(folder: Path) -> str:
    """A sentence of the versions there are. Raises ArtifactError where there is none."""
    if not versions(folder):
        raise ArtifactError(f"{folder}: {_known(folder)}.")
    return f"{folder}: {_known(folder)}."


def _unknown(folder: Path, version: str) -> ArtifactError:
    """What to say of a version that is not there: nobody knows their names by heart."""
    return ArtifactError(f"{folder}: there is no version {version!r}; {_known(folder)}.")


def _known(folder: Path) -> str:
    """The versions there are, newest first, in words."""
    current = _current(folder)
    names = [f"{name} (current)" if name == current else name for name in reversed(versions(folder))]
    return f"there are, newest first: {', '.join(names)}" if names else "none has been built here, run `assist-index build`"


def _current(folder: Path) -> str:
    """The current version, or "" where none is."""
    try:
        return artifact.current(folder)
    except ArtifactError:
        return ""


def versions(folder: Path) -> list[str]:
    """The versions that are there, oldest first."""
    found = [path.parent for path in folder.glob(f"*/{artifact.MANIFEST}") if not path.parent.name.startswith(".")]
    return [path.name for path in sorted(found, key=lambda path: (path / artifact.MANIFEST).stat().st_mtime)]


def _before(folder: Path) -> str:
    current, there = _current(folder), versions(folder)
    try:
        lines = (folder / HISTORY).read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    before = [version for version in _stack(lines) if version != current and version in there]
    if current and before:
        return before[-1]
    what = f"no version was published before {current}" if current else "no artifact is published"
    raise ArtifactError(f"{folder}: {what}; {_known(folder)}.")


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
