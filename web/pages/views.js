// The two faces of a page of resources: the list, and the one that the URL names.

import { debounce, fill, h } from "../dom.js";
import { number } from "../format.js";
import { go, link, route } from "../state.js";
import { dialog } from "../dialog.js";
import { button, field, form, input, page, problem, table } from "./parts.js";

/**
 * What a face is given: where it looks, a way to show anew what the URL names now, and a way from
 * something that is gone to the list.
 * @typedef {import("../pages.js").Context & {refresh: () => Promise<void>, leave: () => void}} Place
 * @typedef {{node: Node, follow?: () => void, event?: (type: string, data: any) => void,
 *   close?: () => void}} Face
 *   follow: the part has changed; without it the face is made anew
 */

/**
 * The methods of a page that has a list and details.
 * @param {{title: string, list: (place: Place) => Promise<Face>,
 *   detail?: (place: Place, name: string) => Promise<Face>}} faces
 */
export function faces({ title, list, detail }) {
  let root = /** @type {any} */ (null);
  let context = /** @type {any} */ (null);
  let face = /** @type {Face | null} */ (null);
  let name = "";
  let turn = 0;
  let shown = 0; // The turn whose face is on show; another one is being made if it is not the last.
  let stale = false; // Something happened while the face was being made.

  /** Make the face of the URL. The newest call wins. */
  async function show() {
    const mine = ++turn;
    const wanted = detail ? route().name : "";
    const leave = () => (route().name === wanted ? go({ name: "", part: "" }) : refresh());
    const place = { ...context, refresh, leave };
    stale = false;
    let made;
    try {
      made = wanted ? await detail(place, wanted) : await list(place);
    } catch (error) {
      if (context.signal.aborted) return;
      made = { node: failed(wanted, error) };
    }
    if (mine !== turn || context.signal.aborted) {
      made.close?.();
      return;
    }
    const before = name;
    const again = face !== null && before === wanted;
    const focus = again ? sameFocus(root) : () => arrive(before);
    const { scrollTop } = root;
    face?.close?.();
    face = made;
    shown = mine;
    name = wanted;
    fill(root, made.node);
    root.scrollTop = again ? scrollTop : 0;
    focus();
    if (stale) await show();
  }

  /** Make it anew; what asks while that is under way is answered with once more. */
  async function refresh() {
    if (context.signal.aborted) return;
    if (shown !== turn) stale = true;
    else await show();
  }

  const failed = (wanted, error) => page(wanted || title,
    { back: wanted && { title, href: link({ view: route().view }) } },
    problem(error), h("p", null, button("Try again", show)));

  /** The focus goes where the reader came from, or to what is new. */
  function arrive(before) {
    if (!context.moved) {
      context.moved = true;
      return;
    }
    const from = !name && before ? root.querySelector(`[data-name="${CSS.escape(before)}"]`) : null;
    (from ?? root.querySelector("h1"))?.focus();
  }

  return {
    open(element, given) {
      root = element;
      context = { ...given, moved: false };
      face = null;
      name = "";
      return show();
    },
    follow() {
      if (face?.follow && (detail ? route().name : "") === name) face.follow();
      else show();
    },
    event(type, data) {
      if (face?.event) face.event(type, data);
      else if (type === "reset" && face && !root.querySelector("form, textarea")) show(); // What is typed stays.
    },
    close() {
      turn += 1;
      face?.close?.();
      face = null;
    },
  };
}

/** What takes the focus after everything was made anew: the same thing as before, or the heading. */
function sameFocus(root) {
  const at = /** @type {any} */ (document.activeElement);
  if (!at || !root.contains(at)) return () => {};
  const of = (element) => [element.name, element.getAttribute("aria-label")
    ?? document.getElementById(element.getAttribute("aria-labelledby"))?.textContent ?? element.textContent].join();
  const wanted = of(at);
  return () => ([...root.querySelectorAll(at.tagName)].find((e) => of(e) === wanted)
    ?? root.querySelector("h1"))?.focus();
}

/**
 * A list that grows page by page, with a box that filters it.
 * @template Row
 * @param {{label: string, nouns: [string, string], columns: import("./parts.js").Column<Row>[],
 *   load: (after: string | undefined) => Promise<{rows: Row[], next?: string | null}>,
 *   words?: (row: Row) => string, empty: any}} options
 *   nouns: one, and more; words: what the filter looks into
 * @returns {Promise<any>} the element, when the first page is there
 */
export async function listing({ label, nouns, columns, load, words = (row) => JSON.stringify(row), empty }) {
  let { rows, next } = await load(undefined);
  const box = input("filter", "", { type: "search", "aria-label": `Filter ${label}`,
    placeholder: "Filter", oninput: debounce(() => filter(), 120) });
  const body = h("div");
  const total = h("p", { class: "muted small", role: "status" });
  const more = button("Load more", () => grow(1));
  const wrong = h("div");

  async function grow(pages) {
    fill(wrong);
    try {
      for (let left = pages; left > 0 && next; left -= 1) {
        const page = await load(next);
        rows = [...rows, ...page.rows];
        next = page.next;
      }
    } catch (error) {
      if (error.name !== "AbortError") fill(wrong, problem(error));
    }
    render();
  }

  /** A filter looks into what has not been loaded, too. */
  async function filter() {
    if (next && box.value.trim()) await grow(FEW);
    render();
  }

  function render() {
    const text = box.value.trim().toLowerCase();
    const shown = text ? rows.filter((row) => words(row).toLowerCase().includes(text)) : rows;
    fill(body, table({ label, columns, rows: shown,
      empty: rows.length > 0 ? h("p", { class: "muted nil" }, `Nothing matches “${box.value.trim()}”.`) : empty }));
    const focused = document.activeElement === more;
    more.hidden = !next;
    if (focused && more.hidden) body.querySelector("tr:last-child a, tr:last-child button")?.focus();
    box.hidden = rows.length <= SHORT && !next && !text;
    total.hidden = box.hidden;
    const all = `${number(rows.length)} ${nouns[rows.length === 1 ? 0 : 1]}`;
    total.textContent = text ? `${number(shown.length)} of ${all}` : `${all}${next ? " so far" : ""}`;
  }

  render();
  return h("div", { class: "listing" },
    h("div", { class: "listing-head" }, box, total), body, wrong, h("p", null, more));
}

/** So many rows need no filter. */
const SHORT = 8;
/** So many pages are loaded for one. */
const FEW = 50;

/** What `submit` of a dialog answers to keep it open. */
export const STAY = Symbol("stay");

/**
 * Ask for some values in a dialog; it stays open until they are taken.
 * @param {{title: string, action: string, submit: (values: Record<string, string>, data: FormData) => any,
 *   wide?: boolean, leave?: string}} options leave: what to press instead, "Cancel" if it is left out
 * @param {...any} children
 * @returns {Promise<boolean>} whether they were
 */
export async function ask({ title, action, submit, wide, leave }, ...children) {
  const close = (value) => body.closest("dialog").close(value);
  const body = form({ action, leave, cancel: () => close(""), submit: async (values, data) => {
    if (await submit(values, data) !== STAY) close("done");
  } }, children);
  body.querySelector(".control, input, button")?.setAttribute("autofocus", "");
  return await dialog({ title, content: body, class: wide ? "asks wide" : "asks" }) === "done";
}

/**
 * Ask for a name.
 * @param {{title: string, label: string, action: string, help?: string, value?: string,
 *   placeholder?: string, submit: (name: string) => any}} options
 */
export const askName = ({ title, label, action, help, value, placeholder, submit }) => ask(
  { title, action, submit: ({ name }) => submit(name) },
  field({ label, help, input: input("name", value, { required: true, placeholder }) }));

/**
 * All rows of an operation that pages.
 * @template Row
 * @param {(after: string | undefined) => Promise<{rows: Row[], next?: string | null}>} load
 */
export async function all(load) {
  const rows = [];
  let next = /** @type {any} */ (undefined);
  for (let pages = 0; pages < 100; pages += 1) {
    const page = await load(next);
    rows.push(...page.rows);
    next = page.next;
    if (!next) break;
  }
  return rows;
}
