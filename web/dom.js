// Building and timing helpers for the DOM. Mail never passes through markup: text stays text.

const SVG = "http://www.w3.org/2000/svg";

/** Outlines on a 16 x 16 grid. */
const ICONS = {
  back: "M10 3 5 8l5 5",
  check: "m3 8.5 3.5 3.5L13 4.5",
  clip: "M13.5 7.5 8 13a3.4 3.4 0 0 1-4.8-4.8L9 2.4a2.3 2.3 0 0 1 3.2 3.2l-5.7 5.8a1.1 1.1 0 0 1-1.6-1.6L10 4.7",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  download: "M8 2v8.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  trash: "M2.5 4h11M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.7 6.5V11M9.3 6.5V11",
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
