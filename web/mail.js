// Mail: the search, the list and the open message, and what can be done with them.

import { deleteMessages, markMessages, zipUrl } from "./api.js";
import { confirm } from "./dialog.js";
import { debounce, fill, h, style } from "./dom.js";
import { count } from "./format.js";
import { createListHead } from "./listHead.js";
import { createList } from "./list.js";
import { Mailbox } from "./mailbox.js";
import { createSearch } from "./search.js";
import { go, link, route } from "./state.js";
import { toast } from "./toast.js";

/** Deleting more than this at once asks first. */
const MANY = 10;
/** An address cannot name more than this. */
const NAMED = 300;
/** Ms after which a message that is open counts as read. */
const READ = 300;

/** In the place of the message view until it is loaded. */
const NONE = { id: "", open(id) {}, close() {}, gone() {}, refresh() {} };

const part = (id) => /** @type {any} */ (document.getElementById(id));
const narrow = matchMedia("(max-width: 760px)");

export function createMail() {
  let counted = /** @type {(unread: number) => void} */ (() => {});
  const reader = part("reader");
  /** Changes come in bursts, and a frame is soon enough. */
  const render = debounce(() => {
    list.render();
    renderHead();
    search.render();
    fill(none, nothing());
    recount();
    show();
    find();
    if (!mailbox.loaded && !mailbox.unreachable) return;
    // After the paint; a hidden page has none.
    if (document.hidden) drawn();
    else requestAnimationFrame(() => setTimeout(drawn));
  }, 8, 16);
  const recount = () => mailbox.loaded && !mailbox.text && !mailbox.error && counted(mailbox.unread);
  let drawn = () => {};
  const ready = /** @type {Promise<void>} */ (new Promise((resolve) => {
    drawn = resolve;
  }));
  const mailbox = new Mailbox(render);
  const list = createList(part("list"), mailbox, () => renderHead());
  const { selection } = list;
  const renderHead = createListHead(part("list"), mailbox, selection,
    { mark, save, remove: () => remove(), removeAll: () => remove({ search: mailbox.text }) });
  const none = h("div", { class: "placeholder none" });
  part("list").append(none);
  const search = createSearch(part("search-area"), mailbox, () => list.move(1));
  let view = NONE;
  // The list comes first, unless a message is what was asked for.
  (route().id ? Promise.resolve() : ready).then(() => Promise.all([import("./message.js"), style("message.css")])).then(([module]) => {
    view = module.createMessageView(reader, { remove: (id) => remove({ ids: [id] }) });
    show();
  });

  /** What the reader shows when it is not a message, so that it is not built again in vain. */
  let showing = "";
  let shown = new AbortController();
  let reading = 0;

  /** Choose between message, set-up, errors and nothing. */
  function show() {
    const { id, view: page, q } = route();
    if (page) return;
    const empty = mailbox.loaded && mailbox.total === 0 && !q && !mailbox.error;
    const name = mailbox.unreachable ? "unreachable"
      : id ? "message" : empty ? "empty" : mailbox.loaded ? "list" : "loading";
    if (document.body.dataset.view !== name) {
      document.body.dataset.view = name;
      render(); // A list that was hidden has drawn nothing.
    }
    if (name !== showing) shown.abort();
    if (name === "message") {
      if (view.id !== id) {
        clearTimeout(reading);
        reading = setTimeout(read, READ, id);
      }
      view.open(id);
    } else if (name !== showing) {
      view.close();
      shown = new AbortController();
      if (name === "empty") showEmpty(shown.signal);
      else fill(reader, PLACES[name]?.());
    }
    showing = name;
  }

  async function showEmpty(signal) {
    const { showSetup } = await import("./setup.js");
    if (!signal.aborted) showSetup(reader, { waiting: true, signal });
  }

  const PLACES = {
    list: () => h("div", { class: "placeholder" },
      h("strong", null, "No message selected"),
      h("p", { class: "keys" }, Object.entries({ j: "next", k: "previous", Enter: "open", "/": "search",
        "#": "delete", "?": "all keys" }).map(([key, does]) => h("span", null, h("kbd", null, key), ` ${does}`)))),
    unreachable: () => h("div", { class: "placeholder", role: "alert" },
      h("strong", null, "The emulator does not answer"),
      h("p", null, "Nothing is listening at ", h("code", null, location.origin),
        ". Is it still running? The inbox comes back by itself when it does."),
      h("button", { class: "button", onclick: () => mailbox.refresh() }, "Try again")),
  };

  /** What stands in the place of a list that has nothing in it. */
  function nothing() {
    if (!mailbox.loaded || mailbox.total > 0) return null;
    if (mailbox.error) return h("strong", null, "This search cannot be done");
    if (!mailbox.text) return h("strong", null, "No messages");
    const failed = mailbox.text === "is:failed";
    return [h("strong", null, failed ? "No call has failed" : "Nothing found"),
      h("p", null, failed ? "A call that the emulator refuses is listed here, with the error that your application got."
        : ["No message matches ", h("q", { dir: "auto" }, mailbox.text), "."]),
      h("a", { class: "button", href: link({ id: route().id }) }, failed ? "All messages" : "Clear search")];
  }

  /** A MessageId that was searched for is opened. */
  function find() {
    const only = mailbox.total === 1 && mailbox.understood === mailbox.text ? mailbox.at(0) : undefined;
    if (only && only.id === mailbox.text && found !== only.id) go({ id: only.id });
    found = mailbox.text;
  }

  let found = "";

  /** Follow the URL. */
  function follow() {
    const { q, view: page } = route();
    if (page) {
      showing = "";
      shown.abort();
      view.close();
    }
    if (q !== mailbox.text || !mailbox.started) mailbox.search(q);
    list.mark();
    search.render();
    show();
  }

  async function read(id) {
    const summary = mailbox.at(mailbox.indexOf(id));
    if (route().id !== id || summary?.unread === false) return;
    await act(() => markMessages({ ids: [id] }, false));
    mailbox.set([id], { unread: false });
  }

  /** Do it, and tell what went wrong. @returns {Promise<boolean>} whether it was done */
  async function act(work) {
    try {
      await work();
      return true;
    } catch (error) {
      toast(error instanceof TypeError ? "The emulator does not answer." : error.message, { error: true });
      return false;
    }
  }

  /**
   * What a command is about: the selected messages, else the one with the focus or the open one.
   * @returns {import("./api.js").Which | null}
   */
  function targets() {
    if (selection.all) return { search: mailbox.text };
    if (selection.size > 0) return { ids: selection.ids };
    const id = list.focused() || route().id;
    return id ? { ids: [id] } : null;
  }

  const amount = (which) => ("ids" in which ? which.ids.length : mailbox.total);

  async function mark(unread) {
    const which = targets();
    if (!which) return;
    const many = amount(which);
    if (!await act(() => markMessages(which, unread))) return;
    clearTimeout(reading);
    if ("ids" in which) mailbox.set(which.ids, { unread });
    mailbox.touch();
    toast(`${count(many, "message")} marked ${unread ? "unread" : "read"}`);
  }

  function save() {
    const which = targets();
    if (!which) return;
    if (amount(which) > NAMED && "ids" in which) {
      toast(`At most ${NAMED} can be exported by name: search for them and select all.`, { error: true });
      return;
    }
    h("a", { href: zipUrl(which), download: "messages.zip" }).click();
    toast(`${count(amount(which), "message")} exported`);
  }

  async function remove(which = targets()) {
    if (!which) return;
    const many = amount(which);
    const all = "search" in which;
    if ((all || many > MANY) && !await confirm({
      title: `Delete ${count(many, "message")}?`,
      text: all && which.search ? `Those that match “${which.search}”. This cannot be undone.`
        : all ? "In all accounts and regions. This cannot be undone." : "This cannot be undone.",
      action: "Delete",
    })) return;
    const ids = all ? null : which.ids;
    const { id } = route();
    const last = ids?.at(-1) ?? "";
    const next = ids ? list.neighbour(last) : "";
    if (ids && list.focused() === last) list.focus(next);
    if (!await act(() => deleteMessages(which))) return mailbox.touch();
    if (id && (!ids || ids.includes(id))) {
      go({ id: narrow.matches || many > 1 ? "" : next, tab: "" }, { replace: true });
    }
    selection.forget(ids);
    if (ids || !mailbox.text) mailbox.remove(ids);
    else mailbox.search(mailbox.text);
    toast(`${count(many, "message")} deleted`);
  }

  /** One step back: out of the selection, from the message to the list, out of the search. */
  function leave() {
    const { id, q } = route();
    if (selection.size > 0) {
      selection.clear();
    } else if (id) {
      go({ id: "", tab: "" });
      list.focus(id);
    } else if (q) {
      go({ q: "" });
    }
  }

  const select = (range) => {
    const id = list.focused() || route().id;
    if (id) selection.toggle(id, range);
  };

  return {
    follow,
    /** Resolved when the list was drawn first, or cannot be. */
    ready,
    /** @param {(unread: number) => void} tell is told how many messages are unread in all */
    tellUnread(tell) {
      counted = tell;
      recount();
    },
    /** @type {import("./keys.js").Command[]} */
    commands: [
      { keys: ["j", "ArrowDown"], title: "Next message", run: () => list.move(1) },
      { keys: ["k", "ArrowUp"], title: "Previous message", run: () => list.move(-1) },
      { keys: ["Enter", "o"], title: "Open the message", run: () => go({ id: list.focused() || route().id }) },
      { keys: ["x"], title: "Select the message", run: () => select(false) },
      { keys: ["X"], title: "Select up to the message", run: () => select(true) },
      { keys: ["a"], title: "Select all that match", run: () => selection.everything(), listed: true },
      { keys: ["r"], title: "Mark read", run: () => mark(false), listed: true },
      { keys: ["u"], title: "Mark unread", run: () => mark(true), listed: true },
      { keys: ["e"], title: "Export as zip of .eml files", run: save, listed: true },
      { keys: ["#", "Delete"], title: "Delete", run: () => remove(), listed: true },
      { keys: ["Escape"], title: "Back: selection, message, search", run: leave },
    ],
    search: () => search.focus(),
    /** Read everything anew. */
    restart() {
      mailbox.refresh();
      view.refresh();
    },
    message: () => mailbox.touch(),
    event(event) {
      mailbox.touch();
      if (event.message_id === view.id) view.refresh();
    },
    deleted(ids) {
      selection.forget(ids);
      mailbox.remove(ids);
      if (ids === null || ids.includes(view.id)) view.gone();
    },
  };
}
