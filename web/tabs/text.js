// The plain text, with its addresses as links.

import { h } from "../dom.js";
import { number } from "../format.js";

/** Characters; more would only make the browser slow. */
const LIMIT = 200_000;

/** @param {import("../api.js").Message} message */
export function text(message) {
  const parts = message.text.slice(0, LIMIT).split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'])/);
  return [
    message.text.length > LIMIT && h("p", { class: "notice" },
      `Only the first ${number(LIMIT)} of ${number(message.text.length)} characters are shown; Source has all.`),
    h("pre", { class: "text", dir: "auto" }, parts.map((part, index) => index % 2
      ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part)),
  ];
}
