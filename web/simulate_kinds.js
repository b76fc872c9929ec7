// What can be made to happen to a message, what may be said of it, and the code that does the same.

/** As SES has them; the first of a type is its general one. */
export const BOUNCES = {
  Permanent: ["General", "NoEmail", "Suppressed", "OnAccountSuppressionList", "OnTenantSuppressionList",
    "EmailValidationSuppressed", "UnsubscribedRecipient"],
  Transient: ["General", "MailboxFull", "MessageTooLarge", "CustomTimeoutExceeded", "ContentRejected",
    "AttachmentRejected"],
  Undetermined: ["Undetermined"],
};
export const COMPLAINTS = ["abuse", "auth-failure", "fraud", "not-spam", "other", "virus"];
export const DELAYS = ["TransientCommunicationFailure", "General", "MailboxFull", "SpamDetected",
  "RecipientServerError", "IPFailure", "InternalFailure", "BYOIPHostNameLookupUnavailable", "SendingDeferral",
  "Undetermined"];

/** The kinds in the order of their buttons; `does` stands on the button that does it. */
export const KINDS = {
  bounce: { title: "Bounce", does: "Bounce it" },
  complaint: { title: "Complaint", does: "Complain of it" },
  delay: { title: "Delay", does: "Delay it" },
  reject: { title: "Reject", does: "Reject it" },
  open: { title: "Open", does: "Open it" },
  click: { title: "Click", does: "Click the link" },
  unsubscribe: { title: "Unsubscribe", does: "Unsubscribe them" },
};

/** @typedef {Record<string, any> & {type: string}} Wanted the body of POST /_ses/messages/{id}/events */

/** A word of a shell. */
export const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * @param {string} id
 * @param {Wanted} wanted
 */
export const curl = (id, wanted) => [
  `curl -X POST ${location.origin}/_ses/messages/${id}/events`,
  `-d ${quoted(JSON.stringify(wanted))}`,
].join(" \\\n  ");

/** @param {Wanted} wanted */
export function pytest({ type, ...options }) {
  const given = Object.entries(options).map(([name, value]) => `, ${name}=${python(value)}`);
  return `ses_emulator.simulate(${python(type)}${given.join("")})`;
}

/** Texts, lists and objects of texts are written in Python as in JSON. */
const python = (value) => JSON.stringify(value);

/** @param {string} url */
export const curlUnsubscribe = (url) => `curl -d List-Unsubscribe=One-Click ${quoted(url)}`;

export const pytestUnsubscribe = 'urllib.request.urlopen(url, b"List-Unsubscribe=One-Click")  # of the header';
