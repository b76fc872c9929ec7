// The list of messages: one link for each, told apart by id so that rows stay when others move.

import { fill, h, icon } from "./dom.js";
import { count, displayName, fullTime, number, shortTime } from "./format.js";
import { go, link, route } from "./state.js";

/**
 * @param {HTMLElement} root
 * @param {import("./mailbox.js").Mailbox} mailbox
 */
export function createList(root, mailbox) {
  const rows = new Map(); // By id: the item, its link and the summary that it shows.
  const total = h("p", { class: "total", role: "status" });
  const error = h("p", { class: "error", role: "alert", hidden: true });
  const none = h("div", { class: "placeholder", hidden: true });
  const list = h("ol", { class: "rows", "aria-label": "Messages, newest first" });
  const end = h("div", { class: "end" });
  const scroller = h("div", { class: "scroller" }, error, none, list, end);
  fill(root, total, scroller);
  mailbox.atTop = () => scroller.scrollTop < 40;

  const observer = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && mailbox.loadMore(),
    { root: scroller, rootMargin: "600px" },
  );
  setInterval(() => {
    for (const time of list.querySelectorAll("time")) time.textContent = shortTime(time.dateTime);
  }, 30000);

  let shown = "-"; // The search whose first page is shown; what comes later is marked as new.

  function render() {
    const { items, text } = mailbox;
    if (shown !== text) scroller.scrollTop = 0;
    const wanted = new Set(items.map((item) => item.id));
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.item.remove();
      rows.delete(id);
    }
    let place = list.firstElementChild;
    for (const summary of items) {
      let row = rows.get(summary.id);
      if (!row) {
        row = makeRow(summary);
        if (shown === text && place) row.item.classList.add("fresh");
        rows.set(summary.id, row);
      } else if (row.summary.status !== summary.status
          || row.summary.finding_count !== summary.finding_count) {
        row.summary = summary;
        fill(row.link, rowContent(summary));
      }
      if (row.item === place) place = place.nextElementSibling;
      else list.insertBefore(row.item, place);
    }
    if (mailbox.loaded) shown = text;

    total.textContent = !mailbox.loaded || mailbox.error ? ""
      : count(mailbox.total, text ? "result" : "message");
    error.textContent = mailbox.error;
    error.hidden = !mailbox.error;
    none.hidden = mailbox.error !== "" || items.length > 0 || !mailbox.loaded;
    fill(none, h("strong", null, text ? "Nothing found" : "No messages"),
      text && [h("p", null, "No message matches ", h("q", { dir: "auto" }, text), "."),
        h("a", { class: "button", href: link({ id: route().id }) }, "Clear search")]);
    observer.unobserve(end);
    if (mailbox.more) observer.observe(end); // Anew, so that it tells again when still in view.
    mark();
  }

  /** Mark the open message; it, or else the first, is where the Tab key enters the list. */
  function mark() {
    const { id, q } = route();
    const entry = rows.get(id) ?? rows.get(mailbox.items[0]?.id);
    for (const row of rows.values()) {
      if (row.summary.id === id) row.link.setAttribute("aria-current", "true");
      else row.link.removeAttribute("aria-current");
      row.link.tabIndex = row === entry ? 0 : -1;
      row.link.setAttribute("href", link({ id: row.summary.id, q }));
    }
  }

  /** The id of the row with the focus, or "". */
  const focused = () => document.activeElement?.closest("li")?.dataset.id ?? "";

  /** Move the focus by `step` rows from the focused or open one. */
  function move(step) {
    const items = list.children;
    if (items.length === 0) return;
    const now = rows.get(focused())?.item ?? rows.get(route().id)?.item;
    const next = now ? (step > 0 ? now.nextElementSibling : now.previousElementSibling) : items[0];
    const target = next ?? now;
    if (!root.checkVisibility()) { // A narrow page has the message in its place.
      if (target !== now) go({ id: target.dataset.id, tab: "" });
      return;
    }
    target.firstElementChild.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  }

  /** The id of the row after that of `id`, or else before it, or "". */
  function neighbour(id) {
    const item = rows.get(id)?.item;
    return (item?.nextElementSibling ?? item?.previousElementSibling)?.dataset.id ?? "";
  }

  const focus = (id) => rows.get(id)?.link.focus();

  return { render, mark, move, focused, neighbour, focus };
}

function makeRow(summary) {
  const anchor = h("a", { class: "row" }, rowContent(summary));
  return { item: h("li", { "data-id": summary.id }, anchor), link: anchor, summary };
}

function rowContent(summary) {
  const { from, subject, finding_count: findings, attachment_count: attachments } = summary;
  const recipients = [...summary.to, ...summary.cc, ...summary.bcc];
  const others = recipients.length - 1;
  return [
    h("div", { class: "line" },
      h("span", { class: "who", title: `${from} → ${recipients.join(", ")}` },
        h("bdi", null, displayName(from) || "(no sender)"),
        h("span", { role: "img", "aria-label": "to" }, "→"),
        h("bdi", null, displayName(recipients[0] ?? "(no recipient)")),
        others > 0 && h("span", null, `+${others}`)),
      h("time", { datetime: summary.received, title: fullTime(summary.received) },
        shortTime(summary.received))),
    h("div", { class: "line" },
      h("span", { class: "subject", dir: "auto", title: subject }, subject || "(no subject)"),
      findings > 0 && mark("warning", findings, "finding"),
      attachments > 0 && mark("clip", attachments, "attachment")),
    h("div", { class: "line" },
      h("span", { class: "snippet", dir: "auto" }, summary.snippet),
      summary.configuration_set
        && h("span", { class: "chip", title: "Configuration set" }, summary.configuration_set),
      h("span", { class: "status", "data-status": summary.status }, summary.status.replaceAll("_", " "))),
  ];
}

function mark(name, amount, noun) {
  const label = count(amount, noun);
  return h("span", { class: `mark ${name}`, role: "img", "aria-label": label, title: label },
    icon(name), number(amount));
}
