// What can be seen of a message, a tab for each.

import { attachments } from "./attachments.js";
import { envelope } from "./envelope.js";
import { findings } from "./findings.js";
import { headers } from "./headers.js";
import { html } from "./html.js";
import { links } from "./links.js";
import { mime } from "./mime.js";
import { receipt } from "./receipt.js";
import { request } from "./request.js";
import { source } from "./source.js";
import { text } from "./text.js";
import { timeline } from "./timeline.js";

/** @typedef {import("../api.js").Message} Message */

/**
 * `on` takes what is to be done when the message or the URL has changed; `reload` reads it again.
 * @typedef {{on: (update: (message: Message) => void) => void, reload: () => Promise<void>}} View
 * `name` stands in the URL.
 * @typedef {{name: string, title: string, present: (message: Message) => boolean,
 *   render: (message: Message, view: View) => any, count?: (message: Message) => number}} Tab
 */

const sent = (m) => m.status !== "failed";

/** @type {Tab[]} */
const TABS = [
  { name: "html", title: "HTML", present: (m) => m.html !== null, render: html },
  { name: "text", title: "Text", present: (m) => m.text !== null && (sent(m) || m.text !== ""), render: text },
  { name: "events", title: "Events", present: sent, count: (m) => m.events.length, render: timeline },
  { name: "receipt", title: "Receipt", present: (m) => m.receipt !== null, render: receipt },
  { name: "request", title: "Request", present: () => true, render: request },
  { name: "findings", title: "Findings", present: (m) => m.findings.length > 0,
    count: (m) => m.findings.length, render: findings },
  { name: "links", title: "Links", present: (m) => m.html !== null || /https?:/.test(m.text ?? ""), render: links },
  { name: "attachments", title: "Attachments", present: (m) => m.attachments.length > 0,
    count: (m) => m.attachments.length, render: attachments },
  { name: "headers", title: "Headers", present: (m) => m.headers.length > 0, render: headers },
  { name: "envelope", title: "Envelope", present: sent, render: envelope },
  { name: "parts", title: "Parts", present: (m) => m.size > 0, render: mime },
  { name: "source", title: "Source", present: (m) => m.size > 0, render: source },
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
  return find(chosen) ?? (message.status === "failed" ? find("request") : null)
    ?? (message.parse_error ? find("source") : null) ?? tabs[0];
}
