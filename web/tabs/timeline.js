// What happened to a message, recipient by recipient, and where SES told of it.

import { getDelivery, getEvent, redeliver } from "../api.js";
import { fill, h, iconButton } from "../dom.js";
import { count, fullTime } from "../format.js";
import { attempt, code, state, words } from "../pages/parts.js";
import { simulatePanel } from "../simulate.js";
import { go, route } from "../state.js";
import { firstOf, later, opened, visible } from "./parts.js";

/** What each type makes of its recipient, from the least telling to the most; the last one stays. */
const MEANING = {
  Send: ["sent", "none"],
  DeliveryDelay: ["delayed", "warn"],
  Delivery: ["delivered", "good"],
  Open: ["opened", "good"],
  Click: ["clicked", "good"],
  Bounce: ["bounced", "bad"],
  Complaint: ["complained", "bad"],
  Reject: ["rejected", "bad"],
  "Rendering Failure": ["rendering failed", "bad"],
};
const TOLD = { delivered: "good", failed: "bad", waiting: "warn" };
const MOST_RECIPIENTS = 50;
const MOST_EVENTS = 300;

/**
 * @param {import("../api.js").Message} message
 * @param {{on: (update: (message: any) => void) => void, reload: () => Promise<void>}} view
 */
export function timeline(message, { on, reload }) {
  const bar = h("div", { class: "timeline-bar" });
  const note = h("div");
  const list = h("ol", { class: "timeline", "aria-label": "Events" });
  // Below the list, so that what happens appears right above it.
  const panel = canSimulate(message) ? simulatePanel(message, async () => {
    await reload();
    panel.scrollIntoView({ block: "nearest" });
  }) : null;
  if (panel) panel.hidden = true;

  function show() {
    const { name, part } = route();
    const recipients = [...new Set(message.envelope.rcpt_to)];
    const chosen = recipients.includes(name) ? name : "";
    const some = message.events.filter((event) => !chosen || event.recipients.includes(chosen));
    const nowhere = message.events.length > 0 && message.events.every((event) => event.deliveries.length === 0);
    const opens = panel?.hidden && part === "simulate";
    if (panel) panel.hidden = part !== "simulate";
    if (opens) requestAnimationFrame(() => panel.scrollIntoView({ block: "nearest" }));
    bar.hidden = recipients.length < 2;
    fill(bar,
      h("div", { class: "recipients", role: "group", "aria-label": "Recipients" },
        [["", "All"], ...recipients.slice(0, MOST_RECIPIENTS).map((each) => [each, each])].map(([value, text]) =>
          h("button", { class: "segment", "data-key": `to-${value}`, "aria-pressed": String(value === chosen),
            onclick: () => go({ name: value }, { replace: true }) },
          h("bdi", null, visible(text)), value && statusFor(message.events, value)))));
    fill(note, nowhere && message.events.some((event) => event.unpublished.length > 0) && h("p", { class: "muted small" }, "Not published. ",
      [...new Set(message.events.flatMap((event) => event.unpublished))].join(" ")));
    const entries = [
      ...some.map((event) => ({ time: event.timestamp, item: () =>
        eventItem(event, { reasons: !nowhere, to: chosen ? "" : toWhom(event, recipients) }) })),
      ...message.released.map((each) => ({ time: each.timestamp, item: () => releaseItem(each) })),
    ].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
    fill(list, firstOf(entries, MOST_EVENTS, (entry) => entry.item()),
      entries.length === 0 && h("li", { class: "muted" }, "Nothing has happened yet."));
  }

  on((now) => {
    message = now;
    kept([bar, list], show);
  });
  show();
  return [bar, note, list, panel];
}

/** @param {import("../api.js").Message} message */
export const canSimulate = (message) => message.api !== "inbound" && message.status !== "failed";

/** Build again, and leave open what was open and the focus where it was. */
function kept(roots, build) {
  const all = (selector) => roots.flatMap((root) => [...root.querySelectorAll(selector)]);
  const open = all("details[data-key][open]").map((element) => element.dataset.key);
  const focused = /** @type {any} */ (document.activeElement)?.dataset?.key;
  build();
  for (const element of all("details[data-key]")) element.open = open.includes(element.dataset.key);
  if (focused) all("[data-key]").find((element) => element.dataset.key === focused)?.focus();
}

function statusFor(events, recipient) {
  const order = Object.keys(MEANING);
  const types = events.filter((event) => event.recipients.includes(recipient)).map((event) => event.type);
  const last = order.findLast((type) => types.includes(type));
  return last && state(MEANING[last][0], /** @type {any} */ (MEANING[last][1]));
}

/** To whom, if the message has several recipients. */
const toWhom = (event, recipients) => recipients.length < 2 ? ""
  : event.recipients.length === recipients.length ? `all ${recipients.length} recipients`
    : visible(event.recipients.join(", "));

function eventItem(event, { reasons, to }) {
  const detail = summaryOf(event);
  return h("li", { class: "event", "data-kind": MEANING[event.type]?.[1] ?? "none" },
    h("div", { class: "event-head" },
      h("strong", null, event.type),
      to && h("bdi", { class: "event-to", title: event.recipients.join("\n") }, to),
      h("time", { class: "muted small", datetime: event.timestamp }, fullTime(event.timestamp))),
    detail && h("p", { class: "event-detail", dir: "auto" }, detail),
    event.deliveries.length > 0 && h("ul", { class: "deliveries", "aria-label": "Deliveries" },
      event.deliveries.map(deliveryItem)),
    reasons && event.unpublished.map((reason) => h("p", { class: "muted small" }, `Not published: ${reason}`)),
    opened("JSON", () => later(getEvent(event.id), ({ document, notification }) => [
      document && block(document, "the event"),
      notification && [h("p", { class: "muted small" }, "What the topic of an identity gets"),
        block(notification, "the notification")],
      !document && !notification && h("p", { class: "muted" }, "SES publishes nothing of this."),
    ]), `event-${event.id}`));
}

const block = (value, label) => code(JSON.stringify(value, null, 2), label);

function deliveryItem(delivery) {
  const { id, kind, name, address, status, attempts } = delivery;
  const last = attempts.at(-1);
  return h("li", null,
    h("div", { class: "delivery" },
      state(words(status), TOLD[status]),
      h("strong", null, kind), h("bdi", null, name),
      h("code", { class: "muted" }, address),
      last?.latency_ms !== undefined && h("span", { class: "muted small" }, `${Math.round(last.latency_ms)} ms`),
      iconButton("redeliver", `Redeliver to ${name}`, { class: "quiet", "data-key": `redeliver-${id}`,
        onclick: () => attempt(() => redeliver(id), `Delivering to ${name} once more`) })),
    last?.error && h("p", { class: "problem" }, last.error),
    opened(`${count(attempts.length, "attempt")}, and what was published`, () => later(getDelivery(id), ({ body }) => [
      attempts.length > 0 && h("ol", { class: "attempts" }, attempts.map((each) => h("li", null,
        h("time", { datetime: each.timestamp }, fullTime(each.timestamp)), " ",
        [each.status && `HTTP ${each.status}`, `${Math.round(each.latency_ms)} ms`, each.error ?? each.detail]
          .filter(Boolean).join(" · ")))),
      body ? code(pretty(body), "what was published") : h("p", { class: "muted" }, "Nothing was published yet."),
    ]), `delivery-${id}-${attempts.length}`));
}

/** JSON in lines; other texts as they are. */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const releaseItem = (release) => h("li", { class: "event", "data-kind": release.error ? "bad" : "none" },
  h("div", { class: "event-head" },
    h("strong", null, release.error ? "Not released" : "Released"),
    h("bdi", { class: "event-to" }, release.recipients.join(", ")),
    h("time", { class: "muted small", datetime: release.timestamp }, fullTime(release.timestamp))),
  h("p", { class: "event-detail" }, `${release.relay}: ${release.error ?? release.reply ?? "taken"}`),
  release.refused.map(({ recipient, reply }) => h("p", { class: "problem" }, `${recipient}: ${reply}`)));

/** The telling part of an event's detail, in one line. */
function summaryOf({ type, detail }) {
  const first = (detail.bouncedRecipients ?? detail.delayedRecipients ?? [])[0] ?? {};
  return [
    detail.bounceType && [detail.bounceType, detail.bounceSubType].join(" · "),
    detail.complaintFeedbackType ?? detail.complaintSubType,
    detail.delayType,
    first.diagnosticCode,
    type === "Click" ? detail.link : type === "Open" && detail.userAgent,
    detail.reason,
    detail.templateName && `Template ${detail.templateName}`,
    detail.errorMessage,
    detail.contactList && `Contact list ${detail.contactList}, by ${detail.source}`,
  ].filter(Boolean).join(" — ");
}
