// What was sent and what became of it: numbers, over time, by what messages have in common, and costs.

import { getStatistics } from "../api.js";
import { chart } from "../charts.js";
import { debounce, h } from "../dom.js";
import { money, number, percent } from "../format.js";
import { go, link, route } from "../state.js";
import { empty, facts, input, page, partLinks, section, select, state, statusOf, table } from "./parts.js";
import { buckets, RANGES, rangeOf } from "./spans.js";
import { faces } from "./views.js";

/** @type {import("../pages.js").Page} */
export const dashboard = {
  name: "dashboard",
  title: "Dashboard",
  icon: "dashboard",
  group: "Mail",
  key: "d",
  ...faces({ title: "Dashboard", list: show }),
};

/** Events come in bursts, and counting takes a while in a large store. In milliseconds. */
const QUIET = 1000;
const LONGEST = 5000;

const CHARTS = [
  ["Sent and delivered", [["Sends", "sends", "first"], ["Deliveries", "deliveries", "good"]]],
  ["Bounces and complaints", [["Bounces", "bounces", "bad"], ["Complaints", "complaints", "warn"]]],
  ["Opens and clicks", [["Opens", "opens", "first"], ["Clicks", "clicks", "second"]]],
];

/** What messages are grouped by: a value of the API, and the search that finds such messages. */
const GROUPS = /** @type {Record<string, {title: string, none: string, search?: (name: string) => string}>} */ ({
  configuration_set: { title: "Configuration set", none: "No set", search: (name) => `set:${name}` },
  domain: { title: "Sender domain", none: "No sender", search: (name) => `from:${name}` },
  recipient_domain: { title: "Recipient domain", none: "No domain", search: (name) => `to:${name}` },
  template: { title: "Template", none: "No stored template", search: (name) => `template:${name}` },
  operation: { title: "Operation", none: "–" },
  tenant: { title: "Tenant", none: "No tenant" },
  tag: { title: "Message tag", none: "Without it" },
});

/** From where SES warns, and from where it may pause an account. Source: the guide, "Reputation metrics messages". */
const LIMITS = { bounces: [0.05, 0.1], complaints: [0.001, 0.005] };

async function show(place) {
  const { part, name } = route();
  const range = rangeOf(part);
  const [by, tag = ""] = (name || "configuration_set").split(/:(.*)/s);
  const grouped = by !== "tag" || tag !== "";
  const scope = { account: place.account, region: place.region, signal: place.signal };
  const since = range.since?.(Date.now()).toISOString();
  const [time, groups] = await Promise.all([
    getStatistics({ ...scope, by: range.by, since }),
    grouped && getStatistics({ ...scope, by: by === "tag" ? `tag:${tag}` : by, since }),
  ]);
  const spans = buckets(range, time.groups);

  const node = page("Dashboard", { help: "A message counts at the time at which it was sent, with all that happened to it later." },
    partLinks("Time", Object.entries(RANGES).map(([key, { title }]) =>
      ({ title, href: link({ view: "dashboard", name, part: key }), current: key === range.key }))),
    tiles(time.total),
    time.total.sends + time.total.rejects + time.total.rendering_failures === 0
      ? empty({ title: "Nothing was sent in this time", text: "What your application sends is counted here at once." })
      : h("div", { class: "charts" }, CHARTS.map(([title, series]) => chart({
        title,
        buckets: spans,
        series: series.map(([label, key, look]) =>
          ({ name: label, look, values: spans.map(({ counts }) => counts?.[key] ?? 0) })),
      }))),
    section("Compare", { actions: chooser(by, tag) }, grouped ? breakdown(groups, by)
      : h("p", { class: "muted" }, "Name a tag to see its values.")),
    section("Reputation", { help: "The rates by which SES judges an account, over its last messages." },
      reputation(time.reputation)),
    section("Cost", { help: "What AWS would have charged for this." }, cost(time.cost)));
  const again = debounce(() => place.refresh(), QUIET, LONGEST);
  return { node, event: again };
}

const tiles = (total) => h("dl", { class: "tiles" }, [
  ["Sends", "sends"], ["Deliveries", "deliveries"], ["Bounces", "bounces"], ["Complaints", "complaints"],
  ["Opens", "opens"], ["Clicks", "clicks"], ["Unsubscribes", "unsubscribes"], ["Rejects", "rejects"],
  ["Not rendered", "rendering_failures"],
].map(([title, key]) => h("div", { class: "tile" },
  h("dt", null, title),
  h("dd", null, h("b", null, number(total[key])), rate(total, key)))));

/** A rate, coloured where SES would object. */
function rate(counts, key) {
  const value = counts.rates[key];
  if (value === undefined || value === null) return null;
  const [warn, bad] = LIMITS[key] ?? [Infinity, Infinity];
  const kind = value >= bad ? "bad" : value >= warn ? "warn" : null;
  return h("span", { class: "rate", "data-kind": kind,
    title: kind && `SES ${kind === "bad" ? "may pause sending" : "warns"} from ${percent(kind === "bad" ? bad : warn)}` }, percent(value));
}

function chooser(by, tag) {
  const choice = select("by", Object.entries(GROUPS).map(([key, { title }]) => [key, title]), by,
    { "aria-label": "Group by", onchange: () => go({ name: choice.value === "tag" ? "tag:" : choice.value }) });
  const name = input("tag", tag, { "aria-label": "Name of the tag", placeholder: "campaign",
    onchange: () => go({ name: `tag:${name.value.trim()}` }) });
  return [choice, by === "tag" && name];
}

function breakdown({ groups, groups_left_off: left }, by) {
  const { title, none, search } = GROUPS[by];
  const column = (label, key) => ({ title: label, end: true, minor: ["opens", "clicks", "unsubscribes"].includes(key),
    cell: (row) => h("span", { title: number(row[key]) }, rate(row, key) ?? "–") });
  return [
    table({
      label: `By ${title.toLowerCase()}`,
      columns: [
        { title, cell: (row) => row.name !== null && search
          ? h("a", { class: "plain", href: link({ view: "", q: search(quoted(row.name)) }) }, h("bdi", null, row.name))
          : h("bdi", { class: row.name === null ? "muted" : null }, row.name ?? none) },
        { title: "Sends", end: true, cell: (row) => number(row.sends) },
        column("Delivered", "deliveries"), column("Bounced", "bounces"), column("Complained", "complaints"),
        column("Opened", "opens"), column("Clicked", "clicks"), column("Unsubscribed", "unsubscribes"),
      ],
      rows: groups,
      empty: h("p", { class: "muted" }, "Nothing was sent in this time."),
    }),
    left > 0 && h("p", { class: "muted small" }, `${number(left)} more that less was sent of.`),
  ];
}

const quoted = (text) => (/\s/.test(text) ? `"${text}"` : text);

const reputation = (rows) => table({
  label: "Reputation",
  columns: [
    { title: "Of", cell: (row) => h("bdi", null, row.configuration_set ?? `Account ${row.account} in ${row.region}`) },
    { title: "Recipients", end: true, minor: true, cell: (row) => number(row.recipients) },
    { title: "Bounce rate", end: true, cell: (row) => percent(row.bounce_rate) },
    { title: "Complaint rate", end: true, cell: (row) => percent(row.complaint_rate) },
    { title: "SES says", end: true, cell: (row) => row.enforcement_status ? statusOf(row.enforcement_status)
      : row.impact ? state(`${row.impact.toLowerCase()} impact`, row.impact === "HIGH" ? "bad" : "warn") : state("Healthy", "good") },
  ],
  rows,
  empty: h("p", { class: "muted" }, "Nothing was sent yet."),
});

const cost = ({ total, currency, items, prices_of: date, source }) => [
  facts([["Total", h("b", null, money(total, currency))], ["Prices of", h("span", null, date, h("span", { class: "muted" }, ` · ${source}`))]]),
  table({
    label: "Cost",
    columns: [
      { title: "Item", cell: (row) => h("span", { title: row.explanation }, row.item) },
      { title: "How it is reckoned", minor: true, cell: (row) => h("span", { class: "muted small" }, row.explanation) },
      { title: "Quantity", end: true, cell: (row) => h("span", { title: row.unit }, number(row.quantity)) },
      { title: "Amount", end: true, cell: (row) => money(row.amount, currency) },
    ],
    rows: items,
    empty: h("p", { class: "muted" }, "Nothing that costs."),
  }),
];
