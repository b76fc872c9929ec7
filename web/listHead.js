// Above the list: how many there are, and what can be done with those that are selected.

import { fill, h, iconButton } from "./dom.js";
import { count, number } from "./format.js";

/**
 * @param {HTMLElement} root
 * @param {import("./mailbox.js").Mailbox} mailbox
 * @param {import("./listSelection.js").Selection} selection
 * @param {{mark: (unread: boolean) => void, save: () => void, remove: () => void,
 *   removeAll: () => void}} actions
 */
export function createListHead(root, mailbox, selection, actions) {
  const box = h("input", { type: "checkbox", onclick: () => {
    if (box.checked) selection.everything();
    else selection.clear();
  } });
  const total = h("p", { class: "total" });
  const rest = h("button", { class: "link-button", onclick: () => selection.everything() });
  const unread = h("p", { class: "muted" });
  const removeAll = iconButton("trash", "Delete all", { id: "delete-all", class: "quiet danger",
    onclick: actions.removeAll });
  const buttons = [
    iconButton("read", "Mark read (r)", { class: "quiet", onclick: () => actions.mark(false) }),
    iconButton("unread", "Mark unread (u)", { class: "quiet", onclick: () => actions.mark(true) }),
    iconButton("download", "Export as zip (e)", { class: "quiet", onclick: actions.save }),
    iconButton("trash", "Delete selected (#)", { class: "quiet danger", onclick: actions.remove }),
    iconButton("close", "Clear selection (Esc)", { class: "quiet", onclick: () => selection.clear() }),
  ];
  const several = h("div", { class: "buttons", role: "group", "aria-label": "Selected messages" }, buttons);
  const none = h("div", { class: "buttons" }, removeAll);
  const head = h("div", { class: "list-head" }, h("label", { class: "pick" }, box), total, rest, unread,
    several, none);
  root.prepend(head);

  return function render() {
    const { size } = selection;
    const some = size > 0;
    const usable = mailbox.total > 0;
    const all = `Select all ${number(mailbox.total)}`;
    head.classList.toggle("some", some);
    box.disabled = removeAll.disabled = !usable;
    box.checked = usable && size === mailbox.total;
    box.indeterminate = some && !box.checked;
    box.setAttribute("aria-label", all);
    total.textContent = some ? `${number(size)} selected`
      : !mailbox.loaded || mailbox.error ? "" : count(mailbox.total, mailbox.text ? "result" : "message");
    rest.hidden = !some || size >= mailbox.total;
    rest.textContent = all;
    fill(unread, !some && mailbox.unread > 0 && `${number(mailbox.unread)} unread`);
    several.hidden = !some;
    none.hidden = some;
  };
}
