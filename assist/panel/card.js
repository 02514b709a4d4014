/* One card on the screen: its elements, and what of it may change while it is there. Used by shelf.js. */

import { element, setText } from "./element.js";
import { languageOf, word } from "./words.js";

const COPIED_MS = 1_500;

export class CardView {
  #parts;
  #language = "";
  #noted = 0;
  /** `actions` holds copy(id), dismiss(id), enlarge(id): called when a button is pressed. */
  constructor(card, actions) {
    this.id = card.id;
    this.card = card;
    this.enlarged = false;
    this.#parts = build(card.id, actions);
    this.element = this.#parts.card;
  }

  /** Show a card's present state. From provisional to confirmed only the border changes. */
  update(card, language) {
    const { kind, title, text } = this.#parts;
    this.card = card;
    this.#language = language;
    this.element.dataset.kind = card.kind;
    this.element.dataset.state = card.state;
    setText(kind, word(language, "kind", card.kind));
    setText(title, card.title);
    setText(text, card.text);
    title.lang = languageOf(card.title);
    text.lang = languageOf(card.text);
    this.#showSteps(card, language);
    setText(this.#parts.state, card.state === "provisional" ? word(language, "text", "provisional") : "");
    this.#showSource(card, language);
    this.#label();
  }

  /** What the agent does, on one line; whole, and with what may be asked next, when the card is enlarged. */
  #showSteps(card, language) {
    const [steps, next] = [card.steps ?? [], card.next ?? []];
    const told = (name, items, between) => (items.length ? `${word(language, "text", name)}: ${items.join(between)}` : "");
    setText(this.#parts.steps, told("steps", steps, " › "));
    setText(this.#parts.next, told("next", next.map(({ title }) => title), " · "));
    this.#parts.steps.lang = languageOf(steps.join());
    this.#parts.next.lang = languageOf(this.#parts.next.textContent);
  }

  #showSource({ why = {}, score, elsewhere }, language) {
    const file = String(why.source ?? "").split(/[/\\]/).at(-1);
    const full = [["basis", why.source ?? why.entry], ["matched", why.matched], ["score", score], ["threshold", why.threshold]];
    setText(this.#parts.source, [elsewhere, why.entry, file].filter(Boolean).join(" · "));
    this.#parts.source.title = full
      .filter(([, value]) => value !== undefined && value !== "")
      .map(([name, value]) => `${word(language, "text", name)}: ${value}`)
      .join("\n");
  }

  #label() {
    const language = this.#language;
    const { more, copy, dismiss } = this.#parts;
    setText(more, word(language, "text", this.enlarged ? "less" : "more"));
    if (!this.#noted) setText(copy, word(language, "text", "copy"));
    dismiss.setAttribute("aria-label", word(language, "text", "dismiss"));
    dismiss.title = word(language, "text", "dismiss");
  }

  /** Where it stands, 1 to 3: the number of its keys. */
  set place(number) {
    const { key, copy, dismiss } = this.#parts;
    setText(key, String(number));
    copy.setAttribute("aria-keyshortcuts", `Alt+${number}`);
    dismiss.setAttribute("aria-keyshortcuts", `Alt+Shift+${number}`);
  }

  /** See what does not fit: there is a button then that shows it all. Where the text has too little room, steps give theirs. */
  fit() {
    const { text, steps, next, more } = this.#parts;
    const overflows = () => text.scrollHeight > text.clientHeight + 2;
    this.element.classList.remove("clipped");
    const clipped = overflows();
    more.hidden = !clipped && steps.scrollWidth <= steps.clientWidth && !next.textContent && !this.enlarged;
    this.element.classList.toggle("clipped", clipped);
    if (clipped && overflows()) text.tabIndex = 0;
    else text.removeAttribute("tabindex");
  }

  /** Show the whole text over the other cards, or stop doing so. */
  enlarge(enlarged) {
    this.enlarged = enlarged;
    this.element.classList.toggle("enlarged", enlarged);
    this.#parts.more.setAttribute("aria-expanded", String(enlarged));
    this.#label();
  }

  /** Say on the button, for a moment, that the text was copied, or was not. */
  note(name) {
    clearTimeout(this.#noted);
    setText(this.#parts.copy, word(this.#language, "text", name));
    this.#parts.copy.classList.toggle("done", name === "copied");
    this.#noted = setTimeout(() => {
      this.#noted = 0;
      this.#parts.copy.classList.remove("done");
      this.#label();
    }, COPIED_MS);
  }

  /** Whether the keyboard's focus is inside. */
  get focused() {
    return this.element.contains(this.element.getRootNode().activeElement);
  }

  /** Move the focus here, when the card that had it is gone. */
  focus() {
    this.#parts.copy.focus();
  }
}

function build(id, actions) {
  const button = (name, act) => {
    const node = element("button", { class: name, type: "button" });
    node.addEventListener("click", () => act(id));
    return node;
  };
  const parts = {
    kind: element("span", { class: "kind" }),
    title: element("h2", { class: "title" }),
    state: element("span", { class: "unseen" }),
    key: element("kbd", { class: "key", "aria-hidden": "true" }),
    text: element("p", { class: "text" }),
    steps: element("p", { class: "steps" }),
    next: element("p", { class: "next" }),
    source: element("span", { class: "source" }),
    more: button("more", actions.enlarge),
    copy: button("copy", actions.copy),
    dismiss: button("dismiss", actions.dismiss),
  };
  parts.dismiss.append("×");
  parts.more.hidden = true;
  parts.card = element(
    "article",
    { class: "card" },
    element("header", {}, parts.kind, parts.title, parts.state, parts.key),
    parts.text,
    parts.steps,
    parts.next,
    element("footer", {}, parts.source, parts.more, parts.copy, parts.dismiss),
  );
  parts.card.dataset.suggestion = id;
  return parts;
}
