// The inspection API under /_ses/, which openapi.yaml describes.

/**
 * The schemas of that document.
 * @typedef {Record<string, any> & {id: string}} Summary
 * @typedef {Summary & {events: MailEvent[], headers: {name: string, value: string}[]}} Message
 * @typedef {{message_id: string, type: string, timestamp: string, recipients: string[],
 *   detail: object}} MailEvent
 * @typedef {{messages: Summary[], total: number, next: string | null}} Page
 * @typedef {{version: string, account: string, database: string,
 *   ports: Record<string, number | null>}} Health
 */

const ROOT = "/_ses";

/** The server answered, and with an error. */
export class ApiError extends Error {
  status = 0;
}

async function request(path, options) {
  const response = await fetch(ROOT + path, { cache: "no-store", ...options });
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  const error = new ApiError(body?.error ?? `The server answered ${response.status}`);
  error.status = response.status;
  throw error;
}

const json = async (path, options) => (await request(path, options)).json();

const path = (id) => `/messages/${encodeURIComponent(id)}`;

/** @returns {Promise<Health>} */
export const getHealth = () => json("/health");

/**
 * @param {Record<string, string>} filters
 * @param {{limit: number, after?: string, signal?: AbortSignal}} options
 * @returns {Promise<Page>}
 */
export const listMessages = (filters, { signal, ...page }) =>
  json(`/messages?${new URLSearchParams({ ...filters, ...page })}`, { signal });

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<Message>}
 */
export const getMessage = (id, signal) => json(path(id), { signal });

/** @param {string} id */
export const deleteMessage = (id) => request(path(id), { method: "DELETE" });

/** @param {Record<string, string>} filters */
export const deleteMessages = (filters) =>
  request(`/messages?${new URLSearchParams(filters)}`, { method: "DELETE" });

/**
 * The source, or its first `limit` bytes.
 * @param {string} id
 * @param {number} limit
 * @returns {Promise<string>}
 */
export async function getSource(id, limit) {
  const reader = (await request(`${path(id)}/raw`)).body.getReader();
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

/** @param {string} id */
export const rawUrl = (id) => `${ROOT}${path(id)}/raw`;

/** @param {string} id */
export const htmlUrl = (id) => `${ROOT}${path(id)}/html`;

/**
 * @param {string} id
 * @param {number} index
 */
export const attachmentUrl = (id, index) => `${ROOT}${path(id)}/attachments/${index}`;

export const streamUrl = `${ROOT}/stream`;
