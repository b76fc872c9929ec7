// The inbox: puts the parts together and decides which of them are on show.

import { deleteMessage, deleteMessages, getHealth } from "./api.js";
import { confirm } from "./confirm.js";
import { debounce, fill, h, icon } from "./dom.js";
import { count } from "./format.js";
import { bindKeys } from "./keys.js";
import { createList } from "./list.js";
import { Mailbox } from "./mailbox.js";
import { createMessageView } from "./message.js";
import { showSetup } from "./setup.js";
import { go, route, watch } from "./state.js";
import { listen } from "./stream.js";

const part = (id) => /** @type {any} */ (document.getElementById(id));
const reader = part("reader");
const searchBox = part("search");
const connection = part("connection");
const deleteAll = part("delete-all");

/** Changes come in bursts, and a frame is soon enough. */
const render = debounce(() => {
  list.render();
  showReader();
}, 16, 16);
const mailbox = new Mailbox(render);
const list = createList(part("list"), mailbox);
const view = createMessageView(reader, { remove });

let health = /** @type {import("./api.js").Health | null} */ (null);
/** What the reader shows when it is not a message, so that it is not built again in vain. */
let showing = "";

/** Choose between message, set-up, errors and nothing. */
function showReader() {
  const { id, view: wanted, q } = route();
  const empty = mailbox.loaded && mailbox.total === 0 && !q;
  const name = mailbox.unreachable ? "unreachable"
    : id ? "message"
    : wanted === "setup" ? "setup"
    : empty ? "empty"
    : mailbox.loaded ? "list" : "loading";
  document.body.dataset.view = name;
  deleteAll.disabled = mailbox.total === 0;
  part("setup-link").toggleAttribute("aria-current", name === "setup");
  if (name === "message") {
    view.open(id);
  } else if (name !== showing) {
    view.close();
    if (name === "setup" || name === "empty") showSetup(reader, { health, waiting: name === "empty" });
    else fill(reader, PLACES[name]?.());
  }
  showing = name;
}

const PLACES = {
  list: () => h("div", { class: "placeholder" },
    h("strong", null, "No message selected"),
    h("p", { class: "keys" }, Object.entries({ j: "next", k: "previous", Enter: "open", "/": "search",
      "#": "delete", Esc: "leave" }).map(([key, does]) => h("span", null, h("kbd", null, key), ` ${does}`)))),
  unreachable: () => h("div", { class: "placeholder", role: "alert" },
    h("strong", null, "The emulator does not answer"),
    h("p", null, "Nothing is listening at ", h("code", null, location.origin),
      ". Is it still running? The inbox comes back by itself when it does."),
    h("button", { class: "button", onclick: start }, "Try again")),
};

/** Follow the URL. */
function follow() {
  const { q } = route();
  if (searchBox.value.trim() !== q) searchBox.value = q;
  if (q !== mailbox.text) mailbox.search(q);
  list.mark();
  showReader();
}

/** Read everything there is to know. */
async function start() {
  mailbox.refresh();
  const known = health;
  health = await getHealth().catch(() => health);
  if (JSON.stringify(health) !== JSON.stringify(known) && /setup|empty/.test(showing)) {
    showing = "";
    showReader();
  }
}

/** Things may have happened that the stream did not tell. */
function restart() {
  start();
  view.refresh();
}

async function remove(id) {
  if (!id) return;
  const next = list.neighbour(id);
  const narrow = matchMedia("(max-width: 760px)").matches;
  if (list.focused()) list.focus(next);
  if (route().id === id) go({ id: narrow ? "" : next, tab: "" }, { replace: true });
  const deleted = await deleteMessage(id).catch(() => null);
  if (deleted) mailbox.remove([id]);
  else mailbox.touch(); // It is gone already, or the connection state tells.
}

async function removeAll() {
  const { filters, total } = mailbox;
  const some = Object.keys(filters).length > 0;
  const agreed = await confirm({
    title: `Delete ${count(total, "message")}?`,
    text: some ? `Those that match “${mailbox.text}”. This cannot be undone.`
      : "In all accounts and regions. This cannot be undone.",
    action: "Delete",
  });
  if (agreed) await deleteMessages(filters).catch(() => {});
  mailbox.touch();
}

/** One step back: from the message to the list, then out of the search. */
function leave() {
  const { id, view: wanted, q } = route();
  if (id || wanted) {
    go({ id: "", tab: "", view: "" });
    list.focus(id);
  } else if (q) {
    go({ q: "" });
  }
}

const typed = debounce(() => {
  go({ q: searchBox.value.trim() }, { replace: route().q !== "" });
}, 150);

function onSearchKey(event) {
  if (event.key === "Enter" || event.key === "ArrowDown") {
    list.move(1);
  } else if (event.key === "Escape") {
    if (!searchBox.value) searchBox.blur();
    searchBox.value = "";
    typed();
  } else return;
  event.preventDefault();
}

function showConnection(state) {
  connection.dataset.state = state;
  connection.textContent = state === "connected" ? "Connected" : "Reconnecting";
  if (state === "connected") restart();
}

fill(deleteAll, icon("trash"), "Delete all");
deleteAll.addEventListener("click", removeAll);
searchBox.addEventListener("input", typed);
searchBox.addEventListener("keydown", onSearchKey);
bindKeys({
  move: (step) => list.move(step),
  search: () => {
    searchBox.focus();
    searchBox.select();
  },
  remove: () => remove(list.focused() || route().id),
  leave,
});
watch(follow);
follow();
start();
listen({
  message: () => mailbox.receive(),
  event: (event) => {
    mailbox.touch();
    if (event.message_id === view.id) view.refresh();
  },
  deleted: (ids) => {
    mailbox.remove(ids);
    if (ids === null || ids.includes(view.id)) view.gone();
  },
  reset: restart,
  state: showConnection,
});
