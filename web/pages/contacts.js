// Contact lists, their topics, and who is in them.

import { operation } from "../api.js";
import { h } from "../dom.js";
import { fullTime, shortTime } from "../format.js";
import { go, link } from "../state.js";
import { contactList } from "./contactList.js";
import { button, deleteButton, empty, field, input, page, rowLink } from "./parts.js";
import { ask, faces, listing } from "./views.js";

/** @type {import("../pages.js").Page} */
export const contacts = {
  name: "contacts",
  title: "Contact lists",
  icon: "contacts",
  group: "SES",
  key: "c",
  ...faces({ title: "Contact lists", list, detail: contactList }),
};

async function list(place) {
  const create = () => ask({
    title: "Create contact list",
    action: "Create",
    submit: async ({ name, description }) => {
      await operation("sesv2", "CreateContactList", { ContactListName: name, ...(description && { Description: description }) }, place);
      go({ name, part: "" });
    },
  },
  field({ label: "Name", help: "Letters, digits, - and _.", input: input("name", "", { required: true, placeholder: "customers" }) }),
  field({ label: "Description (optional)", input: input("description") }));

  return { node: page("Contact lists", {
    help: "Who wants which mail. Mail that names a list gets its unsubscribe links. SES has one list an account.",
    actions: button("Create list", create, { class: "button primary" }),
  }, await listing({
    label: "Contact lists",
    nouns: ["list", "lists"],
    load: async (NextToken) => {
      const got = await operation("sesv2", "ListContactLists", { NextToken, PageSize: 100 }, place);
      return { rows: got.ContactLists, next: got.NextToken };
    },
    words: (row) => row.ContactListName,
    columns: [
      { title: "Name", cell: (row) => rowLink(row.ContactListName, link({ view: "contacts", name: row.ContactListName })) },
      { title: "Changed", minor: true, cell: (row) => h("time", { class: "muted", datetime: row.LastUpdatedTimestamp,
        title: fullTime(row.LastUpdatedTimestamp) }, shortTime(row.LastUpdatedTimestamp)) },
      { title: "Actions", hidden: true, end: true, cell: (row) => deleteButton(row.ContactListName, async () => {
        await operation("sesv2", "DeleteContactList", { ContactListName: row.ContactListName }, place);
        await place.refresh();
      }, "With all its contacts. This cannot be undone.") },
    ],
    empty: empty({
      title: "No contact list yet",
      text: "With a list and its topics, SES adds unsubscribe links and leaves out those who do not want the mail.",
      command: `aws sesv2 create-contact-list --endpoint-url ${location.origin} --contact-list-name customers`,
    }),
  })) };
}
