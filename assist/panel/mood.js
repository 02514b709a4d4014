/* The caller's mood and intent in one quiet row: words, an arrow, a small bar of heat. Used by agent-assist.js. */

import { element, setText } from "./element.js";
import { ARROWS, HEAT, known, word } from "./words.js";

const WARM = 0.4;
const HOT = 0.75;

export class MoodView {
  #emotion = element("strong", { class: "emotion" });
  #trend = element("span", { class: "trend" });
  #fill = element("span", { class: "fill" });
  #heat = element("span", { class: "heat", role: "meter", "aria-valuemin": "0", "aria-valuemax": "100" }, this.#fill);
  #intent = element("span", { class: "intent" });

  constructor() {
    const felt = element("div", { class: "felt" }, element("p", {}, this.#emotion, this.#trend), this.#heat);
    this.element = element("section", { class: "mood" }, felt, this.#intent);
  }

  /** Show a reading {intent, emotion, trend, heat?}; null: nothing is known yet. */
  show(reading, language) {
    const { intent = "unknown", emotion = "unknown", trend, heat } = reading ?? {};
    this.element.setAttribute("aria-label", word(language, "text", "mood"));
    setText(this.#emotion, word(language, "emotion", emotion));
    setText(this.#intent, word(language, "intent", intent));
    this.#showTrend(emotion === "unknown" ? null : trend, language);
    this.#showHeat(emotion === "unknown" ? null : (heat ?? HEAT[emotion] ?? null), language);
    this.#emotion.classList.toggle("unknown", emotion === "unknown");
    this.#intent.classList.toggle("unknown", intent === "unknown");
  }

  #showTrend(trend, language) {
    setText(this.#trend, known("trend", trend) ? `${ARROWS[trend]} ${word(language, "trend", trend)}` : "");
  }

  #showHeat(heat, language) {
    const share = Math.round(100 * Math.min(1, Math.max(0, heat ?? 0)));
    this.#heat.setAttribute("aria-label", word(language, "text", "heat"));
    this.#heat.setAttribute("aria-valuenow", String(share));
    this.#fill.style.width = heat === null ? "0" : `${Math.max(6, share)}%`;
    this.#fill.dataset.level = heat >= HOT ? "hot" : heat >= WARM ? "warm" : "cool";
  }
}
