// The envelope beside the headers: who gets the message though nobody is told, and who sends it.

import { h } from "../dom.js";
import { firstOf, specOf, visible } from "./parts.js";

const SENDERS = ["From", "Sender", "Reply-To", "Return-Path"];
const RECIPIENTS = ["To", "Cc", "Bcc"];
const MOST = 500;

/** @param {import("../api.js").Message} message */
export function envelope(message) {
  const { mail_from: from, rcpt_to: to } = message.envelope;
  const named = new Map(RECIPIENTS.map((name) => [name, addressesOf(message, name)]));
  const where = (spec) => [...named].filter(([, specs]) => specs.includes(spec)).map(([name]) => name);
  const inEnvelope = new Set(to.map(specOf));
  const beside = [...named].flatMap(([name, specs]) =>
    specs.filter((spec) => !inEnvelope.has(spec)).map((spec) => ({ name, spec })));
  const author = valuesOf(message, "From").map(specOf)[0] ?? "";
  return h("div", { class: "envelope" },
    h("section", null,
      h("h2", null, "Who sends it"),
      h("table", { class: "pairs" }, h("tbody", null,
        row("MAIL FROM", from || "<>", "The envelope: where bounces go."),
        SENDERS.flatMap((name) => valuesOf(message, name).map((value) => row(name, value, senderNote(name, value, author, from))))))),
    h("section", null,
      h("h2", null, "Who gets it"),
      h("table", { class: "pairs" }, h("tbody", null,
        firstOf(to, MOST, (recipient) => {
          const names = where(specOf(recipient));
          return row("RCPT TO", recipient, names.length > 0 ? `Named in ${names.join(" and ")}.`
            : "In the envelope only: no header names it, as with Bcc.", names.length === 0);
        }, more),
        firstOf(beside, MOST, ({ name, spec }) =>
          row(name, spec, "Named in the header, but the message is not sent to it.", true), more)))),
    message.source_ip && h("p", { class: "muted small" }, `Handed over by ${message.source_ip}.`));
}

function senderNote(name, value, author, from) {
  const spec = specOf(value);
  if (name === "From" && from && specOf(from) !== spec) {
    return domainOf(from) === domainOf(spec) ? "Another address than the envelope's, in the same domain."
      : "Another domain than the envelope's: SPF is not aligned with it.";
  }
  if (name === "Return-Path") return "What SES puts there when it delivers.";
  if (name !== "From" && spec !== author) return "Another address than From.";
  return "";
}

const more = (text) => h("tr", null, h("td", { colspan: "3" }, text));

const row = (name, value, note, stands = false) => h("tr", { class: stands && "stands-out" },
  h("th", { scope: "row" }, name),
  h("td", null, h("bdi", null, visible(value))),
  h("td", { class: "muted small" }, note));

const domainOf = (address) => specOf(address).split("@").at(-1);

const valuesOf = (message, name) => message.headers
  .filter((header) => header.name.toLowerCase() === name.toLowerCase()).map((header) => header.value);

/** The addresses of a header; what stands in quotes or in angle brackets is no comma between two. */
const addressesOf = (message, name) => valuesOf(message, name)
  .flatMap((value) => value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,;])+/g) ?? [])
  .map((text) => specOf(text.replace(/^[^:"<]*:/, ""))).filter((spec) => spec.includes("@"));
