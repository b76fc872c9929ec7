// The dialog that lists the keys.

import { dialog } from "./dialog.js";
import { h } from "./dom.js";

const NAMES = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

/**
 * @param {import("./keys.js").Command[]} commands
 * @param {{key: string, title: string}[]} places
 */
export function showKeys(commands, places) {
  const row = (keys, title) => h("div", { class: "key-row" }, h("dt", null, keys), h("dd", null, title));
  const key = (name) => h("kbd", null, NAMES[name] ?? name);
  const column = (title, rows) => h("section", null, h("h3", null, title), h("dl", null, rows));
  return dialog({ title: "Keys", class: "wide", content: h("div", { class: "key-columns" },
    column("Mail", commands.filter((each) => !each.anywhere)
      .map((each) => row(each.keys.map(key), each.title))),
    h("div", null,
      column("Everywhere", commands.filter((each) => each.anywhere)
        .map((each) => row(each.keys.map(key), each.title))),
      column("Go to", places.map((place) => row([key("g"), key(place.key)], place.title))))),
  actions: [{ label: "Close", value: "", first: true }] });
}
