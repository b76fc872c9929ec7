// One template: its editor, and beside it what it makes of data.

import { operation } from "../api.js";
import { fill, h } from "../dom.js";
import { go, link, route } from "../state.js";
import { codeArea } from "./editor.js";
import { attempt, button, deleteButton, field, input, page, state } from "./parts.js";
import { createPreview } from "./preview.js";
import { askName } from "./views.js";

/** What was not saved, so that it is still there after a look elsewhere. @type {Map<string, Content>} */
const drafts = new Map();
/** @typedef {{Subject: string, Text: string, Html: string}} Content */

const keyOf = ({ account, region }, name) => [account, region, name].join("/");

/** The draft of a template that is gone. */
export const forget = (place, name) => drafts.delete(keyOf(place, name));

addEventListener("beforeunload", (event) => drafts.size > 0 && event.preventDefault());

/** @param {import("./views.js").Place} place */
export async function template(place, name) {
  const call = (operationName, parameters = {}) =>
    operation("sesv2", operationName, { TemplateName: name, ...parameters }, place);
  const got = (await call("GetEmailTemplate")).TemplateContent;
  const key = keyOf(place, name);
  let saved = /** @type {Content} */ ({ Subject: got.Subject ?? "", Text: got.Text ?? "", Html: got.Html ?? "" });
  const content = drafts.get(key) ?? { ...saved };
  const preview = createPreview(place, name, content);

  const dirty = () => Object.keys(saved).some((part) => saved[part] !== content[part]);
  const mark = h("span", { role: "status" });
  const save = button("Save", store, { class: "button primary" });
  const change = (part) => (text) => {
    content[part] = text;
    changed();
  };

  function changed() {
    if (dirty()) drafts.set(key, content);
    else drafts.delete(key);
    save.disabled = !dirty();
    fill(mark, dirty() && state("Not saved", "warn"));
    preview.update();
  }

  async function store() {
    const stored = { ...content };
    const focused = document.activeElement === save;
    if (await attempt(() => call("UpdateEmailTemplate", { TemplateContent: given(stored) }), `Saved ${name}`)) {
      saved = stored;
      changed();
      if (focused) node.querySelector("h1")?.focus();
    }
  }

  const duplicate = () => askName({
    title: `Duplicate ${name}`,
    label: "Name of the copy",
    value: `${name}-copy`,
    action: "Duplicate",
    submit: async (copy) => {
      await operation("sesv2", "CreateEmailTemplate", { TemplateName: copy, TemplateContent: given(content) }, place);
      go({ name: copy, part: "" });
    },
  });

  const parts = { html: "Html", text: "Text" };
  const editors = h("div", { class: "editors" });
  const picks = h("div", { class: "picks", role: "group", "aria-label": "Part to edit" });

  /** The HTML or the text, as the URL's part says. */
  function pick() {
    const now = route().part === "text" || (!route().part && !content.Html && content.Text) ? "text" : "html";
    fill(picks, Object.entries({ html: "HTML", text: "Text" }).map(([part, title]) =>
      button(title, () => go({ part }, { replace: true }), { class: "button quiet", "aria-pressed": String(part === now) })));
    fill(editors, codeArea(now === "html" ? "HTML" : "Text", content[parts[now]], { rows: 18, input: change(parts[now]) }));
    preview.show(now);
  }

  const subject = input("subject", content.Subject, { dir: "auto", oninput: (event) => change("Subject")(event.target.value) });
  const node = page(name, {
    back: { title: "Templates", href: link({ view: "templates" }) },
    state: mark,
    actions: [
      save,
      button("Duplicate", duplicate),
      deleteButton(name, async () => {
        await call("DeleteEmailTemplate");
        drafts.delete(key);
        place.leave();
      }, "Mail that is sent with it fails then."),
    ],
  },
  h("div", { class: "workbench" },
    h("div", { class: "form" },
      field({ label: "Subject", input: subject }),
      h("div", { class: "field" }, picks, editors),
      preview.data),
    preview.node));
  node.classList.add("full");
  node.addEventListener("keydown", (event) => {
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (dirty()) store();
    }
  });
  pick();
  changed();
  return { node, close: preview.close, follow() {
    const focused = picks.contains(document.activeElement);
    pick();
    if (focused) picks.querySelector("[aria-pressed=true]").focus();
  } };
}

/** What SES is given: an empty part is none. */
const given = ({ Subject, Text, Html }) => ({ Subject, ...(Text && { Text }), ...(Html && { Html }) });
