/* Copying text, also where the page is served without TLS and the browser hides its clipboard. Used by agent-assist.js. */

/** Put text on the clipboard; true if the browser says so. Must be called from a key or a click. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text); // absent on plain http, refused in frames without permission
    return true;
  } catch {
    return copyByEvent(text);
  }
}

function copyByEvent(text) {
  const fill = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", fill);
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", fill);
  }
}
