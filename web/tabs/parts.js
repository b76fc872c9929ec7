// What the tabs of a message share.

import { fill, h } from "../dom.js";
import { number } from "../format.js";
import { code, problem } from "../pages/parts.js";
import { remember, remembered } from "../state.js";

/**
 * A place for what is still to be read; it says so if it cannot be.
 * @template T
 * @param {Promise<T>} promise
 * @param {(value: T) => any} show
 */
export function later(promise, show) {
  const place = h("div", { class: "later", "aria-busy": "true" });
  promise.then((value) => fill(place, show(value)), (error) => fill(place, problem(error)))
    .finally(() => place.removeAttribute("aria-busy"));
  return place;
}

/**
 * What is read when somebody opens it for the first time.
 * @param {string} title
 * @param {() => any} show
 * @param {string} [key] tells it from others when the panel is built again
 */
export function opened(title, show, key) {
  const place = h("div");
  const element = h("details", { "data-key": key, ontoggle: () => {
    if (element.open && !place.hasChildNodes()) fill(place, show());
  } }, h("summary", null, title), place);
  return element;
}

/**
 * Buttons of which one is pressed.
 * @param {string} label
 * @param {[string, any][]} options each with what stands on it
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export const segments = (label, options, chosen, choose) =>
  h("div", { class: "segments", role: "group", "aria-label": label }, options.map(([value, text]) =>
    h("button", { class: "segment", "aria-pressed": String(value === chosen),
      onclick: () => choose(value) }, text)));

/**
 * The same in several languages, of which one is shown; it is the one that was chosen last.
 * @param {string} label
 * @param {Record<string, [string, string]>} samples what it is called, and the code
 */
export function choice(label, samples) {
  const root = h("div", { class: "samples" });
  const show = (wanted) => {
    const name = wanted in samples ? wanted : Object.keys(samples)[0];
    fill(root,
      segments(label, Object.entries(samples).map(([each, [title]]) => [each, title]), name, (to) => {
        remember(`code.${label}`, to);
        show(to);
        root.querySelector("[aria-pressed=true]").focus();
      }),
      code(samples[name][1], `the ${samples[name][0]} code`));
  };
  show(remembered(`code.${label}`) ?? "");
  return root;
}

/**
 * The first of many, for too many would only make the browser slow, and how many more there are.
 * @template T
 * @param {T[]} all
 * @param {number} most
 * @param {(each: T, index: number) => any} show
 * @param {(more: string) => any} [rest] shows how many more
 * @param {number} [total] if there are more than in `all`
 */
export const firstOf = (all, most, show, rest = (more) => h("li", { class: "muted small" }, more), total = all.length) => [
  all.slice(0, most).map(show),
  total > most && rest(`${number(total - most)} more are not shown.`),
];

/**
 * Text in which nothing turns the reading direction of others around unseen: names of files and
 * addresses that end otherwise than they seem to are an old trick.
 * @param {string} text
 */
export const visible = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g,
  (mark) => `[U+${mark.codePointAt(0)?.toString(16).toUpperCase()}]`);

/**
 * The address without its name, in lower case.
 * @param {string} text
 */
export const specOf = (text) => (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim().toLowerCase();
