// Spans of time: which the dashboard looks at, and the buckets that they are made of.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", timeZone: "UTC" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const FULL_DATE = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeZone: "UTC" });
/** So many buckets are drawn at most. */
const MOST = 120;

/**
 * `by` is the API's name of a bucket, `step` its milliseconds; `since` gives the start of the first.
 * Days and months are those of UTC.
 * @typedef {{key: string, title: string, by: string, step: number, short: Intl.DateTimeFormat,
 *   long: Intl.DateTimeFormat, since?: (now: number) => Date}} Range
 */

const last = (number, step) => (now) => new Date((Math.floor(now / step) - number + 1) * step);

export const RANGES = /** @type {Record<string, Omit<Range, "key">>} */ ({
  hour: { title: "Hour", by: "minute", step: MINUTE, short: TIME, long: FULL, since: last(60, MINUTE) },
  day: { title: "Day", by: "hour", step: HOUR, short: TIME, long: FULL, since: last(24, HOUR) },
  week: { title: "Week", by: "day", step: DAY, short: WEEKDAY, long: FULL_DATE, since: last(7, DAY) },
  month: { title: "30 days", by: "day", step: DAY, short: DATE, long: FULL_DATE, since: last(30, DAY) },
  all: { title: "All", by: "month", step: 0, short: MONTH, long: MONTH },
});

/**
 * @param {string} key
 * @returns {Range}
 */
export const rangeOf = (key) => {
  const known = key in RANGES ? key : "hour";
  return { key: known, ...RANGES[known] };
};

/**
 * The buckets of a range up to now, those in which nothing was sent, too.
 * @param {Range} range
 * @param {Record<string, any>[]} groups what the API has, by the start of each
 * @param {number} [now]
 */
export function buckets(range, groups, now = Date.now()) {
  const known = new Map(groups.map((group) => [start(group.name), group]));
  const first = range.since ? range.since(now).getTime() : Math.min(now, ...known.keys());
  const times = [];
  for (let time = new Date(range.step ? first : month(first)); time.getTime() <= now; time = next(time, range.step)) {
    times.push(time.getTime());
  }
  return times.slice(-MOST).map((time) => ({ counts: known.get(time), short: range.short.format(time), title: range.long.format(time) }));
}

/** "2026-11" and "2026-11-24" are of UTC, as ISO 8601 has it in JavaScript. */
const start = (name) => new Date(name).getTime();

const month = (time) => Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth());

const next = (time, step) => new Date(step ? time.getTime() + step
  : Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + 1));
