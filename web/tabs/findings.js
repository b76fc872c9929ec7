// What SES or a mailbox provider would object to, why, and how to mend it.

import { h, icon } from "../dom.js";

/** @param {import("../api.js").Message} message */
export const findings = (message) => h("ul", { class: "cards" }, message.findings.map((finding) =>
  h("li", { class: "card finding" },
    icon("warning"),
    h("div", null,
      h("strong", { dir: "auto" }, finding.message),
      h("p", { dir: "auto" }, finding.help),
      h("code", { class: "muted small" }, finding.code)))));
