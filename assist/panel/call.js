/* What the panel knows of a call: the last turns, the reading, the cards. No DOM, no socket, no clock.
 *
 * Every list is bounded, so a shift of calls leaves nothing behind. Used by agent-assist.js; the views read it.
 *
 * Times of cards (`expires_ms`) count from the call's start. The start is known from `snapshot.now_ms`, or from the
 * moment at which a call was opened that has no snapshot because it began with us. The service takes expired cards off
 * itself; the deadline here only serves while the connection is away.
 */

const LINES_MAX = 6;
const PIECES_MAX = 12;
const PIECE_CHARS_MAX = 600;
const CARDS_MAX = 12;
const GONE_MAX = 64;
const GRACE_MS = 1_500; // the service's own withdrawal should come first
const UNKNOWN_START_MS = 60_000; // how long a card of a call stays whose time we do not know

export class Call {
  constructor(name = "") {
    this.name = name;
    this.clear();
  }

  /** Forget everything but the name. */
  clear() {
    this.lines = []; // [{speaker, pieces: [{segment, text, final}]}], the oldest first
    this.reading = null; // {intent, emotion, trend, heat}
    this.cards = new Map(); // id -> card, the oldest first
    this.ended = false;
    this.begunAt = null; // on the clock of `now`
    this.#gone = new Set();
  }

  #gone; // cards the agent closed: a message that was under way must not bring them back

  /** A session has begun, or goes on. `now` is in milliseconds of any clock that never goes back. */
  opened({ resumed, now }) {
    if (resumed) return;
    this.clear();
    this.begunAt = now;
  }

  /** Take in a server message. */
  receive(message, { now }) {
    if (message.type === "heard") this.#hear(message);
    else if (message.type === "reading") this.#read(message);
    else if (message.type === "suggest") this.#suggest(message, now);
    else if (message.type === "snapshot") this.#restore(message, now);
    else if (message.type === "ended") this.#end(message);
  }

  /** The agent closed a card. */
  dismiss(id) {
    this.cards.delete(id);
    this.#gone.add(id);
    if (this.#gone.size > GONE_MAX) this.#gone.delete(this.#gone.values().next().value);
  }

  /** Take off cards whose time is over; return when the next one's is, Infinity if never. */
  expire(now) {
    let next = Infinity;
    for (const card of [...this.cards.values()]) {
      if (now >= card.deadline) this.cards.delete(card.id);
      else next = Math.min(next, card.deadline);
    }
    return next;
  }

  #hear({ segment, speaker, text, final }) {
    const piece = this.#piece(segment);
    if (piece?.final) return; // closed: of a turn restored from a snapshot, its last segment stands for all
    const line = this.lines.find(({ pieces }) => pieces.includes(piece));
    if (line?.speaker === speaker) Object.assign(piece, { text: tail(text), final });
    else {
      if (line) this.#remove(piece, line); // recognisers correct who speaks
      if (text) this.#line(speaker).pieces.push({ segment, text: tail(text), final });
    }
    for (const line of this.lines) line.pieces.splice(0, line.pieces.length - PIECES_MAX);
  }

  #piece(segment) {
    return this.lines.flatMap((line) => line.pieces).findLast((piece) => piece.segment === segment);
  }

  #remove(piece, line) {
    line.pieces = line.pieces.filter((other) => other !== piece);
    if (!line.pieces.length) this.lines = this.lines.filter((other) => other !== line);
  }

  #line(speaker) {
    if (this.lines.at(-1)?.speaker !== speaker) {
      this.lines.push({ speaker, pieces: [] });
      this.lines.splice(0, this.lines.length - LINES_MAX);
    }
    return this.lines.at(-1);
  }

  #read({ intent, emotion, final }) {
    const old = this.reading;
    // Half a sentence often tells nothing yet: what was known stays until the final says otherwise.
    const keep = (label, before) => (label === "unknown" && !final && before ? before : label);
    const felt = keep(emotion.label, old?.emotion);
    const fresh = felt === emotion.label;
    this.reading = {
      intent: keep(intent.label, old?.intent),
      emotion: felt,
      trend: fresh ? emotion.trend : old.trend,
      heat: fresh ? emotion.heat : old.heat,
    };
  }

  #suggest(card, now) {
    if (card.state === "withdrawn") this.cards.delete(card.id);
    else if (!this.#gone.has(card.id)) this.cards.set(card.id, this.#dated(card, now));
    if (this.cards.size > CARDS_MAX) this.cards.delete(this.cards.keys().next().value);
  }

  #dated(card, now) {
    return { ...card, deadline: this.#deadline(card, now), elsewhere: card.call === this.name ? "" : card.call };
  }

  #deadline(card, now) {
    if (card.expires_ms === undefined || card.expires_ms === null) return Infinity;
    if (card.call !== this.name || this.begunAt === null) return now + UNKNOWN_START_MS;
    return this.begunAt + card.expires_ms + GRACE_MS;
  }

  #restore({ now_ms, turns, suggestions, reading }, now) {
    this.begunAt = now - now_ms;
    this.lines = [];
    for (const turn of turns) this.#hear(turn);
    this.reading = null;
    if (reading) this.#read(reading);
    const kept = new Set(suggestions.map((card) => card.id));
    for (const id of [...this.cards.keys()]) if (!kept.has(id)) this.cards.delete(id);
    for (const card of suggestions) this.#suggest(card, now);
  }

  /** This call is over, or, for a supervisor who sees every call's alerts, another. */
  #end({ call }) {
    this.ended ||= call === this.name;
    for (const [id, card] of this.cards) if (this.ended || card.call === call) this.cards.delete(id);
  }
}

function tail(text) {
  return text.length > PIECE_CHARS_MAX ? `…${text.slice(-PIECE_CHARS_MAX)}` : text;
}
