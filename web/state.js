// What the page shows, as the URL's fragment says it: reload, back and forward bring it again.

/**
 * `view` is the page, "" for mail; `q`, `id` and `tab` are mail's search, open message and its tab;
 * `name` and `part` are what is open in another page, and its tab; `account` and `region` are those
 * that the SES pages look at, "" for the emulator's default.
 * @typedef {{view: string, account: string, region: string, q: string, id: string, tab: string,
 *   name: string, part: string}} Route
 */

const NAMES = /** @type {const} */ (
  ["view", "account", "region", "q", "id", "tab", "name", "part"]);

/** @returns {Route} */
export function route() {
  const hash = new URLSearchParams(location.hash.slice(1));
  return /** @type {any} */ (Object.fromEntries(NAMES.map((n) => [n, (hash.get(n) ?? "").trim()])));
}

/**
 * The link to a place; in the present account and region unless it names others.
 * @param {Partial<Route>} place
 */
export function link(place) {
  const { account, region } = route();
  const whole = { account, region, ...place };
  const hash = new URLSearchParams();
  for (const name of NAMES) if (whole[name]) hash.set(name, whole[name]);
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
  const now = route();
  const target = link({ ...now, ...change });
  if (target === link(now)) return;
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

const PREFIX = "ses-emulator.";

/**
 * What this browser remembers under `name`; a browser may forbid to remember anything.
 * @param {string} name
 * @returns {string | null}
 */
export function remembered(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string | null} value null forgets it
 */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch { /* Then it holds until the page is left. */ }
}
