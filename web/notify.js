// Notifications on the desktop when mail arrives while nobody looks at the page. An option.

import { go, remember, remembered } from "./state.js";
import { toast } from "./toast.js";

const NAME = "notify";

/** Whether they are wanted, and allowed. */
export const notifying = () => remembered(NAME) === "yes"
  && "Notification" in globalThis && Notification.permission === "granted";

/**
 * Switch them; the browser asks for leave.
 * @param {boolean} on
 * @returns {Promise<boolean>} whether they are on now
 */
export async function setNotifying(on) {
  if (on && !("Notification" in globalThis)) {
    toast("This browser has no notifications.", { error: true });
  } else if (on && await Notification.requestPermission() !== "granted") {
    toast("The browser does not allow notifications here: see its settings for this site.", { error: true });
  }
  remember(NAME, on ? "yes" : null);
  dispatchEvent(new CustomEvent("look"));
  return notifying();
}

let waiting = 0; // How many came since somebody looked.

/** @param {import("./api.js").Summary} message that arrived */
export function notify(message) {
  if (!document.hidden || !notifying()) return;
  waiting += 1;
  // One that stands for all of them, for a burst is no reason for a hundred.
  const notification = new Notification(waiting > 1 ? `${waiting} new messages` : message.subject || "(no subject)",
    { body: `${message.from ?? ""} → ${(message.to ?? []).join(", ")}`, tag: "ses-emulator", icon: "/web/icon.svg" });
  notification.onclick = () => {
    window.focus();
    go({ view: "", id: waiting > 1 ? "" : message.id });
    notification.close();
  };
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) waiting = 0;
});
