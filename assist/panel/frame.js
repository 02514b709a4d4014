/* What stands around the cards: connection state, call name, problems, hints, announcements. Used by agent-assist.js. */

import { element, setText } from "./element.js";
import { keysHint, known, waitingHint, word } from "./words.js";

export class Frame {
  #state = element("span", { role: "status" });
  #dot = element("span", { class: "dot", "aria-hidden": "true" });
  #status = element("p", { class: "status" }, this.#dot, this.#state);
  #name = element("span", { class: "name" });
  #problem = element("p", { class: "problem", role: "alert" });
  #none = element("p", { class: "none" });
  #keys = element("span");
  #waiting = element("span");
  #polite = element("p", { class: "unseen", "aria-live": "polite" });
  #urgent = element("p", { class: "unseen", "aria-live": "assertive" });
  #cards;

  /** The views to frame are elements: the mood, the words, the shelf of cards. */
  constructor({ mood, heard, shelf }) {
    this.#cards = element("section", { class: "cards" }, this.#none, shelf);
    const top = element("header", { class: "top" }, this.#status, this.#problem, this.#name);
    const foot = element("footer", { class: "foot" }, this.#keys, this.#waiting);
    const parts = [top, mood, heard, this.#cards, foot, this.#polite, this.#urgent];
    this.element = element("div", { class: "panel", role: "region" }, ...parts);
  }

  /** Show how things stand: the connection {state, code, message}, the call's name, how many cards there are and wait. */
  show({ connection, call, cards, waiting, dark }, language) {
    const trouble = problemText(connection, language);
    this.element.dataset.theme = dark ? "dark" : "light";
    this.element.lang = language === "zh" ? "zh-Hans" : "en";
    this.element.setAttribute("aria-label", word(language, "text", "panel"));
    this.#cards.setAttribute("aria-label", word(language, "text", "cards"));
    this.#status.dataset.state = connection.state;
    setText(this.#state, word(language, "state", connection.state));
    setText(this.#name, call && `${word(language, "text", "call")} ${call}`);
    this.#name.title = call;
    this.#name.hidden = trouble !== ""; // the trouble takes its place: nothing below moves
    setText(this.#problem, trouble);
    this.#problem.title = trouble;
    setText(this.#none, cards ? "" : trouble || word(language, "text", "none"));
    setText(this.#keys, keysHint(language));
    setText(this.#waiting, waitingHint(language, waiting));
  }

  /** Have a screen reader say something: when there is a pause, or at once if it is urgent. */
  announce(words, { urgent = false } = {}) {
    setText(urgent ? this.#urgent : this.#polite, words);
  }
}

function problemText({ code, message }, language) {
  return known("problem", code) ? word(language, "problem", code) : (message ?? "");
}
