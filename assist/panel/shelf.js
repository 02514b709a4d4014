/* The three places for cards. A card keeps its place, and its top edge, for as long as it is there.
 *
 * Cards stand below each other, each as tall as its text needs. A place with a card below it has a fixed height: when
 * its card goes it stays empty until another fits in, so that nothing below ever moves. A new card takes the free place
 * that suits it best. Each card leaves room for those that may come below it; text that does not fit scrolls, and can be
 * shown whole. Decides where, not what: used by agent-assist.js.
 */

import { CardView } from "./card.js";
import { element } from "./element.js";

const PLACES = 3;
const GAP_PX = 8; // as in panel.css
const LEAST_PX = 128; // the smallest useful card: a title and two lines

export class Shelf {
  #views = Array(PLACES).fill(null);
  #places;
  #scale; // where a card's natural height is measured, unseen
  #actions;

  constructor(actions) {
    this.#actions = { ...actions, enlarge: (id) => this.#enlarge(id) };
    this.#places = Array.from({ length: PLACES }, () => element("li", { class: "place" }));
    this.#scale = element("div", { class: "scale", "aria-hidden": "true" });
    this.element = element("div", { class: "shelf", tabindex: "-1" }, element("ul", {}, ...this.#places), this.#scale);
    new ResizeObserver(() => this.#refit()).observe(this.element);
  }

  /** Show these cards (id -> card, the oldest first); returns those that are seen for the first time. */
  show(cards, language) {
    this.#remove(cards);
    for (const view of this.#present) view.update(cards.get(view.id), language);
    const shown = [];
    for (const card of this.#waiting(cards)) if (this.#place(card, language)) shown.push(card);
    this.#settle();
    return shown;
  }

  /** The card at a place, counted from 1; null when it is free. */
  at(number) {
    return this.#views[number - 1] ?? null;
  }

  /** The view of a card; undefined when it is not on the screen. */
  view(id) {
    return this.#present.find((view) => view.id === id);
  }

  /** How many cards are on the screen. */
  get count() {
    return this.#present.length;
  }

  get #present() {
    return this.#views.filter(Boolean);
  }

  #waiting(cards) {
    const waiting = [...cards.values()].filter((card) => !this.view(card.id));
    return waiting.sort((a, b) => (b.kind === "alert") - (a.kind === "alert"));
  }

  #remove(cards) {
    this.#views.forEach((view, i) => {
      if (!view || cards.has(view.id)) return;
      const focused = view.focused;
      this.#clear(i);
      if (focused) (this.#views.find((other) => other && cards.has(other.id)) ?? this.element).focus();
    });
  }

  #clear(i) {
    this.#views[i].element.remove();
    this.#views[i] = null;
  }

  #place(card, language) {
    const view = new CardView(card, this.#actions);
    view.update(card, language);
    this.#scale.append(view.element);
    const i = this.#choose(view);
    if (i === -1) view.element.remove();
    else {
      if (this.#views[i]) this.#clear(i);
      this.#places[i].append(view.element);
      this.#views[i] = view;
      view.place = i + 1;
      this.#settle();
      if (card.kind === "alert") view.element.scrollIntoView({ block: "nearest" });
    }
    return i !== -1;
  }

  /** The free place that is just tall enough, else the one below all others, else the tallest. An alert finds one always. */
  #choose(view) {
    const needed = view.element.offsetHeight;
    const height = (i) => this.#places[i].offsetHeight;
    const last = this.#views.findLastIndex(Boolean);
    const gaps = [...this.#views.keys()].filter((i) => i < last && !this.#views[i]).sort((a, b) => height(a) - height(b));
    const fitting = gaps.find((i) => height(i) >= needed);
    if (fitting !== undefined) return fitting;
    if (last + 1 < PLACES) return last + 1;
    return gaps.at(-1) ?? (view.card.kind === "alert" ? this.#views.findIndex((other) => other.card.kind !== "alert") : -1);
  }

  /** Give each place its height: fixed above another card, free to grow up to its limit otherwise. */
  #settle() {
    const last = this.#views.findLastIndex(Boolean);
    let used = 0;
    this.#places.forEach((place, i) => {
      const after = (PLACES - 1 - i) * (LEAST_PX + GAP_PX);
      const limit = Math.max(LEAST_PX, this.element.clientHeight - 1 - used - after); // 1: sizes are rounded
      const fixed = i < last || this.#views[i]?.enlarged;
      if (!fixed) place.style.height = "";
      place.style.setProperty("--limit", place.style.height || `${limit}px`);
      if (fixed) place.style.height ||= `${place.offsetHeight}px`;
      used += place.offsetHeight + GAP_PX;
    });
    for (const view of this.#present) view.fit();
  }

  /** The panel has another size: here alone cards may move. */
  #refit() {
    const last = this.#views.findLastIndex(Boolean);
    this.#places.forEach((place, i) => {
      if ((this.#views[i] && !this.#views[i].enlarged) || i > last) place.style.height = "";
    });
    this.#settle();
  }

  /** Show a card's whole text over its neighbours, from its own place downwards if there is room; or stop doing so. */
  #enlarge(id) {
    const i = this.#views.findIndex((view) => view?.id === id);
    const place = this.#places[i];
    place.style.height = `${place.offsetHeight}px`; // the place stays when its card rises out of it
    for (const view of this.#present) view.enlarge(view.id === id && !view.enlarged);
    this.#settle();
    const view = this.#views[i];
    if (!view.enlarged) return;
    const room = this.element.scrollHeight - view.element.offsetHeight;
    view.element.style.top = `${Math.max(0, Math.min(place.offsetTop, room))}px`;
    this.#actions.enlarged(id);
  }
}
