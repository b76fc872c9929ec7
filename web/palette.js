// Ctrl-K: pages, actions and recent searches, found by typing.

import { fill, h, icon } from "./dom.js";

/**
 * @typedef {{title: string, hint?: string, keys?: string, icon?: string, run: () => void}} Entry
 */

/**
 * Whether the letters of `text` stand in `title` in this order; the lower, the closer together.
 * @returns {number} Infinity if they do not
 */
function distance(title, text) {
  const where = title.toLowerCase();
  const found = where.indexOf(text);
  if (found >= 0) return found === 0 || where[found - 1] === " " ? found / 100 : 1 + found / 100;
  let at = -1;
  let gaps = 2;
  for (const letter of text) {
    const next = where.indexOf(letter, at + 1);
    if (next < 0) return Infinity;
    gaps += next - at - 1;
    at = next;
  }
  return gaps;
}

/**
 * @param {Entry[]} entries
 * @param {(text: string) => Entry} otherwise what is offered for any text, at the end
 */
export function showPalette(entries, otherwise) {
  let active = 0;
  let shown = /** @type {Entry[]} */ ([]);
  const input = h("input", { type: "text", role: "combobox", "aria-label": "Go to or do",
    "aria-controls": "palette-list", "aria-expanded": "true", "aria-autocomplete": "list",
    autocomplete: "off", spellcheck: "false", placeholder: "Go to a page, do something, search…" });
  const list = h("ul", { id: "palette-list", role: "listbox", "aria-label": "Found" });
  const element = h("dialog", { class: "palette", "aria-label": "Palette",
    onclick: (event) => event.target === element && element.close() }, input, list);

  function show() {
    const text = input.value.trim().toLowerCase();
    shown = entries.map((entry) => ({ entry, far: distance(entry.title, text) }))
      .filter(({ far }) => far < 20).sort((a, b) => a.far - b.far).map(({ entry }) => entry);
    if (text) shown.push(otherwise(input.value.trim()));
    fill(list, shown.map((entry, index) => h("li", { id: `palette-${index}`, role: "option",
      onpointermove: () => active !== index && mark(index), onclick: () => run(index) },
    icon(entry.icon ?? "setup"), h("bdi", null, entry.title),
    entry.hint && h("span", { class: "muted" }, entry.hint),
    entry.keys && h("kbd", null, entry.keys))));
    mark(0);
  }

  function mark(index) {
    active = (index + shown.length) % shown.length;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    input.setAttribute("aria-activedescendant", `palette-${active}`);
    list.children[active]?.scrollIntoView({ block: "nearest" });
  }

  function run(index) {
    element.close();
    shown[index]?.run();
  }

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(active + step);
    else if (event.key === "Enter") run(active);
    else return;
    event.preventDefault();
  });
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  element.showModal();
  show();
}
