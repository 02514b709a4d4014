"""YAML with line numbers: a file becomes a tree of nodes, each with its line; every text is what the editor typed.

Built from parser events, not from `yaml.load`: numbers, dates and yes/no stay text, a key written twice is seen, and a
file nested a hundred thousand deep cannot exhaust the stack. Never raises: what is wrong goes to `problems`. Knows
nothing of packs; `contents.py` and `packs.py` use it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

import yaml

from index.findings import Place, Problem, Severity, quoted, suggestion
from index.knowledge import Variant

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH_MAX = 20  # the format needs 5; the parser's time grows with the square of the depth
_NOT_PRINTABLE = yaml.reader.Reader.NON_PRINTABLE
_WIDE_COLON = re.compile(r"^\s*(?:- +)?([A-Za-z_][\w-]*)：")
_TIGHT_COLON = re.compile(r"^\s*(?:- +)?([A-Za-z_]\w*):(?=[^\s:/])")
_WHY = (  # what the parser says -> what to do about it
    ("mapping values are not allowed", "a text with a colon in it; put the whole text in double quotes"),
    ("tab character", "a tab stands here; use spaces to indent"),
    ("cannot start any token", "a text cannot begin with this sign (or with a tab); put the text in double quotes"),
    ("could not find expected ':'", "a key without its colon, or a text of several lines that is not indented"),
    ("unexpected end of stream", "a quotation mark or bracket that opens here is never closed"),
    ("but found another document", "`---` begins a second document; a file holds only one"),
    ("escape character", "a backslash in a text in double quotes; write it twice, or use single quotes"),
    ("did not find expected '-' indicator", "this line does not belong to the list above; look at its indentation"),
    ("did not find expected key", "this line does not fit the lines above; look at its indentation and quotes"),
    ("tag", "a text cannot begin with `!`; put it in double quotes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A text, a list or a map; the parts of a map are key, value, key, value …"""

    kind: Literal["text", "list", "map"]
    line: int
    text: str = ""
    plain: bool = True
    parts: list["Node"] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return self.kind == "text" and (not self.text.strip() or (self.plain and self.text == "~"))


class Page:
    """One YAML file: its root node (None if empty or unreadable), and the questions one asks of its nodes."""

    def __init__(self, path: Path, *, problems: list[Problem]) -> None:
        self.path = path.as_posix()
        self.problems = problems
        text = decoded(path, problems=problems)
        self.root = None if text is None else self._tree(text)

    def report(self, line: int, sentence: str, *, code: str, severity: Severity = "error") -> None:
        place = Place(path=self.path, line=line)
        self.problems.append(Problem(place=place, sentence=sentence, severity=severity, code=code))

    def place(self, node: Node) -> Place:
        return Place(path=self.path, line=node.line)

    def items(self, node: Node | None) -> list[Node]:
        """The items of a list; a single text or map counts as a list of one."""
        if node is None or node.empty:
            return []
        return node.parts if node.kind == "list" else [node]

    def text(self, node: Node) -> str:
        if node.kind != "text":
            sentence = "a single text is due here; if it holds a colon or a bracket, put it in double quotes"
            self.report(node.line, sentence, code="not_a_text")
            return ""
        return "" if node.empty else node.text.strip()

    def texts(self, node: Node | None) -> tuple[Variant, ...]:
        """The texts of a list, each with its place; empty lines of the list are reported and left out."""
        found = []
        for item in self.items(node):
            text = self.text(item)
            if item.empty:
                self.report(item.line, "this line of the list is empty; fill it or delete it", code="empty_item")
            if text:
                found.append(Variant(text=text, place=self.place(item)))
        return tuple(found)

    def fields(self, node: Node, *, known: Iterable[str] = (), prefix: str = "") -> "Fields":
        """The keys of a map. Keys neither known nor beginning with `prefix` are reported (no `known`: any key goes)."""
        return Fields(self, node, known=tuple(known), prefix=prefix)

    def _tree(self, text: str) -> Node | None:
        bad = _NOT_PRINTABLE.search(text)
        if bad:
            line = text.count("\n", 0, bad.start()) + 1
            self.report(line, f"delete the character U+{ord(bad.group()):04X}; it cannot be shown", code="bad_character")
            return None
        try:
            return self._nodes(text)
        except yaml.YAMLError as error:
            line, sentence = _explained(error, text.split("\n"))
            self.report(line, f"this file cannot be read from here on: {sentence}", code="not_yaml")
            return None

    def _nodes(self, text: str) -> Node | None:
        roots: list[Node] = []
        open_nodes: list[Node] = []
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                open_nodes.pop()
            elif isinstance(event, yaml.DocumentStartEvent) and roots:
                self.report(_line(event), "a second `---` document; a file holds only one", code="not_yaml")
                break
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                (open_nodes[-1].parts if open_nodes else roots).append(node)
                if node.kind != "text":
                    open_nodes.append(node)
            if len(open_nodes) > _DEPTH_MAX:
                self.report(_line(event), "brackets or indentations nested too deep", code="not_yaml")
                return None
        return roots[0] if roots else None

    def _node(self, event: yaml.NodeEvent) -> Node:
        line = _line(event)
        sign = _sign(event)
        if sign:
            sentence = f"a text that begins with `{sign}` must be put in double quotes, or its first word is lost"
            self.report(line, sentence, code="unquoted_sign")
        if isinstance(event, yaml.ScalarEvent):
            return Node(kind="text", line=line, text=event.value, plain=not event.style)
        if isinstance(event, yaml.CollectionStartEvent):
            return Node(kind="list" if isinstance(event, yaml.SequenceStartEvent) else "map", line=line)
        return Node(kind="text", line=line, text=f"*{event.anchor}")


class Fields:
    """One map of a page, asked for key by key; `places` tells where each key's value is written."""

    def __init__(self, page: Page, node: Node, *, known: tuple[str, ...], prefix: str) -> None:
        self.page = page
        self.node = node
        self.place = page.place(node)
        self.parts: dict[str, Node] = {}
        self.places: dict[str, Place] = {}
        if node.kind != "map":
            keys = f" such as `{known[0]}: …`" if known else ""
            page.report(node.line, f"lines of the form `key: value` are due here{keys}", code="not_a_map")
            return
        for key, value in zip(node.parts[::2], node.parts[1::2], strict=True):
            self._take(key, value, known=known, prefix=prefix)

    def _take(self, key: Node, value: Node, *, known: tuple[str, ...], prefix: str) -> None:
        name = self.page.text(key)
        if name in self.parts or name in self.places:
            self.page.report(key.line, f"`{name}` is written twice here; delete one", code="key_twice")
        elif known and name not in known and not (prefix and name.startswith(prefix)):
            self.page.report(key.line, f"`{name}` is not a key known here{suggestion(name, known)}", code="unknown_key")
        else:
            self.places[name] = self.page.place(key)
            if not value.empty:
                self.parts[name] = value

    def text(self, key: str) -> str:
        return self.page.text(self.parts[key]) if key in self.parts else ""

    def texts(self, key: str) -> tuple[Variant, ...]:
        return self.page.texts(self.parts.get(key))

    def words(self, key: str) -> tuple[str, ...]:
        return tuple(variant.text for variant in self.texts(key))

    def translations(self, key: str, *, otherwise: str) -> dict[str, str]:
        """A map language -> text; a bare text counts as the language `otherwise`."""
        node = self.parts.get(key)
        if node is None:
            return {}
        if node.kind == "text":
            return {otherwise: self.page.text(node)}
        inner = self.page.fields(node)
        return {language: inner.text(language) for language in inner.filled()}

    def filled(self) -> dict[str, Node]:
        """The keys with their values; a key without a value (often a comma that cut a text in two) is reported."""
        for key in self.places.keys() - self.parts.keys():
            sentence = f"nothing is written for {quoted(key)}; if a comma cut a text in two, put the text in double quotes"
            self.page.report(self.places[key].line, sentence, code="no_value")
        return self.parts

    def day(self, key: str) -> date | None:
        text = self.text(key)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            sentence = f"`{key}` must be a date that exists, written like 2026-01-31; `{text}` is not"
            self.page.report(self.places[key].line, sentence, code="not_a_date")
            return None


def decoded(path: Path, *, problems: list[Problem]) -> str | None:
    """The text of a UTF-8 file (with or without BOM); None and a problem with the line if it cannot be read."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        line, sentence = 1, f"this file cannot be opened ({error.strerror})"
    except UnicodeDecodeError as error:
        line, sentence = data.count(b"\n", 0, error.start) + 1, "this file is not UTF-8 text; save it as UTF-8"
    problems.append(Problem(place=Place(path=path.as_posix(), line=line), sentence=sentence, code="not_readable"))
    return None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _sign(event: yaml.NodeEvent) -> str:
    if isinstance(event, yaml.AliasEvent):
        return "*"
    if event.anchor is not None:
        return "&"
    return "!" if getattr(event, "tag", None) is not None else ""


def _explained(error: yaml.YAMLError, lines: list[str]) -> tuple[int, str]:
    """The line (from 1) and the advice for a parser's error; a wrong colon just above is the usual culprit."""
    said = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
    marks = [getattr(error, name, None) for name in ("problem_mark", "context_mark")]
    mark = next((m for m in (reversed(marks) if "end of stream" in said else marks) if m), None)
    number = min(mark.line, len(lines) - 1) if mark else 0
    for at in range(number, max(-1, number - 3), -1):
        for colon, advice in ((_WIDE_COLON, "the full-width colon ："), (_TIGHT_COLON, "a colon without a space")):
            match = colon.match(lines[at])
            if match:
                return at + 1, f"{advice} follows `{match.group(1)}`; write `{match.group(1)}: ` with a space after it"
    advice = next((advice for key, advice in _WHY if key in said), f"YAML says: {getattr(error, 'problem', error)}")
    return number + 1, advice
