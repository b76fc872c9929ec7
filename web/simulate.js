// Lets something happen to a message, and shows how a test or a shell does the same.

import { createEvent, getLinks, unsubscribe } from "./api.js";
import { fill, h, icon } from "./dom.js";
import { check, field, input, problem, select } from "./pages/parts.js";
import { BOUNCES, COMPLAINTS, curl, curlUnsubscribe, DELAYS, KINDS, pytest, pytestUnsubscribe }
  from "./simulate_kinds.js";
import { choice, segments } from "./tabs/parts.js";

/** The one-click link that SES puts into the header, as a path of ours. */
const ONE_CLICK = /<([^>]*\/_ses(\/unsubscribe\/[^>\s]+))>/;
const OTHER = "other";

/**
 * @param {import("./api.js").Message} message
 * @param {() => void} done called when something happened
 */
export function simulatePanel(message, done) {
  const recipients = [...new Set(message.envelope.rcpt_to)];
  const header = message.headers.find(({ name }) => name.toLowerCase() === "list-unsubscribe")?.value ?? "";
  const oneClick = ONE_CLICK.exec(header);
  let kind = "bounce";
  let links = /** @type {any[]} */ ([]);

  const kinds = h("div");
  const options = h("div", { class: "simulate-options" });
  const samples = h("div");
  const told = h("div", { role: "status" });
  const button = h("button", { class: "button primary", type: "submit" });
  const to = recipients.length > 1 && h("fieldset", { class: "simulate-to" },
    h("legend", null, "For"),
    h("div", null, recipients.map((each) => check("to", each, true, { value: each }))));
  const form = h("form", { class: "simulate", "aria-label": "Simulate", onsubmit: send, oninput: follow },
    kinds, options, to, h("div", { class: "simulate-do" }, button, told), samples);

  const value = (name) => form.elements.namedItem(name)?.value?.trim() ?? "";

  function choose(to) {
    kind = to;
    fill(kinds, segments("What happens", Object.entries(KINDS).map(([name, { title }]) => [name, title]), kind, choose));
    kinds.querySelector("[aria-pressed=true]").focus({ preventScroll: true });
    show();
  }

  function show() {
    fill(options, FIELDS[kind]?.());
    fill(button, icon("rules"), KINDS[kind].does);
    fill(told);
    follow();
  }

  /** What depends on other fields. */
  function follow(event) {
    if (event?.target.name === "bounceType") {
      fill(form.elements.namedItem("bounceSubType"), BOUNCES[value("bounceType")].map((each) =>
        h("option", { value: each }, each)));
    }
    if (event?.target.name === "link") form.elements.namedItem(OTHER).closest(".field").hidden = value("link") !== "";
    const wanted = asked();
    const byLink = kind === "unsubscribe" && oneClick;
    fill(samples, choice("The same with", {
      curl: ["curl", byLink ? curlUnsubscribe(oneClick[1]) : curl(message.id, wanted)],
      pytest: ["pytest", byLink ? pytestUnsubscribe : pytest(wanted)],
    }));
  }

  const FIELDS = {
    bounce: () => [
      field({ label: "Type", input: select("bounceType", Object.keys(BOUNCES), "Permanent") }),
      field({ label: "Sub-type", input: select("bounceSubType", BOUNCES.Permanent) }),
    ],
    complaint: () => field({ label: "Feedback type", input: select("complaintFeedbackType", COMPLAINTS) }),
    delay: () => field({ label: "Delay type", input: select("delayType", DELAYS) }),
    click: () => [
      field({ label: "Link", input: select("link", [
        ...links.map(({ target, text, tracked }) => /** @type {[string, string]} */ ([target,
          `${text && text !== target ? `${text.slice(0, 40)} — ` : ""}${target.slice(0, 80)}${tracked ? "" : " (not tracked)"}`])),
        ["", "Another address"],
      ]) }),
      other(links.length > 0),
    ],
    unsubscribe: () => oneClick
      ? h("p", { class: "muted small" }, "As a mail program does with one click on the List-Unsubscribe link; the contact changes, too.")
      : field({ label: "Contact list", input: input("contactList", "", { required: true }),
        help: "The message has no unsubscribe link of SES: only the event is told, no contact changes." }),
  };

  function other(hidden) {
    const element = field({ label: "Address", input: input(OTHER, "https://example.com/") });
    element.hidden = hidden;
    return element;
  }

  /** The event that the form asks for. */
  function asked() {
    const boxes = [...form.querySelectorAll("[name=to]")];
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    const some = boxes.length > 0 && chosen.length < boxes.length ? { recipients: chosen } : {};
    if (kind === "unsubscribe") return { type: "subscription", contactList: value("contactList"), ...some };
    if (kind === "click") {
      const link = value("link") || value(OTHER);
      const tags = links.find(({ target }) => target === link)?.tags ?? {};
      return { type: kind, link, ...(Object.keys(tags).length > 0 ? { linkTags: tags } : {}), ...some };
    }
    const given = ["bounceType", "bounceSubType", "complaintFeedbackType", "delayType"]
      .filter((name) => form.elements.namedItem(name)).map((name) => [name, value(name)]);
    return { type: kind, ...Object.fromEntries(given), ...some };
  }

  async function send(event) {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    try {
      if (kind === "unsubscribe" && oneClick) await unsubscribe(oneClick[2]);
      else await createEvent(message.id, asked());
      fill(told, h("span", { class: "muted small" }, `${KINDS[kind].title}: done, see above.`));
      done();
    } catch (error) {
      fill(told, problem(error));
    } finally {
      button.disabled = false;
      button.focus({ preventScroll: true });
    }
  }

  fill(kinds, segments("What happens", Object.entries(KINDS).map(([name, { title }]) => [name, title]), kind, choose));
  show();
  getLinks(message.id).then(({ links: found }) => {
    links = found.filter((link, index) => /^https?:/i.test(link.target)
      && found.findIndex(({ target }) => target === link.target) === index).slice(0, 200);
    if (kind === "click") show();
  }, () => {}); // An address can be written.
  return form;
}
