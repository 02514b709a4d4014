/* The last words of the call: who said what, unfinished words in lighter ink. Used by agent-assist.js.
 *
 * Elements are kept from one showing to the next, so that words an agent has selected stay selected.
 */

import { element, setText } from "./element.js";
import { languageOf, word } from "./words.js";

export class HeardView {
  #rows = new Map(); // line -> {row, speaker, said}
  #pieces = new WeakMap(); // piece -> span
  #empty = element("p", { class: "empty" });
  #list = element("ol", { class: "lines" });

  constructor() {
    this.element = element("section", { class: "heard", tabindex: "0" }, this.#empty, this.#list);
  }

  /** Show these lines: [{speaker, pieces: [{segment, text, final}]}]. */
  show(lines, language) {
    const following = this.#followsEnd();
    this.element.setAttribute("aria-label", word(language, "text", "words"));
    setText(this.#empty, lines.length ? "" : word(language, "text", "silent"));
    for (const [line, { row }] of this.#rows) if (!lines.includes(line)) this.#forget(line, row);
    for (const line of lines) this.#showLine(line, language);
    if (following) this.element.scrollTop = this.element.scrollHeight;
  }

  /** Whoever scrolled back to read is left there. */
  #followsEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 24;
  }

  #forget(line, row) {
    row.remove();
    this.#rows.delete(line);
  }

  #showLine(line, language) {
    const { row, speaker, said } = this.#rows.get(line) ?? this.#begin(line);
    setText(speaker, word(language, "speaker", line.speaker));
    const spans = line.pieces.map((piece) => this.#span(piece));
    if (!same(spans, [...said.children])) said.replaceChildren(...spans);
    row.hidden = !line.pieces.some((piece) => piece.text);
  }

  #begin(line) {
    const parts = { speaker: element("span", { class: "speaker" }), said: element("p", { class: "said" }) };
    parts.row = element("li", { class: "line" }, parts.speaker, parts.said);
    parts.row.dataset.speaker = line.speaker;
    this.#list.append(parts.row);
    this.#rows.set(line, parts);
    return parts;
  }

  #span(piece) {
    const span = this.#pieces.get(piece) ?? element("span");
    this.#pieces.set(piece, span);
    setText(span, `${piece.text} `);
    span.className = piece.final ? "final" : "partial";
    span.lang = languageOf(piece.text);
    return span;
  }
}

function same(some, others) {
  return some.length === others.length && some.every((node, i) => node === others[i]);
}
