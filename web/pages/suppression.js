// The account's suppression list: whom SES does not send to any more.

import { operation } from "../api.js";
import { h } from "../dom.js";
import { fullTime, shortTime } from "../format.js";
import { link } from "../state.js";
import { attempt, button, empty, field, input, page, section, select, state, toggle } from "./parts.js";
import { REASONS } from "./set.js";
import { ask, faces, listing } from "./views.js";

/** @type {import("../pages.js").Page} */
export const suppression = {
  name: "suppression",
  title: "Suppression list",
  icon: "suppression",
  group: "SES",
  key: "x",
  ...faces({ title: "Suppression list", list }),
};

const WORDS = { BOUNCE: "Hard bounce", COMPLAINT: "Complaint" };

async function list(place) {
  const v2 = (name, parameters) => operation("sesv2", name, parameters, place);
  const account = await v2("GetAccount", {});
  const reasons = account.SuppressionAttributes?.SuppressedReasons ?? [];
  const now = { reasons };

  const add = async () => {
    if (await ask({
      title: "Add an address",
      action: "Add",
      submit: ({ address, reason }) => v2("PutSuppressedDestination", { EmailAddress: address, Reason: reason }),
    },
    field({ label: "Address", input: input("address", "", { type: "email", required: true, placeholder: "ada@example.com" }) }),
    field({ label: "Reason", input: select("reason", Object.entries(WORDS), "BOUNCE") }))) await place.refresh();
  };

  const remove = (row) => attempt(async () => {
    await v2("DeleteSuppressedDestination", { EmailAddress: row.EmailAddress });
    await place.refresh();
  }, `${row.EmailAddress} gets mail again`);

  const node = page("Suppression list", {
    help: "SES takes mail to these addresses and does not deliver it; a bounce event follows.",
    actions: button("Add address", add, { class: "button primary" }),
  },
  await listing({
    label: "Suppressed addresses",
    nouns: ["address", "addresses"],
    load: async (NextToken) => {
      const got = await v2("ListSuppressedDestinations", { NextToken, PageSize: 100 });
      return { rows: got.SuppressedDestinationSummaries, next: got.NextToken };
    },
    words: (row) => `${row.EmailAddress} ${WORDS[row.Reason]}`,
    columns: [
      { title: "Address", cell: (row) => h("a", { class: "plain", title: "Mail to it",
        href: link({ view: "", q: `to:${row.EmailAddress}` }) }, h("bdi", null, row.EmailAddress)) },
      { title: "Reason", cell: (row) => state(WORDS[row.Reason], row.Reason === "BOUNCE" ? "bad" : "warn") },
      { title: "Since", minor: true, cell: (row) => h("time", { class: "muted", datetime: row.LastUpdateTime,
        title: fullTime(row.LastUpdateTime) }, shortTime(row.LastUpdateTime)) },
      { title: "Actions", hidden: true, end: true, cell: (row) =>
        button("Remove", () => remove(row), { "aria-label": `Remove ${row.EmailAddress}` }) },
    ],
    empty: empty({
      title: "Nobody is suppressed",
      text: "A hard bounce or a complaint puts the recipient here. Simulate one on a message, or add an address.",
    }),
  }),
  section("What puts an address here", {}, h("div", { class: "settings" }, REASONS.map(([reason, label]) => toggle({
    label,
    help: reason === "BOUNCE" ? "A permanent bounce." : "A recipient who marked a message as spam.",
    on: reasons.includes(reason),
    change: async (on) => {
      const wanted = REASONS.map(([each]) => each).filter((each) => (each === reason ? on : now.reasons.includes(each)));
      await v2("PutAccountSuppressionAttributes", { SuppressedReasons: wanted });
      now.reasons = wanted;
    },
  })))));
  return { node, event: (type, data) => {
    if (type === "reset" || (type === "event" && ["Bounce", "Complaint"].includes(data.type))) place.refresh();
  } };
}
