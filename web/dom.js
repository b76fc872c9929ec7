// Building and timing helpers for the DOM. Mail never passes through markup: text stays text.

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a 16 x 16 grid. */
const ICONS = {
  account: "M8 8.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 13.8c.8-2.4 2.9-3.6 5.5-3.6s4.7 1.2 5.5 3.6",
  back: "M10 3 5 8l5 5",
  check: "m3 8.5 3.5 3.5L13 4.5",
  clip: "M13.5 7.5 8 13a3.4 3.4 0 0 1-4.8-4.8L9 2.4a2.3 2.3 0 0 1 3.2 3.2l-5.7 5.8a1.1 1.1 0 0 1-1.6-1.6L10 4.7",
  close: "m4 4 8 8M12 4l-8 8",
  contacts: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM1.5 13c.5-2 2.3-3 4.5-3s4 1 4.5 3M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 10.3c1.3.4 2.2 1.3 2.5 2.7",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  dashboard: "M2.5 13.5h11M4.5 11V7.5M8 11V3.5M11.5 11V6",
  download: "M8 2v8.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  down: "M8 2.5v11M4 9.5l4 4 4-4",
  edit: "M10.5 3.5l2 2M3 13l.6-2.8 7.6-7.6a1 1 0 0 1 1.4 0l.8.8a1 1 0 0 1 0 1.4l-7.6 7.6z",
  failed: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.5M8 10.8v.2",
  gear: "M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM6 13.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.3c.2-1 .9-1.5 1.8-1.5 1 0 1.7.6 1.7 1.5 0 1.3-1.8 1.3-1.8 2.7M8 11.2v.2",
  identities: "M8 2 3 4v4c0 3 2 5 5 6 3-1 5-3 5-6V4zM5.8 8l1.6 1.6 2.9-3.2",
  inbox: "M2.5 9.5h3l1 2h3l1-2h3M2.5 9.5v4h11v-4l-2-6.5h-7z",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  read: "M2.5 6.5 8 2.5l5.5 4v7h-11zM2.5 6.5 8 10l5.5-3.5",
  receiving: "M2.5 6.5v7h11v-7M8 2v7.5M5 7l3 3 3-3",
  redeliver: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3",
  release: "M14 2 2 6.8l4.8 2.4L9.2 14zM6.8 9.2 14 2",
  rules: "M9 2 4 9h4l-1 5 5-7H8z",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2",
  sets: "M2.5 5 8 2.5 13.5 5 8 7.5zM2.5 8 8 10.5 13.5 8M2.5 11 8 13.5 13.5 11",
  setup: "m3 5 3 3-3 3M8 11.5h5",
  suppression: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4",
  templates: "M3.5 2.5h9v11h-9zM3.5 6h9M7 6v7.5",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.7 6.5V11M9.3 6.5V11",
  unread: "M2.5 3.5h11v9h-11zM2.5 4 8 8.5 13.5 4",
  up: "M8 13.5v-11M4 6.5l4-4 4 4",
  warning: "M8 2 1.5 13.5h13zM8 6.5V10M8 11.8v.2",
};

/**
 * Make an element. `on…` props are listeners and `true` is an empty attribute;
 * props and children that are `null`, `undefined` or `false` are left out.
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...any} children nodes, text, or arrays of them
 * @returns {any} the element; not narrower, so that callers need no casts
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  if (tag === "button") element.type = "button";
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (present(value)) element.setAttribute(name, value === true ? "" : value);
  }
  fill(element, children);
  return element;
}

const present = (value) => value !== null && value !== undefined && value !== false;

/**
 * Put `children` in the place of what `element` holds.
 * @param {Element} element
 * @param {...any} children
 */
export const fill = (element, ...children) =>
  element.replaceChildren(...children.flat(Infinity).filter(present));

/**
 * @param {keyof typeof ICONS} name
 * @returns {SVGElement} a decoration: what it means must be said elsewhere
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * Load a style sheet that the first list does without.
 * @param {string} name
 * @returns {Promise<void>} when it holds, or cannot be had
 */
export const style = (name) => new Promise((resolve) => {
  const end = () => resolve();
  document.head.append(h("link", { rel: "stylesheet", href: `/web/${name}`, onload: end, onerror: end }));
});

/**
 * A link or a button that shows an icon only.
 * @param {keyof typeof ICONS} name
 * @param {string} label
 * @param {Record<string, any>} props with `href` it is a link
 */
export const iconButton = (name, label, props) => h(props.href ? "a" : "button", { title: label,
  "aria-label": label, ...props, class: `button icon-only ${props.class ?? ""}` }, icon(name));

/**
 * A button that copies `text` and says so.
 * @param {string} text
 * @param {string} what for the label: "Copy <what>"
 */
export function copyButton(text, what) {
  const button = iconButton("copy", `Copy ${what}`, { onclick: async () => {
    await copy(text);
    show(true);
    setTimeout(show, 1500, false);
  } });
  const show = (done) => {
    button.toggleAttribute("data-done", done);
    button.setAttribute("aria-label", `${done ? "Copied" : "Copy"} ${what}`);
    fill(button, icon(done ? "check" : "copy"));
  };
  return button;
}

/** The clipboard API is there only on localhost and https; elsewhere the old way does it. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "sr" }, text);
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/**
 * Call `work` when nobody has asked for `quiet` ms, but `longest` ms after the first asked.
 * @param {() => void} work
 * @param {number} quiet
 * @param {number} [longest]
 * @returns {() => void}
 */
export function debounce(work, quiet, longest = Infinity) {
  let timer = 0;
  let first = 0;
  return () => {
    const now = Date.now();
    if (!timer) first = now;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      work();
    }, Math.min(quiet, first + longest - now));
  };
}
