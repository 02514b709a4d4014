/* Building DOM from data safely: text goes in as text, never as markup. Used by the views. */

/** An element with a class, attributes, and children (nodes, or strings as text). */
export function element(tag, { class: name, ...attributes } = {}, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Set a node's text only if it differs: unchanged nodes keep their selection and are not announced again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
