// Configuration sets: how mail that names one is sent, and where its events go.

import { operation } from "../api.js";
import { go, link } from "../state.js";
import { deleteButton, button, empty, page, rowLink } from "./parts.js";
import { configurationSet } from "./set.js";
import { askName, faces, listing } from "./views.js";

/** @type {import("../pages.js").Page} */
export const sets = {
  name: "sets",
  title: "Configuration sets",
  icon: "sets",
  group: "SES",
  key: "s",
  ...faces({ title: "Configuration sets", list, detail: configurationSet }),
};

async function list(place) {
  const create = () => askName({
    title: "Create configuration set",
    label: "Name",
    help: "Letters, digits, - and _.",
    placeholder: "transactional",
    action: "Create",
    submit: async (name) => {
      await operation("sesv2", "CreateConfigurationSet", { ConfigurationSetName: name }, place);
      go({ name, part: "" });
    },
  });
  return { node: page("Configuration sets", {
    help: "How mail that names one is sent and tracked, and where its events are published.",
    actions: button("Create set", create, { class: "button primary" }),
  }, await listing({
    label: "Configuration sets",
    nouns: ["set", "sets"],
    load: async (NextToken) => {
      const got = await operation("sesv2", "ListConfigurationSets", { NextToken, PageSize: 100 }, place);
      return { rows: got.ConfigurationSets, next: got.NextToken };
    },
    words: (name) => name,
    columns: [
      { title: "Name", cell: (name) => rowLink(name, link({ view: "sets", name })) },
      { title: "Actions", hidden: true, end: true, cell: (name) => deleteButton(name, async () => {
        await operation("sesv2", "DeleteConfigurationSet", { ConfigurationSetName: name }, place);
        await place.refresh();
      }, "With its event destinations. Mail that names it is refused then.") },
    ],
    empty: empty({
      title: "No configuration sets yet",
      text: "Mail that names a set publishes its events to the destinations of that set.",
      command: `aws sesv2 create-configuration-set --endpoint-url ${location.origin} --configuration-set-name transactional`,
    }),
  })) };
}
