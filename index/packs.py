"""Reads packs: folders of YAML, or plain tables, into frozen data, with every problem of every file and its line.

Does not judge what the packs say (that is `check.py`) and never raises for what an editor wrote. Called by the command
line, the build, training and the tests. The format is told in `knowledge/README.md`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from index import contents, tables
from index.findings import Place, Problem, suggestion
from index.knowledge import Knowledge, Pack
from index.nodes import Page

SHIPPED = Path(__file__).parents[1] / "knowledge"
# A company has one line of business: the other domains that ship are examples to copy, not to be answered from at once.
DEFAULT = (SHIPPED / "service", SHIPPED / "telecom")
_PACK_FILE = "pack.yaml"
_PACK_KEYS = ("name", "languages", "owner", "description")
_PARTS = (
    "entries",
    "phrases",
    "intents",
    "emotions",
    "examples",
    "exchanges",
    "calibration",
    "vocabulary",
    "paraphrases",
)  # a file, or a folder of files, each
_SPREADSHEETS = (".xls", ".xlsm", ".ods", ".numbers")  # which nothing reads
_DATA = (".yaml", ".yml", *tables.SUFFIXES, *_SPREADSHEETS)
_PASSED_OVER = (".", "~$", "__MACOSX", "__pycache__")  # hidden, or made by programs; "~$": lock files of spreadsheets
_LANGUAGE = "zh-Hans"  # of a pack that does not say


def read(folders: Sequence[Path]) -> tuple[Knowledge, list[Problem]]:
    """Read packs, in the order given: each path is a pack's folder, a table, or a folder of packs and tables."""
    problems: list[Problem] = []
    places = list(dict.fromkeys(place for path in folders for place in _packs_at(Path(path), problems=problems)))
    packs = [_pack(place, problems=problems) for place in places]
    return Knowledge(packs=tuple(pack for pack in packs if pack is not None)), problems


def _packs_at(path: Path, *, problems: list[Problem]) -> list[Path]:
    """The path itself, or the packs directly inside it, and each table beside them, if it is the folder around them."""
    if not path.is_dir() or (_is_pack(path) and not _is_table(path)):
        return [path]
    parts = [part for part in sorted(path.iterdir()) if _visible(part)]
    inner = [part for part in parts if part.is_dir() and _is_pack(part)]
    if not inner or (_is_table(path) and all(map(_is_table, inner))):  # tables in a folder below tables may be old ones
        return [path]
    for part in parts:
        if not _is_pack(part):
            _report_unread(part, problems=problems)
    return [part for part in parts if _is_pack(part)]


def _is_table(path: Path) -> bool:
    """A table, or a folder of tables that nobody has begun to write YAML in."""
    if not path.is_dir():
        return path.is_file() and path.suffix.lower() in tables.SUFFIXES
    return bool(tables.tables_in(path)) and not (path / _PACK_FILE).is_file() and not _has_parts(path)


def _is_pack(path: Path) -> bool:
    if not path.is_dir():
        return _is_table(path)
    parts = any((path / part).is_dir() or (path / f"{part}.yaml").is_file() for part in _PARTS)
    return parts or (path / _PACK_FILE).is_file() or bool(tables.tables_in(path))


def _pack(path: Path, *, problems: list[Problem]) -> Pack | None:
    if _is_table(path):
        files = tables.tables_in(path) or [path]
        _report_unread(path, read=files, problems=problems)
        return tables.pack(path, files=files, problems=problems)
    if path.is_dir() and _is_pack(path):
        return _yaml_pack(path, problems=problems)
    what = "holds no pack.yaml and no table (CSV or XLSX)" if path.is_dir() else "is neither a folder nor a table"
    sentence = f"this {what}; name the folder of a pack" if path.exists() else "there is no such folder"
    problems.append(Problem(place=Place(path=path.as_posix(), line=1), sentence=sentence, code="no_pack"))
    return None


def _has_parts(path: Path) -> bool:
    return any(list(_files(path, part)) for part in _PARTS)


def _yaml_pack(folder: Path, *, problems: list[Problem]) -> Pack:
    pack = _described(folder, problems=problems)
    language = pack.languages[0]
    pages = {part: [Page(file, problems=problems) for file in _files(folder, part)] for part in _PARTS}
    intents = [contents.labels(page, kind="intent") for page in pages["intents"]]
    emotions = [contents.labels(page, kind="emotion") for page in pages["emotions"]]
    read = [folder / _PACK_FILE, *(file for part in _PARTS for file in _files(folder, part))]
    _report_unread(folder, read=read, problems=problems)
    return replace(
        pack,
        entries=tuple(e for p in pages["entries"] for e in contents.entries(p, pack=pack.name, language=language)),
        phrases=tuple(phrase for page in pages["phrases"] for phrase in contents.phrases(page, pack=pack.name)),
        intents=tuple(label for found, _ in intents for label in found),
        emotions=tuple(label for found, _ in emotions for label in found),
        utterances=tuple(utterance for _, said in intents + emotions for utterance in said),
        vocabulary={name: keys for page in pages["vocabulary"] for name, keys in contents.vocabulary(page).items()},
        examples=tuple(e for page in pages["examples"] for e in contents.examples(page, language=language)),
        exchanges=tuple(e for page in pages["exchanges"] for e in contents.exchanges(page, language=language)),
        paraphrases=tuple(group for page in pages["paraphrases"] for group in contents.paraphrases(page)),
        calibration=tuple(e for page in pages["calibration"] for e in contents.examples(page, language=language)),
    )


def _described(folder: Path, *, problems: list[Problem]) -> Pack:
    """The pack as pack.yaml describes it, still empty; the folder's name and Mandarin where it says nothing."""
    path = folder / _PACK_FILE
    place = Place(path=path.as_posix(), line=1)
    page = Page(path, problems=problems) if path.is_file() else None
    if page is None:
        sentence = "this file is missing; write `name:` and `languages:` in it"
        problems.append(Problem(place=place, sentence=sentence, code="no_pack"))
    if page is None or page.root is None:
        return Pack(name=folder.resolve().name, languages=(_LANGUAGE,), folder=folder.as_posix(), place=place)
    fields = page.fields(page.root, known=_PACK_KEYS)
    for key in ("name", "languages"):
        if key not in fields.parts:
            page.report(1, f"`{key}:` is missing; every pack says its name and its languages", code=f"no_{key}")
    return Pack(
        name=fields.text("name") or folder.resolve().name,
        languages=fields.words("languages") or (_LANGUAGE,),
        owner=fields.text("owner"),
        description=fields.text("description"),
        folder=folder.as_posix(),
        place=fields.places.get("languages", place),
    )


def _files(folder: Path, part: str) -> Iterator[Path]:
    """`part.yaml` and every YAML file under `part/`, in the order of their names."""
    for suffix in (".yaml", ".yml"):
        if (folder / f"{part}{suffix}").is_file():
            yield folder / f"{part}{suffix}"
    files = sorted((folder / part).rglob("*")) if (folder / part).is_dir() else []
    yield from (file for file in files if file.suffix in (".yaml", ".yml") and _visible(file) and file.is_file())


def _visible(path: Path) -> bool:
    return not path.name.startswith(_PASSED_OVER)


def _report_unread(path: Path, *, read: Collection[Path] = (), problems: list[Problem]) -> None:
    """Data in a misspelt folder, or where else nothing reads it, would be passed over in silence: say so."""
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        within = file.relative_to(path).parts or (file.name,)
        data = file.suffix.lower() in _DATA and file.is_file() and not any(p.startswith(_PASSED_OVER) for p in within)
        if data and file not in read:
            sentence = f"nothing reads this file where it stands{_advice(file, within[0].split('.')[0])}"
            place = Place(path=file.as_posix(), line=1)
            problems.append(Problem(place=place, sentence=sentence, severity="warning", code="unread_file"))


def _advice(file: Path, top: str) -> str:
    if file.suffix.lower() in _SPREADSHEETS:
        return "; save it as .xlsx"
    if file.suffix.lower() in tables.SUFFIXES:
        return "; to have it read, put it next to the packs, or next to other tables"
    return suggestion(top, _PARTS)
