// A question before something that cannot be undone.

import { h } from "./dom.js";

/**
 * @param {{title: string, text: string, action: string}} question
 * @returns {Promise<boolean>} whether the answer was the action
 */
export function confirm({ title, text, action }) {
  const dialog = h("dialog", { "aria-labelledby": "confirm-title" },
    h("h2", { id: "confirm-title" }, title),
    h("p", { dir: "auto" }, text),
    h("div", { class: "buttons" },
      h("button", { class: "button", autofocus: true, onclick: () => dialog.close() },
        "Cancel"),
      h("button", { class: "button primary", onclick: () => dialog.close("yes") },
        action)));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
