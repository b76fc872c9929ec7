// One identity: its DNS records, how its mail is signed, and where its feedback goes.

import { getAccount, getIdentity, operation, verifyIdentity } from "../api.js";
import { h, iconButton } from "../dom.js";
import { link, route } from "../state.js";
import { verified } from "./identities.js";
import { area, attempt, button, code, copyable, deleteButton, empty, field, form, input, page, partLinks, pretty, section, select,
  setting, state, statusOf, table, toggle } from "./parts.js";
import { ask } from "./views.js";

const PURPOSES = { verification: "Verification", dkim: "DKIM", mail_from: "MAIL FROM", dmarc: "DMARC", inbound: "Receiving" };
const PARTS = { "": "Overview", notifications: "Notifications", policies: "Policies" };
const KINDS = ["Bounce", "Complaint", "Delivery"];

/** @param {import("./views.js").Place} place */
export async function identity(place, name) {
  const { account, region } = await getAccount(place);
  const exact = { ...place, account, region };
  const v2 = (operationName, parameters = {}) =>
    operation("sesv2", operationName, { EmailIdentity: name, ...parameters }, place);
  const v1 = (operationName, parameters) => operation("ses", operationName, { Identity: name, ...parameters }, place);
  const [known, full] = await Promise.all([getIdentity(name, exact), v2("GetEmailIdentity")]);
  const part = route().part in PARTS ? route().part : "";
  const render = { "": overview, notifications, policies }[part];
  const then = async (work, done) => await attempt(async () => {
    await work();
    await place.refresh();
  }, done);

  return { node: page(name, {
    back: { title: "Identities", href: link({ view: "identities" }) },
    state: verified(known.status),
    actions: [
      known.records.some((record) => record.confirmed === false) || known.status !== "SUCCESS"
        ? button(known.status === "SUCCESS" ? "Confirm records" : "Verify",
          () => then(() => verifyIdentity(name, exact), `${name} is verified`), { class: "button primary" }) : null,
      deleteButton(name, async () => {
        await v2("DeleteEmailIdentity");
        place.leave();
      }),
    ],
  },
  partLinks("Parts of the identity", Object.entries(PARTS).map(([own, title]) =>
    ({ title, href: link({ view: "identities", name, part: own }), current: own === part }))),
  await render()) };

  function overview() {
    return [
      section("DNS records", { help: known.records.length > 0
        ? "What the owner of the domain publishes for SES. Here they count as published when you verify."
        : null },
      table({
        label: "DNS records",
        columns: [
          { title: "For", cell: (record) => PURPOSES[record.purpose] },
          { title: "Type", minor: true, cell: (record) => record.type },
          { title: "Name and value", cell: (record) => h("div", { class: "record" },
            copyable(record.name, `the name of the ${record.type} record`),
            copyable(record.value, `the value of the ${record.type} record`)) },
          { title: "Found", cell: (record) => (record.confirmed === null ? h("span", { class: "muted small" }, "Not checked")
            : record.confirmed ? state("Found", "good") : state("Pending", "warn")) },
        ],
        rows: known.records,
        empty: h("p", { class: "muted" }, "An address has no records of its own: a mail with a link verifies it."),
      })),
      section("Sending", {}, h("div", { class: "settings" },
        toggle({
          label: "Sign with DKIM",
          help: ["Easy DKIM with keys of SES. ", statusOf(full.DkimAttributes.Status)],
          on: full.DkimAttributes.SigningEnabled,
          change: async (on) => {
            await v2("PutEmailIdentityDkimAttributes", { SigningEnabled: on });
            await place.refresh();
          },
        }),
        setting({
          label: "MAIL FROM domain",
          help: full.MailFromAttributes?.MailFromDomain
            ? [statusOf(full.MailFromAttributes.MailFromDomainStatus), ` Without its MX record, SES ${
              full.MailFromAttributes.BehaviorOnMxFailure === "REJECT_MESSAGE" ? "rejects the message" : "uses its own domain"}.`]
            : "Bounces go to a domain of SES.",
          control: edited(full.MailFromAttributes?.MailFromDomain ?? "amazonses.com", "the MAIL FROM domain", askMailFrom),
        }),
        setting({
          label: "Default configuration set",
          help: "For mail that names none.",
          control: edited(full.ConfigurationSetName ?? "None", "the default configuration set", askSet),
        }))),
    ];
  }

  function edited(value, what, run) {
    return h("span", { class: "line" }, h("bdi", null, value), iconButton("edit", `Change ${what}`, { class: "quiet", onclick: run }));
  }

  async function askMailFrom() {
    const { MailFromDomain, BehaviorOnMxFailure } = full.MailFromAttributes ?? {};
    if (await ask({
      title: "MAIL FROM domain",
      action: "Save",
      submit: (values) => v2("PutEmailIdentityMailFromAttributes", {
        MailFromDomain: values.domain, BehaviorOnMxFailure: values.behavior }),
    },
    field({ label: "Domain", help: "A subdomain of the identity; empty for SES's own.",
      input: input("domain", MailFromDomain, { placeholder: `bounce.${name.split("@").pop()}` }) }),
    field({ label: "Without an MX record", input: select("behavior", [
      ["USE_DEFAULT_VALUE", "Use SES's domain"], ["REJECT_MESSAGE", "Reject the message"]], BehaviorOnMxFailure) }),
    )) await place.refresh();
  }

  async function askSet() {
    if (await ask({
      title: "Default configuration set",
      action: "Save",
      submit: ({ set }) => v2("PutEmailIdentityConfigurationSetAttributes", set ? { ConfigurationSetName: set } : {}),
    }, field({ label: "Configuration set", help: "Empty for none.", input: input("set", full.ConfigurationSetName) }))) {
      await place.refresh();
    }
  }

  async function notifications() {
    const all = (await operation("ses", "GetIdentityNotificationAttributes", { Identities: [name] }, place)).NotificationAttributes;
    const now = all[name] ?? {};
    return [
      section("Feedback forwarding", {}, h("div", { class: "settings" }, toggle({
        label: "Send bounces and complaints to the sender as mail",
        help: "Without it, bounces and complaints need a topic each.",
        on: full.FeedbackForwardingStatus,
        change: (on) => v2("PutEmailIdentityFeedbackAttributes", { EmailForwardingEnabled: on }),
      }))),
      section("Topics", { help: "SNS topics that are told what became of its mail, beside the event destinations of configuration sets." },
        form({
          action: "Save topics",
          submit: async (values, data) => {
            for (const kind of KINDS) {
              const topic = values[kind];
              if (topic !== (now[`${kind}Topic`] ?? "")) {
                await v1("SetIdentityNotificationTopic", { NotificationType: kind, ...(topic && { SnsTopic: topic }) });
              }
              const headers = data.has(`${kind}Headers`);
              if (headers !== (now[`HeadersIn${kind}NotificationsEnabled`] ?? false)) {
                await v1("SetIdentityHeadersInNotificationsEnabled", { NotificationType: kind, Enabled: headers });
              }
            }
            await attempt(place.refresh, "Saved the topics");
          },
        }, KINDS.map((kind) => topicFields(kind, now)))),
    ];
  }

  function topicFields(kind, now) {
    return h("div", { class: "topic" },
      field({ label: `${kind} topic`, input: input(kind, now[`${kind}Topic`], { placeholder: `arn:aws:sns:${region}:${account}:name` }) }),
      h("label", { class: "check" }, h("input", { type: "checkbox", name: `${kind}Headers`,
        "aria-label": `Original headers for ${kind.toLowerCase()}`, checked: now[`HeadersIn${kind}NotificationsEnabled`] }), "With headers"));
  }

  function policies() {
    const rows = Object.entries(full.Policies ?? {});
    return section("Sending policies", {
      help: "Who else may send from this identity: an IAM policy each.",
      actions: rows.length > 0 && button("Create policy", () => askPolicy("", "")),
    },
    rows.length === 0 ? empty({
      title: "No policies",
      text: "With a policy, another account can send mail from this identity.",
      action: button("Create policy", () => askPolicy("", "")),
    }) : rows.map(([policy, text]) => h("div", { class: "policy" },
      h("div", { class: "part-head" }, h("h3", null, policy), h("div", { class: "buttons" },
        iconButton("edit", `Edit ${policy}`, { class: "quiet", onclick: () => askPolicy(policy, text) }),
        deleteButton(policy, async () => {
          await v2("DeleteEmailIdentityPolicy", { PolicyName: policy });
          await place.refresh();
        }))),
      code(pretty(text), `the policy ${policy}`))));
  }

  async function askPolicy(policy, text) {
    if (await ask({
      title: policy ? `Policy ${policy}` : "Create policy",
      action: policy ? "Save" : "Create",
      wide: true,
      submit: (values) => v2(policy ? "UpdateEmailIdentityPolicy" : "CreateEmailIdentityPolicy",
        { PolicyName: policy || values.name, Policy: values.policy }),
    },
    policy ? null : field({ label: "Name", input: input("name", "", { required: true }) }),
    field({ label: "Policy", input: area("policy", pretty(text) || sample(), { rows: "14", required: true }) }),
    )) await place.refresh();
  }

  function sample() {
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: [{
        Effect: "Allow",
        Principal: { AWS: "111122223333" },
        Action: ["ses:SendEmail", "ses:SendRawEmail"],
        Resource: `arn:aws:ses:${region}:${account}:identity/${name}`,
      }],
    }, null, 2);
  }
}
