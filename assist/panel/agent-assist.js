/* <agent-assist>: the panel as a web component. One call at a time, on the screen of the agent who has it.
 *
 * Attributes: server, call, agent, token, role (agent | supervisor), lang (zh | en), theme (auto | light | dark), rejoin (the
 * line carries one call after another under this name: join the next), parent-origin (see embedding.js). Methods: open({call, …}), copy(place), dismiss(place). Events, all of which bubble:
 * `suggestion` (a card as it came), `feedback` {suggestion, action}, `state` {state, code, message}. Joins the parts:
 * stream.js (socket), call.js (what is known), the views, embedding.js.
 */

import { Call } from "./call.js";
import { copyText } from "./clipboard.js";
import { element } from "./element.js";
import { Embedding } from "./embedding.js";
import { Frame } from "./frame.js";
import { HeardView } from "./heard.js";
import { MoodView } from "./mood.js";
import { Shelf } from "./shelf.js";
import { Stream } from "./stream.js";
import { languageFor, word } from "./words.js";

const JOINING = ["server", "call", "agent", "token", "role"]; // a change of these means another stream
const OVER = new Set(["ended", "refused", "replaced"]);
const TOLD_MAX = 256;
const SLEEP_MAX_MS = 60_000;
const REJOIN_MS = 1_500; // the line begins its next call itself, with the caller's name and language
const now = () => performance.now();

export class AgentAssist extends HTMLElement {
  static observedAttributes = [...JOINING, "lang", "theme"];

  #call = new Call();
  #stream = null;
  #connection = { state: "idle" };
  #told = new Set(); // cards the service knows to be displayed
  #embedding = new Embedding(this);
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #drawing = 0;
  #joining = false;
  #expiry = 0;
  #rejoining = 0;
  #heard = new HeardView();
  #mood = new MoodView();
  #shelf = new Shelf({
    copy: (id) => this.#copy(id),
    dismiss: (id) => this.#dismiss(id),
    enlarged: (id) => this.#feedback(id, "clicked"),
  });
  #frame = new Frame({ mood: this.#mood.element, heard: this.#heard.element, shelf: this.#shelf.element });

  constructor() {
    super();
    const style = element("link", { rel: "stylesheet", href: new URL("panel.css", import.meta.url).href });
    const panel = this.#frame.element;
    panel.hidden = true; // until it is dressed
    style.onload = style.onerror = () => (panel.hidden = false);
    this.attachShadow({ mode: "open" }).append(style, panel);
  }

  connectedCallback() {
    document.addEventListener("keydown", this.#onKey);
    this.#dark.addEventListener("change", this.#draw);
    this.#embedding.start();
    this.#join();
    this.#draw();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#onKey);
    this.#dark.removeEventListener("change", this.#draw);
    this.#embedding.stop();
    this.#leave();
  }

  attributeChangedCallback(name, old, value) {
    if (!this.isConnected || old === value) return;
    if (JOINING.includes(name)) this.#join();
    this.#draw();
  }

  /** Go on to another call: {call, agent, token, role, server, lang, theme}; what is not named stays as it is. */
  open(attributes) {
    for (const [name, value] of Object.entries(attributes)) this.setAttribute(name, value);
    if (OVER.has(this.#connection.state)) this.#join(); // the same call once more
  }

  /** Copy the text of the card at a place, 1 to 3. */
  copy(place) {
    const view = this.#shelf.at(place);
    if (view) this.#copy(view.id);
  }

  /** Take the card at a place off the screen. */
  dismiss(place) {
    const view = this.#shelf.at(place);
    if (view) this.#dismiss(view.id);
  }

  get #language() {
    return languageFor(this.getAttribute("lang"));
  }

  get #watching() {
    return this.getAttribute("role") === "supervisor";
  }

  /** Several attributes may change at once: join when they all have. */
  #join() {
    if (this.#joining) return;
    this.#joining = true;
    queueMicrotask(() => {
      this.#joining = false;
      if (this.isConnected) this.#begin();
    });
  }

  #begin() {
    this.#leave();
    const call = this.getAttribute("call") ?? "";
    this.#call = new Call(call);
    this.#told.clear();
    if (!call && !this.#watching) return this.#onState("idle", {}); // a supervisor without a call sees every call's alerts
    this.#stream = new Stream(this.#server(), this.#opening(call), {
      opened: ({ resumed }) => this.#onOpened(resumed),
      message: (body) => this.#onMessage(body),
      state: (state, why) => this.#onState(state, why),
    });
    this.#stream.start();
  }

  #leave() {
    this.#stream?.stop();
    this.#stream = null;
    clearTimeout(this.#expiry);
    clearTimeout(this.#rejoining);
  }

  /** The service this file came from, unless another is named. */
  #server() {
    const own = import.meta.url.startsWith("http") ? new URL("../v1", import.meta.url) : new URL("/v1", location.href);
    return this.getAttribute("server") || own.href.replace(/^http/, "ws");
  }

  #opening(call) {
    const named = { call, agent: this.getAttribute("agent"), token: this.getAttribute("token") };
    const given = Object.entries(named).filter(([, value]) => value);
    return { role: this.#watching ? "supervisor" : "agent", ...Object.fromEntries(given) };
  }

  #onOpened(resumed) {
    this.#call.opened({ resumed, now: now() });
    if (!resumed) this.#told.clear();
    this.#draw();
  }

  #onMessage(body) {
    this.#call.receive(body, { now: now() });
    if (body.type === "suggest") this.#tell("suggestion", body);
    if (this.#call.ended) {
      this.#leave(); // to open the call again would begin it anew
      this.#onState("ended", {});
      if (this.hasAttribute("rejoin")) this.#rejoining = setTimeout(() => this.#join(), REJOIN_MS);
    }
    this.#draw();
  }

  #onState(state, why) {
    const news = this.#connection.state !== state || this.#connection.code !== why.code;
    this.#connection = { state, ...why };
    if (news) this.#tell("state", this.#connection);
    this.#draw();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
    if (type === "suggestion") this.#embedding.post(type, { suggestion: detail });
  }

  /** A supervisor only looks on: what they close or copy is none of the agent's doing. */
  #feedback(id, action) {
    if (!this.#watching) this.#stream?.send({ type: "feedback", suggestion: id, action });
    this.#tell("feedback", { suggestion: id, action });
  }

  async #copy(id) {
    const view = this.#shelf.view(id);
    const text = view.card.text;
    const outcome = (await copyText(text)) ? "copied" : "failed";
    view.note(outcome);
    this.#frame.announce(word(this.#language, "text", outcome));
    if (outcome === "failed") return;
    this.#feedback(id, "copied");
    this.#embedding.post("copied", { suggestion: id, text });
  }

  #dismiss(id) {
    this.#call.dismiss(id);
    this.#feedback(id, "dismissed");
    this.#draw();
  }

  #onKey = (event) => {
    const place = Number(/^Digit([1-3])$/.exec(event.code)?.[1]); // the key, not the letter: Alt changes it on some keyboards
    if (!place || !event.altKey || event.ctrlKey || event.metaKey || !this.#shelf.at(place)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (event.shiftKey) this.dismiss(place);
    else this.copy(place);
  };

  /** Messages come in bursts: draw once a frame. A hidden page draws, and reports as displayed, when it is seen. */
  #draw = () => {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#show();
    });
  };

  #show() {
    const language = this.#language;
    const { reading, lines, cards, name } = this.#call;
    const theme = this.getAttribute("theme");
    this.#wakeAt(this.#call.expire(now()));
    this.#mood.show(reading, language);
    this.#heard.show(lines, language);
    for (const card of this.#shelf.show(cards, language)) this.#onShown(card, language);
    const dark = theme === "dark" || (theme !== "light" && this.#dark.matches);
    const waiting = cards.size - this.#shelf.count;
    this.#frame.show({ connection: this.#connection, call: name, cards: cards.size, waiting, dark }, language);
  }

  #wakeAt(deadline) {
    clearTimeout(this.#expiry);
    if (deadline < Infinity) this.#expiry = setTimeout(this.#draw, Math.min(SLEEP_MAX_MS, deadline - now() + 1));
  }

  #onShown(card, language) {
    const urgent = card.kind === "alert";
    const words = [word(language, "kind", card.kind), card.title, urgent ? card.text : ""];
    this.#frame.announce(words.filter(Boolean).join(": "), { urgent });
    if (this.#told.has(card.id)) return;
    this.#told.add(card.id);
    if (this.#told.size > TOLD_MAX) this.#told.delete(this.#told.values().next().value);
    this.#feedback(card.id, "displayed");
  }
}

customElements.define("agent-assist", AgentAssist);
