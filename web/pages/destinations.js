// The event destinations of a configuration set: made, changed, tried and deleted.

import { operation, testEvent } from "../api.js";
import { fill, h, iconButton } from "../dom.js";
import { attempt, button, check, checks, code, deleteButton, empty, field, input, pretty, problem, section, select, state, table,
  words } from "./parts.js";
import { ask, STAY } from "./views.js";

const TYPES = ["SEND", "DELIVERY", "DELIVERY_DELAY", "BOUNCE", "COMPLAINT", "REJECT", "OPEN", "CLICK", "RENDERING_FAILURE", "SUBSCRIPTION"];
const EVENTS = /** @type {[string, string][]} */ (TYPES.map((type) => [type, words(type)]));

/** By the member of an event destination: its name, what it asks for, and what it shows. */
const KINDS = {
  SnsDestination: {
    title: "SNS topic",
    fields: ({ account, region }, now) => field({ label: "Topic ARN",
      input: input("arn", now?.TopicArn, { required: true, placeholder: `arn:aws:sns:${region}:${account}:mail-events` }) }),
    read: ({ arn }) => ({ TopicArn: arn }),
    shown: (own) => own.TopicArn,
  },
  EventBridgeDestination: {
    title: "EventBridge",
    fields: ({ account, region }, now) => field({ label: "Event bus ARN", help: "SES publishes to the default bus.",
      input: input("arn", now?.EventBusArn ?? `arn:aws:events:${region}:${account}:event-bus/default`, { required: true }) }),
    read: ({ arn }) => ({ EventBusArn: arn }),
    shown: (own) => own.EventBusArn,
  },
  KinesisFirehoseDestination: {
    title: "Firehose",
    fields: ({ account, region }, now) => [
      field({ label: "Delivery stream ARN", input: input("arn", now?.DeliveryStreamArn,
        { required: true, placeholder: `arn:aws:firehose:${region}:${account}:deliverystream/mail` }) }),
      field({ label: "IAM role ARN", input: input("role", now?.IamRoleArn ?? `arn:aws:iam::${account}:role/ses`, { required: true }) })],
    read: ({ arn, role }) => ({ DeliveryStreamArn: arn, IamRoleArn: role }),
    shown: (own) => own.DeliveryStreamArn,
  },
  CloudWatchDestination: {
    title: "CloudWatch",
    fields: (_, now) => {
      const [first] = now?.DimensionConfigurations ?? [];
      return [h("div", { class: "pair" },
        field({ label: "Dimension", input: input("dimension", first?.DimensionName ?? "ses:configuration-set", { required: true }) }),
        field({ label: "Value from", input: select("source",
          [["MESSAGE_TAG", "Message tag"], ["EMAIL_HEADER", "Email header"], ["LINK_TAG", "Link tag"]], first?.DimensionValueSource) })),
      field({ label: "Value without it", input: input("fallback", first?.DefaultDimensionValue ?? "none", { required: true }) })];
    },
    read: ({ dimension, source, fallback }, now) => ({ DimensionConfigurations: [
      { DimensionName: dimension, DimensionValueSource: source, DefaultDimensionValue: fallback },
      ...(now?.DimensionConfigurations ?? []).slice(1)] }),
    shown: (own) => own.DimensionConfigurations.map((each) => each.DimensionName).join(", "),
  },
};

const kindOf = (destination) => Object.keys(KINDS).find((kind) => destination[kind]);

/**
 * The section with the destinations of a set.
 * @param {import("./views.js").Place} place
 * @param {string} set its name
 */
export async function destinations(place, set) {
  const v2 = (name, parameters = {}) => operation("sesv2", name, { ConfigurationSetName: set, ...parameters }, place);
  const rows = (await v2("GetConfigurationSetEventDestinations")).EventDestinations;
  const scope = { account: place.account || "000000000000", region: place.region || "us-east-1" };

  const change = (row, event) => v2("UpdateConfigurationSetEventDestination", {
    EventDestinationName: row.Name, EventDestination: { ...without(row, "Name"), ...event } });

  return section("Event destinations", {
    help: "Each gets the events that it wants of mail that names this set.",
    actions: rows.length > 0 && button("Add destination", () => edit(null)),
  },
  table({
    label: "Event destinations",
    columns: [
      { title: "Name", cell: (row) => h("bdi", null, h("strong", null, row.Name)) },
      { title: "Goes to", cell: (row) => h("div", null, KINDS[kindOf(row)]?.title ?? "Elsewhere",
        h("div", { class: "muted small" }, KINDS[kindOf(row)]?.shown(row[kindOf(row)]))) },
      { title: "Events", minor: true, cell: (row) => (row.MatchingEventTypes.length === TYPES.length ? "All"
        : row.MatchingEventTypes.map(words).join(", ")) },
      { title: "State", minor: true, cell: (row) => (row.Enabled ? state("Enabled", "good") : state("Disabled", "none")) },
      { title: "Actions", hidden: true, end: true, cell: (row) => h("div", { class: "buttons" },
        h("button", { class: "switch", role: "switch", "aria-checked": String(row.Enabled), "aria-label": `Enable ${row.Name}`,
          onclick: () => attempt(async () => {
            await change(row, { Enabled: !row.Enabled });
            await place.refresh();
          }) }),
        button("Test", () => test(place, set, row), { "aria-label": `Send a test event to ${row.Name}` }),
        iconButton("edit", `Edit ${row.Name}`, { class: "quiet", onclick: () => edit(row) }),
        deleteButton(row.Name, async () => {
          await v2("DeleteConfigurationSetEventDestination", { EventDestinationName: row.Name });
          await place.refresh();
        }, "Events of mail with this set do not go there any more.")) },
    ],
    rows,
    empty: empty({
      title: "No event destinations",
      text: "Add a topic, a bus, a stream or CloudWatch, and it is told of sends, deliveries, bounces and the rest.",
      action: button("Add destination", () => edit(null)),
    }),
  }));

  async function edit(row) {
    const was = row ? kindOf(row) : "SnsDestination";
    const inside = h("div", { class: "form" });
    const show = (kind) => fill(inside, KINDS[kind].fields(scope, row?.[kind]));
    show(was);
    if (await ask({
      title: row ? `Event destination ${row.Name}` : "Add event destination",
      action: row ? "Save" : "Add",
      submit: async (values, data) => {
        const EventDestination = {
          Enabled: data.has("enabled"),
          MatchingEventTypes: data.getAll("types"),
          [values.kind]: KINDS[values.kind].read(values, row?.[values.kind]),
        };
        await v2(row ? "UpdateConfigurationSetEventDestination" : "CreateConfigurationSetEventDestination",
          { EventDestinationName: row?.Name ?? values.name, EventDestination });
      },
    },
    row ? null : field({ label: "Name", input: input("name", "", { required: true, placeholder: "to-my-topic" }) }),
    field({ label: "Goes to", input: select("kind", Object.entries(KINDS).map(([kind, { title }]) => [kind, title]), was,
      { onchange: (event) => show(event.target.value) }) }),
    inside,
    checks("Events", "types", EVENTS, row?.MatchingEventTypes ?? TYPES),
    check("enabled", "Enabled", row?.Enabled ?? true))) await place.refresh();
  }
}

const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([own]) => own !== name));

/** Publish an event that is about no message, and show what the destination said. */
function test(place, set, row) {
  const told = h("div", { class: "form", role: "status" });
  return ask({
    title: `Test ${row.Name}`,
    action: "Send test event",
    leave: "Close",
    submit: async ({ type }) => {
      fill(told);
      const { status, attempts: [attempt], body } = await testEvent(set, { destination: row.Name, type }, place);
      fill(told,
        h("p", { class: "line" }, state(status === "delivered" ? "Delivered" : "Failed", status === "delivered" ? "good" : "bad"),
          h("span", { class: "muted" }, `in ${attempt.latency_ms} ms`)),
        attempt.error ? problem(attempt.error) : attempt.detail && h("p", { class: "muted" }, attempt.detail),
        h("details", null, h("summary", null, "What was published"), code(pretty(body), "the event")));
      return STAY;
    },
  },
  field({ label: "Event", help: "A sample, as if it had happened to a message; it is sent even if the destination is disabled.",
    input: select("type", row.MatchingEventTypes.map((type) => [type, words(type)]),
      row.MatchingEventTypes.includes("BOUNCE") ? "BOUNCE" : row.MatchingEventTypes[0]) }),
  told);
}
