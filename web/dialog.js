// Dialogs: a question before something that cannot be undone, and whatever else wants an answer.

import { h } from "./dom.js";

/**
 * Show a dialog, and wait until it is closed. It goes with Escape or a click beside it, too.
 * @param {{title: string, content: any, class?: string,
 *   actions?: {label: string, value: string, kind?: "primary" | "danger", first?: boolean}[]}} options
 *   first: the action that has the focus at the start
 * @returns {Promise<string>} the value of the chosen action, or ""
 */
export function dialog({ title, content, actions = [], class: kind = "" }) {
  const close = (value) => element.close(value);
  let beside = false; // Where the press began: a selection that is dragged out of it closes nothing.
  const element = h("dialog", { class: kind, "aria-label": title,
    onpointerdown: (event) => { beside = isBeside(element, event); },
    onclick: (event) => beside && isBeside(element, event) && close("") },
  h("div", { class: "dialog" },
    h("h2", null, title),
    h("div", { class: "dialog-content" }, content),
    actions.length > 0 && h("div", { class: "buttons" }, actions.map((action) =>
      h("button", { class: `button ${action.kind ?? ""}`, autofocus: action.first,
        onclick: () => close(action.value) }, action.label)))));
  document.body.append(element);
  element.showModal();
  return new Promise((resolve) => {
    element.addEventListener("close", () => {
      element.remove();
      resolve(element.returnValue);
    });
  });
}

/** Whether the event is on the backdrop. */
function isBeside(element, { target, clientX, clientY }) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return target === element && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}

/**
 * @param {{title: string, text: string, action: string}} question
 * @returns {Promise<boolean>} whether the answer was the action
 */
export const confirm = async ({ title, text, action }) => await dialog({
  title,
  content: h("p", { dir: "auto" }, text),
  actions: [
    { label: "Cancel", value: "", first: true },
    { label: action, value: "yes", kind: "danger" },
  ],
}) === "yes";
