"""Imports flow one way, and every file of assist/ has its place; the contracts stand in pyproject.toml."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(COMMAND, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)


def test_the_contracts_are_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts, to be violated."""
    folder = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("venvs", "encoders", "results", "figures", "panel", "__pycache__")
    for name in ("assist", "index", "bench"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("assist/board.py", "import asyncio", "The pure part"),
        ("assist/text.py", "import time", "The pure part"),
        ("assist/call.py", "from assist.tokens import load", "The pure part"),
        ("assist/tokens.py", "import torch", "The online half"),
        ("assist/artifact.py", "import index.packs", "bench -> index -> assist"),
        ("index/diff.py", "import bench.load", "bench -> index -> assist"),
        ("assist/faults.py", "from assist.messages import Open", "Each file"),
        ("assist/pages.py", "from assist.keeper import Keeper", "Each file"),
        ("assist/newcomer.py", "X = 1", "Each file"),
    ],
)
def test_each_contract_can_be_broken(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        done = lint(copy)
    finally:
        path.write_text(before, encoding="utf-8") if before else path.unlink()
    assert done.returncode == 1
    assert any(contract in row and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout
