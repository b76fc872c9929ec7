// What a template makes of data: sample data, which this browser remembers, or a message's.

import { getCall, getMessage, previewTemplate, searchMessages } from "../api.js";
import { debounce, fill, h } from "../dom.js";
import { shortTime } from "../format.js";
import { remember, remembered } from "../state.js";
import { codeArea } from "./editor.js";
import { attempt, button, problem, select } from "./parts.js";
import { dataOf, withNames } from "./templateData.js";

/**
 * @param {import("./views.js").Place} place
 * @param {string} name
 * @param {import("./template.js").Content} content as it is being edited
 */
export function createPreview(place, name, content) {
  const key = `template-data.${name}`;
  let text = remembered(key) ?? "{}";
  let missing = /** @type {string[]} */ ([]);
  let shown = "html";
  let request = new AbortController();
  place.signal.addEventListener("abort", () => request.abort());

  const wrong = h("div", { id: "data-error" });
  const area = codeArea("Sample data", text, { rows: 8, error: "data-error", input: (value) => {
    text = value;
    remember(key, text);
    update();
  } });
  const subject = h("p", { class: "preview-subject", dir: "auto" });
  const notes = h("div", { class: "preview-notes", role: "status" });
  const body = h("div", { class: "preview-body" });
  const add = button("Add the missing variables", () => set(withNames(parsed() ?? {}, missing)), { hidden: true });
  const messages = select("message", [["", "Data of a message…"]], "", { "aria-label": "Data of a message", disabled: true,
    onchange: () => messages.value && attempt(() => take(messages.value)) });

  function parsed() {
    try {
      const data = JSON.parse(text || "{}");
      if (data === null || typeof data !== "object" || Array.isArray(data)) throw new Error("Use an object, such as {\"name\": \"Ada\"}.");
      area.removeAttribute("aria-invalid");
      fill(wrong);
      return data;
    } catch (error) {
      area.setAttribute("aria-invalid", "true");
      fill(wrong, problem(error));
      return null;
    }
  }

  function set(data) {
    area.value = text = JSON.stringify(data, null, 2);
    remember(key, text);
    update();
  }

  const update = debounce(async () => {
    const data = parsed();
    request.abort();
    if (!data || place.signal.aborted) return;
    request = new AbortController();
    const { signal } = request;
    try {
      const parts = { subject: content.Subject, text: content.Text, html: content.Html };
      show(await previewTemplate({ ...parts, data }, signal));
    } catch (error) {
      if (!signal.aborted) fill(notes, problem(error));
    }
  }, 120, 500);

  let last = /** @type {any} */ (null);

  function show(made) {
    last = made;
    missing = made.missing;
    const names = made.missing.map((each) => h("mark", null, each));
    fill(subject, made.subject === null ? "(no subject)" : marked(made.subject, made.missing));
    fill(notes,
      names.length > 0 && h("p", { class: "notice" }, "The data has no ", names.map((mark, index) => [index > 0 && ", ", mark]),
        ". SES would not deliver the message, but publish a rendering failure."),
      made.errors.map(({ part, error }) => problem(`${TITLES[part]}: ${error}`)));
    add.hidden = names.length === 0;
    showBody();
  }

  function showBody() {
    if (!last) return;
    const { html, text: plain, page } = last;
    if (shown === "text") {
      fill(body, plain ? h("pre", { class: "preview-text", dir: "auto" }, marked(plain, missing))
        : h("p", { class: "muted nil" }, "There is no text: SES sends HTML alone."));
    } else if (!html) {
      fill(body, h("p", { class: "muted nil" }, "There is no HTML: SES sends the text alone."));
    } else {
      const old = body.querySelector("iframe"); // It stays until the new one is there: nothing flickers.
      const frame = h("iframe", { title: old ? null : FRAME, src: page, sandbox: "allow-popups allow-popups-to-escape-sandbox",
        referrerpolicy: "no-referrer", class: old && "coming", onload: () => {
          if (frame !== body.lastElementChild) return; // A newer one comes.
          for (const other of [...body.children]) if (other !== frame) other.remove();
          frame.classList.remove("coming");
          frame.title = FRAME;
        } });
      if (old) body.append(frame);
      else fill(body, frame);
    }
  }

  async function take(id) {
    const message = await getMessage(id, place.signal);
    if (!message.call) throw new Error("The call that sent this message was not kept.");
    const data = dataOf(await getCall(message.call, place.signal), message);
    if (!data) throw new Error("The call that sent this message has no template data.");
    set(data);
  }

  /** Which messages used the template. */
  async function offer() {
    const found = await searchMessages(`template:${JSON.stringify(name)}`, { limit: 20, signal: place.signal }).catch(() => null);
    if (!found || found.messages.length === 0) return;
    messages.disabled = false;
    messages.append(...found.messages.map((message) => h("option", { value: message.id },
      `${message.to[0] ?? message.bcc[0] ?? "nobody"}, ${shortTime(message.received)}`)));
  }
  offer();

  return {
    node: h("section", { class: "preview", "aria-label": "Preview" }, h("h2", null, "Preview"), subject, notes, body),
    data: h("div", { class: "field" },
      h("div", { class: "line spread" }, h("h2", null, "Sample data"), h("div", { class: "line" }, add, messages)), area, wrong),
    update,
    /** @param {string} part "html" or "text" */
    show(part) {
      shown = part;
      showBody();
    },
    close: () => request.abort(),
  };
}

const FRAME = "Preview of the HTML";
const TITLES = { subject: "Subject", text: "Text", html: "HTML" };

/** The text, in which what is missing stands out. */
const marked = (text, missing) => text.split(/(\{\{[^{}]+\}\})/).map((piece) =>
  (missing.includes(piece.slice(2, -2)) ? h("mark", null, piece) : piece));
