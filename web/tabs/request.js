// The call that made the message, or was refused: what was asked, by whom, and how to ask again.

import { getCall } from "../api.js";
import { h } from "../dom.js";
import { fullTime, size } from "../format.js";
import { facts } from "../pages/parts.js";
import { link } from "../state.js";
import { choice, later } from "./parts.js";

/** Longer texts are cut, with a button for the rest. */
const LONG = 300;
const MOST = 200;

/** @param {import("../api.js").Message} message */
export function request(message) {
  if (message.call) return later(getCall(message.call), (call) => show(call, message));
  if (message.api === "smtp" || message.api === "inbound") return envelopeOf(message);
  return h("p", { class: "muted" }, message.api === "ses"
    ? "No request made this message: SES wrote it."
    : "The request that made this message was not kept.");
}

const show = (call, message) => h("div", { class: "request" },
  facts([
    ["Operation", [h("strong", null, call.operation || "Unknown"), ` of ${call.service === "ses" ? "v1" : "v2"}`]],
    ["HTTP", [h("code", null, `${call.method} ${call.path}`), `, ${size(call.length)}, answered ${call.status}`]],
    ["Account", `${call.account} ${call.region}`],
    ["Access key", call.access_key && h("code", null, call.access_key)],
    ["From", call.source_ip],
    ["Client", call.user_agent && h("bdi", { class: "small" }, call.user_agent)],
    ["Time", fullTime(message.received)],
    ["Messages", call.messages.length > 1 ? call.messages.map((id) => h("div", null,
      h("a", { href: link({ id, tab: "request" }), "aria-current": id === message.id && "true" }, h("code", null, id)))) : null],
  ]),
  h("section", null,
    h("h2", null, "Parameters"),
    call.parameters === null
      ? h("p", { class: "muted" }, "The body was larger than 64 KB, which is not kept, or could not be read.")
      : tree(call.parameters)),
  call.boto3 && h("section", null,
    h("h2", null, "Ask again"),
    choice("With", { boto3: ["boto3", call.boto3], cli: ["AWS CLI", call.cli] })));

function envelopeOf(message) {
  const { mail_from: from, rcpt_to: to } = message.envelope;
  const receipt = message.receipt;
  return h("div", { class: "request" },
    h("p", { class: "muted" }, "No API was called: the message came over SMTP."),
    h("pre", { class: "smtp", "aria-label": "SMTP" }, [
      receipt?.helo && `EHLO ${receipt.helo}`,
      receipt?.tls && "STARTTLS",
      `MAIL FROM:<${from}>`,
      ...to.map((recipient) => `RCPT TO:<${recipient}>`),
      `DATA (${size(message.size)})`,
    ].filter(Boolean).join("\n")),
    facts([["From", receipt?.remote_ip ?? message.source_ip], ["Account", `${message.account} ${message.region}`],
      ["Time", fullTime(message.received)]]));
}

/** A JSON value that can be folded; what is deep or long is folded at first. */
function tree(value, depth = 0) {
  if (typeof value === "string") return longText(value);
  if (value === null || typeof value !== "object") return h("code", { class: "literal" }, String(value));
  const entries = Object.entries(value);
  if (entries.length === 0) return h("code", null, Array.isArray(value) ? "[]" : "{}");
  return h("ul", { class: "tree" }, entries.slice(0, MOST).map(([name, inner]) => {
    const label = h("span", { class: "muted" }, name);
    const nested = inner !== null && typeof inner === "object" && Object.keys(inner).length > 0;
    return h("li", null, nested
      ? h("details", { open: depth < 6 }, h("summary", null, label), tree(inner, depth + 1))
      : [label, " ", tree(inner, depth + 1)]);
  }), entries.length > MOST && h("li", { class: "muted small" }, `and ${entries.length - MOST} more`));
}

function longText(text) {
  const shown = h("bdi", { class: "value" }, text.length > LONG ? `${text.slice(0, LONG)}…` : text);
  if (text.length <= LONG) return shown;
  const more = h("button", { class: "button small", onclick: () => {
    shown.textContent = text;
    more.remove();
  } }, `All of ${size(text.length)}`);
  return [shown, " ", more];
}
