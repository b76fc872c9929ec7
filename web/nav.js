// The navigation: mail and all pages, by group, and the account and region that SES pages look at.

import { completeSearch, getAccount } from "./api.js";
import { dialog } from "./dialog.js";
import { fill, h, icon } from "./dom.js";
import { number } from "./format.js";
import { go, link, route } from "./state.js";

/** Places of mail; a page elsewhere has its own entry in PAGES. */
const MAIL = [
  { title: "Inbox", icon: "inbox", group: "Mail", key: "m", place: { view: "", q: "" } },
  { title: "Failed calls", icon: "failed", group: "Mail", key: "e", place: { view: "", q: "is:failed" } },
];
const EMPTY = { view: "", q: "", id: "", tab: "", name: "", part: "" };

/**
 * All places, each with what goes there.
 * @param {import("./pages.js").Page[]} pages
 */
export const placesOf = (pages) => [
  ...MAIL,
  ...pages.map(({ name, title, icon: picture, group, key }) =>
    ({ title, icon: picture, group, key, place: { view: name } })),
].map((entry) => ({ ...entry, visit: () => go({ ...EMPTY, ...entry.place }) }));

const GROUPS = ["Mail", "SES", "Simulate", "Emulator"];
const DRAWER = matchMedia("(max-width: 1099px)");
const OTHER = "other";

/**
 * @param {HTMLElement} root the `nav` element
 * @param {HTMLElement} button opens it where it is a drawer
 * @param {ReturnType<typeof placesOf>} places
 */
export function createNav(root, button, places) {
  const links = places.map((entry) => ({ entry, anchor: h("a", { class: "nav-link" },
    icon(entry.icon), h("span", null, entry.title)) }));
  const unread = h("span", { class: "nav-count" });
  links[0].anchor.append(unread);
  const shade = h("div", { class: "shade", onclick: () => toggle(false) });
  const picks = [
    createPick("account", "Account", /^\d{12}$/, "12 digits"),
    createPick("region", "Region", /^[a-z0-9-]{1,40}$/, "a name such as eu-west-1"),
  ];
  root.after(shade);
  fill(root, GROUPS.map((group) => {
    const inside = links.filter(({ entry }) => entry.group === group);
    if (inside.length === 0) return null;
    const id = `nav-${group}`;
    return h("div", { role: "group", "aria-labelledby": id },
      h("h2", { id, class: group === "Mail" ? "sr" : "nav-group" }, group),
      group === "SES" && h("div", { class: "nav-scope" }, picks.map((pick) => pick.element)),
      h("ul", null, inside.map(({ anchor }) => h("li", null, anchor))));
  }));
  root.addEventListener("click", (event) => event.target.closest("a") && toggle(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return;
    event.preventDefault();
    toggle(false);
  }, true);
  button.addEventListener("click", () => toggle());

  /** Mark where we are. */
  function mark() {
    const now = route();
    for (const { entry, anchor } of links) {
      const { view, q } = /** @type {{view: string, q?: string}} */ (entry.place);
      anchor.setAttribute("href", link(entry.place));
      const here = view === now.view && (view !== "" || q === now.q);
      if (here) anchor.setAttribute("aria-current", "page");
      else anchor.removeAttribute("aria-current");
    }
    for (const pick of picks) pick.show();
  }

  /** On a narrow page the navigation is a drawer. */
  function toggle(open = !isOpen()) {
    const was = isOpen();
    document.body.classList.toggle("drawer", open);
    root.inert = DRAWER.matches && !open;
    button.setAttribute("aria-expanded", String(open));
    if (open && DRAWER.matches) links[0].anchor.focus();
    else if (was && DRAWER.matches) button.focus();
  }
  const isOpen = () => document.body.classList.contains("drawer");

  DRAWER.addEventListener("change", () => toggle(false));
  toggle(false);
  return {
    mark,
    /** @param {number} amount of unread messages */
    count(amount) {
      fill(unread, amount > 0 && [number(amount), h("span", { class: "sr" }, " unread")]);
    },
    /** Read again which accounts and regions there are. */
    refresh: () => picks.forEach((pick) => pick.read()),
  };
}

/** A choice of the account or the region: those that mail was sent in, and any other. */
function createPick(name, label, pattern, wanted) {
  let known = /** @type {string[]} */ ([]);
  let usual = "";
  const select = h("select", { "aria-label": label, title: `${label} of the SES pages`, onchange: async () => {
    const value = select.value === OTHER ? await ask() : select.value;
    if (value !== null) go({ [name]: value === usual ? "" : value, name: "", part: "" });
    show();
  } });

  async function ask() {
    const input = h("input", { type: "text", class: "input", "aria-label": label, pattern: pattern.source,
      title: wanted, required: true, autofocus: true,
      onkeydown: ({ key }) => key === "Enter" && input.closest("dialog").close("yes") });
    const answer = await dialog({ title: `Other ${name}`, content: [input, h("p", { class: "muted" }, `Use ${wanted}.`)],
      actions: [{ label: "Cancel", value: "" }, { label: "Look at it", value: "yes", kind: "primary" }] });
    return answer && pattern.test(input.value.trim()) ? input.value.trim() : null;
  }

  async function read() {
    const [here, found] = await Promise.all([
      getAccount({}).catch(() => null),
      completeSearch(`${name}:`, name.length + 1).catch(() => null)]);
    usual = here?.[name] ?? usual;
    known = (found?.values ?? []).map(({ text }) => text).filter((each) => pattern.test(each));
    show();
  }

  function show() {
    const now = route()[name] || usual;
    const all = [...new Set([usual, ...known, now])].filter(Boolean).sort();
    fill(select, all.map((value) => h("option", { value }, value)), h("option", { value: OTHER }, "Other…"));
    select.value = now;
  }

  return { element: select, read, show };
}
