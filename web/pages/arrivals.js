// Mail that came in, with a trace of what the rules did with it; and a form that lets some come in.

import { getAccount, getMessage, operation, receiveMail, searchMessages } from "../api.js";
import { h } from "../dom.js";
import { fullTime, shortTime } from "../format.js";
import { go, link } from "../state.js";
import { actionState, area, check, empty, facts, field, input, problem, section, select, state, table, VERDICTS, words } from "./parts.js";
import { ACTIONS } from "./receiptRule.js";
import { ask, STAY } from "./views.js";

const PAGE = 50;
/** The verdicts that a mail can be given. */
const GIVEN = ["PASS", "FAIL", "GRAY", "PROCESSING_FAILED"];

/**
 * The list of received mail, and above it the trace of the one with the id.
 * @param {import("./views.js").Place} place
 * @param {string} id
 */
export async function arrivals(place, id) {
  const { account, region } = await getAccount(place);
  const found = await searchMessages(`api:inbound account:${account} region:${region}`, { limit: PAGE, signal: place.signal });
  const open = id ? await getMessage(id, place.signal).catch((error) => error) : null;
  return [
    open && (open.receipt ? await trace(open, place) : section("Trace", {}, problem(open.message ?? "No receipt was kept of this message."))),
    section("Received mail", { help: found.total > PAGE ? `The newest ${PAGE} of ${found.total}.` : null }, table({
      label: "Received mail",
      columns: [
        { title: "Subject", cell: (row) => h("a", { class: "row-link", "data-name": row.id, "aria-current": row.id === id && "true",
          href: link({ view: "receiving", part: `mail:${row.id}` }) }, h("bdi", null, row.subject || "(no subject)")) },
        { title: "From", cell: (row) => h("bdi", null, row.from || "<>") },
        { title: "State", cell: (row) => state(words(row.status), row.status === "received" ? "good" : row.status === "rejected" ? "bad" : "warn") },
        { title: "Received", minor: true, cell: (row) => h("time", { class: "muted", datetime: row.received, title: fullTime(row.received) },
          shortTime(row.received)) },
      ],
      rows: found.messages,
      empty: empty({
        title: "No mail has come in yet",
        text: "Let one come in from here, or hand it to the SMTP port for received mail.",
        command: `curl --data-binary @mail.eml ${location.origin}/_ses/inbound`,
      }),
    })),
  ];
}

/** What happened to a mail, rule by rule, those that it did not meet too. */
async function trace(message, place) {
  const { receipt } = message;
  const set = await operation("ses", "DescribeReceiptRuleSet", { RuleSetName: receipt.rule_set },
    { account: message.account, region: message.region, signal: place.signal }).catch(() => ({ Rules: [] }));
  const ran = new Map(receipt.rules.map((rule) => [rule.name, rule]));
  const enabled = new Map(set.Rules.map((rule) => [rule.Name, rule.Enabled]));
  const names = [...new Set([...set.Rules.map((rule) => rule.Name), ...ran.keys()])];
  return section("Trace", {
    actions: [
      h("a", { class: "button", href: link({ view: "", id: message.id }) }, "Open the mail"),
      h("a", { class: "button", href: link({ view: "receiving", part: "mail" }) }, "Close"),
    ],
  },
  facts([
    ["Subject", h("bdi", null, message.subject || "(no subject)")],
    ["Rule set", h("a", { href: link({ view: "receiving", name: receipt.rule_set }) }, receipt.rule_set)],
    ["From", h("bdi", null, message.envelope.mail_from || "<>")],
    ["Recipients", h("bdi", null, message.envelope.rcpt_to.join(", "))],
    ["Client", `${receipt.helo} [${receipt.remote_ip}], ${receipt.tls ? "over TLS" : "without TLS"}`],
    ["Verdicts", h("span", { class: "line" }, Object.entries(receipt.verdicts).map(([check, verdict]) =>
      state(`${check === "spam" || check === "virus" ? words(check) : check.toUpperCase()} ${words(verdict).toLowerCase()}`, VERDICTS[verdict])))],
  ]),
  h("ol", { class: "trace", "aria-label": "Rules" }, names.map((name) => {
    const rule = ran.get(name);
    return h("li", { class: rule ? "met" : "unmet" },
      h("div", { class: "line" }, h("strong", { dir: "auto" }, name),
        rule ? h("span", { class: "muted small" }, rule.recipients.join(", "))
          : h("span", { class: "muted small" }, `Not met: ${enabled.get(name) ? "none of its recipients" : "disabled"}`)),
      rule && (rule.actions.length === 0 ? h("p", { class: "muted small" }, "It has no actions.")
        : h("ol", null, rule.actions.map(action))));
  })));
}

const action = ({ type, status, target, error, notification }) => h("li", null,
  h("div", { class: "line" }, h("span", null, ACTIONS[`${type}Action`]?.title ?? type), actionState(status),
    target && h("code", { class: "muted" }, target)),
  error && h("p", { class: status === "failed" ? "problem" : "muted small" }, error),
  notification && h("p", { class: "muted small" }, `Told ${notification.topic}: ${notification.status}`,
    notification.error && ` (${notification.error})`));

/** Ask for a mail, and let it come in. */
export async function askMail(place) {
  const told = h("div", { class: "form", role: "alert" });
  await ask({
    title: "Receive a mail",
    action: "Receive",
    wide: true,
    submit: async (values, data) => {
      told.replaceChildren();
      const { messages, refused } = await receiveMail(values.source || source(values), {
        mail_from: values.from, recipients: values.to.split(/[\s,]+/).filter(Boolean).join(","), remote_ip: values.ip,
        tls: data.has("tls") ? "true" : "", spam: values.spam, virus: values.virus });
      if (messages.length === 0) {
        told.append(...refused.map(({ recipient, reply }) => problem(`${recipient}: ${reply}`)));
        return STAY;
      }
      go({ view: "receiving", name: "", part: `mail:${messages[0].id}` });
      return undefined;
    },
  },
  h("div", { class: "pair" },
    field({ label: "From", input: input("from", "ada@example.com", { required: true }) }),
    field({ label: "To", help: "Several with commas between them.", input: input("to", "", { required: true, placeholder: "support@example.com" }) })),
  field({ label: "Subject", input: input("subject", "Hello", { dir: "auto" }) }),
  field({ label: "Text", input: area("text", "Some words", { rows: "4", dir: "auto" }) }),
  h("details", null, h("summary", null, "Source, connection and verdicts"),
    h("div", { class: "form" },
      field({ label: "Source (optional)", help: "A whole mail with its headers, in place of subject and text.", input: area("source", "", { rows: "5" }) }),
      h("div", { class: "pair" },
        field({ label: "Client's IP address", input: input("ip", "", { placeholder: "127.0.0.1" }) }),
        check("tls", "Over TLS", false)),
      h("div", { class: "pair" }, ["spam", "virus"].map((name) =>
        field({ label: `Verdict on ${name}`, input: select(name, [["", "Found out"], ...GIVEN.map((each) => /** @type {[string, string]} */ ([each, each]))]) }))))),
  told);
  if (place.signal.aborted) return;
  await place.refresh();
}

/** A mail of its parts; what is not ASCII in the subject is encoded (RFC 2047). */
function source({ from, to, subject, text }) {
  const bytes = Array.from(new TextEncoder().encode(subject), (byte) => String.fromCharCode(byte)).join("");
  const encoded = /^[ -~]*$/.test(subject) ? subject : `=?utf-8?B?${btoa(bytes)}?=`;
  return [`From: ${from}`, `To: ${to}`, `Subject: ${encoded}`, `Date: ${new Date().toUTCString()}`, "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "", ...text.split("\n"), ""].join("\r\n");
}
