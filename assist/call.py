"""The call core: fragments in, queries out; answers in, readings and cards out. One object per call.

Pure: it sees no clock, no socket and no model. `now` is always milliseconds since the call began, so a call can be replayed
from a file bit for bit. Called by `switchboard` (live) and `replay`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from assist.board import Board
from assist.candidates import Voice, early_cards, final_cards, phrase_cards, ranked, refused, situation_card
from assist.glimpses import Glimpses, glimpse
from assist.guidance import Guide, Signals, Situation
from assist.holds import asks_to_wait, speaks_of_waiting
from assist.language import language_of
from assist.messages import Fragment, Heard, Reading, ServerMessage, Snapshot, Suggest
from assist.mood import BOILING, COOLED, HEAT, Mood, heard_in_voice
from assist.queries import UNKNOWN, Answer, Label, Query
from assist.records import record
from assist.settings import Settings
from assist.stage import Stage
from assist.transcript import OPEN_SEGMENTS_MAX, Change, Transcript
from assist.waiting import ASK_WAIT, LONG_WAIT, Waiting

_LANGUAGE_CHARS: Final = 4  # a caller's language is told from the first turn that has as many
_UNSOOTHED: Final = frozenset({"nuisance"})  # intents of callers whose feelings are none of ours to answer


@record(frozen=True, slots=True)
class News:
    """What hearing a fragment brings: messages to send now, and at most one query to ask."""

    messages: Sequence[ServerMessage] = ()
    query: Query | None = None


@dataclass(slots=True)
class Call:
    """One call's words, mood and cards."""

    name: str
    settings: Settings
    guide: Guide
    run: int = 0  # of calls by this name
    language: str | None = None
    caller: Mapping[str, Any] = field(default_factory=dict)
    agent: str = ""
    mood: Mood = field(default_factory=Mood)
    reading: Reading | None = None
    transcript: Transcript = field(default_factory=Transcript)
    stage: Stage = field(default_factory=Stage)
    board: Board = field(init=False)
    waiting: Waiting = field(init=False)
    _glimpses: Glimpses = field(default_factory=Glimpses)
    _asked: int = 0
    _finals: list[int] = field(default_factory=list)  # numbers of final queries not yet advised, in order
    _answers: dict[int, Answer] = field(default_factory=dict)
    _latest: dict[str, int] = field(default_factory=dict)  # open segment -> number of its newest advised partial

    def __post_init__(self) -> None:
        self.board = Board(self.name, self.settings.cards_max, self.settings.card_ms)
        self.waiting = Waiting(self.settings)

    def start(self) -> list[ServerMessage]:
        """The first cards of a call, before a word is said."""
        return self._situation("call_open", now=0)

    def hear(self, fragment: Fragment, *, now: int) -> News:
        """Take in a fragment. A duplicate brings nothing; fillers and unchanged words bring no query."""
        heard = self.transcript.hear(fragment)
        if heard is None:
            return News()
        text, change = heard
        self.waiting.heard(fragment.speaker, now=now)
        messages: list[ServerMessage] = [
            Heard(call=self.name, segment=fragment.segment, speaker=fragment.speaker, text=text, final=fragment.final)
        ]
        if fragment.final:
            self._latest.pop(fragment.segment, None)
            if change is None:
                messages += self._take_back(fragment.segment)
        language = self._spoken(text, fragment)
        return News(messages, self._query(change, fragment, text, language, now) if change else None)

    def _spoken(self, text: str, fragment: Fragment) -> str | None:
        """The call's language; until a final of the caller tells it, the one that a partial suggests."""
        language = self.language
        if language is None and fragment.speaker == "caller" and len(text) >= _LANGUAGE_CHARS:
            language = language_of(text)
            self.language = language if fragment.final else None
        return language

    def _query(self, change: Change, fragment: Fragment, text: str, language: str | None, now: int) -> Query | None:
        if change.speaker == "agent" and not change.final:
            return None
        self._asked += 1
        if change.final:
            self._finals.append(self._asked)
        else:
            self._latest.setdefault(change.segment, 0)
            if len(self._latest) > OPEN_SEGMENTS_MAX:
                del self._latest[next(iter(self._latest))]
        return Query(
            call=self.name, run=self.run, number=self._asked, segment=change.segment, speaker=change.speaker,
            turn=change.turn, fallback=change.fallback, reply=change.reply, final=change.final, heard_ms=now,
            language=language, emotion=heard_in_voice(fragment), waits=change.speaker == "agent" and asks_to_wait(text),
            segments=tuple(self.transcript.turns[-1].segments[-8:]) if change.final else (change.segment,),
        )  # fmt: skip

    def advise(self, answer: Answer) -> list[ServerMessage]:
        """Turn an answer into readings and cards.

        Finals are advised in the order in which they were heard, however the engine finishes them. The answer to a
        partial counts only while its segment is open and no newer partial has been advised.
        """
        query = answer.query
        if query.final:
            self._answers[query.number] = answer
            return self._advise_finals()
        if answer.failed or query.number <= self._latest.get(query.segment, query.number):
            return []
        self._latest[query.segment] = query.number
        candidates = early_cards(answer, self.voice(query.language))
        cards = self.board.propose(candidates, segment=query.segment, now=query.heard_ms, timing_us=answer.timing_us or None)
        glimpsed = glimpse(answer)
        return [*self._read(glimpsed, self.mood.after(glimpsed.emotion)), *cards]

    def _advise_finals(self) -> list[ServerMessage]:
        messages: list[ServerMessage] = []
        while self._finals and self._finals[0] in self._answers:
            answer = self._answers.pop(self._finals.pop(0))
            messages += self._advise_agent(answer) if answer.query.speaker == "agent" else self._advise_caller(answer)
        return messages

    def _advise_agent(self, answer: Answer) -> list[ServerMessage]:
        """What the agent says takes its own card off the screen, and may begin or end a hold.

        Its partials may have been taken for the caller's: recognisers correct who speaks.
        """
        cards = self._take_back(answer.query.segment)
        if answer.failed:
            return cards
        said = answer.moment.moment if answer.moment else ""
        if said in (ASK_WAIT, LONG_WAIT) and not speaks_of_waiting(answer.query.turn):
            said = ""
        self.stage.agent_said(said, answer.query.turn)
        now = answer.query.heard_ms
        cards += self.board.retire(self.guide.of_moment(said))
        on_hold = self.waiting.hold_ms is not None
        situation = self.waiting.said(ASK_WAIT if answer.query.waits else said, now=now)
        if on_hold and self.waiting.hold_ms is None:  # "I am still checking" is not true any more
            cards += self.board.retire(self.guide.of_moment(LONG_WAIT) | self.guide.of_moment(ASK_WAIT))
        return cards + self._situation(situation, now=now) if situation else cards

    def _advise_caller(self, answer: Answer) -> list[ServerMessage]:
        query = answer.query
        if answer.failed:
            return self._take_back(query.segment)
        emotion = self._felt(answer)
        signals = self._signals(answer.intent.label, emotion)
        soothed = answer.intent.label not in _UNSOOTHED
        voice = self.voice(query.language, emotion.label)
        phrases = phrase_cards(self.guide, signals, voice, self.board, query.heard_ms)
        phrases = [card for card in phrases if soothed or card.kind != "empathy"]
        candidates = ranked(final_cards(answer, voice, self.board), phrases)
        cards = self.board.settle(
            candidates,
            segment=query.segment,
            based_on=query.segments,
            now=query.heard_ms,
            timing_us=answer.timing_us or None,
        )
        cards += self.board.retire(refused(answer))
        return [*self._read(answer, self.mood, emotion), *cards]

    def _signals(self, intent: str, emotion: Label) -> Signals:
        """What is known once a caller turn has been read: it moves the mood and the stage."""
        was_boiling, self.mood = self.mood.boiling, self.mood.after(emotion)
        over = self.stage.caller_said(intent, unanswered=self.guide.catalog.unanswered)
        situation: Situation = ""
        if self.mood.boiling:  # a heated call has calm turns too, and turns that tell nothing
            situation = "boiling" if HEAT.get(emotion.label, 0.0) >= COOLED else ""
        elif over or was_boiling:
            situation = "over" if over else "cooled"
        felt = "angry" if over and self.mood.peak >= BOILING else emotion.label  # a hard call stays one when it ends calmly
        return Signals(
            intent=intent, emotion="" if intent in _UNSOOTHED else felt, situation=situation, stage=self.stage.name
        )

    def _take_back(self, segment: str) -> list[ServerMessage]:
        """What a segment's partials brought, when its final brings nothing of the caller's."""
        cards: list[ServerMessage] = list(self.board.forget(segment))
        if not self.reading or self.reading.final or self.reading.segment != segment:
            return cards
        nothing = Answer(query=Query(call=self.name, number=0, segment=segment, speaker="caller", turn="", final=True,
                                     heard_ms=0), catalog=self.guide.catalog)  # fmt: skip
        return [*self._read(nothing, self.mood), *cards]

    def _felt(self, answer: Answer) -> Label:
        """The emotion to go by: the recogniser heard the voice, so it may fill in what the words do not tell."""
        told = answer.query.emotion
        if told and told.label in self.guide.catalog.emotions and answer.emotion.label == UNKNOWN:
            return told
        return answer.emotion

    def _read(self, answer: Answer, mood: Mood, emotion: Label | None = None) -> list[ServerMessage]:
        emotion = emotion or answer.emotion
        reading = Reading(
            call=self.name, segment=answer.query.segment, final=answer.query.final,
            intent={"label": answer.intent.label, "p": round(answer.intent.p, 3)},
            emotion={"label": emotion.label, "p": round(emotion.p, 3), "trend": mood.trend, "heat": round(mood.heat, 2)},
        )  # fmt: skip
        if not reading.final and not self._glimpses.worth_telling(reading, self.reading):
            return []
        self.reading = reading
        return [reading]

    def tick(self, *, now: int) -> list[ServerMessage]:
        """What time alone brings: cards that have had their time, a word for a silence, a hold, a long call."""
        messages: list[ServerMessage] = list(self.board.expire(now))
        for situation in self.waiting.tick(now=now):
            messages += self._situation(situation, now=now)
        return messages

    def _situation(self, situation: Situation, *, now: int) -> list[ServerMessage]:
        felt = self.reading.emotion["label"] if self.reading else ""
        signals = Signals(emotion=felt, situation=situation, stage=self.stage.name)
        card = situation_card(self.guide, signals, self.voice(self.language), self.board, now)
        return list(self.board.settle([card], segment="", based_on=(), now=now)) if card else []

    def dismiss(self, suggestion: str) -> list[Suggest]:
        """The agent closed a card: the others who watch take it off too."""
        return self.board.dismiss(suggestion)

    @property
    def busy(self) -> bool:
        """Whether finals are still with the engine."""
        return bool(self._finals)

    def snapshot(self, *, now: int) -> Snapshot:
        """The call as it stands, for who joins late."""
        turns = tuple(
            Heard(call=self.name, segment=turn.segments[-1], speaker=turn.speaker, text=turn.heard, final=True)
            for turn in self.transcript.turns
        )
        shown: tuple[Suggest, ...] = tuple(self.board.shown.values())
        return Snapshot(call=self.name, now_ms=now, turns=turns, suggestions=shown, reading=self.reading)

    def voice(self, language: str | None, emotion: str = "") -> Voice:
        """In which words this call is spoken to, given the caller's emotion."""
        return Voice(
            language=language or "zh-Hans", tone=self.guide.catalog.tones.get(emotion, "plain"), agent=self.agent,
            company=self.settings.company, surname=str(self.caller.get("surname") or ""),
            title=str(self.caller.get("title") or ""),
        )  # fmt: skip
