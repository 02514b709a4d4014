/* The page's own script: hands the address's parameters to the panel. `parent-origin` is not among them: see embedding.js. */

import "./agent-assist.js";

const panel = document.querySelector("agent-assist");
const parameters = new URLSearchParams(location.search);

for (const name of ["server", "call", "agent", "token", "role", "lang", "theme", "rejoin"]) {
  if (parameters.has(name)) panel.setAttribute(name, parameters.get(name));
}
document.documentElement.dataset.theme = parameters.get("theme") ?? "auto";
