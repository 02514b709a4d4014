"""A venv for each peer, with its own library in it; what the project's environment has (torch, FAISS) is seen through it.

`pip` is the only way to the outside. What does not install is skipped with its reason. Called by `peers`.
"""

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "venvs"  # git-ignored
INSTALL_S: Final = 480
DONE: Final = ".installed"
REQUIREMENTS: Final[Mapping[str, Sequence[str]]] = {
    "st_torch": (),
    "st_onnx": ("optimum-onnx[onnxruntime]", "sentence-transformers"),
    "chromadb": ("chromadb",),
    "qdrant": ("qdrant-client",),
    "txtai": ("txtai",),
    "semantic_router": ("semantic-router",),
    "llama_index": ("llama-index-core", "llama-index-embeddings-huggingface"),
}
_PLACE: Final = re.compile(r"(?:\w+://|/)\S+")


class Skipped(Exception):
    """A peer that cannot take part; `str()` says why, without naming places."""


def python_of(name: str) -> Path:
    """The interpreter of a contender's venv, made and filled when it is not there; ours is this one. Raises Skipped."""
    if name not in REQUIREMENTS:
        return Path(sys.executable)
    folder = FOLDER / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / DONE).exists():
        _make(folder, python, REQUIREMENTS[name])
        (folder / DONE).touch()
    return python


def _make(folder: Path, python: Path, requirements: Sequence[str]) -> None:
    venv.create(folder, with_pip=True)
    place = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    (Path(place) / "project.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    if not requirements:
        return
    command = [str(python), "-m", "pip", "install", "--quiet", *requirements, f"torch=={_torch()}"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_S)
    except subprocess.TimeoutExpired as problem:
        raise Skipped(f"did not install within {INSTALL_S} s") from problem
    except subprocess.CalledProcessError as problem:
        raise Skipped(f"does not install: {reason(problem.stderr)}") from problem


def _torch() -> str:

    return metadata.version("torch").partition("+")[0]


def reason(stderr: str) -> str:
    """The last line of an error, without addresses and paths."""
    lines = [line for line in stderr.splitlines() if line.strip() and not line.startswith("WARNING")]
    return _PLACE.sub("…", lines[-1].strip())[:300] if lines else "no reason given"


def versions(python: Path, packages: Sequence[str]) -> dict[str, str]:
    """Which versions a venv has of some packages."""
    names = [re.split(r"[\[=<>]", package)[0] for package in packages]
    code = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    done = subprocess.run([str(python), "-c", code, *names], capture_output=True, text=True, check=True)

    told: dict[str, str] = json.loads(done.stdout)
    return told
