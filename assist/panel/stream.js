/* The service's stream of one call: a WebSocket that reconnects and resumes. No DOM, no labels.
 *
 * Speaks subprotocol assist.v1.json. After a lost connection it opens again with `session` and `after`, so the service
 * replays what was missed, or tells the loss with `dropped` and sends a `snapshot`. A service that does not know the
 * session any more gives a new one: `opened` is then told with resumed = false, and nothing of before counts.
 * Nothing here grows with time. Used by agent-assist.js.
 */

export const SUBPROTOCOL = "assist.v1.json";
const BEAT_MS = 20_000; // a ping each beat; a connection silent from one beat to the next is dead
const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 8_000;
const JITTER = 0.5; // up to half as long again, so that a thousand panels do not come back at once
const OUTGOING_MAX = 16; // feedback kept while the connection is away
// A service that answers `open` so will not answer otherwise a second later.
const FINAL_PROBLEMS = new Set(["unauthorised", "bad_value", "wrong_type", "missing_field", "text_too_long", "not_allowed"]);

export class Stream {
  #server;
  #opening;
  #on;
  #socket = null;
  #open = false;
  #stopped = true;
  #session = "";
  #last = 0; // number of the last message of the session's stream
  #seq = 0; // number of the last message sent
  #tries = 0;
  #reconnectAfter = null;
  #retry = 0;
  #beat = 0;
  #alive = false;
  #outgoing = [];

  /** `opening` is the `open` message's fields. `on` holds opened({resumed}), message(body), state(name, {code, message}). */
  constructor(server, opening, on) {
    this.#server = server;
    this.#opening = opening;
    this.#on = on;
  }

  /** Connect, and stay connected until stop(). */
  start() {
    if (!this.#stopped) return;
    this.#stopped = false;
    globalThis.addEventListener?.("online", this.#hurry);
    this.#connect();
  }

  /** Close for good. */
  stop() {
    this.#stopped = true;
    globalThis.removeEventListener?.("online", this.#hurry);
    clearTimeout(this.#retry);
    this.#leave();
  }

  /** Send a message, now or when the session goes on. The oldest gives way when too many wait. */
  send(body) {
    if (this.#open) return this.#transmit(body);
    this.#outgoing.push(body);
    if (this.#outgoing.length > OUTGOING_MAX) this.#outgoing.shift();
  }

  #connect() {
    if (!this.#session && !this.#tries) this.#on.state("connecting", {});
    let socket;
    try {
      socket = new WebSocket(this.#server, SUBPROTOCOL);
    } catch {
      return this.#halt("refused", { code: "bad_address" });
    }
    this.#socket = socket;
    this.#alive = false;
    this.#beat = setInterval(() => this.#onBeat(), BEAT_MS);
    socket.onopen = () => this.#transmit(this.#openMessage());
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#lost();
  }

  #openMessage() {
    const resume = this.#session ? { session: this.#session, after: this.#last } : {};
    return { type: "open", ...this.#opening, ...resume };
  }

  #transmit(body) {
    this.#seq += 1;
    this.#socket.send(JSON.stringify({ ...body, seq: this.#seq }));
  }

  #receive(frame) {
    this.#alive = true;
    const body = parsed(frame);
    if (body === null) return;
    if (body.type === "opened") this.#onOpened(body);
    else if (body.type === "closing") this.#onClosing(body);
    else if (!this.#open) this.#onRefused(body);
    else this.#onMessage(body);
  }

  #onOpened(body) {
    const resumed = body.session === this.#session;
    if (!resumed) this.#outgoing = []; // it spoke of another session's cards, whose names may come again
    this.#session = body.session;
    this.#last = body.seq;
    this.#open = true;
    this.#tries = 0;
    this.#on.opened({ resumed });
    this.#on.state("live", {});
    for (const waiting of this.#outgoing.splice(0)) this.#transmit(waiting);
  }

  #onMessage(body) {
    // Provisional messages left out will not come: go on after them. `closing` and refusals stand outside the count.
    this.#last = body.type === "dropped" && body.kind === "provisional" ? Math.max(body.seq, body.to_seq) : body.seq;
    if (body.type !== "pong") this.#on.message(body);
  }

  #onRefused(body) {
    if (body.type !== "problem") return;
    if (FINAL_PROBLEMS.has(body.code)) return this.#halt("refused", body);
    this.#reconnectAfter = body.retry_after_ms ?? null;
    this.#lost(body);
  }

  #onClosing(body) {
    if (body.reason === "replaced") return this.#halt("replaced", {});
    if (body.reason === "unauthorised") return this.#halt("refused", { code: body.reason });
    this.#reconnectAfter = body.reconnect_after_ms ?? null;
  }

  #onBeat() {
    if (!this.#alive) return this.#lost();
    this.#alive = false;
    if (this.#open) this.#transmit({ type: "ping", echo: String(this.#seq) });
  }

  #lost(why = {}) {
    this.#leave();
    const pause = Math.max(this.#reconnectAfter ?? 0, Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** this.#tries));
    this.#reconnectAfter = null;
    this.#tries += 1;
    this.#on.state("waiting", { code: why.code, message: why.message });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), pause * (1 + Math.random() * JITTER));
  }

  #hurry = () => {
    if (this.#socket) return;
    clearTimeout(this.#retry);
    this.#connect();
  };

  #halt(state, why) {
    this.stop();
    this.#on.state(state, { code: why.code, message: why.message });
  }

  #leave() {
    clearInterval(this.#beat);
    this.#open = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** The map in a frame; null for anything else, which is ignored. */
function parsed(frame) {
  try {
    const body = JSON.parse(frame);
    return body && typeof body === "object" && typeof body.type === "string" ? body : null;
  } catch {
    return null;
  }
}
