// The inspection API under /_ses/, which openapi.yaml describes.

/**
 * The schemas of that document.
 * @typedef {Record<string, any> & {id: string}} Summary
 * @typedef {Summary & {events: MailEvent[], headers: {name: string, value: string}[]}} Message
 * @typedef {{message_id: string, type: string, timestamp: string, recipients: string[],
 *   detail: object}} MailEvent
 * @typedef {{text: string, operator: string | null, value: string, negated: boolean,
 *   start: number, end: number}} Term
 * @typedef {{messages: Summary[], total: number, unread: number, terms: Term[]}} Page
 * @typedef {{start: number, end: number, values: {text: string, hint: string}[]}} Completions
 * @typedef {{ids: string[]} | {search: string}} Which messages by id, or those that a search finds
 * @typedef {{version: string, account: string, database: string,
 *   ports: Record<string, number | null>}} Health
 */

const ROOT = "/_ses";

/** The server answered, and with an error. */
export class ApiError extends Error {
  status = 0;
  /** SES's code, if it was SES that refused. */
  code = "";
}

// A page elsewhere cannot send this header without asking first: the server writes only with it.
const OURS = { "X-Ses-Emulator": "1" };

async function request(path, { headers, ...options } = /** @type {RequestInit} */ ({})) {
  const response = await fetch(ROOT + path,
    { cache: "no-store", ...options, headers: { ...OURS, ...headers } });
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  const error = new ApiError(body?.error ?? `The server answered ${response.status}`);
  error.status = response.status;
  error.code = body?.code ?? "";
  throw error;
}

const json = async (path, options) => (await request(path, options)).json();

/** `?…` of what is neither null, undefined nor "", or "". */
const query = (parameters) => {
  const given = Object.entries(parameters).filter(([, value]) => (value ?? "") !== "");
  return given.length > 0 ? `?${new URLSearchParams(/** @type {any} */ (given))}` : "";
};

/** The options of a request that has a JSON body. */
const body = (method, value) => ({ method, body: JSON.stringify(value),
  headers: { "Content-Type": "application/json" } });

/**
 * Call an operation of SES, as an SDK would.
 * @param {"ses" | "sesv2"} service
 * @param {string} name "ListEmailIdentities"
 * @param {Record<string, any>} [parameters] botocore's shape; blobs in base64, times in ISO 8601
 * @param {{account?: string, region?: string, signal?: AbortSignal}} [context]
 * @returns {Promise<any>} the result, in the same form
 * @throws {ApiError} with SES's message and code
 */
export const operation = (service, name, parameters = {}, { account, region, signal } = {}) =>
  json(`/operations/${service}/${name}${query({ account, region })}`,
    { ...body("POST", parameters), signal });

const path = (id) => `/messages/${encodeURIComponent(id)}`;

/** @returns {Promise<Health>} */
export const getHealth = () => json("/health");

/**
 * A part of the messages that a search finds, calls that failed among them.
 * @param {string} search
 * @param {{offset: number, limit: number, signal?: AbortSignal}} options
 * @returns {Promise<Page>}
 */
export const listMessages = (search, { offset, limit, signal }) =>
  json(`/messages${query({ search, offset, limit, failed: true })}`, { signal });

/**
 * @param {string} text of the search box
 * @param {number} cursor
 * @param {AbortSignal} [signal]
 * @returns {Promise<Completions>} of the word at the cursor
 */
export const completeSearch = (text, cursor, signal) =>
  json(`/search${query({ text, cursor })}`, { signal });

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<Message>}
 */
export const getMessage = (id, signal) => json(path(id), { signal });

/** `?…` of which messages are meant. @param {Which} which */
const chosen = (which) => ("ids" in which ? `?${new URLSearchParams(which.ids.map((id) => ["id", id]))}`
  : query({ search: which.search, failed: true }));

/** As many as a URL of 16 KB names. */
const NAMED = 200;

/** @param {Which} which */
export async function deleteMessages(which) {
  const ids = "ids" in which ? which.ids : [];
  for (let at = 0; at < ids.length || at === 0; at += NAMED) {
    await request(`/messages${chosen("ids" in which ? { ids: ids.slice(at, at + NAMED) } : which)}`, { method: "DELETE" });
  }
}

/**
 * @param {Which} which
 * @param {boolean} unread
 */
export const markMessages = (which, unread) => request("/messages/mark",
  body("POST", { ...which, ...("search" in which && { failed: true }), unread }));

/** A zip of .eml files. @param {Which} which */
export const zipUrl = (which) => `${ROOT}/messages.zip${chosen(which)}`;

/**
 * The source, or its first `limit` bytes.
 * @param {string} id
 * @param {number} limit
 * @param {"delivered" | "composed"} [form] composed: before SES tracked and signed it
 * @returns {Promise<string>}
 */
export async function getSource(id, limit, form = "delivered") {
  const reader = (await request(`${path(id)}/raw${query({ form })}`)).body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let left = limit; left > 0;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.length;
  }
  await reader.cancel();
  return text;
}

/**
 * @param {string} id
 * @param {"delivered" | "composed"} [form]
 */
export const rawUrl = (id, form) => `${ROOT}${path(id)}/raw${query({ form })}`;

/**
 * @param {string} id
 * @param {{scheme?: "light" | "dark", remote?: "true"}} [options] what its reader prefers, and whether
 *   it may load what it has elsewhere
 */
export const htmlUrl = (id, options = {}) => `${ROOT}${path(id)}/html${query(options)}`;

/**
 * @param {string} id
 * @param {number} index
 */
export const attachmentUrl = (id, index) => `${ROOT}${path(id)}/attachments/${index}`;

export const streamUrl = `${ROOT}/stream`;

const scope = ({ account, region }) => query({ account, region });
const identityPath = (name) => `/identities/${encodeURIComponent(name)}`;

/** How strict the account is. */
export const getAccount = (context) => json(`/account${scope(context)}`, { signal: context.signal });

export const putAccount = (options, context) => json(`/account${scope(context)}`, body("PUT", options));

export const listIdentities = (context) => json(`/identities${scope(context)}`, { signal: context.signal });

/** An identity with its DNS records. */
export const getIdentity = (name, context) =>
  json(identityPath(name) + scope(context), { signal: context.signal });

export const verifyIdentity = (name, context) =>
  json(`${identityPath(name)}/verify${scope(context)}`, { method: "POST" });

/** Receive a mail, as a server of its recipients' domain would. */
export const receiveMail = (raw, parameters) => json(`/inbound${query(parameters)}`,
  { method: "POST", body: raw, headers: { "Content-Type": "message/rfc822" } });

/** Publish a sample event to a destination of a configuration set. */
export const testEvent = (set, { destination, type }, context) => json(
  `/configuration-sets/${encodeURIComponent(set)}/test-event${scope(context)}`, body("POST", { destination, type }));

/** What a template makes of data: `{subject, text, html}` and `data`. */
export const previewTemplate = (parts, signal) => json("/templates/preview", { ...body("POST", parts), signal });

/** The links of a message, and where its HTML would load something from. */
export const getLinks = (id) => json(`${path(id)}/links`);

/** The tree of a message's MIME parts. */
export const getStructure = (id) => json(`${path(id)}/structure`);

/** The call that made a message or was refused, with code that repeats it. */
export const getCall = (id) => json(`/calls/${encodeURIComponent(id)}`);

/** An event with the documents that SES publishes of it. */
export const getEvent = (id) => json(`/events/${id}`);

/** A delivery with what is published by it. */
export const getDelivery = (id) => json(`/deliveries/${id}`);

export const redeliver = (id) => json(`/deliveries/${id}/redeliver`, { method: "POST" });

/** Let something happen to a message. */
export const createEvent = (id, event) => json(`${path(id)}/events`, body("POST", event));

/** Unsubscribe as a mail program does with one click (RFC 8058); `url` is a path below /_ses. */
export const unsubscribe = (url) => request(url,
  { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });

/** Hand a message to the server of --relay. */
export const releaseMessage = (id, recipients) => json(`${path(id)}/release`, body("POST", { recipients }));

/** A page of the messages that match a search in its whole language. */
export const searchMessages = (search, { signal, ...page } = /** @type {any} */ ({})) =>
  json(`/messages${query({ search, ...page })}`, { signal });

/** What was sent and what became of it; `by` is what to group by. */
export const getStatistics = ({ signal, ...parameters }) => json(`/statistics${query(parameters)}`, { signal });

/** @returns {Promise<{rules: Record<string, any>[]}>} the rules for faults, in their order */
export const listRules = (signal) => json("/rules", { signal });

export const createRule = (rule) => json("/rules", body("POST", rule));

export const putRule = (id, rule) => json(`/rules/${encodeURIComponent(id)}`, body("PUT", rule));

export const deleteRule = (id) => json(`/rules/${encodeURIComponent(id)}`, { method: "DELETE" });

export const deleteRules = () => json("/rules", { method: "DELETE" });
