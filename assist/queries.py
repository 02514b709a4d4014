"""What passes between the pure call core and the engine: a query out, an answer back. Data only.

Of what an answer holds there are many on the hot path; a named tuple is made in a third of a frozen dataclass's time.
"""

from dataclasses import field
from typing import NamedTuple

from assist.catalog import Catalog, Entry
from assist.outlook import USUAL, Outlook
from assist.records import record
from assist.replies import Reply


class Label(NamedTuple):
    """A label and its calibrated probability, 0 to 1. `unknown` when below its threshold."""

    label: str
    p: float


@record(frozen=True, slots=True, kw_only=True)
class Query:
    """Something one speaker said, to be read and searched.

    `number` orders the queries of a call, `run` tells apart calls of one name; `heard_ms` is the call's time when the words
    came; `turn` is the whole turn so far as normalised text, `segment` the one whose words are newest, and `fallback` what
    to answer where the turn brings nothing new: those words, where the turn holds more, or the agent's question to which it
    is but a `reply`. The rest is what the call knew then, so that the cards do not depend on how long the engine takes.
    """

    call: str
    number: int
    segment: str
    speaker: str
    turn: str
    final: bool
    heard_ms: int
    run: int = 0
    fallback: str = ""
    reply: Reply = ""
    waits: bool = False  # the agent asks the caller to wait
    segments: tuple[str, ...] = ()  # of the turn, for `based_on`
    language: str | None = None  # of the cards
    emotion: Label | None = None  # what the recogniser heard in the voice


UNKNOWN = "unknown"
UNTOLD = Label(UNKNOWN, 0.0)


class Hit(NamedTuple):
    """An entry that answers, by its nearest variant.

    `score` is a cosine; `shown` says whether it passes the threshold, `denied` whether a counter-example lies nearer.
    """

    entry: Entry
    score: float
    matched: str
    source: str
    shown: bool
    denied: bool = False


@record(frozen=True, slots=True)
class Moment:
    """What an agent's sentence was: the moment of the nearest standard phrase."""

    moment: str
    score: float


@record(frozen=True, slots=True, kw_only=True)
class Answer:
    """The engine's answer to a query. For an agent's words only `moment` is set; for a caller's the rest.

    `failed` says why there is no answer; the call core then goes on without one. `catalog` is the one these hits come
    from: after a swap of artifacts, older answers still show their own texts.
    """

    query: Query
    catalog: Catalog
    intent: Label = UNTOLD
    emotion: Label = UNTOLD
    hits: tuple[Hit, ...] = ()
    threshold: float = 0.0  # the score an entry needs to be shown
    fallback: tuple[Hit, ...] = ()  # of the query's `fallback` alone
    fallback_threshold: float = 0.0
    outlook: Outlook = USUAL  # whether a partial's best answer will be the final's
    moment: Moment | None = None
    timing_us: dict[str, int] = field(default_factory=dict)  # wait, encode, search; of the batch it was in
    failed: str | None = None
