// The inbox: the list comes first, which most come for; all else is loaded behind it.

import { createMail } from "./mail.js";
import { addSeparator } from "./panes.js";
import { route, watch } from "./state.js";

const part = (id) => /** @type {any} */ (document.getElementById(id));
const mail = createMail();
addSeparator(part("navigation"), { name: "nav", label: "Width of the navigation", low: 160, high: 320, usual: 208 });
addSeparator(part("list"), { name: "list", label: "Width of the list", low: 280, high: 720, usual: 400 });
watch(mail.follow);
mail.follow();
if (!route().view) await mail.ready;
const { createShell } = await import("./shell.js");
await createShell(mail);
