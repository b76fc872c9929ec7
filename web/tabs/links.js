// Every link with where it leads, and what stands in its place once SES tracks it.

import { getLinks } from "../api.js";
import { copyButton, h } from "../dom.js";
import { firstOf, later, visible } from "./parts.js";

const MOST = 500;
/** What a mail program opens; the rest is only shown. */
const OPENED = /^(https?|mailto|tel):/i;

/** @param {import("../api.js").Message} message */
export const links = (message) => later(getLinks(message.id), ({ links: found, total }) => {
  if (total === 0) return h("p", { class: "muted" }, "There is no link in this message.");
  const some = found.some((link) => link.tracked);
  return [
    !some && h("p", { class: "muted small" }, "No click is tracked: that takes a configuration set with an"
      + " event destination for CLICK, or engagement metrics of the Virtual Deliverability Manager."),
    h("ol", { class: "cards links" }, firstOf(found, MOST, (link) => item(link, some), undefined, total)),
  ];
});

function item(link, some) {
  const words = visible(link.text);
  const tags = Object.entries(link.tags);
  const warning = warningOf(link);
  return h("li", { class: "card" }, h("div", null,
    h("strong", { dir: "auto" }, words || "(no words)"),
    link.body === "text" && h("span", { class: "chip" }, "in the text"),
    fact("leads to", OPENED.test(link.target)
      ? h("a", { href: link.target, target: "_blank", rel: "noopener noreferrer" }, link.target)
      : h("code", null, visible(link.target) || "(nothing)")),
    link.tracked ? fact("tracked as", h("code", null, link.tracked), copyButton(link.tracked, "the tracked link"))
      : some && link.body === "html" && fact("not tracked",
        link.trackable ? "it stands behind the 250 links that SES tracks" : reason(link)),
    tags.length > 0 && fact("tags", tags.map(([name, values]) =>
      h("bdi", { class: "chip" }, `${name}=${values.join(",")}`))),
    warning && h("p", { class: "warning small" }, warning)));
}

const fact = (name, value, button) => h("div", { class: "link-fact" },
  h("span", { class: "muted" }, name), h("div", null, value), button);

const reason = ({ target }) => /^https?:/i.test(target) ? "it has ses:no-track, or is no valid URL"
  : "SES tracks http and https only";

function warningOf({ text, target }) {
  if (!target) return "It leads nowhere.";
  if (/^\s*(javascript|data|vbscript|file):/i.test(target)) return "No mail program opens such a link, and spam filters count it.";
  const shown = /^(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(?:[/?#]|$)/i.exec(text.trim())?.[1].toLowerCase();
  const real = URL.canParse(target) ? new URL(target).hostname : "";
  if (shown && real && shown !== real && `www.${shown}` !== real && shown !== `www.${real}`) {
    return `Its words name ${shown}, and it leads to ${real}: that looks like fraud to spam filters.`;
  }
  return "";
}
