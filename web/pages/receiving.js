// Receiving: rule sets, IP filters, and the mail that came in.

import { operation } from "../api.js";
import { h } from "../dom.js";
import { fullTime, shortTime } from "../format.js";
import { go, link, route } from "../state.js";
import { attempt, button, deleteButton, empty, field, input, page, partLinks, rowLink, section, select, state, table } from "./parts.js";
import { arrivals, askMail } from "./arrivals.js";
import { ruleSet } from "./ruleSet.js";
import { all, ask, askName, faces } from "./views.js";

/** @type {import("../pages.js").Page} */
export const receiving = {
  name: "receiving",
  title: "Receiving",
  icon: "receiving",
  group: "SES",
  key: "r",
  ...faces({ title: "Receiving", list, detail: ruleSet }),
};

const PARTS = { "": "Rule sets", filters: "IP filters", mail: "Received mail" };

async function list(place) {
  const [own, id] = route().part.split(":");
  const part = own in PARTS ? own : "";
  const inside = await { "": ruleSets, filters, mail: () => arrivals(place, id ?? "") }[part](place);
  return { node: page("Receiving", {
    help: "What happens to mail for your domains that comes in over SMTP or from here.",
    actions: button("Receive a mail", () => askMail(place), { class: "button primary" }),
  },
  partLinks("Parts of receiving", Object.entries(PARTS).map(([each, title]) =>
    ({ title, href: link({ view: "receiving", part: each }), current: each === part }))),
  inside), event: (type, data) => {
    const mail = part === "mail" && (type === "deleted" || (["message", "event"].includes(type) && data.api !== "v2"));
    if (mail || type === "reset") place.refresh();
  } };
}

async function ruleSets(place) {
  const v1 = (name, parameters = {}) => operation("ses", name, parameters, place);
  const [sets, active] = await Promise.all([
    all(async (NextToken) => {
      const got = await v1("ListReceiptRuleSets", { NextToken });
      return { rows: got.RuleSets, next: got.NextToken };
    }),
    v1("DescribeActiveReceiptRuleSet"),
  ]);
  const activeName = active.Metadata?.Name;
  const activate = (name) => attempt(async () => {
    await v1("SetActiveReceiptRuleSet", name ? { RuleSetName: name } : {});
    await place.refresh();
  }, name ? `${name} is active` : "No rule set is active");
  const create = () => askName({ title: "Create rule set", label: "Name", placeholder: "inbound", action: "Create",
    submit: async (name) => {
      await v1("CreateReceiptRuleSet", { RuleSetName: name });
      if (sets.length === 0) await v1("SetActiveReceiptRuleSet", { RuleSetName: name });
      go({ name, part: "" });
    } });
  const clone = (name) => askName({ title: `Clone ${name}`, label: "Name of the clone", value: `${name}-clone`, action: "Clone",
    submit: async (copy) => {
      await v1("CloneReceiptRuleSet", { RuleSetName: copy, OriginalRuleSetName: name });
      await place.refresh();
    } });

  return section("Rule sets", {
    help: "Only the rules of the active one are run.",
    actions: sets.length > 0 && button("Create rule set", create),
  }, table({
    label: "Rule sets",
    columns: [
      { title: "Name", cell: (set) => rowLink(set.Name, link({ view: "receiving", name: set.Name })) },
      { title: "State", cell: (set) => (set.Name === activeName ? state("Active", "good") : state("Inactive", "none")) },
      { title: "Created", minor: true, cell: (set) => h("time", { class: "muted", datetime: set.CreatedTimestamp,
        title: fullTime(set.CreatedTimestamp) }, shortTime(set.CreatedTimestamp)) },
      { title: "Actions", hidden: true, end: true, cell: (set) => h("div", { class: "buttons" },
        set.Name === activeName ? button("Deactivate", () => activate(""), { "aria-label": `Deactivate ${set.Name}` })
          : button("Activate", () => activate(set.Name), { "aria-label": `Activate ${set.Name}` }),
        button("Clone", () => clone(set.Name), { "aria-label": `Clone ${set.Name}` }),
        deleteButton(set.Name, async () => {
          await v1("DeleteReceiptRuleSet", { RuleSetName: set.Name });
          await place.refresh();
        }, "With all its rules. This cannot be undone.")) },
    ],
    rows: sets,
    empty: empty({
      title: "No rule sets yet",
      text: "A rule set says what to do with mail for which recipients. The first one becomes the active one.",
      action: button("Create rule set", create),
      command: `aws ses create-receipt-rule-set --endpoint-url ${location.origin} --rule-set-name inbound`,
    }),
  }));
}

async function filters(place) {
  const v1 = (name, parameters = {}) => operation("ses", name, parameters, place);
  const rows = (await v1("ListReceiptFilters")).Filters;
  const create = async () => {
    if (await ask({
      title: "Create IP filter",
      action: "Create",
      submit: ({ name, policy, cidr }) =>
        v1("CreateReceiptFilter", { Filter: { Name: name, IpFilter: { Policy: policy, Cidr: cidr } } }),
    },
    field({ label: "Name", input: input("name", "", { required: true, placeholder: "office" }) }),
    h("div", { class: "pair" },
      field({ label: "Policy", input: select("policy", ["Block", "Allow"], "Block") }),
      field({ label: "Addresses", help: "An IP address, or a range in CIDR notation.",
        input: input("cidr", "", { required: true, placeholder: "10.0.0.0/24" }) })))) await place.refresh();
  };
  return section("IP filters", {
    help: "Asked before any rule: mail from a blocked address is refused.",
    actions: rows.length > 0 && button("Create filter", create),
  }, table({
    label: "IP filters",
    columns: [
      { title: "Name", cell: (row) => h("bdi", null, row.Name) },
      { title: "Policy", cell: (row) => state(row.IpFilter.Policy, row.IpFilter.Policy === "Block" ? "bad" : "good") },
      { title: "Addresses", cell: (row) => h("code", null, row.IpFilter.Cidr) },
      { title: "Actions", hidden: true, end: true, cell: (row) => deleteButton(row.Name, async () => {
        await v1("DeleteReceiptFilter", { FilterName: row.Name });
        await place.refresh();
      }) },
    ],
    rows,
    empty: empty({ title: "No IP filters", text: "Mail is taken from every address.", action: button("Create filter", create) }),
  }));
}
