// The list of messages: only the rows that are in sight exist, each at its place in a list that is
// as high as if all did.

import { h } from "./dom.js";
import { shortTime } from "./format.js";
import { makeRow } from "./listRow.js";
import { Selection } from "./listSelection.js";
import { go, link, route } from "./state.js";

/** Rows beyond each edge that exist already. */
const MORE = 6;

/**
 * @param {HTMLElement} root
 * @param {import("./mailbox.js").Mailbox} mailbox
 * @param {() => void} selected is called when the selection changed
 */
export function createList(root, mailbox, selected) {
  /** @type {Map<string, ReturnType<typeof makeRow>>} the rows that exist, by id */
  const rows = new Map();
  /** @type {Map<number, HTMLElement>} in place of what is not loaded, by index */
  const blanks = new Map();
  const list = h("ol", { class: "rows", "aria-label": "Messages, newest first" });
  const scroller = h("div", { class: "scroller" }, list);
  root.append(scroller);
  const selection = new Selection(mailbox, () => {
    mark();
    selected();
  });

  let height = 0; // Of a row, in px.
  let answered = -1; // The search that is shown.
  let top = { id: "", index: 0, rest: 0 }; // The first row in sight, and how much of it is not.
  let cursor = ""; // The id of the row where the Tab key enters the list.
  let wanted = -1; // The index of a row that gets the focus when it is loaded.

  const measure = () => {
    height = parseFloat(getComputedStyle(list).getPropertyValue("--row"));
  };
  /** Where the eye is now. */
  const look = () => {
    const index = Math.floor(scroller.scrollTop / height);
    top = { id: mailbox.at(index)?.id ?? "", index, rest: scroller.scrollTop - index * height };
  };

  function render() {
    if (!root.checkVisibility()) {
      if (mailbox.answered !== answered) mailbox.look(0, 1);
      return;
    }
    if (!height) measure();
    list.style.height = `${mailbox.total * height}px`;
    if (answered !== mailbox.answered) {
      answered = mailbox.answered;
      top = { id: "", index: 0, rest: 0 };
      scroller.scrollTop = 0;
      selection.clear();
    } else if (top.id && (top.index > 0 || top.rest > height / 2)) {
      // Stay with what is read while others come and go above.
      const index = mailbox.indexOf(top.id);
      const place = index * height + top.rest;
      if (index >= 0 && Math.abs(place - scroller.scrollTop) >= 1) scroller.scrollTop = place;
    }
    draw();
  }

  function draw() {
    look();
    const inSight = Math.ceil(scroller.clientHeight / height) + 1;
    const first = Math.max(0, top.index - MORE);
    const end = Math.min(mailbox.total, top.index + inSight + MORE);
    const keep = document.activeElement?.closest("li")?.dataset.id ?? "";
    const here = new Set();
    const items = [];
    const indexes = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
    const kept = mailbox.indexOf(keep); // The row with the focus never goes by itself.
    if (kept >= 0 && kept < first) indexes.unshift(kept);
    if (kept >= end) indexes.push(kept);
    for (const index of indexes) {
      const summary = mailbox.at(index);
      if (!summary) {
        items.push(place(blank(index), index));
        continue;
      }
      here.add(summary.id);
      items.push(place(rowOf(summary).item, index));
    }
    for (const [id, row] of rows) {
      if (here.has(id)) continue;
      row.item.remove();
      rows.delete(id);
    }
    for (const [index, item] of blanks) {
      if (index >= first && index < end && !mailbox.at(index)) continue;
      item.remove();
      blanks.delete(index);
    }
    let next = list.firstElementChild;
    for (const item of items) { // In order, moving only what is not.
      if (item === next) next = next.nextElementSibling;
      else list.insertBefore(item, next);
    }
    mark();
    if (wanted >= 0 && mailbox.at(wanted)) focusIndex(wanted);
    mailbox.look(first, end);
  }

  function rowOf(summary) {
    let row = rows.get(summary.id);
    if (!row) {
      const { id } = summary;
      row = makeRow({ toggle: (event) => selection.toggle(id, event.shiftKey) });
      row.item.dataset.id = id;
      rows.set(id, row);
    }
    row.show(summary);
    return row;
  }

  function blank(index) {
    const item = blanks.get(index) ?? h("li", { class: "mail blank", "aria-busy": "true" },
      h("span"), h("span"), h("span"));
    blanks.set(index, item);
    return item;
  }

  function place(item, index) {
    item.style.transform = `translateY(${index * height}px)`;
    item.setAttribute("aria-posinset", String(index + 1));
    item.setAttribute("aria-setsize", String(mailbox.total));
    return item;
  }

  /** Mark the open message and what is selected. */
  function mark() {
    const { id, q } = route();
    const enter = [focused(), cursor, id].find((each) => rows.has(each)) ?? mailbox.at(top.index)?.id;
    for (const [each, row] of rows) {
      if (each === id) row.anchor.setAttribute("aria-current", "true");
      else row.anchor.removeAttribute("aria-current");
      row.anchor.setAttribute("href", link({ id: each, q }));
      row.anchor.tabIndex = row.box.tabIndex = each === enter ? 0 : -1;
      row.box.checked = selection.has(each);
      row.item.classList.toggle("selected", row.box.checked);
    }
    list.classList.toggle("selecting", selection.size > 0);
  }

  /** The id of the row with the focus, or "". */
  const focused = () => document.activeElement?.closest("li.mail")?.dataset.id ?? "";

  /** Bring a row into sight. */
  function reveal(index) {
    const over = scroller.scrollTop - index * height;
    const under = (index + 1) * height - scroller.scrollTop - scroller.clientHeight;
    if (over > 0) scroller.scrollTop -= over;
    else if (under > 0) scroller.scrollTop += under;
    else return;
    draw();
  }

  function focusIndex(index) {
    wanted = index;
    reveal(index);
    const id = mailbox.at(index)?.id;
    if (!id || !rows.has(id)) return;
    wanted = -1;
    cursor = id;
    rows.get(id).anchor.focus({ preventScroll: true });
  }

  /** Move the focus by `step` rows from the focused or open one. */
  function move(step) {
    if (mailbox.total === 0) return;
    const at = [focused(), route().id, cursor].map((id) => mailbox.indexOf(id)).find((i) => i >= 0);
    const from = wanted >= 0 ? wanted : at ?? -1;
    const index = from < 0 ? top.index
      : Math.min(mailbox.total - 1, Math.max(0, from + step));
    if (root.checkVisibility()) return focusIndex(index);
    const id = mailbox.at(index)?.id; // A narrow page has the message in its place.
    mailbox.look(index, index + 2);
    if (id && index !== from) go({ id, tab: "" });
  }

  scroller.addEventListener("scroll", draw, { passive: true });
  new ResizeObserver(() => height && render()).observe(scroller);
  addEventListener("look", () => {
    const { index } = top;
    measure();
    top = { ...top, rest: 0 };
    list.style.height = `${mailbox.total * height}px`;
    scroller.scrollTop = index * height;
    render();
  });
  list.addEventListener("focusin", (event) => {
    cursor = event.target.closest("li")?.dataset.id ?? cursor;
  });
  setInterval(() => {
    for (const time of list.querySelectorAll("time")) time.textContent = shortTime(time.dateTime);
  }, 30000);

  return {
    render,
    mark,
    move,
    focused,
    selection,
    /** The id of the row after that of `id`, or else before it, or "". */
    neighbour(id) {
      const index = mailbox.indexOf(id);
      return index < 0 ? "" : (mailbox.at(index + 1) ?? mailbox.at(index - 1))?.id ?? "";
    },
    /** Give the focus to the row of `id`, if it is loaded. */
    focus(id) {
      const index = mailbox.indexOf(id);
      if (index >= 0) focusIndex(index);
    },
  };
}
