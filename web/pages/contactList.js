// One contact list: its contacts with what they want, and its topics.

import { operation } from "../api.js";
import { h, iconButton } from "../dom.js";
import { fullTime, shortTime } from "../format.js";
import { link, route } from "../state.js";
import { area, attempt, button, check, deleteButton, empty, field, input, page, partLinks, pretty, section, select, state, table } from "./parts.js";
import { ask, listing } from "./views.js";

const PARTS = { "": "Contacts", topics: "Topics" };
const STATUSES = /** @type {[string, string][]} */ ([["OPT_IN", "Subscribed"], ["OPT_OUT", "Not subscribed"]]);
const STATUS = Object.fromEntries(STATUSES);

/** @param {import("./views.js").Place} place */
export async function contactList(place, name) {
  const v2 = (operationName, parameters = {}) =>
    operation("sesv2", operationName, { ContactListName: name, ...parameters }, place);
  const { Topics: topics = [], Description: description } = await v2("GetContactList");
  const part = route().part in PARTS ? route().part : "";

  return { node: page(name, {
    back: { title: "Contact lists", href: link({ view: "contacts" }) },
    help: description,
    actions: deleteButton(name, async () => {
      await v2("DeleteContactList");
      place.leave();
    }, "With all its contacts. This cannot be undone."),
  },
  partLinks("Parts of the contact list", Object.entries(PARTS).map(([own, title]) =>
    ({ title, href: link({ view: "contacts", name, part: own }), current: own === part }))),
  part === "topics" ? topicsPart() : await contactsPart()) };

  async function contactsPart() {
    return section("Contacts", { actions: button("Add contact", () => edit(null)) }, await listing({
      label: "Contacts",
      nouns: ["contact", "contacts"],
      load: async (NextToken) => {
        const got = await v2("ListContacts", { NextToken, PageSize: 100 });
        return { rows: got.Contacts, next: got.NextToken };
      },
      words: (row) => row.EmailAddress,
      columns: [
        { title: "Address", cell: (row) => h("bdi", null, h("strong", null, row.EmailAddress)) },
        { title: "Wants", cell: wants },
        { title: "Changed", minor: true, cell: (row) => h("time", { class: "muted", datetime: row.LastUpdatedTimestamp,
          title: fullTime(row.LastUpdatedTimestamp) }, shortTime(row.LastUpdatedTimestamp)) },
        { title: "Actions", hidden: true, end: true, cell: (row) => h("div", { class: "buttons" },
          button(row.UnsubscribeAll ? "Subscribe" : "Unsubscribe", () => unsubscribe(row),
            { "aria-label": `${row.UnsubscribeAll ? "Subscribe" : "Unsubscribe"} ${row.EmailAddress}` }),
          iconButton("edit", `Edit ${row.EmailAddress}`, { class: "quiet", onclick: () => edit(row.EmailAddress) }),
          deleteButton(row.EmailAddress, async () => {
            await v2("DeleteContact", { EmailAddress: row.EmailAddress });
            await place.refresh();
          })) },
      ],
      empty: empty({
        title: "Nobody is in this list yet",
        text: "SES adds a recipient by itself when mail names the list.",
        action: button("Add contact", () => edit(null)),
      }),
    }));
  }

  function wants(row) {
    if (row.UnsubscribeAll) return state("Nothing", "warn");
    const own = new Map([...(row.TopicDefaultPreferences ?? []), ...(row.TopicPreferences ?? [])]
      .map((each) => [each.TopicName, each.SubscriptionStatus]));
    const wanted = topics.filter((topic) => own.get(topic.TopicName) === "OPT_IN");
    if (topics.length === 0) return state("All mail", "good");
    return wanted.length === 0 ? state("No topic", "none") : h("span", { class: "chips" },
      wanted.map((topic) => h("bdi", { class: "chip" }, topic.DisplayName)));
  }

  function unsubscribe(row) {
    return attempt(async () => {
      const { TopicPreferences, AttributesData } = await v2("GetContact", { EmailAddress: row.EmailAddress });
      await v2("UpdateContact", { EmailAddress: row.EmailAddress, TopicPreferences, AttributesData, UnsubscribeAll: !row.UnsubscribeAll });
      await place.refresh();
    }, `${row.EmailAddress} is ${row.UnsubscribeAll ? "subscribed again" : "unsubscribed"}`);
  }

  async function edit(address) {
    const contact = address ? await v2("GetContact", { EmailAddress: address }) : {};
    const own = Object.fromEntries((contact.TopicPreferences ?? []).map((each) => [each.TopicName, each.SubscriptionStatus]));
    if (await ask({
      title: address ?? "Add contact",
      action: address ? "Save" : "Add",
      submit: (values, data) => v2(address ? "UpdateContact" : "CreateContact", {
        EmailAddress: address ?? values.address,
        TopicPreferences: topics.filter((topic) => values[`topic:${topic.TopicName}`]).map((topic) =>
          ({ TopicName: topic.TopicName, SubscriptionStatus: values[`topic:${topic.TopicName}`] })),
        UnsubscribeAll: data.has("none"),
        ...(values.attributes && { AttributesData: values.attributes }),
      }),
    },
    address ? null : field({ label: "Address", input: input("address", "", { type: "email", required: true }) }),
    topics.map((topic) => field({ label: topic.DisplayName, input: select(`topic:${topic.TopicName}`,
      [["", `As the topic has it (${STATUS[topic.DefaultSubscriptionStatus].toLowerCase()})`], ...STATUSES], own[topic.TopicName]) })),
    check("none", "Unsubscribed from everything", contact.UnsubscribeAll ?? false),
    field({ label: "Attributes (optional)", help: "JSON, which templates of a list can use.",
      input: area("attributes", pretty(contact.AttributesData ?? ""), { rows: "3", placeholder: '{"name": "Ada"}' }) }),
    )) await place.refresh();
  }

  function topicsPart() {
    return section("Topics", {
      help: "What a contact can want or not.",
      actions: topics.length > 0 && button("Add topic", () => editTopic(null)),
    }, table({
      label: "Topics",
      columns: [
        { title: "Topic", cell: (topic) => h("div", null, h("strong", { dir: "auto" }, topic.DisplayName),
          topic.Description && h("p", { class: "muted small" }, topic.Description)) },
        { title: "Name", minor: true, cell: (topic) => h("code", null, topic.TopicName) },
        { title: "By default", cell: (topic) => STATUS[topic.DefaultSubscriptionStatus] },
        { title: "Actions", hidden: true, end: true, cell: (topic) => h("div", { class: "buttons" },
          iconButton("edit", `Edit ${topic.TopicName}`, { class: "quiet", onclick: () => editTopic(topic) }),
          deleteButton(topic.TopicName, () => update(topics.filter((each) => each !== topic)), "Contacts lose their preference for it.")) },
      ],
      rows: topics,
      empty: empty({ title: "No topics", text: "Without topics a contact wants all mail of the list, or none.",
        action: button("Add topic", () => editTopic(null)) }),
    }));
  }

  async function update(wanted) {
    await v2("UpdateContactList", { Topics: wanted, Description: description });
    await place.refresh();
  }

  async function editTopic(topic) {
    const save = (values) => {
      const made = { TopicName: topic?.TopicName ?? values.name, DisplayName: values.title,
        ...(values.description && { Description: values.description }), DefaultSubscriptionStatus: values.status };
      return update(topic ? topics.map((each) => (each === topic ? made : each)) : [...topics, made]);
    };
    await ask({ title: topic ? topic.DisplayName : "Add topic", action: topic ? "Save" : "Add", submit: save },
      topic ? null : field({ label: "Name", help: "Letters, digits, - and _; it stays.", input: input("name", "", { required: true }) }),
      field({ label: "Title", help: "What contacts read.", input: input("title", topic?.DisplayName, { required: true }) }),
      field({ label: "Description (optional)", input: input("description", topic?.Description) }),
      field({ label: "Without a preference a contact is", input: select("status", STATUSES, topic?.DefaultSubscriptionStatus ?? "OPT_IN") }));
  }
}
