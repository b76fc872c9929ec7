// What is attached, and images as small pictures.

import { attachmentUrl } from "../api.js";
import { h, icon, iconButton } from "../dom.js";
import { size } from "../format.js";
import { firstOf, visible } from "./parts.js";

/** Nothing in them is run, and every browser can show them. */
const RASTER = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp"];
/** Bytes; a larger one is a download only. */
const LARGEST = 10_000_000;
const MOST = 200;

/** @param {import("../api.js").Message} message */
export const attachments = (message) => h("ul", { class: "cards" }, firstOf(message.attachments, MOST, (file) => {
  const url = attachmentUrl(message.id, file.index);
  const name = visible(file.name);
  return h("li", { class: "card" },
    RASTER.includes(file.type) && file.size <= LARGEST
      ? h("img", { class: "thumbnail", src: url, alt: "", loading: "lazy", decoding: "async" }) : icon("clip"),
    h("div", null,
      h("strong", { dir: "auto" }, name),
      name !== file.name && h("p", { class: "warning small" },
        "Its name has marks that turn the reading direction around: programs show another ending."),
      h("p", { class: "muted small" }, [file.type, size(file.size), file.inline && "inline",
        file.content_id && `cid:${file.content_id}`].filter(Boolean).join(" · "))),
    // The server names the file, so that its name is a safe one.
    iconButton("download", `Download ${name}`, { href: url, download: true }));
}));
