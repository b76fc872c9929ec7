// All around the mail: navigation, pages, keys and the event stream. Loaded behind the first list.

import { fill, iconButton, style } from "./dom.js";
import { bindKeys, keepFocus } from "./keys.js";
import { createNav, placesOf } from "./nav.js";
import { notify, notifying } from "./notify.js";
import { recent } from "./search.js";
import { go, route, watch } from "./state.js";
import { listen } from "./stream.js";
import { choose, LOOKS } from "./theme.js";

/** What is loaded last, then at once at hand: what is typed right after a key must not get lost. */
let modules = /** @type {Record<string, any> | null} */ (null);
const showSettings = () => withAll(({ settings }) => settings.showSettings());
const part = (id) => /** @type {any} */ (document.getElementById(id));
const root = part("page");
const connection = part("connection");
const menu = iconButton("menu", "Navigation", { id: "menu", class: "quiet", "aria-controls": "navigation" });
part("bar-start").prepend(menu);
fill(part("bar-end"),
  iconButton("help", "Keys (?)", { class: "quiet help", onclick: () => help() }),
  iconButton("gear", "Settings", { class: "quiet", onclick: showSettings }));
let nav = /** @type {ReturnType<typeof createNav> | null} */ (null);

let loaded = /** @type {Promise<void>} */ (Promise.resolve()); // When all pages are there.
let pages = /** @type {import("./pages.js").Page[]} */ ([]);
let places = placesOf(pages);
let mail = /** @type {ReturnType<typeof import("./mail.js").createMail>} */ (/** @type {any} */ (null));
let commands = /** @type {import("./keys.js").Command[]} */ ([]);
const help = () => withAll(({ help }) => help.showKeys(
  [...commands, { keys: ["Ctrl K"], title: "Palette: go to and do anything", run() {}, anywhere: true }], places));

/** Do it with all modules: now, or when they are there. */
const withAll = (work) => (modules ? work(modules) : loaded.then(() => withAll(work)));

const palette = () => withAll(({ palette: { showPalette } }) => {
  const here = route().view === "";
  showPalette([
    ...places.map(({ title, icon, key, visit }) => ({ title, icon, keys: `g ${key}`, hint: "Go to", run: visit })),
    ...commands.filter((each) => each.listed && (each.anywhere || here))
      .map(({ title, keys, run }) => ({ title, keys: keys[0], icon: "rules", run })),
    { title: "Settings", icon: "gear", run: showSettings },
    ...Object.entries(LOOKS).flatMap(([look, values]) => Object.entries(values).map(([value, title]) =>
      ({ title: `${look === "theme" ? "Theme" : "Density"}: ${title.toLowerCase()}`, icon: "gear",
        run: () => choose(/** @type {any} */ (look), value) }))),
    ...recent().map((text) => ({ ...searchFor(text), title: text, hint: "Searched before" })),
  ], searchFor);
});

/** @type {(text: string) => import("./palette.js").Entry} */
const searchFor = (text) => ({ title: `Search for ${text}`, icon: "search",
  run: () => go({ view: "", name: "", part: "", id: "", tab: "", q: text }) });

let page = /** @type {import("./pages.js").Page | undefined} */ (undefined);
let place = ""; // What `page` was opened for.
let inside = ""; // `name` and `part` as the page knows them.
let open = new AbortController();

/** Mount the page of the URL, or tell the mounted one what changed. */
function showPage() {
  if (pages.length === 0) return; // They are loaded soon.
  const { view, account, region, name, part: tab } = route();
  const wanted = pages.find((each) => each.name === view);
  if (view && !wanted) return go({ view: "" }, { replace: true });
  const now = wanted ? [view, account, region].join() : "";
  const before = inside;
  inside = [name, tab].join();
  if (now === place) {
    if (before !== inside) page?.follow?.();
    return;
  }
  open.abort();
  page?.close?.();
  open = new AbortController();
  page = wanted;
  place = now;
  fill(root);
  root.scrollTop = 0;
  if (!page) return;
  document.body.dataset.view = "page";
  document.title = `${page.title} · ses-emulator`;
  root.setAttribute("aria-label", page.title);
  page.open(root, { account, region, signal: open.signal });
}

function follow() {
  showPage();
  nav?.mark();
}

function showConnection(state) {
  connection.dataset.state = state;
  connection.textContent = state === "connected" ? "Connected" : "Reconnecting";
  if (state === "connected") restart();
}

/** Things may have happened that the stream did not tell. */
function restart() {
  mail.restart();
  nav?.refresh();
  page?.event?.("reset", {});
}

/** @param {typeof mail} given */
export async function createShell(given) {
  mail = given;
  commands = [
    ...mail.commands,
    { keys: ["/"], title: "Search", run: mail.search, anywhere: true, listed: true },
    { keys: ["?"], title: "Show the keys", run: () => help(), anywhere: true, listed: true },
  ];
  bindKeys({ commands, places: () => places, palette, mail: () => route().view === "" });
  keepFocus(part("reader"));
  watch(follow);
  listen({
    message(message) {
      mail.message();
      notify(message);
      page?.event?.("message", message);
    },
    event(event) {
      mail.event(event);
      page?.event?.("event", event);
    },
    deleted(ids) {
      mail.deleted(ids);
      page?.event?.("deleted", { ids });
    },
    reset: restart,
    state: showConnection,
  }, notifying);
  loaded = Promise.all([import("./pages.js"), import("./palette.js"), import("./help.js"),
    import("./settings.js"), style("pages.css"), style("charts.css")]).then(([{ PAGES }, palette, help, settings]) => {
    modules = { palette, help, settings };
    pages = PAGES;
    places = placesOf(pages);
  });
  await loaded;
  nav = createNav(part("navigation"), menu, places);
  nav.refresh();
  mail.tellUnread(nav.count);
  follow();
}
