"""From what the engine found and what the moment asks for to cards: their words, and why they are shown. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from assist.board import Board, Candidate
from assist.catalog import TRADITIONAL, Catalog, Entry, Phrase
from assist.guidance import Guide, Signals, address, fill, specificity
from assist.outlook import Signs, signs
from assist.queries import Answer, Hit
from assist.records import record
from assist.text import units

ANSWERS_MAX: Final = 2  # of one turn; a third answer is a sign that none is right
ABREAST: Final = 0.05  # a second answer is shown only if it scores nearly as high as the first
# How likely a partial's best answer must be to be borne out: to be shown, and to take the place of another that is. On
# calibration turns said piece by piece 65 % of the right cards are up by half of the turn so, and 8.8 % of those shown are
# taken back. With an earlier encoder and fewer turns it was 69 and 7.7, from 0.82 on 71 and 10, from 0.78 on 73 and 12.5.
SURE: Final = 0.85
SURER: Final = 0.94
NAMELESS: Final = {"zh-Hans": "客服中心", "zh-Hant": "客服中心", "yue": "客戶服務中心", "en": "customer service"}
ONCE_PER_CALL: Final = frozenset({"opening", "empathy"})
_COOLDOWN_MS: Final = 60_000
_ALWAYS_MS: Final = 10_000  # a phrase asked for by time ("a word every 15 s") may return this soon


@record(frozen=True, slots=True, kw_only=True)
class Voice:
    """In which words to speak: the call's language, the tone that suits the mood, and who speaks to whom."""

    language: str
    tone: str
    agent: str
    company: str
    surname: str
    title: str

    def say(self, phrase: Phrase) -> str:
        """A phrase in this voice. A sentence that needs the agent's number is avoided where it is unknown."""
        text = phrase.say(self.language, self.tone)
        if "{agent}" in text and not self.agent:
            text = phrase.say(self.language, "brief")
        caller = address(self.surname, self.title, self.language)
        return fill(
            text,
            {
                "caller": caller,
                "agent": self.agent,
                "company": self.company or NAMELESS.get(self.language, NAMELESS["zh-Hans"]),
            },
        )

    def name(self, titles: Mapping[str, str]) -> str:
        """A title in English or Chinese."""
        written = "zh-Hant" if self.language in TRADITIONAL and "zh-Hant" in titles else "zh"
        return titles.get("en" if self.language == "en" else written, "")


def answering(answer: Answer) -> list[Hit]:
    """The entries that answer a turn: those that pass their threshold and score nearly as high as the best of them."""
    shown = [hit for hit in answer.hits if hit.shown]
    return [hit for hit in shown if hit.score >= shown[0].score - ABREAST][:ANSWERS_MAX]


def answer_cards(answer: Answer, voice: Voice) -> list[Candidate]:
    """One card for each entry that answers, the best first."""
    return [_answer_card(answer, hit, voice) for hit in answering(answer)]


def final_cards(answer: Answer, voice: Voice, board: Board) -> list[Candidate]:
    """For a final: the answers to the turn; where none is new, to its newest words: callers ask one thing after another,
    and a turn lasts until the agent speaks. A mere yes is answered by what the agent has asked.
    """
    query = answer.query
    if query.reply == "yes" and (asked := answer_cards(_fallen_back(answer), voice)):
        return asked
    cards = answer_cards(answer, voice)
    if query.reply or any(board.rested(card.key, now=query.heard_ms) >= card.cooldown_ms for card in cards):
        return cards
    return [*cards, *answer_cards(_fallen_back(answer), voice)]


def refused(answer: Answer) -> frozenset[str]:
    """The entries that a no to the agent's question says are not wanted."""
    if answer.query.reply != "no":
        return frozenset()
    return frozenset(hit.entry.id for hit in answering(_fallen_back(answer)))


def _fallen_back(answer: Answer) -> Answer:
    """The answer to a query's `fallback` instead of its turn."""
    return replace(answer, hits=answer.fallback, threshold=answer.fallback_threshold)


def early_cards(answer: Answer, voice: Voice) -> list[Candidate]:
    """For a partial: the best answer, if it is likely to be the final's too. It need not pass its threshold yet."""
    best = next(iter(answer.hits), None)
    chance = answer.outlook.chance(signs_of(answer)) if best else 0.0
    if best is None or best.denied or chance < SURE:
        return []
    return [replace(_answer_card(answer, best, voice), firm=chance >= SURER)]


def signs_of(answer: Answer) -> Signs:
    """What an answer with hits tells about its best one's chance."""
    return signs([hit.score for hit in answer.hits], answer.threshold, units(answer.query.turn))


def _answer_card(answer: Answer, hit: Hit, voice: Voice) -> Candidate:
    others = [other for other in answer.hits if other.entry.id != hit.entry.id]
    why: dict[str, Any] = {
        "entry": hit.entry.id, "matched": hit.matched, "threshold": answer.threshold, "source": hit.source,
    }  # fmt: skip
    if others:
        why["runner_up"] = {"entry": others[0].entry.id, "score": round(others[0].score, 3)}
    return Candidate(
        key=f"answer:{hit.entry.id}", kind="answer", title=hit.entry.heading(voice.language),
        text=hit.entry.answer(voice.language), score=round(hit.score, 3), why=why,
        steps=hit.entry.procedure(voice.language), next=_following(answer.catalog, hit.entry, voice),
    )  # fmt: skip


def _following(catalog: Catalog, entry: Entry, voice: Voice) -> list[dict[str, str]]:
    """What may be asked next: not what may be out of date."""
    found = (catalog.entries.get(name) for name in dict.fromkeys(entry.next) if name != entry.id)
    return [
        {"entry": following.id, "title": following.heading(voice.language)}
        for following in found
        if following and not following.dated
    ]


def ranked(answers: list[Candidate], phrases: list[Candidate]) -> list[Candidate]:
    """What matters first: a warning, the answer, the word for the feeling, the rest."""
    urgent = [card for card in phrases if card.kind == "alert"]
    calm = [card for card in phrases if card.kind != "alert"]
    return [*urgent, *answers[:1], *calm, *answers[1:]]


def phrase_cards(guide: Guide, signals: Signals, voice: Voice, board: Board, now: int) -> list[Candidate]:
    """For a caller turn: an alert if the situation asks for one, a word for the feeling, a sentence for the intent."""
    fitting = guide.phrases(signals)
    cards = [_first(guide, fitting.get(kind, ()), signals, voice, board, now) for kind in ("alert", "empathy", "phrase")]
    return [card for card in cards if card]


def situation_card(guide: Guide, signals: Signals, voice: Voice, board: Board, now: int) -> Candidate | None:
    """For a silence, a hold or a beginning: the sentence that situation asks for, if the packs have one."""
    fitting = guide.phrases(signals)
    asked = {
        kind: [phrase for phrase in fitting.get(kind, ()) if "situation" in phrase.when] for kind in ("phrase", "alert")
    }
    cards = (_first(guide, phrases, signals, voice, board, now, cooldown=_ALWAYS_MS) for phrases in asked.values())
    return next(filter(None, cards), None)


def _first(
    guide: Guide,
    phrases: Sequence[Phrase],
    signals: Signals,
    voice: Voice,
    board: Board,
    now: int,
    *,
    cooldown: float = _COOLDOWN_MS,
) -> Candidate | None:
    """The most specific phrase that may be shown again; of equally specific ones, the one unseen for longest."""
    chosen, rested = None, 0.0
    for phrase in phrases:  # the most specific come first
        rest = board.rested(_key(phrase), now=now)
        if chosen and (rested == math.inf or specificity(phrase) < specificity(chosen)):
            break
        if rest > rested and rest >= (math.inf if phrase.moment in ONCE_PER_CALL else cooldown):
            chosen, rested = phrase, rest
    return _phrase_card(guide, chosen, signals, voice, cooldown) if chosen else None


def _key(phrase: Phrase) -> str:
    return f"phrase:{phrase.id}"


def _phrase_card(guide: Guide, phrase: Phrase, signals: Signals, voice: Voice, cooldown: float) -> Candidate:
    matched = ", ".join(f"{name}={getattr(signals, name)}" for name in phrase.when)
    return Candidate(
        key=_key(phrase), kind=phrase.kind, title=voice.name(guide.catalog.moments.get(phrase.moment, {})),
        text=voice.say(phrase), score=1.0, why={"entry": phrase.id, "matched": matched, "source": phrase.source},
        cooldown_ms=math.inf if phrase.moment in ONCE_PER_CALL else cooldown,
    )  # fmt: skip
