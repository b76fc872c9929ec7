// The widths of the panes: dragged with the pointer, or with the arrow keys on the separator.

import { h } from "./dom.js";
import { remember, remembered } from "./state.js";

const STEP = 16;

/**
 * A separator after `pane`; its width is the custom property --<name>-width.
 * @param {HTMLElement} pane
 * @param {{name: string, label: string, low: number, high: number, usual: number}} options px
 */
export function addSeparator(pane, { name, label, low, high, usual }) {
  const bar = h("div", { class: "separator", role: "separator", tabindex: "0", "aria-label": label,
    "aria-orientation": "vertical", "aria-controls": pane.id, "aria-valuemin": low, "aria-valuemax": high,
    title: "Drag, or use the arrow keys; double-click for the usual width" });
  let width = usual;

  function set(wanted, keep = true) {
    width = Math.round(Math.min(high, Math.max(low, wanted)));
    document.documentElement.style.setProperty(`--${name}-width`, `${width}px`);
    bar.setAttribute("aria-valuenow", String(width));
    if (keep) remember(`width.${name}`, String(width));
  }

  bar.addEventListener("pointerdown", (event) => {
    event.preventDefault(); // No text is marked on the way.
    bar.focus();
    bar.setPointerCapture(event.pointerId);
    const start = pane.getBoundingClientRect().width - event.clientX;
    const move = ({ clientX }) => set(start + clientX, false);
    bar.addEventListener("pointermove", move);
    bar.addEventListener("lostpointercapture", () => {
      bar.removeEventListener("pointermove", move);
      set(width);
    }, { once: true });
  });
  bar.addEventListener("dblclick", () => set(usual));
  bar.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: width - STEP, ArrowRight: width + STEP, Home: low, End: high }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    set(to);
  });
  pane.after(bar);
  set(Number(remembered(`width.${name}`)) || usual, false);
}
