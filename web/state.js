// What the page shows, as the URL's fragment says it: reload, back and forward bring it again.

/**
 * The search, the open message and its tab, or another view ("setup"); "" is none.
 * @typedef {{q: string, id: string, tab: string, view: string}} Route
 */

const NAMES = /** @type {const} */ (["view", "id", "q", "tab"]);

/** @returns {Route} */
export function route() {
  const hash = new URLSearchParams(location.hash.slice(1));
  return /** @type {any} */ (Object.fromEntries(NAMES.map((n) => [n, (hash.get(n) ?? "").trim()])));
}

/**
 * The link to a place.
 * @param {Partial<Route>} place
 */
export function link(place) {
  const hash = new URLSearchParams();
  for (const name of NAMES) if (place[name]) hash.set(name, place[name]);
  return `#${hash}`;
}

/** @type {(() => void)[]} */
const watchers = [];

/**
 * Go to the present place with some changes.
 * @param {Partial<Route>} change
 * @param {{replace?: boolean}} [options] replace: without a step in the history
 */
export function go(change, { replace = false } = {}) {
  const target = link({ ...route(), ...change });
  if (target === link(route())) return;
  history[replace ? "replaceState" : "pushState"](null, "", target);
  for (const watcher of watchers) watcher();
}

/**
 * Call `watcher` whenever the place changes.
 * @param {() => void} watcher
 */
export function watch(watcher) {
  watchers.push(watcher);
}

addEventListener("hashchange", () => watchers.forEach((watcher) => watcher()));
