// Email templates.

import { operation } from "../api.js";
import { h } from "../dom.js";
import { fullTime, shortTime } from "../format.js";
import { go, link } from "../state.js";
import { button, deleteButton, empty, field, input, page, rowLink } from "./parts.js";
import { forget, template } from "./template.js";
import { ask, faces, listing } from "./views.js";

/** @type {import("../pages.js").Page} */
export const templates = {
  name: "templates",
  title: "Templates",
  icon: "templates",
  group: "SES",
  key: "t",
  ...faces({ title: "Templates", list, detail: template }),
};

const START = {
  Text: "Hello {{name}},\n\n",
  Html: "<!doctype html>\n<html>\n  <body>\n    <p>Hello {{name}},</p>\n  </body>\n</html>\n",
};

async function list(place) {
  const create = () => ask({
    title: "Create template",
    action: "Create",
    submit: async ({ name, subject }) => {
      await operation("sesv2", "CreateEmailTemplate", { TemplateName: name, TemplateContent: { Subject: subject, ...START } }, place);
      go({ name, part: "" });
    },
  },
  field({ label: "Name", input: input("name", "", { required: true, placeholder: "welcome" }) }),
  field({ label: "Subject", help: "With variables, such as {{name}}.",
    input: input("subject", "", { required: true, placeholder: "Welcome, {{name}}" }) }));

  return { node: page("Templates", {
    help: "What SendTemplatedEmail, SendBulkEmail and their like fill in with data.",
    actions: button("Create template", create, { class: "button primary" }),
  }, await listing({
    label: "Templates",
    nouns: ["template", "templates"],
    load: async (NextToken) => {
      const got = await operation("sesv2", "ListEmailTemplates", { NextToken, PageSize: 100 }, place);
      return { rows: got.TemplatesMetadata, next: got.NextToken };
    },
    words: (row) => row.TemplateName,
    columns: [
      { title: "Name", cell: (row) => rowLink(row.TemplateName, link({ view: "templates", name: row.TemplateName })) },
      { title: "Created", minor: true, cell: (row) => h("time", { class: "muted", datetime: row.CreatedTimestamp,
        title: fullTime(row.CreatedTimestamp) }, shortTime(row.CreatedTimestamp)) },
      { title: "Actions", hidden: true, end: true, cell: (row) => deleteButton(row.TemplateName, async () => {
        await operation("sesv2", "DeleteEmailTemplate", { TemplateName: row.TemplateName }, place);
        forget(place, row.TemplateName);
        await place.refresh();
      }, "Mail that is sent with it fails then.") },
    ],
    empty: empty({
      title: "No templates yet",
      text: "A template is a subject, a text and HTML with variables in them. Here it is seen filled in while you write it.",
      command: `aws sesv2 create-email-template --endpoint-url ${location.origin} --template-name welcome --template-content 'Subject="Welcome, {{name}}",Text="Hello {{name}}"'`,
    }),
  })) };
}
