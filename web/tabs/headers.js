// The headers in the order of the message.

import { h } from "../dom.js";
import { firstOf, visible } from "./parts.js";

const MOST = 500;

/** @param {import("../api.js").Message} message */
export const headers = (message) => h("table", { class: "headers", "aria-label": "Headers" },
  h("tbody", null, firstOf(message.headers, MOST, ({ name, value }) =>
    h("tr", null, h("th", { scope: "row" }, name), h("td", { dir: "auto" }, visible(value))),
  (more) => h("tr", null, h("td", { colspan: "2" }, more)))));
