// What an action did, told for some seconds at the edge of the page. It never takes the focus.

import { fill, h, iconButton } from "./dom.js";

const SECONDS = 6;
const region = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
document.body.append(region);

/**
 * @param {string} text
 * @param {{error?: boolean, action?: {label: string, run: () => void}}} [options]
 *   an error stays until it is closed
 */
export function toast(text, { error = false, action } = {}) {
  const close = () => element.remove();
  const element = h("div", { class: `toast ${error ? "bad" : ""}` },
    h("span", { dir: "auto" }, text),
    action && h("button", { class: "button quiet", onclick: () => {
      close();
      action.run();
    } }, action.label),
    iconButton("close", "Close the notice", { class: "quiet", onclick: close }));
  fill(region, [...region.children].slice(-2), element);
  if (!error) setTimeout(close, SECONDS * 1000);
}
