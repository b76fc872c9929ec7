// Rules for faults: what shall go wrong with the sends to come.

import { createRule, deleteRule, deleteRules, listRules, putRule } from "../api.js";
import { confirm } from "../dialog.js";
import { fill, h } from "../dom.js";
import { count, number } from "../format.js";
import { BOUNCES, COMPLAINTS, DELAYS, quoted } from "../simulate_kinds.js";
import { attempt, button, code, deleteButton, empty, field, input, page, select, table } from "./parts.js";
import { ask, faces } from "./views.js";

/** @type {import("../pages.js").Page} */
export const rules = {
  name: "rules",
  title: "Faults",
  icon: "rules",
  group: "Simulate",
  key: "f",
  ...faces({ title: "Faults", list }),
};

const MATCH = /** @type {[string, string, string][]} */ ([
  ["recipient", "Recipient", "*@example.com"],
  ["sender", "Sender", "shop@example.com"],
  ["subject", "Subject", "Order *"],
  ["configuration_set", "Configuration set", ""],
  ["operation", "Operation", "SendEmail, SMTP"],
]);

const ERRORS = ["Throttling", "AccountSendingPausedException", "MessageRejected", "MailFromDomainNotVerifiedException",
  "ConfigurationSetSendingPausedException", "AccountSuspendedException", "LimitExceeded", "InvalidParameterValue",
  "AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "RequestExpired",
  "ServiceUnavailable", "InternalFailure"];

/** What a rule does: its name, its fields, and what they say. */
const EFFECTS = {
  bounce: {
    title: "Bounce",
    fields: (now) => h("div", { class: "pair" },
      field({ label: "Type", input: select("bounceType", Object.keys(BOUNCES), now.bounceType) }),
      field({ label: "Sub-type", input: select("bounceSubType", BOUNCES[now.bounceType ?? "Permanent"], now.bounceSubType) })),
    read: ({ bounceType, bounceSubType }) => ({ event: { type: "bounce", bounceType, bounceSubType } }),
  },
  complaint: {
    title: "Complaint",
    fields: (now) => field({ label: "Feedback type", input: select("complaintFeedbackType", COMPLAINTS, now.complaintFeedbackType) }),
    read: ({ complaintFeedbackType }) => ({ event: { type: "complaint", complaintFeedbackType } }),
  },
  delay: {
    title: "Delivery delay",
    fields: (now) => field({ label: "Delay type", input: select("delayType", DELAYS, now.delayType) }),
    read: ({ delayType }) => ({ event: { type: "delay", delayType } }),
  },
  reject: { title: "Reject", fields: () => null, read: () => ({ event: { type: "reject" } }) },
  error: {
    title: "API error",
    fields: (now) => [
      field({ label: "Code", input: select("code", ERRORS, now.code), help: "Over SMTP it is the reply that SES gives for it." }),
      field({ label: "Message", input: input("message", now.message, { placeholder: "As AWS words it" }) })],
    read: ({ code: name, message }) => ({ error: { code: name, ...(message ? { message } : {}) } }),
  },
  latency: {
    title: "Late answer",
    fields: (now) => field({ label: "Seconds", input: input("seconds", now.seconds ?? 5, { type: "number", min: 0, max: 240, step: "any", required: true }) }),
    read: ({ seconds }) => ({ latency: Number(seconds) }),
  },
  drop: {
    title: "Lost answer",
    fields: (now) => field({ label: "The connection is closed", input: select("drop",
      [["after", "after the message was captured"], ["before", "before it was"]], now.drop) }),
    read: ({ drop }) => ({ drop }),
  },
};

const WHEN = {
  always: { title: "Every time", fields: () => null, read: () => ({}) },
  first: {
    title: "The first …",
    fields: (now) => field({ label: "Sends", input: input("times", now.first ?? 3, { type: "number", min: 1, required: true }) }),
    read: ({ times }) => ({ first: Number(times) }),
  },
  every: {
    title: "Every …",
    fields: (now) => field({ label: "Every how many sends", input: input("times", now.every ?? 10, { type: "number", min: 1, required: true }) }),
    read: ({ times }) => ({ every: Number(times) }),
  },
  probability: {
    title: "With a probability",
    fields: (now) => h("div", { class: "pair" },
      field({ label: "Probability", input: input("probability", now.probability ?? 0.1, { type: "number", min: 0, max: 1, step: "any", required: true }) }),
      field({ label: "Seed", help: "The same seed chooses the same sends.", input: input("seed", now.seed ?? 0, { type: "number", min: 0, required: true }) })),
    read: ({ probability, seed }) => ({ probability: Number(probability), seed: Number(seed) }),
  },
};

async function list(place) {
  const { rules: rows } = await listRules(place.signal);
  const edit = async (rule) => {
    if (await askRule(rule)) await place.refresh();
  };
  const clear = async () => {
    if (!await confirm({ title: `Delete ${count(rows.length, "rule")}?`, text: "Sends go well again.", action: "Delete" })) return;
    await attempt(deleteRules, "Deleted all rules");
    await place.refresh();
  };
  return { node: page("Faults", {
    help: "Rules let sends go wrong, so that you see what your application does. The first that matches applies; what you simulate on one message is in the message.",
    actions: [rows.length > 1 && button("Delete all", clear), button("Add rule", () => edit(), { class: "button primary" })],
  }, table({
    label: "Rules",
    columns: [
      { title: "What happens", cell: (rule) => h("button", { class: "row-link as-text", onclick: () => edit(rule), "data-name": rule.id }, effectText(rule.effect)) },
      { title: "To which sends", cell: (rule) => h("bdi", null, matchText(rule.match)) },
      { title: "When", minor: true, cell: (rule) => whenText(rule.when) },
      { title: "Applied", end: true, cell: (rule) => h("span", { title: "Applied, of those that matched" }, `${number(rule.applied)} of ${number(rule.matched)}`) },
      { title: "Actions", hidden: true, end: true, cell: (rule) => deleteButton("this rule", async () => {
        await deleteRule(rule.id);
        await place.refresh();
      }, "What it did stays.") },
    ],
    rows,
    empty: empty({
      title: "Everything goes well",
      text: "Add a rule to see a throttle, a bounce or a lost answer in your application.",
      action: button("Add rule", () => edit()),
      command: curl({ match: {}, effect: { error: { code: "Throttling" } }, when: { first: 3 } }),
    }),
  })), event: (type) => {
    if (type === "message" || type === "reset") place.refresh();
  } };
}

/** What an effect is called here, and its values. */
function kindOf(effect) {
  if (effect.event) return { kind: effect.event.type, values: effect.event };
  if (effect.error) return { kind: "error", values: effect.error };
  if (effect.drop) return { kind: "drop", values: { drop: effect.drop } };
  return { kind: "latency", values: { seconds: effect.latency } };
}

function effectText(effect) {
  const { kind, values } = kindOf(effect);
  const said = {
    bounce: () => `${values.bounceType ?? "Permanent"} ${values.bounceSubType ?? "General"}`,
    complaint: () => values.complaintFeedbackType ?? "abuse",
    delay: () => values.delayType,
    error: () => values.code,
    latency: () => `${values.seconds} s`,
    drop: () => `${values.drop} the message was captured`,
  }[kind]?.();
  return [EFFECTS[kind]?.title ?? kind, said].filter(Boolean).join(": ");
}

const matchText = (match) => Object.entries(match).map(([name, pattern]) =>
  `${MATCH.find(([key]) => key === name)?.[1] ?? name} ${pattern}`).join(", ") || "All";

function whenText(when) {
  if (when.first) return `The first ${number(when.first)}`;
  if (when.every) return `Every ${number(when.every)}th`;
  if (when.probability !== undefined) return `${when.probability} of them`;
  return "Every time";
}

/** Ask for a rule, new or changed; whether it was kept. */
function askRule(rule) {
  const now = rule ? kindOf(rule.effect) : { kind: "bounce", values: {} };
  const time = rule ? Object.keys(WHEN).find((each) => each in rule.when) ?? "always" : "always";
  const effects = Object.entries(EFFECTS).map(([key, { title }]) => /** @type {[string, string]} */ ([key, title]));
  // One that the form does not know, as the API takes more, stays until another is chosen.
  if (!EFFECTS[now.kind]) effects.unshift([now.kind, now.kind]);
  const kind = select("kind", effects, now.kind, { onchange: () => {
    show();
    sample();
  } });
  const when = select("when", Object.entries(WHEN).map(([key, { title }]) => [key, title]), time, { onchange: () => {
    show();
    sample();
  } });
  const options = h("div", { class: "fields" });
  const times = h("div", { class: "fields" });
  const shown = h("div", { class: "samples" });
  const body = h("div", { class: "fields", oninput: follow },
    h("fieldset", { class: "fields" }, h("legend", null, "What happens"), field({ label: "Fault", input: kind }), options),
    h("fieldset", { class: "fields" }, h("legend", null, "To which sends"),
      h("p", { class: "muted small" }, "Patterns with * and ?. What is empty matches all."),
      h("div", { class: "pair" }, MATCH.map(([name, label, placeholder]) =>
        field({ label, input: input(name, rule?.match[name], { placeholder }) })))),
    h("fieldset", { class: "fields" }, h("legend", null, "How often"), field({ label: "Of the sends that match", input: when }), times),
    shown);

  function show() {
    fill(options, EFFECTS[kind.value]?.fields(kind.value === now.kind ? now.values : {}));
    fill(times, WHEN[when.value].fields(when.value === time && rule ? rule.when : {}));
  }

  function follow({ target }) {
    if (target.name === "bounceType") {
      fill(body.querySelector("[name=bounceSubType]"), BOUNCES[target.value].map((each) => h("option", { value: each }, each)));
    }
    sample();
  }

  const read = (values) => ({
    match: { ...(rule?.match.account && { account: rule.match.account }), ...(rule?.match.region && { region: rule.match.region }),
      ...Object.fromEntries(MATCH.filter(([name]) => values[name]).map(([name]) => [name, values[name]])) },
    effect: EFFECTS[kind.value]?.read(values) ?? rule.effect,
    when: WHEN[when.value].read(values),
  });

  function sample() {
    const values = Object.fromEntries([...body.querySelectorAll("[name]")].map(({ name, value }) => [name, value.trim()]));
    const wanted = read(values);
    fill(shown,
      h("div", { class: "sample" }, h("span", { class: "muted small" }, "curl"), code(curl(wanted), "the curl line")),
      h("div", { class: "sample" }, h("span", { class: "muted small" }, "pytest"), code(pytest(wanted), "the pytest line")));
  }

  show();
  sample();
  return ask({
    title: rule ? "Change rule" : "Add rule",
    action: rule ? "Save" : "Add",
    wide: true,
    submit: (values) => (rule ? putRule(rule.id, read(values)) : createRule(read(values))),
  }, body);
}

const curl = (rule) => `curl -X POST ${location.origin}/_ses/rules -H 'Content-Type: application/json' -d ${quoted(JSON.stringify(rule))}`;

/** A rule as the fixture makes it; JSON without null, true and false reads as Python. */
function pytest({ match, effect, when }) {
  const [[name, value]] = Object.entries(effect);
  const given = [[name, value], ["match", match], ["when", when]].filter(([, each]) =>
    typeof each !== "object" || Object.keys(each).length > 0);
  return `ses_emulator.rule(${given.map(([key, each]) => `${key}=${JSON.stringify(each)}`).join(", ")})`;
}
