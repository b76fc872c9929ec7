// What all pages are made of: the frame, tables, forms, settings, and what stands where nothing is.

import { confirm } from "../dialog.js";
import { copyButton, fill, h, iconButton } from "../dom.js";
import { toast } from "../toast.js";

/** @typedef {"good" | "warn" | "bad" | "none"} Kind what a state means to the reader */

let count = 0;
const fresh = () => `part-${++count}`;

/**
 * The whole of a page.
 * @param {string} title
 * @param {{help?: any, actions?: any, state?: Node | null, back?: {title: string, href: string}}} options
 *   back: where a detail belongs; state: stands behind the title
 * @param {...any} children
 */
export const page = (title, { help, actions, state, back } = {}, ...children) =>
  h("div", { class: "sheet" },
    h("header", { class: "page-head" },
      back && h("a", { class: "page-back", href: back.href }, back.title),
      h("div", { class: "page-title" },
        h("h1", { tabindex: "-1" }, h("bdi", null, title)), state),
      actions && h("div", { class: "buttons" }, actions),
      help && h("p", { class: "muted page-help" }, help)),
    children);

/**
 * A part of a page under a heading of its own.
 * @param {string} title
 * @param {{help?: any, actions?: any}} options
 * @param {...any} children
 */
export function section(title, { help, actions } = {}, ...children) {
  const id = fresh();
  return h("section", { class: "part", "aria-labelledby": id },
    h("header", { class: "part-head" },
      h("h2", { id, tabindex: "-1" }, title),
      actions && h("div", { class: "buttons" }, actions),
      help && h("p", { class: "muted small" }, help)),
    children);
}

/**
 * Links to the parts of a resource.
 * @param {string} label
 * @param {{title: string, href: string, current: boolean}[]} parts
 */
export const partLinks = (label, parts) =>
  h("nav", { class: "part-links", "aria-label": label }, parts.map(({ title, href, current }) =>
    h("a", { href, "aria-current": current && "page" }, title)));

/**
 * @template Row
 * @typedef {{title: string, cell: (row: Row, index: number) => any, minor?: boolean, end?: boolean,
 *   hidden?: boolean}} Column minor: not on a phone, where the
 *   first other one has a line for itself; end: at the right; hidden: its title is only heard
 */

/**
 * @template Row
 * @param {{label: string, columns: Column<Row>[], rows: Row[], empty?: any}} options
 *   empty: what stands there without rows
 */
export function table({ label, columns, rows, empty: nothing }) {
  if (rows.length === 0 && nothing) return nothing;
  const main = columns.find((column) => !column.minor);
  const look = (column) => [column.minor && "minor", column.end && "end", column === main && "main"].filter(Boolean).join(" ") || null;
  // On a phone a row is a block, which would be no row any more without its role.
  return h("table", { class: "data", role: "table", "aria-label": label },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((column) =>
      h("th", { scope: "col", role: "columnheader", class: look(column) },
        column.hidden ? h("span", { class: "sr" }, column.title) : column.title)))),
    h("tbody", { role: "rowgroup" }, rows.map((row, index) => h("tr", { role: "row" }, columns.map((column) =>
      h("td", { class: look(column), role: "cell" }, column.cell(row, index) ?? "–"))))));
}

/**
 * The link in a row that opens what the row is of, wherever the row is clicked.
 * @param {string} text
 * @param {string} href
 */
export const rowLink = (text, href) => h("a", { class: "row-link", href, "data-name": text }, h("bdi", null, text));

/**
 * A term and what it is, line by line; those without a value are left out.
 * @param {[string, any][]} pairs
 */
export const facts = (pairs) => h("dl", { class: "facts" },
  pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) =>
    h("div", null, h("dt", null, name), h("dd", null, value))));

/**
 * A dot and a word.
 * @param {string} text
 * @param {Kind} kind
 */
export const state = (text, kind) => h("span", { class: "state", "data-kind": kind }, text);

const GOOD = ["SUCCESS", "HEALTHY", "ENABLED"];
const BAD = ["FAILED", "SHUTDOWN"];

/**
 * A status of SES ("TEMPORARY_FAILURE") as a state.
 * @param {string | undefined} status
 */
export const statusOf = (status) => status && status !== "NOT_STARTED"
  ? state(words(status), GOOD.includes(status) ? "good" : BAD.includes(status) ? "bad" : "warn")
  : state("Not started", "none");

/** What the verdicts on a received mail mean. */
export const VERDICTS = /** @type {Record<string, Kind>} */ (
  { PASS: "good", FAIL: "bad", GRAY: "warn", PROCESSING_FAILED: "warn", DISABLED: "none" });

/**
 * What became of an action of a receipt rule.
 * @param {string} status
 */
export const actionState = (status) => state(words(status), ACTION_KINDS[status] ?? "none");

const ACTION_KINDS = { done: "good", failed: "bad", waiting: "warn" };

/**
 * "Temporary failure" of "TEMPORARY_FAILURE".
 * @param {string} constant
 */
export const words = (constant) =>
  constant.charAt(0).toUpperCase() + constant.slice(1).toLowerCase().replaceAll("_", " ");

/**
 * What stands where nothing is: what it is for, and how to begin.
 * @param {{title: string, text?: any, command?: string, action?: any}} options
 *   command: a line for a shell to copy
 */
export const empty = ({ title, text, command, action }) => h("div", { class: "nothing" },
  h("strong", null, title),
  text && h("p", null, text),
  action,
  command && code(command, "the command"));

/**
 * Something to copy.
 * @param {string} text
 * @param {string} label what it is: "the record"
 */
export const code = (text, label) => h("div", { class: "code" },
  h("pre", { tabindex: "0", "aria-label": label }, h("code", null, text)),
  copyButton(text, label));

/**
 * A value in a line, with a button that copies it.
 * @param {string} text
 * @param {string} label
 */
export const copyable = (text, label) => h("span", { class: "copyable" },
  h("code", { dir: "auto" }, text), copyButton(text, label));

/**
 * One line that says what is wrong.
 * @param {Error | string} error
 */
export const problem = (error) =>
  h("p", { class: "problem", role: "alert" }, typeof error === "string" ? error : error.message);

/**
 * @param {{label: string, input: any, help?: any, error?: string}} options
 *   input: an element; it gets its name, its help and its error from here
 */
export function field({ label, input: control, help, error }) {
  control.id ||= fresh();
  const told = [help && `${control.id}-help`, error && `${control.id}-error`].filter(Boolean).join(" ");
  if (told) control.setAttribute("aria-describedby", told);
  if (error) control.setAttribute("aria-invalid", "true");
  return h("div", { class: "field" },
    h("label", { for: control.id }, label),
    control,
    help && h("p", { class: "muted small", id: `${control.id}-help` }, help),
    error && h("p", { class: "problem", id: `${control.id}-error` }, error));
}

/**
 * @param {string} name
 * @param {string | number | null} [value]
 * @param {Record<string, any>} [props]
 */
export const input = (name, value, props) => h("input", { class: "control", type: "text", name, value,
  autocomplete: "off", spellcheck: "false", ...props });

/**
 * @param {string} name
 * @param {string} [value]
 * @param {Record<string, any>} [props]
 */
export const area = (name, value, props) =>
  h("textarea", { class: "control", name, spellcheck: "false", rows: "4", ...props }, value);

/**
 * @param {string} name
 * @param {(string | [string, string])[]} options a value, or it and what is shown for it
 * @param {string} [value]
 * @param {Record<string, any>} [props]
 */
export const select = (name, options, value, props) => h("select", { class: "control", name, ...props },
  options.map((option) => (typeof option === "string" ? [option, option] : option)).map(([own, text]) =>
    h("option", { value: own, selected: own === value }, text)));

/**
 * @param {string} name
 * @param {string} label
 * @param {boolean} [checked]
 * @param {Record<string, any>} [props] with a value, several may share a name
 */
export const check = (name, label, checked, props) => h("label", { class: "check" },
  h("input", { type: "checkbox", name, checked, ...props }), h("span", null, label));

/**
 * Boxes under one heading.
 * @param {string} title
 * @param {string} name
 * @param {(string | [string, string])[]} options
 * @param {string[]} chosen
 */
export const checks = (title, name, options, chosen) => h("fieldset", { class: "checks" },
  h("legend", null, title),
  options.map((option) => (typeof option === "string" ? [option, option] : option)).map(([value, text]) =>
    check(name, text, chosen.includes(value), { value })));

/**
 * A form that says below what was wrong, and cannot be sent twice.
 * @param {{action: string, cancel?: () => void, leave?: string,
 *   submit: (values: Record<string, string>, data: FormData) => any}} options
 *   submit: gets the trimmed values, the last of each name, and all of them; what it throws is shown
 * @param {...any} children
 */
export function form({ action, submit, cancel, leave = "Cancel" }, ...children) {
  const wrong = h("div");
  const button = h("button", { class: "button primary", type: "submit" }, action);
  const send = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const data = new FormData(element);
    const values = Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()]));
    const focused = /** @type {any} */ (document.activeElement);
    button.disabled = true;
    fill(wrong);
    try {
      await submit(values, data);
    } catch (error) {
      fill(wrong, problem(error));
    } finally {
      button.disabled = false;
      if (focused === button && button.isConnected) button.focus();
    }
  };
  const element = h("form", { class: "form", onsubmit: send },
    children,
    wrong,
    h("div", { class: "buttons" },
      button,
      cancel && h("button", { class: "button", onclick: cancel }, leave)));
  return element;
}

/**
 * One thing that can be set: what it is on the left, what sets it on the right.
 * @param {{label: string, help?: any, control: any}} options
 */
export function setting({ label, help, control }) {
  const id = fresh();
  if (control.classList?.contains("switch")) control.setAttribute("aria-labelledby", id);
  return h("div", { class: "setting" },
    h("div", null, h("span", { id }, label), help && h("p", { class: "muted small" }, help)),
    control);
}

/**
 * A setting that is on or off, and is set at once.
 * @param {{label: string, help?: any, on: boolean, change: (on: boolean) => Promise<any>}} options
 */
export function toggle({ label, help, on, change }) {
  const button = h("button", { class: "switch", role: "switch", onclick: async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    const wanted = button.getAttribute("aria-checked") !== "true";
    show(wanted, true);
    const done = await attempt(() => change(wanted));
    show(done ? wanted : !wanted, false);
  } });
  const show = (checked, busy) => {
    button.setAttribute("aria-checked", String(checked));
    button.setAttribute("aria-busy", String(busy));
  };
  show(on, false);
  return setting({ label, help, control: button });
}

/**
 * Do it; a toast says that it is done, or what was wrong.
 * @param {() => any} work
 * @param {string} [done]
 * @returns {Promise<boolean>} whether it was done
 */
export async function attempt(work, done) {
  try {
    await work();
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message, { error: true });
    return false;
  }
  if (done) toast(done);
  return true;
}

/**
 * A button.
 * @param {string} text
 * @param {() => any} run
 * @param {Record<string, any>} [props]
 */
export const button = (text, run, props) => h("button", { class: "button", onclick: run, ...props }, text);

/**
 * A button with a bin, which asks before it does.
 * @param {string} what for the label: "Delete <what>"
 * @param {() => any} work
 * @param {string} [text] what follows from it
 */
export const deleteButton = (what, work, text = "This cannot be undone.") =>
  iconButton("trash", `Delete ${what}`, { class: "quiet danger", onclick: async () => {
    if (await confirm({ title: `Delete ${what}?`, text, action: "Delete" })) {
      await attempt(work, `Deleted ${what}`);
    }
  } });

/**
 * JSON with an indent; what is none as it is.
 * @param {string} text
 */
export function pretty(text) {
  try {
    return text && JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
