// Hands a message to the real SMTP server of --relay.

import { releaseMessage } from "./api.js";
import { dialog } from "./dialog.js";
import { count } from "./format.js";
import { area, field, form } from "./pages/parts.js";
import { toast } from "./toast.js";

/**
 * Ask to whom, and release it.
 * @param {import("./api.js").Message} message
 * @param {() => void} done called when it was tried
 */
export function release(message, done) {
  const asked = form({ action: "Release", cancel: () => asked.closest("dialog").close(), async submit({ recipients }) {
    try {
      const released = await releaseMessage(message.id, recipients.split(/[\s,;]+/).filter(Boolean));
      toast(`Released to ${count(released.recipients.length, "recipient")} by ${released.relay}`);
    } finally {
      done();
    }
    asked.closest("dialog").close();
  } }, field({ label: "Recipients",
    input: area("recipients", message.envelope.rcpt_to.join("\n"), { required: true }),
    help: "One in each line. The server of --relay gets the message for them, as it is delivered." }));
  return dialog({ title: "Release to a real server", class: "asks", content: asked });
}
