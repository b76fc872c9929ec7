// A receipt rule in a dialog: recipients, demands, and actions in order.

import { fill, h, iconButton } from "../dom.js";
import { area, button, check, field, input, select } from "./parts.js";
import { ask } from "./views.js";

/** @typedef {{member: string, label: string, sample?: string, help?: string, needed?: boolean, options?: string[]}} Member */

const TOPIC = { member: "TopicArn", label: "SNS topic to tell (optional)" };
const topic = (region, account) => `arn:aws:sns:${region}:${account}:name`;

/** By the member of an action: its name and what it takes. @type {Record<string, {title: string, members: Member[]}>} */
export const ACTIONS = {
  S3Action: { title: "S3", members: [
    { member: "BucketName", label: "Bucket", sample: "my-mail", needed: true },
    { member: "ObjectKeyPrefix", label: "Object key prefix (optional)", sample: "inbound/" },
    TOPIC] },
  SNSAction: { title: "SNS", members: [
    { member: "TopicArn", label: "Topic ARN", needed: true },
    { member: "Encoding", label: "Encoding", options: ["UTF-8", "Base64"] }] },
  LambdaAction: { title: "Lambda", members: [
    { member: "FunctionArn", label: "Function ARN", sample: "arn:aws:lambda:us-east-1:000000000000:function:name", needed: true },
    { member: "InvocationType", label: "Invocation", options: ["Event", "RequestResponse"] },
    TOPIC] },
  BounceAction: { title: "Bounce", members: [
    { member: "SmtpReplyCode", label: "SMTP reply code", sample: "550", needed: true },
    { member: "StatusCode", label: "Status code (optional)", sample: "5.1.1" },
    { member: "Message", label: "Message", sample: "Mailbox does not exist", needed: true },
    { member: "Sender", label: "Sender of the bounce", sample: "mailer-daemon@example.com", needed: true },
    TOPIC] },
  AddHeaderAction: { title: "Add header", members: [
    { member: "HeaderName", label: "Header", sample: "X-Received-By", needed: true },
    { member: "HeaderValue", label: "Value", needed: true }] },
  StopAction: { title: "Stop", members: [
    { member: "Scope", label: "Scope", options: ["RuleSet"] },
    TOPIC] },
  WorkmailAction: { title: "WorkMail", members: [
    { member: "OrganizationArn", label: "Organization ARN", needed: true },
    TOPIC] },
  ConnectAction: { title: "Connect", members: [
    { member: "InstanceARN", label: "Instance ARN", needed: true },
    { member: "IAMRoleARN", label: "IAM role ARN", needed: true }] },
};

/** @param {Record<string, any>} action */
export const kindOf = (action) => Object.keys(action).find((kind) => action[kind]) ?? "";

/**
 * Ask for a rule.
 * @param {any} rule null for a new one
 * @param {{account: string, region: string}} context
 * @param {(rule: any) => Promise<any>} store
 * @returns {Promise<boolean>} whether it was stored
 */
export function askRule(rule, { account, region }, store) {
  // Each has a number of its own, so that its controls keep what they hold when others move.
  let actions = (rule?.Actions ?? []).map((action) => block(kindOf(action), action[kindOf(action)]));
  const list = h("ol", { class: "action-list" });

  function block(kind, values = {}) {
    const title = ACTIONS[kind].title;
    const controls = ACTIONS[kind].members.map((each) => {
      const control = each.options ? select(each.member, each.options, values[each.member])
        : input(each.member, values[each.member], { required: each.needed,
          placeholder: each.sample ?? (each.member === "TopicArn" ? topic(region || "us-east-1", account || "000000000000") : null) });
      return { control, node: field({ label: each.label, input: control }) };
    });
    const own = { kind, read: () => ({ [kind]: { ...values, ...Object.fromEntries(controls.map(({ control }) =>
      [control.name, control.value.trim()]).filter(([, value]) => value)), ...emptied(controls) } }), node: h("li", null) };
    const head = h("div", { class: "line spread" }, h("strong", null, title), h("div", { class: "buttons" },
      iconButton("up", `Move ${title} up`, { class: "quiet", onclick: (event) => move(own, -1, event) }),
      iconButton("down", `Move ${title} down`, { class: "quiet", onclick: (event) => move(own, 1, event) }),
      iconButton("trash", `Remove ${title}`, { class: "quiet danger", onclick: () => {
        actions = actions.filter((each) => each !== own);
        show();
        more.focus();
      } })));
    fill(own.node, head, h("div", { class: "pair" }, controls.map(({ node }) => node)));
    return own;
  }

  /** What was emptied is undefined, and so not in the JSON. */
  const emptied = (controls) => Object.fromEntries(controls.filter(({ control }) => !control.value.trim())
    .map(({ control }) => [control.name, undefined]));

  function move(own, by, event) {
    const at = actions.indexOf(own);
    if (at + by < 0 || at + by >= actions.length) return;
    actions.splice(at + by, 0, ...actions.splice(at, 1));
    show();
    event.currentTarget?.focus();
  }

  const show = () => fill(list, actions.map(({ node }) => node));
  const kind = select("kind", Object.entries(ACTIONS).map(([own, { title }]) => [own, title]), "S3Action", { "aria-label": "Kind of action" });
  const more = button("Add action", () => {
    const own = block(kind.value);
    actions.push(own);
    show();
    own.node.querySelector(".control")?.focus();
  });
  show();

  return ask({
    title: rule ? `Rule ${rule.Name}` : "Add rule",
    action: rule ? "Save" : "Add",
    wide: true,
    submit: (values, data) => store({
      Name: rule?.Name ?? values.name,
      Enabled: data.has("enabled"),
      TlsPolicy: data.has("tls") ? "Require" : "Optional",
      ScanEnabled: data.has("scan"),
      Recipients: values.recipients.split(/[\s,]+/).filter(Boolean),
      Actions: actions.map((each) => each.read()),
    }),
  },
  rule ? null : field({ label: "Name", input: input("name", "", { required: true, placeholder: "support" }) }),
  field({ label: "Recipients", help: "One a line: an address, a domain, or .example.com for its subdomains. Empty is all verified domains.",
    input: area("recipients", (rule?.Recipients ?? []).join("\n"), { rows: "3", placeholder: "support@example.com" }) }),
  h("div", { class: "line" },
    check("enabled", "Enabled", rule?.Enabled ?? true),
    check("tls", "Require TLS", rule?.TlsPolicy === "Require"),
    check("scan", "Scan for spam and viruses", rule?.ScanEnabled ?? false)),
  h("fieldset", { class: "options" }, h("legend", null, "Actions"), list, h("div", { class: "line" }, kind, more)));
}
