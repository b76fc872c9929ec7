// The account in the region: how strict it is, how much it may send, and how its mail is received.

import { getAccount, operation, putAccount } from "../api.js";
import { h } from "../dom.js";
import { number } from "../format.js";
import { attempt, button, deleteButton, empty, facts, field, input, page, section, select, state, table, toggle } from "./parts.js";
import { all, ask, faces } from "./views.js";

/** @type {import("../pages.js").Page} */
export const account = {
  name: "account",
  title: "Account",
  icon: "account",
  group: "SES",
  key: "a",
  ...faces({ title: "Account", list: show }),
};

const PROFILES = {
  open: ["Open", "Everything is sent; what SES would refuse becomes a finding of the message."],
  sandbox: ["Sandbox", "As a new account: sender and recipients must be verified, 200 a day."],
  production: ["Production", "As after SES's review: the sender must be verified, quota and rate hold."],
};
// Source: the guide, "Reputation metrics messages": what SES reviews an account for, and pauses it for.
const LIMITS = { Bounces: [0.05, 0.1], Complaints: [0.001, 0.005] };

async function show(place) {
  const v2 = (name, parameters = {}) => operation("sesv2", name, parameters, place);
  const [strict, known, statistics, pools] = await Promise.all([
    getAccount(place),
    v2("GetAccount"),
    operation("ses", "GetSendStatistics", {}, place),
    all(async (NextToken) => {
      const got = await v2("ListDedicatedIpPools", { NextToken });
      return { rows: got.DedicatedIpPools, next: got.NextToken };
    }),
  ]);
  const details = await Promise.all(pools.map(async (name) => (await v2("GetDedicatedIpPool", { PoolName: name })).DedicatedIpPool));
  // The emulator's switch is about all accounts unless it names one.
  const exact = { ...place, account: strict.account, region: strict.region };
  const put = (options, done) => attempt(async () => {
    await putAccount(options, exact);
    await place.refresh();
  }, done);

  const node = page("Account", { help: h("span", null, h("code", null, strict.account), " in ", h("code", null, strict.region)),
    state: known.SendingEnabled ? known.EnforcementStatus === "SHUTDOWN" ? state("Paused by SES", "bad") : state("Sending", "good")
      : state("Paused", "warn") },
  section("How strict it is", { help: "It holds at once, for this account in this region." },
    h("fieldset", { class: "options across" }, h("legend", { class: "sr" }, "Profile"),
      Object.entries(PROFILES).map(([name, [title, text]]) => h("label", { class: "option" },
        h("input", { type: "radio", name: "profile", value: name, checked: name === strict.profile, "aria-label": title,
          onchange: () => put({ profile: name }, `The account is in ${title.toLowerCase()} mode`) }),
        h("strong", null, title), h("small", null, text)))),
    h("div", { class: "settings" },
      toggle({
        label: "Verify identities at once",
        help: "Off, the link in the mail verifies an address, and a click in its page a domain.",
        on: strict.verification === "auto",
        change: (on) => putAccount({ ...kept(strict), verification: on ? "auto" : "click" }, exact).then(place.refresh),
      }),
      toggle({
        label: "Refuse what is beyond quota and rate",
        on: strict.enforced,
        change: (on) => putAccount({ ...kept(strict), enforced: on }, exact).then(place.refresh),
      })),
    h("div", { class: "line" },
      button("Change quota", () => askQuota(strict, exact, place)),
      button("Back to the emulator's settings", () => put({}, "The settings hold again")))),
  section("Quota and sending", {},
    facts([
      ["Sent in 24 hours", quota(known.SendQuota)],
      ["Rate", `${number(known.SendQuota.MaxSendRate)} a second at most`],
      ["State", words[known.EnforcementStatus] ?? known.EnforcementStatus],
    ]),
    h("div", { class: "settings" },
      toggle({
        label: "Sending",
        help: "Off, every send is refused with AccountSendingPausedException.",
        on: known.SendingEnabled,
        change: async (on) => {
          await v2("PutAccountSendingAttributes", { SendingEnabled: on });
          await place.refresh();
        },
      }),
      toggle({
        label: "Virtual Deliverability Manager",
        help: "Whether configuration sets can have its engagement metrics.",
        on: known.VdmAttributes?.VdmEnabled === "ENABLED",
        change: (on) => v2("PutAccountVdmAttributes", { VdmAttributes: { VdmEnabled: on ? "ENABLED" : "DISABLED" } }),
      }))),
  reputation(statistics.SendDataPoints),
  poolsPart(details, place, v2));
  return { node, event: (type) => type !== "deleted" && slow(place) };
}

const words = { HEALTHY: "Healthy", PROBATION: "Under review", SHUTDOWN: "Sending is paused by SES" };

const kept = ({ profile, daily_quota, rate, enforced, verification }) => ({ profile, daily_quota, rate, enforced, verification });

let waiting = 0;

/** Sends come in bursts. */
function slow(place) {
  clearTimeout(waiting);
  waiting = setTimeout(() => place.refresh(), 400);
}

function quota({ SentLast24Hours: sent, Max24HourSend: most }) {
  if (most < 0) return `${number(sent)}, without a limit`;
  return h("span", { class: "line" }, `${number(sent)} of ${number(most)}`,
    h("meter", { value: Math.min(sent, most), max: most, "aria-label": "Quota used" }));
}

function reputation(points) {
  const sum = (name) => points.reduce((total, point) => total + point[name], 0);
  const sent = sum("DeliveryAttempts");
  const rate = (name) => {
    const [review, pause] = LIMITS[name];
    const value = sent > 0 ? sum(name) / sent : 0;
    const kind = value >= pause ? "bad" : value >= review ? "warn" : "good";
    return h("span", { class: "line" }, state(percent(value), sent > 0 ? kind : "none"),
      h("span", { class: "muted small" }, `${number(sum(name))} of ${number(sent)}; review at ${percent(review)}, pause at ${percent(pause)}`));
  };
  return section("Reputation", { help: "Of what was sent in the last 14 days." }, facts([
    ["Bounce rate", rate("Bounces")],
    ["Complaint rate", rate("Complaints")],
    ["Rejects", number(sum("Rejects"))],
  ]));
}

const percent = (value) => `${(value * 100).toFixed(value < 0.01 && value > 0 ? 2 : 1)} %`;

async function askQuota(strict, exact, place) {
  if (await ask({
    title: "Quota",
    action: "Save",
    submit: ({ daily, rate }) => putAccount({ ...kept(strict), daily_quota: Number(daily), rate: Number(rate) }, exact),
  },
  field({ label: "Recipients in 24 hours", help: "-1 is no limit.", input: input("daily", strict.daily_quota, { type: "number", min: "-1", required: true }) }),
  field({ label: "Recipients a second", input: input("rate", strict.rate, { type: "number", min: "1", required: true }) }))) await place.refresh();
}

function poolsPart(pools, place, v2) {
  const create = async () => {
    if (await ask({
      title: "Create pool",
      action: "Create",
      submit: ({ name, mode }) => v2("CreateDedicatedIpPool", { PoolName: name, ScalingMode: mode }),
    },
    field({ label: "Name", input: input("name", "", { required: true, placeholder: "transactional" }) }),
    field({ label: "Scaling", input: select("mode", [["STANDARD", "Standard"], ["MANAGED", "Managed"]]) }))) await place.refresh();
  };
  return section("Dedicated IP pools", { actions: pools.length > 0 && button("Create pool", create) }, table({
    label: "Dedicated IP pools",
    columns: [
      { title: "Name", cell: (pool) => h("bdi", null, pool.PoolName) },
      { title: "Scaling", cell: (pool) => (pool.ScalingMode === "MANAGED" ? "Managed" : "Standard") },
      { title: "Actions", hidden: true, end: true, cell: (pool) => deleteButton(pool.PoolName, async () => {
        await v2("DeleteDedicatedIpPool", { PoolName: pool.PoolName });
        await place.refresh();
      }) },
    ],
    rows: pools,
    empty: empty({ title: "No pools", text: "A configuration set can send from a pool.", action: button("Create pool", create) }),
  }));
}
