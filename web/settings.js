// How the inbox looks and whether it notifies, as a dialog.

import { dialog } from "./dialog.js";
import { h } from "./dom.js";
import { notifying, setNotifying } from "./notify.js";
import { choose, chosen, LOOKS } from "./theme.js";

const TITLES = { theme: "Theme", density: "Density" };

export function showSettings() {
  const notifications = h("input", { type: "checkbox", onchange: async () => {
    notifications.checked = await setNotifying(notifications.checked);
  } });
  notifications.checked = notifying();
  return dialog({
    title: "Settings",
    content: [
      Object.entries(LOOKS).map(([look, values]) => h("fieldset", { class: "choices" },
        h("legend", null, TITLES[look]),
        Object.entries(values).map(([value, title]) => h("label", null,
          h("input", { type: "radio", name: look, value, checked: value === chosen(/** @type {any} */ (look)),
            onchange: () => choose(/** @type {any} */ (look), value) }), title)))),
      h("label", { class: "choice" }, notifications, "Notify on the desktop when mail arrives in the background"),
    ],
    actions: [{ label: "Close", value: "", first: true }],
  });
}
