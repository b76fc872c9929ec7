// The tree of the MIME parts.

import { attachmentUrl, getStructure } from "../api.js";
import { h, iconButton } from "../dom.js";
import { size } from "../format.js";
import { firstOf, later, visible } from "./parts.js";

const MOST = 500;

/** @param {import("../api.js").Message} message */
export const mime = (message) => later(getStructure(message.id), (root) => {
  const rows = [...flat(root, 0)];
  return h("ul", { class: "mime" }, firstOf(rows, MOST, ({ node, depth }) => {
    const row = h("li", null,
      h("div", null,
        h("code", null, node.type),
        node.body && h("span", { class: "chip" }, `shown as ${node.body === "html" ? "HTML" : "text"}`),
        node.name && h("bdi", { class: "part-name" }, visible(node.name)),
        h("span", { class: "muted small" }, [node.encoding, node.charset, size(node.size), node.disposition,
          node.content_id && `cid:${node.content_id}`].filter(Boolean).join(" · "))),
      node.attachment !== null && iconButton("download", `Download ${node.name || node.type}`,
        { class: "quiet", href: attachmentUrl(message.id, node.attachment), download: true }));
    row.style.setProperty("--depth", String(depth));
    return row;
  }));
});

function* flat(node, depth) {
  yield { node, depth };
  for (const part of node.parts) yield* flat(part, depth + 1);
}
