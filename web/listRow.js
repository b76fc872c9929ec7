// A row of the list: what it shows of a message or of a call that failed.

import { fill, h, icon } from "./dom.js";
import { count, displayName, fullTime, number, shortTime } from "./format.js";

/** @typedef {import("./api.js").Summary} Summary */

/** A status as people read it. @param {string} status */
const statusText = (status) => status.replaceAll("_", " ");

/** @returns {any[]} what stands inside the row's link */
function rowContent(/** @type {Summary} */ summary) {
  return [
    h("div", { class: "line" },
      summary.unread && h("span", { class: "sr" }, "Unread. "),
      people(summary),
      h("time", { datetime: summary.received, title: fullTime(summary.received) },
        shortTime(summary.received))),
    h("div", { class: "line" },
      h("span", { class: "subject", dir: "auto", title: summary.subject },
        summary.subject || (summary.error ? summary.operation : "(no subject)")),
      amount("warning", summary.finding_count, "finding"),
      amount("clip", summary.attachment_count, "attachment")),
    h("div", { class: "line" },
      summary.error
        ? h("span", { class: "snippet refusal", title: summary.error.message },
          h("b", null, summary.error.code), ` ${summary.error.message}`)
        : h("span", { class: "snippet", dir: "auto" }, summary.snippet),
      summary.configuration_set
        && h("span", { class: "chip", title: "Configuration set" }, summary.configuration_set),
      h("span", { class: "status", "data-status": summary.status }, statusText(summary.status))),
  ];
}

/** Who wrote to whom. */
function people({ from, to = [], cc = [], bcc = [] }) {
  const recipients = [...to, ...cc, ...bcc];
  const others = recipients.length - 1;
  return h("span", { class: "who", title: `${from || "(no sender)"} → ${recipients.join(", ")}` },
    h("bdi", null, displayName(from ?? "") || "(no sender)"),
    h("span", { role: "img", "aria-label": "to" }, "→"),
    h("bdi", null, displayName(recipients[0] ?? "(no recipient)")),
    others > 0 && h("span", null, `+${others}`));
}

function amount(name, value, noun) {
  if (!value) return null;
  const label = count(value, noun);
  return h("span", { class: `mark ${name}`, role: "img", "aria-label": label, title: label },
    icon(name), number(value));
}

/**
 * An element for one row, filled by `show`.
 * @param {{toggle: (event: MouseEvent) => void}} handlers
 */
export function makeRow({ toggle }) {
  const anchor = h("a", { class: "mail-link", tabindex: "-1" });
  const box = h("input", { type: "checkbox", tabindex: "-1", onclick: toggle });
  const item = h("li", { class: "mail" }, h("label", { class: "pick" }, box), anchor);
  let shown = /** @type {Summary | null} */ (null);

  /** @param {Summary} summary */
  function show(summary) {
    if (summary === shown) return;
    // Most that is read again is as it was.
    if (!shown || JSON.stringify(shown) !== JSON.stringify(summary)) {
      fill(anchor, rowContent(summary));
      item.classList.toggle("unread", Boolean(summary.unread));
      box.setAttribute("aria-label", `Select ${summary.subject || "the message without a subject"}`);
    }
    shown = summary;
  }
  return { item, anchor, box, show };
}
