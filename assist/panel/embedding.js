/* Talking with the page that holds the panel in a frame: postMessage in and out, with known origins only.
 *
 * Trusted are our own origin, and those the element's `parent-origin` attribute names (separated by spaces). That
 * attribute is never taken from an address: a hostile page could write it there. Used by agent-assist.js.
 */

const FIELDS = ["server", "call", "agent", "token", "role", "lang", "theme"];

export class Embedding {
  #host;
  #receive = (event) => this.#onMessage(event);

  constructor(host) {
    this.#host = host;
  }

  /** Begin to listen. */
  start() {
    addEventListener("message", this.#receive);
  }

  /** Listen no more. */
  stop() {
    removeEventListener("message", this.#receive);
  }

  /** Tell the parent page, if there is one and it is trusted. */
  post(type, detail) {
    if (window.parent === window) return;
    for (const origin of this.#trustedParents()) window.parent.postMessage({ type: `agent-assist:${type}`, ...detail }, origin);
  }

  get #named() {
    return (this.#host.getAttribute("parent-origin") ?? "").split(/\s+/).filter(Boolean);
  }

  /** A message to an origin that the parent does not have is an error in the log: find out first, where we can. */
  #trustedParents() {
    const actual = window.location.ancestorOrigins?.[0];
    const trusted = [window.location.origin, ...this.#named];
    if (actual !== undefined) return trusted.filter((origin) => origin === actual);
    return ownParent() ? [window.location.origin] : this.#named;
  }

  #onMessage({ origin, data }) {
    if (origin !== window.location.origin && !this.#named.includes(origin)) return;
    if (data?.type !== "agent-assist:open") return;
    this.#host.open(Object.fromEntries(FIELDS.filter((name) => typeof data[name] === "string").map((name) => [name, data[name]])));
  }
}

function ownParent() {
  try {
    return window.parent.location.origin === window.location.origin;
  } catch {
    return false; // another origin's location may not be read
  }
}
