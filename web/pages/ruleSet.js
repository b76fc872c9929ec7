// One receipt rule set: its rules, in the order in which they are run.

import { operation } from "../api.js";
import { h, iconButton } from "../dom.js";
import { go, link } from "../state.js";
import { attempt, button, deleteButton, empty, page, state, table } from "./parts.js";
import { ACTIONS, askRule, kindOf } from "./receiptRule.js";
import { askName } from "./views.js";

/** @param {import("./views.js").Place} place */
export async function ruleSet(place, name) {
  const v1 = (operationName, parameters = {}) => operation("ses", operationName, { RuleSetName: name, ...parameters }, place);
  const [set, active] = await Promise.all([
    v1("DescribeReceiptRuleSet"),
    operation("ses", "DescribeActiveReceiptRuleSet", {}, place),
  ]);
  const isActive = active.Metadata?.Name === name;
  const rules = set.Rules ?? [];
  const then = (work, done) => attempt(async () => {
    await work();
    await place.refresh();
  }, done);

  const add = () => edit(null);
  async function edit(rule) {
    const stored = await askRule(rule, place, (made) => (rule ? v1("UpdateReceiptRule", { Rule: made })
      : v1("CreateReceiptRule", { Rule: made, ...(rules.length > 0 && { After: rules.at(-1).Name }) })));
    if (stored) await place.refresh();
  }

  const move = (index, by) => then(() => {
    const names = rules.map((rule) => rule.Name);
    names.splice(index + by, 0, ...names.splice(index, 1));
    return v1("ReorderReceiptRuleSet", { RuleNames: names });
  });

  return { node: page(name, {
    back: { title: "Receiving", href: link({ view: "receiving" }) },
    help: "Each rule that has a recipient of the mail runs its actions, one after the other.",
    state: isActive ? state("Active", "good") : state("Inactive", "none"),
    actions: [
      isActive ? button("Deactivate", () => then(() => operation("ses", "SetActiveReceiptRuleSet", {}, place)))
        : button("Activate", () => then(() => v1("SetActiveReceiptRuleSet")), { class: "button primary" }),
      button("Clone", () => askName({ title: `Clone ${name}`, label: "Name of the clone", value: `${name}-clone`, action: "Clone",
        submit: async (copy) => {
          await operation("ses", "CloneReceiptRuleSet", { RuleSetName: copy, OriginalRuleSetName: name }, place);
          go({ name: copy });
        } })),
      rules.length > 0 && button("Add rule", add),
      deleteButton(name, async () => {
        await v1("DeleteReceiptRuleSet");
        place.leave();
      }, "With all its rules. This cannot be undone."),
    ],
  }, table({
    label: "Rules",
    columns: [
      { title: "Order", hidden: true, minor: true, cell: (_, index) => h("span", { class: "muted" }, index + 1) },
      { title: "Rule", cell: (rule) => h("div", null, h("strong", { dir: "auto" }, rule.Name),
        h("p", { class: "muted small" }, rule.Recipients?.length ? rule.Recipients.join(", ") : "All recipients at verified domains")) },
      { title: "Actions", cell: (rule) => h("span", { class: "chips" }, (rule.Actions ?? []).map((action) =>
        h("span", { class: "chip" }, ACTIONS[kindOf(action)]?.title ?? kindOf(action)))) },
      { title: "Demands", minor: true, cell: (rule) => h("span", { class: "chips" },
        rule.TlsPolicy === "Require" && h("span", { class: "chip" }, "TLS"),
        rule.ScanEnabled && h("span", { class: "chip" }, "Scan")) },
      { title: "Buttons", hidden: true, end: true, cell: (rule, index) => h("div", { class: "buttons" },
        h("button", { class: "switch", role: "switch", "aria-checked": String(rule.Enabled ?? false), "aria-label": `Enable ${rule.Name}`,
          onclick: () => then(() => v1("UpdateReceiptRule", { Rule: { ...rule, Enabled: !rule.Enabled } })) }),
        iconButton("up", `Move ${rule.Name} up`, { class: "quiet", disabled: index === 0, onclick: () => move(index, -1) }),
        iconButton("down", `Move ${rule.Name} down`, { class: "quiet", disabled: index === rules.length - 1, onclick: () => move(index, 1) }),
        iconButton("edit", `Edit ${rule.Name}`, { class: "quiet", onclick: () => edit(rule) }),
        deleteButton(rule.Name, async () => {
          await v1("DeleteReceiptRule", { RuleName: rule.Name });
          await place.refresh();
        })) },
    ],
    rows: rules,
    empty: empty({ title: "No rules in this set", text: "Without a rule that has its recipient, a mail is refused.",
      action: button("Add rule", add) }),
  })) };
}
