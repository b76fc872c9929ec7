// The messages that match the search: any part of a list that may be very long, kept current.
//
// A message is kept by its position counted from the oldest, which does not change when mail
// arrives; each answer of the server says how many there are, and so the positions of what is in
// it. Only what is looked at is read, again whenever the stream tells of something: the server
// alone knows what matches, in which order, and with what status.

import { listMessages } from "./api.js";
import { debounce } from "./dom.js";

/** The least to ask for, and how much more than is seen. */
const SLACK = 30;
/** More than this is not kept in memory. */
const KEPT = 5000;
/** The most that the server gives at once. */
const LIMIT = 1000;
/** Ms until the error of a search is told. */
const TYPING = 600;

/** @typedef {import("./api.js").Summary} Summary */

export class Mailbox {
  /** How many match, and how many of them are unread. */
  total = 0;
  unread = 0;
  /** The search, and its parts as the server understands them. */
  text = "";
  /** @type {import("./api.js").Term[]} */
  terms = [];
  /** The text that `terms` is about. */
  understood = "";
  /** Whether a search was asked for at all. */
  started = false;
  /** What is wrong with the search, in one line. */
  error = "";
  /** The server does not answer, and there is nothing to show. */
  unreachable = false;
  /** Whether the first answer is there. */
  loaded = false;
  /** Counts the searches that were answered. */
  answered = 0;
  /** Read again what is looked at, soon. */
  touch = debounce(() => this.refresh(), 25, 200);

  #changed;
  /** @type {Map<number, {summary: Summary, age: number}>} */
  #rows = new Map();
  /** @type {Map<string, number>} */
  #places = new Map();
  #seen = [0, 0]; // The indexes that are looked at, the second is not.
  #age = 0; // What is older has to be read again.
  #current = -1; // The age of `total`.
  #halted = -1; // The age that could not be read.
  #stale = true; // What is here answers another search.
  #request = /** @type {AbortController | null} */ (null);

  #failing = 0;

  /** @param {() => void} changed is called after each change */
  constructor(changed) {
    this.#changed = changed;
  }

  /**
   * @param {number} index counted from the newest
   * @returns {Summary | undefined} undefined where nothing is loaded
   */
  at = (index) => this.#rows.get(this.total - 1 - index)?.summary;

  /**
   * @param {string} id
   * @returns {number} -1 where it is not loaded
   */
  indexOf(id) {
    const place = this.#places.get(id);
    return place === undefined ? -1 : this.total - 1 - place;
  }

  /** Show what matches `text`. */
  search(text) {
    this.text = text;
    this.started = true;
    clearTimeout(this.#failing);
    this.#stale = true;
    this.#seen = [0, 0];
    this.refresh();
  }

  /** Read again what is looked at, now. */
  refresh() {
    this.#age += 1;
    if (this.#stale) this.#abort();
    this.#read();
  }

  /** These indexes are looked at, the second is not. */
  look(first, end) {
    this.#seen = [first, end];
    this.#read();
  }

  /**
   * The ids between two indexes, both included, loaded or not.
   * @returns {Promise<string[]>}
   */
  async ids(one, other) {
    const [first, last] = [Math.min(one, other), Math.max(one, other)];
    const ids = [];
    for (let index = first; index <= last;) {
      const here = this.at(index);
      if (here) {
        ids.push(here.id);
        index += 1;
      } else {
        const limit = Math.min(LIMIT, last - index + 1);
        const page = await listMessages(this.text, { offset: index, limit });
        if (page.messages.length === 0) break;
        ids.push(...page.messages.map(({ id }) => id));
        index += page.messages.length;
      }
    }
    return ids;
  }

  /** Set a message's members here, before the server tells of it. */
  set(ids, change) {
    for (const id of ids) {
      const row = this.#rows.get(this.#places.get(id) ?? -1);
      if (!row) continue;
      if ("unread" in change && row.summary.unread !== change.unread) {
        this.unread += change.unread ? 1 : -1;
      }
      row.summary = { ...row.summary, ...change };
    }
    this.#changed();
  }

  /** @param {string[] | null} ids what was deleted, or null for all */
  remove(ids) {
    const gone = (ids ?? []).map((id) => this.#places.get(id)).filter((place) => place !== undefined)
      .sort((a, b) => a - b);
    const rows = ids ? [...this.#rows] : [];
    this.#rows.clear();
    this.#places.clear();
    let below = 0;
    for (const [place, row] of rows.sort(([a], [b]) => a - b)) {
      while (gone[below] < place) below += 1;
      if (gone[below] !== place) this.#put(place - below, row);
    }
    this.total = ids ? this.total - gone.length : 0;
    if (!ids) this.unread = 0;
    this.#abort(); // Its answer may still have them.
    this.touch();
    this.#changed();
  }

  #put(place, row) {
    const { id } = row.summary;
    const before = this.#places.get(id);
    if (before !== undefined && this.#rows.get(before)?.summary.id === id) this.#rows.delete(before);
    const other = this.#rows.get(place)?.summary.id;
    if (other !== undefined) this.#places.delete(other);
    this.#rows.set(place, row);
    this.#places.set(id, place);
  }

  #abort() {
    this.#request?.abort();
    this.#request = null;
  }

  /** Ask for what is looked at and not here, or older than it may be; one request at a time. */
  #read() {
    if (this.#request || this.#halted === this.#age) return;
    const [first, end] = this.#seen;
    const fresh = (index) =>
      (this.#rows.get(this.total - 1 - index)?.age ?? -1) >= this.#age;
    let from = Math.min(first, Math.max(0, this.total - 1));
    let to = Math.min(end, this.total);
    while (from < to && fresh(from)) from += 1;
    while (to > from && fresh(to - 1)) to -= 1;
    if (from === to && this.#current >= this.#age) return;
    const offset = this.#stale ? 0 : Math.max(0, from - SLACK);
    this.#load(offset, Math.min(LIMIT, Math.max(to - offset, 1) + SLACK));
  }

  async #load(offset, limit) {
    const request = new AbortController();
    const { signal } = request;
    const age = this.#age;
    this.#request = request;
    try {
      const page = await listMessages(this.text, { offset, limit, signal });
      if (signal.aborted) return;
      this.#take(page, offset, age);
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error);
    }
    this.#request = null;
    this.#changed(); // The list looks again, and reads what is still missing.
  }

  #take(page, offset, age) {
    if (this.#stale || this.#rows.size > KEPT) {
      this.#rows.clear();
      this.#places.clear();
    }
    if (this.#stale) this.answered += 1;
    for (const [place, { summary }] of page.total < this.total ? [...this.#rows] : []) {
      if (place < page.total) continue;
      this.#rows.delete(place);
      this.#places.delete(summary.id);
    }
    ({ total: this.total, unread: this.unread, terms: this.terms } = page);
    this.understood = this.text;
    this.#current = age;
    page.messages.forEach((summary, index) =>
      this.#put(page.total - 1 - offset - index, { summary, age }));
    this.loaded = true;
    this.#stale = this.unreachable = false;
    this.error = "";
  }

  #fail(error) {
    this.#halted = this.#age; // Asked again when something happens.
    if (error instanceof TypeError) { // What fetch throws when nothing answers.
      this.unreachable = !this.loaded;
      return;
    }
    clearTimeout(this.#failing); // What is still being typed is often wrong for a moment.
    this.#failing = setTimeout(() => {
      this.error = error.message;
      this.loaded = true;
      this.#rows.clear();
      this.#places.clear();
      this.#seen = [0, 0];
      this.total = this.unread = 0;
      this.terms = [];
      this.answered += 1;
      this.#changed();
    }, this.loaded ? TYPING : 0);
  }
}
