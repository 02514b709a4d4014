/* Texts of the panel whose contrast with what is behind them is below 4.5 (WCAG AA). Evaluated in the page by test_panel.py. */
(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let each = node; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const root = document.querySelector("agent-assist").shadowRoot.querySelector(".panel");
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest(".unseen") || !node.checkVisibility()) continue;
    const found = ratio(getComputedStyle(node).color, behind(node));
    if (found < 4.5) poor.push(`${node.className}: ${found.toFixed(2)}`);
  }
  return poor;
})();
