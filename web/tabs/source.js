// The source as it is delivered and as it was sent, and what is between them.

import { getLinks, getSource, rawUrl } from "../api.js";
import { diff } from "../diff.js";
import { fill, h } from "../dom.js";
import { count, size } from "../format.js";
import { go, route } from "../state.js";
import { later, segments } from "./parts.js";

/** More of the source than this (in bytes) would only make the browser slow. */
const LIMIT = 1024 * 1024;
/** As many lines stand around what changed. */
const AROUND = 3;
/** @type {[string, string][]} */
const FORMS = [["delivered", "As delivered"], ["composed", "As sent"], ["changes", "Changes"]];

/** @param {import("../api.js").Message} message */
export function source(message) {
  const root = h("div", { class: "source-tab" });
  const own = message.api !== "inbound" && !["failed", "rejected", "rendering_failed"].includes(message.status);
  const show = () => {
    const wanted = own ? route().part : "";
    const form = FORMS.find(([name]) => name === wanted)?.[0] ?? "delivered";
    fill(root,
      own && segments("Form", FORMS, form, (part) => {
        go({ part: part === "delivered" ? "" : part }, { replace: true });
        show();
      }),
      form === "changes" ? changes(message) : whole(message, /** @type {any} */ (form)));
  };
  show();
  return root;
}

/** @param {"delivered" | "composed"} form */
function whole(message, form) {
  const file = h("a", { href: rawUrl(message.id, form), download: `${message.id}.eml` }, "download all of it");
  return [
    message.size > LIMIT && h("p", { class: "notice" },
      `Only the first ${size(LIMIT)} of ${size(message.size)} are shown; `, file, "."),
    later(getSource(message.id, LIMIT, form), (raw) => h("pre", { class: "source" }, raw)),
  ];
}

const changes = (message) => later(
  Promise.all([getSource(message.id, LIMIT, "composed"), getSource(message.id, LIMIT), getLinks(message.id)]),
  ([before, after, { links }]) => {
    if (before === after) {
      return h("p", { class: "muted" }, "The recipients get exactly what was sent: nothing is signed or tracked.");
    }
    const runs = diff(before.split(/\r?\n/), after.split(/\r?\n/));
    const many = (kind) => runs.filter((run) => run.kind === kind)
      .reduce((sum, run) => sum + run.lines.length, 0);
    const tracked = links.filter((link) => link.tracked).length;
    const added = headerNames(after).filter((name) => !headerNames(before).includes(name));
    return [
      h("p", null, `${count(many("added"), "line")} added, ${count(many("removed"), "line")} taken away.`,
        added.length > 0 && [" SES adds ", added.map((name, index) => [index > 0 && ", ", h("code", null, name)]), "."],
        tracked > 0 && ` ${count(tracked, "link")} of the HTML ${tracked === 1 ? "is" : "are"} tracked.`),
      h("div", { class: "diff", role: "group", "aria-label": "Changes" }, runs.map((run, index) =>
        run.kind === "same" ? same(run.lines, index > 0, index < runs.length - 1)
          : h(run.kind === "added" ? "ins" : "del", null, run.lines.join("\n")))),
    ];
  });

/** Equal lines, folded but for those next to a change. */
function same(lines, before, after) {
  const head = before ? AROUND : 0;
  const tail = after ? AROUND : 0;
  if (lines.length <= head + tail + 2) return h("span", null, lines.join("\n"));
  return [
    head > 0 && h("span", null, lines.slice(0, head).join("\n")),
    h("details", null, h("summary", null, `${count(lines.length - head - tail, "line")} as before`),
      h("span", null, lines.slice(head, lines.length - tail).join("\n"))),
    tail > 0 && h("span", null, lines.slice(-tail).join("\n")),
  ];
}

const headerNames = (raw) => [...raw.split(/\r?\n\r?\n/, 1)[0].matchAll(/^([!-9;-~]+):/gm)].map(([, name]) => name);
