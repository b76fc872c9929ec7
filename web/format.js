// Times, sizes and addresses as people read them.

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const NUMBER = new Intl.NumberFormat("en");

/**
 * "now", "5 min", "3 h", "12 Nov" or "12 Nov 2024".
 * @param {string} iso
 * @param {number} [now]
 */
export function shortTime(iso, now = Date.now()) {
  const then = new Date(iso);
  const minutes = Math.floor((now - then.getTime()) / 60000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  return (then.getFullYear() === new Date(now).getFullYear() ? DAY : DATE).format(then);
}

/** @param {string} iso */
export const fullTime = (iso) => FULL.format(new Date(iso));

/** @param {number} value */
export const number = (value) => NUMBER.format(value);

/**
 * "1 message", "2,000 messages".
 * @param {number} count
 * @param {string} noun
 */
export const count = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

/**
 * "12.3 %" of 0.123; small ones with more digits, because some limits of SES are small.
 * @param {number} rate
 */
export const percent = (rate) => `${NUMBER.format(Number((rate * 100).toFixed(rate < 0.1 ? 2 : 1)))}\u202f%`;

/**
 * "USD 0.0012": at least cents, and as much more as there is.
 * @param {string} amount
 * @param {string} currency
 */
export const money = (amount, currency) => new Intl.NumberFormat("en",
  { style: "currency", currency, currencyDisplay: "narrowSymbol", maximumFractionDigits: 6 }).format(Number(amount));

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return count(bytes, "byte");
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} KB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * The name of `Name <address>`, else the address.
 * @param {string} address
 */
export function displayName(address) {
  const match = /^\s*"?(.*?)"?\s*<([^<>]*)>\s*$/.exec(address);
  return match ? match[1] || match[2] : address;
}
