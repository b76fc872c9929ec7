// A text area for code: Tab indents, and after Escape it goes to the next control as everywhere.

import { h } from "../dom.js";

const INDENT = "  ";

/**
 * @param {string} label
 * @param {string} value
 * @param {{rows?: number, name?: string, input: (text: string) => void, error?: string}} options
 *   error: the id of what says what is wrong with it
 */
export function codeArea(label, value, { rows = 12, input, error }) {
  let leaving = false;
  const area = h("textarea", { class: "control editor", "aria-label": label, rows: String(rows), spellcheck: "false",
    autocapitalize: "off", wrap: "off", title: "Tab indents; Esc, then Tab, leaves", "aria-describedby": error,
    oninput: () => input(area.value),
    onblur: () => { leaving = false; },
    onkeydown: (event) => {
      if (event.key === "Escape") {
        leaving = true;
        event.stopPropagation();
      } else if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey) {
        event.preventDefault();
        indent(area, event.shiftKey);
      } else if (event.key !== "Shift" && event.key !== "Tab") {
        leaving = false;
      }
    } });
  area.value = value;
  return area;
}

/** Indent, or take back the indent of, the lines of the selection; it can be undone. */
function indent(area, back) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  if (from === to && !back) return insert(area, INDENT);
  const start = value.lastIndexOf("\n", from - 1) + 1;
  const end = to > from && value[to - 1] === "\n" ? to - 1 : to;
  const lines = value.slice(start, end).split("\n");
  const changed = lines.map((line) => (back ? line.replace(/^( {1,2}|\t)/, "") : line && INDENT + line));
  const text = changed.join("\n");
  if (text === lines.join("\n")) return;
  area.setSelectionRange(start, end);
  insert(area, text);
  const first = changed[0].length - lines[0].length;
  area.setSelectionRange(Math.max(start, from + first), to + text.length - (end - start));
}

/** In place of the selection, as if it was typed. */
function insert(area, text) {
  if (text ? document.execCommand("insertText", false, text) : document.execCommand("delete")) return;
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
