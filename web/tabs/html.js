// The HTML as mail programs show it: at their widths, light and dark, with or without what is elsewhere.

import { getLinks, htmlUrl } from "../api.js";
import { fill, h } from "../dom.js";
import { count } from "../format.js";
import { remember, remembered } from "../state.js";
import { segments } from "./parts.js";

const WIDTHS = { fit: "Fit", phone: "Phone", tablet: "Tablet", desktop: "Desktop" };
/** In CSS pixels. */
const PIXELS = { phone: 375, tablet: 768, desktop: 1280 };
const NARROWEST = 240;
const WIDEST = 1920;

/** @param {import("../api.js").Message} message */
export function html(message) {
  let chosen = remembered("preview.width") ?? "fit"; // One of WIDTHS, or pixels.
  let scheme = /** @type {"light" | "dark"} */ (
    remembered("preview.scheme") === "dark" ? "dark" : "light");
  let remote = false;
  let links = /** @type {{remote: string[]}} */ ({ remote: [] });

  const place = h("div", { class: "paper-frame" });
  const grip = h("div", { class: "grip", role: "separator", tabindex: "0",
    title: "Drag to change the width", "aria-label": "Width of the preview", "aria-orientation": "vertical",
    "aria-valuemin": NARROWEST, "aria-valuemax": WIDEST, onkeydown: onKey, onpointerdown: onDrag });
  const paper = h("div", { class: "paper" }, place, grip);
  const stage = h("div", { class: "stage" }, paper);
  const bar = h("div", { class: "preview-bar" });
  const elsewhere = h("div", { class: "elsewhere" });
  const reading = h("output", { class: "muted small" });

  const width = () => Math.round(Number(PIXELS[chosen] ?? chosen)) || stage.clientWidth;

  /** No scripts, no forms, no way to this page; links open in a tab of their own. */
  function load() {
    // A new element each time: another address of the same one would be a step in the history.
    fill(place, h("iframe", { title: "HTML body", "data-scheme": scheme,
      src: htmlUrl(message.id, { scheme, remote: remote ? "true" : undefined }),
      sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer" }));
    lay();
  }

  /** What is wider than its place is shown smaller, as it is. */
  function lay() {
    const frame = place.firstChild;
    const fits = !(chosen in PIXELS) && !Number(chosen);
    const wanted = width();
    const room = stage.clientWidth - (fits ? 0 : 2 * grip.offsetWidth);
    const scale = fits || room <= 0 ? 1 : Math.min(1, room / wanted);
    stage.toggleAttribute("data-fits", fits);
    place.style.width = fits ? "" : `${wanted * scale}px`;
    frame.style.width = fits ? "" : `${wanted}px`;
    frame.style.height = scale < 1 ? `${100 / scale}%` : "";
    frame.style.transform = scale < 1 ? `scale(${scale})` : "";
    reading.value = `${wanted} px${scale < 1 ? ` at ${Math.round(scale * 100)} %` : ""}`;
    grip.setAttribute("aria-valuenow", String(wanted));
  }

  function resize(to) {
    const kind = chosen in WIDTHS;
    chosen = to in WIDTHS ? to : String(Math.max(NARROWEST, Math.min(WIDEST, Math.round(Number(to)))));
    remember("preview.width", chosen);
    if (kind || chosen in WIDTHS) showBar();
    lay();
  }

  function onKey(event) {
    const step = { ArrowLeft: -10, ArrowRight: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    resize(width() + step * (event.shiftKey ? 10 : 1));
  }

  function onDrag(event) {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const start = event.clientX;
    const from = Math.min(width(), stage.clientWidth);
    // The paper stands in the middle, so that its edge moves half as far as it grows.
    grip.onpointermove = (move) => resize(from + 2 * (move.clientX - start));
    grip.onlostpointercapture = () => {
      grip.onpointermove = grip.onlostpointercapture = null;
    };
  }

  function showBar() {
    const dark = scheme === "dark" && !/color-scheme/i.test(message.html);
    fill(bar,
      segments("Width", Object.entries(WIDTHS), chosen, resize),
      reading,
      dark && h("span", { class: "muted small" },
        "It has no styles for the dark: some programs show it as it is here, others turn its colours."),
      segments("Colours", [["light", "Light"], ["dark", "Dark"]], scheme, (to) => {
        scheme = /** @type {"light" | "dark"} */ (to);
        remember("preview.scheme", to);
        showBar();
        load();
      }));
  }

  function showElsewhere() {
    const hosts = [...new Set(links.remote.map((address) => host(address)))];
    elsewhere.hidden = links.remote.length === 0;
    fill(elsewhere,
      h("span", { title: links.remote.slice(0, 20).join("\n") },
        remote ? "Loaded " : "Not loaded: ",
        count(links.remote.length, "remote resource"),
        " from ",
        h("bdi", null, hosts.slice(0, 3).join(", ")),
        hosts.length > 3 && ` and ${count(hosts.length - 3, "other host")}`),
      h("button", { class: "button", role: "switch", "aria-checked": String(remote), onclick: () => {
        remote = !remote;
        showElsewhere();
        load();
        elsewhere.querySelector("button").focus();
      } }, remote ? "Do not load remote content" : "Load remote content"));
  }

  showBar();
  elsewhere.hidden = true;
  load();
  new ResizeObserver(lay).observe(stage);
  getLinks(message.id).then((found) => {
    links = found;
    showElsewhere();
  }, () => {}); // Then there is nothing to switch on.
  return [bar, elsewhere, stage];
}

function host(address) {
  return /^(?:https?:)?\/\/(?:[^/@]*@)?([^/?#]*)/i.exec(address)?.[1] ?? address;
}
