"""`assist ask`: one text in, what the service would make of it out. For editors, tests and other programs."""

import json
from collections.abc import Iterable, Iterator
from math import isfinite
from time import perf_counter_ns
from typing import Any, Final

from assist.board import Board
from assist.call import Call
from assist.candidates import answering, phrase_cards
from assist.catalog import LANGUAGES
from assist.engine import Engine
from assist.faults import Fault
from assist.guidance import Guide, Signals
from assist.language import language_of
from assist.messages import parse
from assist.mood import Mood
from assist.queries import UNTOLD, Answer, Label, Query
from assist.settings import Settings
from assist.text import is_filler, normalise

NOTHING: Final = "none"  # the intent of fillers


class BadLine(Fault):
    """A line that is no question; `id` is what its answer would have borne, None where that cannot be told."""

    def __init__(self, code: str, message: str, *, field: str | None = None, id: str | float | None = None) -> None:
        super().__init__(code, message, field=field)
        self.id = id


def questions(lines: Iterable[str], *, as_json: bool) -> Iterator[dict[str, Any] | BadLine]:
    """What is asked, line by line: objects with `text`, or plain texts; a BadLine for a line that is neither."""
    for number, line in enumerate(lines, start=1):
        if line.strip() or not line.endswith("\n"):  # an empty line of a file asks nothing, an empty argument does
            yield _question(line, number) if as_json else {"id": number, "text": line.rstrip("\n")}


def _question(line: str, number: int) -> dict[str, Any] | BadLine:
    try:
        body = json.loads(line)
    except (ValueError, RecursionError):
        return BadLine("malformed_frame", f"Line {number} is not JSON.")
    if not isinstance(body, dict):
        return BadLine("malformed_frame", f"Line {number} must be an object with `text`.")
    body.setdefault("id", number)
    try:
        parse({"type": "fragment", "call": "-", "segment": "-", "final": True, "speaker": body.get("speaker") or "caller",
               "text": body.get("text")})  # fmt: skip
    except Fault as fault:
        return BadLine(fault.code, f"Line {number}: {fault}", field=fault.field, id=_sound(body["id"]))
    return body


def _sound(id: object) -> str | float | None:
    """An id if it is text or a number; NaN and infinity are neither in JSON."""
    if isinstance(id, bool) or not isinstance(id, str | int | float):
        return None
    return None if isinstance(id, float) and not isfinite(id) else id


def ask(engine: Engine, settings: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    """Answer one question as the service would answer a final fragment: a JSON-ready map."""
    started = perf_counter_ns()
    speaker = asked.get("speaker") or "caller"
    text = asked["text"] if len(asked["text"]) <= settings.text_chars_max else ""  # the service would refuse it
    query = Query(call="ask", number=1, segment="1", speaker=speaker, turn=normalise(text), final=True, heard_ms=0)
    answer = _unasked(query, engine) if is_filler(query.turn) else engine.answer([query])[0]
    language = asked.get("language") if asked.get("language") in LANGUAGES else language_of(asked["text"])
    timing = {**answer.timing_us, "total": (perf_counter_ns() - started) // 1000}
    shown = {hit.entry.id for hit in answering(answer)}
    told: dict[str, Any] = {
        "id": asked.get("id"),
        "intent": {"label": answer.intent.label, "p": round(answer.intent.p, 4)},
        "emotion": {"label": answer.emotion.label, "p": round(answer.emotion.p, 4)},
        "answers": [
            {"entry": hit.entry.id, "score": round(hit.score, 4), "matched": hit.matched, "shown": hit.entry.id in shown}
            for hit in answer.hits
        ],
        "phrases": _phrases(engine, settings, answer, language or "zh-Hans"),
        "timing_us": timing,
    }
    return told | {"moment": answer.moment.moment if answer.moment else None} if speaker == "agent" else told


def _unasked(query: Query, engine: Engine) -> Answer:
    """What the service has no query for: a filler means nothing, and that is sure; of no words at all nothing is known."""
    intent = Label(NOTHING, 1.0) if query.turn and NOTHING in engine.catalog.intents else UNTOLD
    return Answer(query=query, catalog=engine.catalog, intent=intent)


def _phrases(engine: Engine, settings: Settings, answer: Answer, language: str) -> list[dict[str, Any]]:
    guide = Guide(engine.catalog)
    mood = Mood().after(answer.emotion)
    signals = Signals(
        intent=answer.intent.label,
        emotion=answer.emotion.label,
        situation="boiling" if mood.boiling else "",
        stage="listening",
    )
    call = Call("ask", settings, guide, language=language)
    cards = phrase_cards(
        guide, signals, call.voice(language, answer.emotion.label), Board("ask", settings.cards_max, settings.card_ms), 0
    )
    return [{"id": card.why["entry"], "kind": card.kind, "text": card.text} for card in cards]


def problem(fault: BadLine) -> dict[str, Any]:
    """A line that could not be answered."""
    return {"id": fault.id, "problem": {"code": fault.code, "message": str(fault)}}
