// How a mail came in: the verdicts, and which rules ran which actions.

import { h, icon } from "../dom.js";
import { actionState, facts, state, VERDICTS, words } from "../pages/parts.js";

const CHECKS = { spf: "SPF", dkim: "DKIM", dmarc: "DMARC", spam: "Spam", virus: "Virus" };

/** @param {import("../api.js").Message} message */
export function receipt(message) {
  const { verdicts, rules, ...how } = message.receipt;
  return h("div", { class: "envelope" },
    h("section", null,
      h("h2", null, "Verdicts"),
      h("ul", { class: "verdicts" }, Object.entries(CHECKS).map(([name, title]) =>
        h("li", null, h("strong", null, title), state(words(verdicts[name]), VERDICTS[verdicts[name]] ?? "none")))),
      how.dmarc_policy && h("p", { class: "muted small" }, `The sender's domain wants mail that fails DMARC: ${how.dmarc_policy}.`)),
    h("section", null,
      h("h2", null, "Rules"),
      rules.length === 0 && h("p", { class: "muted" }, "No rule is for its recipients."),
      h("ol", { class: "cards" }, rules.map((rule) => h("li", { class: "card" },
        icon("receiving"),
        h("div", null,
          h("strong", null, h("bdi", null, rule.name)),
          h("p", { class: "muted small" }, "for ", h("bdi", null, rule.recipients.join(", "))),
          h("ol", { class: "actions" }, rule.actions.map(action))))))),
    h("section", null,
      h("h2", null, "How it came in"),
      facts([["Rule set", how.rule_set], ["Recipients", how.recipients.join(", ")],
        ["From", `${how.remote_ip}, which calls itself ${how.helo}`],
        ["TLS", how.tls ? "yes" : "no"]])));
}

const action = ({ type, status, target, error, notification }) => h("li", null,
  h("strong", null, type),
  actionState(status),
  target && h("code", null, target),
  error && h("span", { class: "problem" }, error),
  notification && h("span", { class: "muted small" }, `tells ${notification.topic}: ${notification.status}`,
    notification.error && `, ${notification.error}`));
