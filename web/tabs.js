// What can be seen of a message, a tab for each.

import { attachmentUrl, getSource, htmlUrl, rawUrl } from "./api.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { fullTime, size } from "./format.js";

/** @typedef {import("./api.js").Message} Message */

/** More of the source than this (in bytes) would only make the browser slow. */
const SOURCE_LIMIT = 1024 * 1024;

/**
 * `name` stands in the URL; `live` is what events can change.
 * @typedef {{name: string, title: string, present: (message: Message) => boolean,
 *   render: (message: Message) => Node, count?: (message: Message) => number, live?: boolean}} Tab
 */

/** @type {Tab[]} */
export const TABS = [
  { name: "html", title: "HTML", present: (m) => m.html !== null, render: html },
  { name: "text", title: "Text", present: (m) => m.text !== null, render: text },
  { name: "source", title: "Source", present: () => true, render: source },
  { name: "headers", title: "Headers", present: (m) => m.headers.length > 0, render: headers },
  { name: "attachments", title: "Attachments", present: (m) => m.attachments.length > 0,
    count: (m) => m.attachments.length, render: attachments },
  { name: "events", title: "Events", present: (m) => m.events.length > 0,
    count: (m) => m.events.length, render: events, live: true },
  { name: "findings", title: "Findings", present: (m) => m.findings.length > 0,
    count: (m) => m.findings.length, render: findings },
];

/**
 * The tabs that `message` has something in.
 * @param {Message} message
 */
export const tabsOf = (message) => TABS.filter((tab) => tab.present(message));

/**
 * The tab to show: the chosen one if it is there, else the one to read the message in.
 * @param {Message} message
 * @param {string} chosen
 */
export function pickTab(message, chosen) {
  const tabs = tabsOf(message);
  const find = (name) => tabs.find((tab) => tab.name === name);
  return find(chosen) ?? (message.parse_error ? find("source") : null) ?? tabs[0];
}

/** No scripts, no forms, no way to this page; links open in a tab of their own. */
function html(message) {
  return h("iframe", { title: "HTML body", src: htmlUrl(message.id),
    sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer" });
}

function text(message) {
  const parts = message.text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]'])/);
  return h("pre", { class: "text", dir: "auto" }, parts.map((part, index) => index % 2
    ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part));
}

function source(message) {
  const pre = h("pre", { class: "source", "aria-busy": "true" });
  const file = h("a", { href: rawUrl(message.id), download: `${message.id}.eml` }, "download all of it");
  const notice = message.size > SOURCE_LIMIT && h("p", { class: "notice" },
    `Only the first ${size(SOURCE_LIMIT)} of ${size(message.size)} are shown; `, file, ".");
  getSource(message.id, SOURCE_LIMIT).then(
    (raw) => fill(pre, raw),
    (error) => fill(pre, `The source cannot be read: ${error.message}`),
  ).finally(() => pre.removeAttribute("aria-busy"));
  return h("div", null, notice, pre);
}

function headers(message) {
  return h("table", { class: "headers" },
    h("tbody", null, message.headers.map(({ name, value }) =>
      h("tr", null, h("th", { scope: "row" }, name), h("td", { dir: "auto" }, value)))));
}

function attachments(message) {
  return h("ul", { class: "cards" }, message.attachments.map((file) =>
    h("li", { class: "card" },
      icon("clip"),
      h("div", null,
        h("strong", { dir: "auto" }, file.name),
        h("p", { class: "muted small" }, [file.type, size(file.size), file.inline && "inline",
          file.content_id && `cid:${file.content_id}`].filter(Boolean).join(" · "))),
      iconButton("download", `Download ${file.name}`,
        { href: attachmentUrl(message.id, file.index), download: file.name }))));
}

function events(message) {
  return h("ol", { class: "cards" }, message.events.map((event) =>
    h("li", { class: "card" }, h("div", null,
      h("time", { class: "muted small", datetime: event.timestamp }, fullTime(event.timestamp)),
      h("strong", null, event.type),
      h("p", null, h("bdi", null, event.recipients.join(", "))),
      Object.keys(event.detail).length > 0 && h("details", null, h("summary", null, "Detail"),
        h("pre", null, JSON.stringify(event.detail, null, 2)))))));
}

function findings(message) {
  return h("ul", { class: "cards" }, message.findings.map((finding) =>
    h("li", { class: "card finding" },
      icon("warning"),
      h("div", null,
        h("strong", { dir: "auto" }, finding.message),
        h("p", { dir: "auto" }, finding.help),
        h("code", { class: "muted" }, finding.code)))));
}
